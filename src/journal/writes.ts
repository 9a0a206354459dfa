import { type Batch, batch, type Trace, trace } from '../values/trace.ts';
import type { EntryFacts } from './entry.ts';
import type { Closed } from './keeping.ts';
import type { Store } from './store.ts';

/** A batch as the journal keeps it: by an id, because numbers come round again. */
export interface KeptBatch {
  readonly id: number;
  readonly number: Batch;
}

export type Statements = ReturnType<typeof statements>;

/** The statements that write and count, each prepared once. */
export function statements(store: Store) {
  const insertEntry = store.prepare(`INSERT INTO entries (id, batch, trace, type, amount, entry_mode, card, sealed,
    fingerprint, card_group, original, particulars, operator, copies, digest, begun_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const setTrace = store.prepare(`UPDATE facts SET value = ? WHERE name = 'trace'`);
  // The newest entries may hold a later trace than the one that was written down in the last quiet moment.
  const lastTraces = store.prepare(`SELECT value AS trace FROM facts WHERE name = 'trace'
    UNION ALL SELECT * FROM (SELECT trace FROM entries ORDER BY id DESC LIMIT 100)`);
  const insertBatch = store.prepare('INSERT INTO batches (number, opened_ms) VALUES (?, ?) RETURNING id');
  const insertClosing = store.prepare('INSERT INTO closings (batch, closed_ms) VALUES (?, ?)');
  const newestBatch = store.prepare(`SELECT id, number FROM batches WHERE id NOT IN (SELECT batch FROM closings)
    ORDER BY id DESC LIMIT 1`);
  const unclosed =
    store.prepare(`SELECT id, number FROM batches WHERE id <> ? AND id NOT IN (SELECT batch FROM closings)
    AND EXISTS (SELECT 1 FROM entries WHERE entries.batch = batches.id) ORDER BY id`);
  const firstOf = store.prepare('SELECT min(id) AS id FROM entries WHERE batch = ?');
  const newestId = store.prepare('SELECT max(id) AS id FROM entries');
  // Sorted by settlement and not by batch: a batch that the bank has left may be closed after later ones.
  const lastClosing = store.prepare(`SELECT number FROM closings JOIN batches ON batches.id = closings.batch
    ORDER BY (SELECT max(id) FROM settlements WHERE settlements.batch = batches.id) DESC, batches.id DESC LIMIT 1`);
  const allClosings = store.prepare('SELECT batch, closed_ms FROM closings ORDER BY batch');
  const over = store.prepare(`SELECT 1 FROM closings JOIN batches ON batches.id = closings.batch
    WHERE number = ? AND (closings.batch > ? OR EXISTS (
      SELECT 1 FROM settlements JOIN settlement_steps ON settlement_steps.settlement = settlements.id
      WHERE settlements.batch = closings.batch AND kind = 'ruled')) LIMIT 1`);
  const closing = store.prepare('SELECT 1 FROM closings WHERE batch = ?');
  const taken = store.prepare(
    'SELECT 1 FROM entries WHERE trace = ? AND batch NOT IN (SELECT batch FROM closings) LIMIT 1',
  );
  const count = store.prepare('SELECT count(*) AS rows FROM entries WHERE batch NOT IN (SELECT batch FROM closings)');

  const reconciledTo = store.prepare(`SELECT value FROM facts WHERE name = 'reconciled_to'`);
  const setReconciled = store.prepare(`INSERT INTO facts (name, value) VALUES ('reconciled_to', ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`);
  const insertIncident = store.prepare('INSERT INTO incidents (kind, detail, at_ms) VALUES (?, ?, ?)');

  return {
    reconciledTo: (): string | null => (reconciledTo.get()?.value as string | undefined) ?? null,
    reconciled: (place: string): void => void setReconciled.run(place),
    incident: (kind: string, detail: object, now_ms: number): void =>
      void insertIncident.run(kind, JSON.stringify(detail), now_ms),
    entry(facts: EntryFacts): void {
      const { id, trace, type, amount, entry_mode, card, sealed, fingerprint, original } = facts;
      const { operator, copies, digest, begun_ms } = facts;
      const particulars = Object.keys(facts.particulars).length === 0 ? null : JSON.stringify(facts.particulars);
      const list = copies.join(' ');
      store.run(
        insertEntry,
        id,
        facts.batchId,
        trace,
        type,
        amount,
        entry_mode,
        card,
        sealed,
        fingerprint,
        facts.group,
        original,
        particulars,
        operator,
        list,
        digest,
        begun_ms,
      );
    },
    trace: (last: Trace): void => void setTrace.run(last),
    lastTrace: (): Trace =>
      lastTraces
        .all()
        .map((row) => trace(String(row.trace)))
        .reduce(later),
    lastId: (): number => Number(newestId.get()?.id ?? 0),
    batch: (number: Batch, now_ms: number): KeptBatch => ({ id: Number(insertBatch.get(number, now_ms)?.id), number }),
    closing: (id: number, now_ms: number): void => void insertClosing.run(id, now_ms),
    openBatch(): KeptBatch {
      const row = newestBatch.get();
      return { id: Number(row?.id), number: batch(String(row?.number)) };
    },
    /** The unclosed batches that have rows, oldest first, without the one with the id `open`. */
    leftBeside: (open: number): KeptBatch[] =>
      unclosed.all(open).map((row) => ({ id: Number(row.id), number: batch(String(row.number)) })),
    firstIdIn: (id: number): number => Number(firstOf.get(id)?.id ?? Number.MAX_SAFE_INTEGER),
    lastClosed(): Batch | null {
      const row = lastClosing.get();
      return row === undefined ? null : batch(String(row.number));
    },
    closings: (): Closed[] => allClosings.all() as unknown as Closed[],
    /** Whether a batch of this number was closed after `kept`, or ever by two people. */
    isOver: (number: Batch, kept: number): boolean => over.get(number, kept) !== undefined,
    isClosed: (id: number): boolean => closing.get(id) !== undefined,
    isTaken: (number: Trace): boolean => taken.get(number) !== undefined,
    rowsOfOpenBatches: (): number => Number(count.get()?.rows),
  };
}

/** The later one of two traces that are not far apart, whether the wrap at 999999 lies between them or not. */
function later(one: Trace, other: Trace): Trace {
  const ahead = (Number(other) - Number(one) + 999_999) % 999_999;
  return ahead < 500_000 ? other : one;
}
