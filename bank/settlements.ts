import type { Fen } from '../src/values/fen.ts';
import type { Books } from './books.ts';
import type { Seed } from './seed.ts';
import { CHANGING } from './trades.ts';
import { type CardGroup, type Detail, GROUPS, type GroupTotals, type Totals } from './upload.ts';

/** A transaction that counts in its batch, with its tips and adjustments in the amount. */
export interface Counted {
  /** Null where two people have collected it and the books never had it. */
  readonly trade: number | null;
  readonly trace: string;
  readonly side: 'debit' | 'credit';
  readonly group: CardGroup;
  readonly card: string | null;
  readonly pan: string | null;
  readonly amount: Fen;
}

export type Counts = Readonly<Record<CardGroup, Readonly<Record<'debit' | 'credit', number>>>>;

/** A batch that a terminal settles or has settled. */
export interface Settlement {
  readonly id: number;
  readonly terminal: string;
  readonly merchant: string;
  readonly batch: string;
  readonly operator: string;
  /** F48 of the 0500, and of its answer. */
  readonly asked: string;
  readonly counted: string;
  readonly countedAt: number;
  /** F60.3 and the count of the message that ended it; null while it is open. */
  readonly ended: string | null;
  readonly endCount: number | null;
  readonly nextBatch: string | null;
  readonly closedAt: number | null;
}

/** A row of an upload, as the books keep it. */
export interface Uploaded {
  readonly trace: string;
  readonly group: CardGroup;
  /** Null where no issuer has such a card. */
  readonly card: string | null;
  /** Masked. */
  readonly pan: string;
  readonly amount: Fen;
}

/** The settlements of all terminals. Each step is kept, so that a settlement goes on after a restart of either end. */
export interface Settlements {
  find(terminal: string, batch: string): Settlement | null;
  /** The transactions that count in a batch by the bank's books. */
  entries(terminal: string, batch: string): Counted[];
  /** How many transactions count, by group and side. */
  counts(terminal: string, batch: string): Counts;
  /** Begins a settlement, or begins it again with other figures: then what was uploaded before is dropped. */
  counted(of: Omit<Settlement, 'id' | 'ended' | 'endCount' | 'nextBatch' | 'closedAt'>): Settlement;
  upload(id: number, rows: readonly Detail[]): void;
  uploaded(id: number): Uploaded[];
  uploadedRow(id: number, trace: string): Uploaded | null;
  close(id: number, end: { ended: string; count: number; nextBatch: string; at: number }): void;
  /** Newest first. */
  list(limit: number): Settlement[];
}

export function settlements({ db }: Books, { cards, cardsById }: Seed): Settlements {
  const found = db.prepare('SELECT * FROM settlement WHERE terminal = ? AND batch = ?');
  // A tip and an adjustment belong to the entry of their batch that they change.
  const counting = db.prepare(
    `SELECT id, trace, card, pan, moved + coalesce((
         SELECT sum(change.moved) FROM trade AS change
         WHERE change.original = trade.id AND change.batch = trade.batch AND change.state = 'posted'
           AND change.type IN (${CHANGING})
       ), 0) AS moved, moved > 0 AS debit
     FROM trade WHERE terminal = ? AND batch = ? AND state = 'posted' AND moved <> 0 AND type NOT IN (${CHANGING})
     ORDER BY trace`,
  );
  const numbers = db.prepare(
    `SELECT card, moved > 0 AS debit, count(*) AS rows FROM trade
     WHERE terminal = ? AND batch = ? AND state = 'posted' AND moved <> 0 AND type NOT IN (${CHANGING})
     GROUP BY card, moved > 0`,
  );
  const begun = db.prepare(
    `INSERT INTO settlement (terminal, merchant, batch, operator, asked, counted, counted_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (terminal, batch) DO UPDATE SET operator = excluded.operator, asked = excluded.asked,
       counted = excluded.counted, counted_at = excluded.counted_at`,
  );
  const forgotten = db.prepare('DELETE FROM settlement_detail WHERE settlement = ?');
  const kept = db.prepare(
    `INSERT INTO settlement_detail (settlement, trace, card_group, card, pan, amount) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (settlement, trace) DO UPDATE SET card_group = excluded.card_group, card = excluded.card,
       pan = excluded.pan, amount = excluded.amount`,
  );
  const details = db.prepare('SELECT * FROM settlement_detail WHERE settlement = ? ORDER BY trace');
  const detail = db.prepare('SELECT * FROM settlement_detail WHERE settlement = ? AND trace = ?');
  const closed = db.prepare(
    'UPDATE settlement SET ended = ?, end_count = ?, next_batch = ?, closed_at = ? WHERE id = ?',
  );
  const listed = db.prepare('SELECT * FROM settlement ORDER BY id DESC LIMIT ?');

  const groupOf = (card: unknown): CardGroup => cardsById.get(String(card))?.group ?? 'home';

  const find: Settlements['find'] = (terminal, batch) => {
    const row = found.get(terminal, batch);
    return row === undefined ? null : settlementOf(row);
  };

  return {
    find,
    entries: (terminal, batch) =>
      counting.all(terminal, batch).map((row) => ({
        trade: Number(row.id),
        trace: String(row.trace),
        side: row.debit === 1 ? 'debit' : 'credit',
        group: groupOf(row.card),
        card: textOrNull(row.card),
        pan: textOrNull(row.pan),
        amount: Math.abs(Number(row.moved)) as Fen,
      })),
    counts(terminal, batch) {
      const counts = { home: { debit: 0, credit: 0 }, foreign: { debit: 0, credit: 0 } };
      for (const { card, debit, rows } of numbers.all(terminal, batch)) {
        counts[groupOf(card)][debit === 1 ? 'debit' : 'credit'] += Number(rows);
      }
      return counts;
    },
    counted({ terminal, merchant, batch, operator, asked, counted, countedAt }) {
      begun.run(terminal, merchant, batch, operator, asked, counted, countedAt);
      const settlement = find(terminal, batch);
      if (settlement === null) throw new Error(`the settlement of batch ${batch} was not kept`);
      forgotten.run(settlement.id);
      return settlement;
    },
    upload(id, rows) {
      for (const { trace, group, pan, amount } of rows) {
        kept.run(id, trace, group, cards.get(pan.reveal())?.id ?? null, pan.masked, amount);
      }
    },
    uploaded: (id) => details.all(id).map(uploadedOf),
    uploadedRow(id, trace) {
      const row = detail.get(id, trace);
      return row === undefined ? null : uploadedOf(row);
    },
    close: (id, { ended, count, nextBatch, at }) => void closed.run(ended, count, nextBatch, at, id),
    list: (limit) => listed.all(limit).map(settlementOf),
  };
}

/** The totals that these entries add up to. */
export function totalsOfEntries(entries: readonly Counted[]): Totals {
  const none = (): { amount: Fen; count: number } => ({ amount: 0 as Fen, count: 0 });
  const group = (): GroupTotals => ({ debit: none(), credit: none() });
  const totals = Object.fromEntries(GROUPS.map((name) => [name, group()])) as Record<
    CardGroup,
    Record<'debit' | 'credit', { amount: Fen; count: number }>
  >;
  for (const { group, side, amount } of entries) {
    const sum = totals[group][side];
    sum.amount = (sum.amount + amount) as Fen;
    sum.count++;
  }
  return totals;
}

function settlementOf(row: Record<string, unknown>): Settlement {
  return {
    id: Number(row.id),
    terminal: String(row.terminal),
    merchant: String(row.merchant),
    batch: String(row.batch),
    operator: String(row.operator),
    asked: String(row.asked),
    counted: String(row.counted),
    countedAt: Number(row.counted_at),
    ended: textOrNull(row.ended),
    endCount: row.end_count === null ? null : Number(row.end_count),
    nextBatch: textOrNull(row.next_batch),
    closedAt: row.closed_at === null ? null : Number(row.closed_at),
  };
}

function uploadedOf(row: Record<string, unknown>): Uploaded {
  return {
    trace: String(row.trace),
    group: row.card_group === 'foreign' ? 'foreign' : 'home',
    card: textOrNull(row.card),
    pan: String(row.pan),
    amount: Number(row.amount) as Fen,
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
