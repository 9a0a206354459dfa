import type { SQLOutputValue } from 'node:sqlite';
import type { Fen } from '../src/values/fen.ts';
import type { Books } from './books.ts';

/**
 * The transactions that move money: how each is told from its message (MTI, F3, F25, F60.1) and whether a reversal may
 * turn it back. One row a type.
 */
export const tradeTypes = {
  sale: { mti: '0200', processing: '000000', condition: '00', transaction: '22', reversible: true },
  void: { mti: '0200', processing: '200000', condition: '00', transaction: '23', reversible: true },
} as const satisfies Record<string, TradeForm & { mti: string; reversible: boolean }>;

export type TradeType = keyof typeof tradeTypes;

interface TradeForm {
  readonly processing: string;
  readonly condition: string;
  readonly transaction: string;
}

/** Null where no such transaction is offered. A reversal has its original's F3, F25 and F60.1, and no MTI of it. */
export function typeOf(form: TradeForm, mti: string | null): TradeType | null {
  for (const type of Object.keys(tradeTypes) as TradeType[]) {
    const row = tradeTypes[type];
    if (
      (mti === null || row.mti === mti) &&
      row.processing === form.processing &&
      row.condition === form.condition &&
      row.transaction === form.transaction
    ) {
      return type;
    }
  }
  return null;
}

/** `voided` is read, never written: a posted sale whose void stands, so that the void's reversal ends it by itself. */
export type TradeState = 'posted' | 'voided' | 'declined' | 'reversed' | 'tombstone';

export interface TradeKey {
  readonly terminal: string;
  readonly batch: string;
  readonly trace: string;
}

export interface Trade extends TradeKey {
  readonly id: number;
  readonly merchant: string;
  readonly type: TradeType;
  /** The card's id in the seed, null where nobody issued it. */
  readonly card: string | null;
  /** Masked. */
  readonly pan: string | null;
  readonly amount: Fen;
  /** What it takes from the card for the merchant; negative where it gives back, 0 where it moves nothing. */
  readonly moved: number;
  readonly fee: Fen;
  readonly entryMode: string | null;
  readonly code: string;
  readonly state: TradeState;
  /** The trade that this one undoes. */
  readonly original: number | null;
  readonly reference: string;
  readonly authorisation: string | null;
  readonly at: number;
  readonly settlementDate: string;
}

export interface Trades {
  /** The number of the next row: its reference is made of it before the row is. */
  nextId(): number;
  find(key: TradeKey): Trade | null;
  byId(id: number): Trade | null;
  /** `answer`: the bytes that go out once this is committed. */
  keep(trade: Trade, answer: Uint8Array): void;
  reversed(id: number, state: 'reversed' | 'tombstone', reason: string, at: number): void;
  answerOf(id: number): Buffer | null;
  /** Newest first. */
  list(limit: number): (Trade & { originalTrace: string | null; reversalReason: string | null })[];
  /** Numbers taken by a transaction that was undone are free again. */
  forget(): void;
}

const TRADE = `SELECT trade.*, first.trace AS original_trace, EXISTS (
    SELECT 1 FROM trade AS undo WHERE undo.original = trade.id AND undo.type = 'void' AND undo.state = 'posted'
  ) AS voided FROM trade LEFT JOIN trade AS first ON first.id = trade.original`;

export function trades({ db, safe }: Books): Trades {
  const found = db.prepare(`${TRADE} WHERE trade.terminal = ? AND trade.batch = ? AND trade.trace = ?`);
  const numbered = db.prepare(`${TRADE} WHERE trade.id = ?`);
  const last = db.prepare('SELECT coalesce(max(id), 0) AS id FROM trade');
  const kept = db.prepare(
    `INSERT INTO trade (id, terminal, merchant, batch, trace, type, card, pan, amount, moved, fee, entry_mode, code, state,
       reference, authorisation, original, at, settlement_date, answer)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const turned = db.prepare('UPDATE trade SET state = ?, reversal_reason = ?, reversed_at = ? WHERE id = ?');
  const stored = db.prepare('SELECT answer FROM trade WHERE id = ?');
  const listed = db.prepare(`${TRADE} ORDER BY trade.id DESC LIMIT ?`);
  let lastId: number | null = null;

  return {
    nextId() {
      lastId ??= Number(last.get()?.id);
      return lastId + 1;
    },
    find({ terminal, batch, trace }) {
      const row = found.get(terminal, batch, trace);
      return row === undefined ? null : tradeOf(row);
    },
    byId(id) {
      const row = numbered.get(id);
      return row === undefined ? null : tradeOf(row);
    },
    keep(trade, answer) {
      kept.run(
        trade.id,
        trade.terminal,
        trade.merchant,
        trade.batch,
        trade.trace,
        trade.type,
        trade.card,
        trade.pan,
        trade.amount,
        trade.moved,
        trade.fee,
        trade.entryMode,
        trade.code,
        trade.state,
        trade.reference,
        trade.authorisation,
        trade.original,
        trade.at,
        trade.settlementDate,
        safe.seal(`answer ${trade.id}`, answer),
      );
      lastId = trade.id;
    },
    reversed: (id, state, reason, at) => void turned.run(state, reason, at, id),
    answerOf(id) {
      const answer = stored.get(id)?.answer;
      return answer instanceof Uint8Array ? safe.open(`answer ${id}`, answer) : null;
    },
    list: (limit) =>
      listed.all(limit).map((row) => ({
        ...tradeOf(row),
        originalTrace: textOrNull(row.original_trace),
        reversalReason: textOrNull(row.reversal_reason),
      })),
    forget() {
      lastId = null;
    },
  };
}

// The columns are typed and checked by the database itself (STRICT).
function tradeOf(row: Record<string, SQLOutputValue>): Trade {
  return {
    id: Number(row.id),
    terminal: String(row.terminal),
    merchant: String(row.merchant),
    batch: String(row.batch),
    trace: String(row.trace),
    type: String(row.type) as TradeType,
    card: textOrNull(row.card),
    pan: textOrNull(row.pan),
    amount: Number(row.amount) as Fen,
    moved: Number(row.moved),
    fee: Number(row.fee) as Fen,
    entryMode: textOrNull(row.entry_mode),
    code: String(row.code),
    state: row.voided === 1 && row.state === 'posted' ? 'voided' : (String(row.state) as TradeState),
    original: typeof row.original === 'number' ? row.original : null,
    reference: String(row.reference),
    authorisation: textOrNull(row.authorisation),
    at: Number(row.at),
    settlementDate: String(row.settlement_date),
  };
}

function textOrNull(value: SQLOutputValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
