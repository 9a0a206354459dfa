import type { SQLInputValue, StatementSync } from 'node:sqlite';
import type { State } from '../values/state.ts';
import { Entry, type EntryFacts, factsOf, type Pen, type Told } from './entry.ts';
import { after, beginning, detailOf, type EntryEvent, eventOf, type History, progressOf } from './events.ts';
import { debtsOf, stateOf } from './progress.ts';
import type { Store } from './store.ts';
import { runningSums, type Sum, summed, type Totals, worthOf } from './sums.ts';

/** Histories of finished entries that stay in memory; one that was forgotten is read again from its events. */
const REMEMBERED = 200;

/** So many entries back, one is looked for by something that has no index. */
const LOOK_BACK = 5000;

const ENTRY = 'SELECT entries.*, batches.number FROM entries JOIN batches ON batches.id = entries.batch';

/** The entries of the journal: read, written, and those in hand or unfinished kept at hand. */
export interface Shelf extends Pen {
  newest(trace: string, batch?: string): Entry | null;
  /** From the newest back. */
  last(limit: number): readonly Entry[];
  /** Newest first, from this card and amount, begun since. */
  alike(fingerprint: Uint8Array, amount: number, since_ms: number): readonly Entry[];
  /** Newest first, of this amount. */
  ofAmount(amount: number, limit: number): readonly Entry[];
  /** The newest whose answer had this reference of the bank's (F37). */
  ofReference(reference: string): Entry | null;
  /** In the order in which they began. */
  unfinished(): readonly Entry[];
  /** Takes a new entry, just written, in hand. */
  hold(facts: EntryFacts): Entry;
  readonly held: number;
  /** Whether an unfinished entry has it, of whatever batch. */
  isHolding(trace: string): boolean;
  totals(batchId: number): Totals;
  /** Of one batch, in the order in which they began, after the entry with the id `after`. */
  page(batchId: number, after: number, limit: number): readonly Entry[];
  /** Brings the index of unfinished entries up to date, inside a commit; `last` is the newest entry's id. */
  index(last: number): void;
}

export interface ShelfParts {
  readonly now: () => number;
  readonly changed: () => void;
  /** Told of each event once it is on the disk. */
  readonly noted: (facts: EntryFacts, event: EntryEvent) => void;
}

export function shelf(store: Store, { now, changed, noted }: ShelfParts): Shelf {
  const insertEvent = store.prepare('INSERT INTO events (entry, number, kind, detail, at_ms) VALUES (?, ?, ?, ?, ?)');
  const eventsOf = store.prepare('SELECT kind, detail, at_ms FROM events WHERE entry = ? ORDER BY number');
  const byId = store.prepare(`${ENTRY} WHERE entries.id = ?`);
  const following = store.prepare(`${ENTRY} WHERE entries.original = ? ORDER BY entries.id`);
  const byTrace = store.prepare(`${ENTRY} WHERE trace = ?1 AND number = coalesce(?2, number)
    ORDER BY entries.id DESC LIMIT 1`);
  const newestFirst = store.prepare(`${ENTRY} ORDER BY entries.id DESC LIMIT ?`);
  // The newest few hundred, so that the search is bounded without an index to keep.
  const sameCard = store.prepare(`SELECT * FROM (${ENTRY} ORDER BY entries.id DESC LIMIT 500)
    WHERE begun_ms >= ? AND amount = ? AND fingerprint = ?`);

  // What somebody at the counter asks about is weeks old at most; the search does not grow with the years.
  const sameAmount = store.prepare(`SELECT * FROM (${ENTRY} ORDER BY entries.id DESC LIMIT ${LOOK_BACK})
    WHERE amount = ? ORDER BY id DESC LIMIT ?`);
  const sameReference = store.prepare(`${ENTRY} WHERE entries.id = (
    SELECT max(entry) FROM events WHERE entry > (SELECT max(id) FROM entries) - ${LOOK_BACK}
    AND kind IN ('answered', 'told') AND json_extract(detail, '$.answer.reference') = ?)`);

  const histories = new Map<number, History>();
  const held = new Set<number>();
  const open = new Map<number, EntryFacts>();
  const indexed = store.prepare(`SELECT entry FROM unfinished UNION
    SELECT id FROM entries WHERE id > (SELECT CAST(value AS INTEGER) FROM facts WHERE name = 'looked_to')`);
  const inBatch = store.prepare(`${ENTRY} WHERE entries.batch = ? AND entries.id > ? ORDER BY entries.id LIMIT ?`);
  const sums = runningSums(store);
  const clearIndex = store.prepare('DELETE FROM unfinished');
  const insertIndex = store.prepare('INSERT INTO unfinished (entry) VALUES (?)');
  const setLookedTo = store.prepare(`UPDATE facts SET value = ? WHERE name = 'looked_to'`);

  const entryOf = (row: Record<string, unknown> | undefined) =>
    row === undefined ? null : new Entry(factsOf(row), pen);
  const entriesOf = (statement: StatementSync, ...values: SQLInputValue[]) =>
    statement.all(...values).flatMap((row) => entryOf(row) ?? []);

  function story(id: number): readonly Told[] {
    return eventsOf.all(id).map(({ kind, detail, at_ms }) => ({
      event: eventOf(String(kind), detail === null ? null : String(detail)),
      at_ms: Number(at_ms),
    }));
  }

  function history(id: number): History {
    const known = histories.get(id);
    if (known !== undefined) return known;
    const facts = factsOf(byId.get(id) ?? {});
    const read = story(id)
      .map(({ event }) => event)
      .reduce(after, beginning(facts.type, facts.copies));
    remember(id, read);
    return read;
  }

  function remember(id: number, next: History): void {
    histories.delete(id);
    histories.set(id, next);
    if (histories.size <= REMEMBERED + open.size) return;
    for (const oldest of histories.keys()) {
      if (open.has(oldest)) continue;
      histories.delete(oldest);
      return;
    }
  }

  function record(facts: EntryFacts, event: EntryEvent): void {
    const { id } = facts;
    // A flow that has given the entry away must not send it any more.
    if (event.kind === 'sent' && !held.has(id)) throw new Error(`entry ${id} is in nobody's hand and cannot be sent`);
    const before = history(id);
    const next = after(before, event);
    store.run(insertEvent, id, before.events, event.kind, detailOf(event), now());
    remember(id, next);
    if (next.stage !== 'begun' && isFinished(next)) finish(id, next);
    // The bank's no and the counter's end decide; the outbox need not wait for the paper.
    if (next.stage === 'declined' || next.stage === 'completed' || next.stage === 'accepted') held.delete(id);
    noted(facts, event);
    changed();
  }

  function finish(id: number, finished: History): void {
    const facts = open.get(id);
    if (facts === undefined) return;
    open.delete(id);
    sums.add(facts, finished);
  }

  const pen: Pen = {
    history,
    record,
    isHeld: (id) => held.has(id),
    entry: (id) => entryOf(byId.get(id)),
    sequels: (id) => entriesOf(following, id),
    story,
    handOver(id) {
      if (!held.delete(id)) return;
      if (isFinished(history(id))) finish(id, history(id));
      changed();
    },
  };

  for (const { entry } of indexed.all()) {
    const id = Number(entry);
    open.set(id, factsOf(byId.get(id) ?? {}));
    if (isFinished(history(id))) finish(id, history(id));
  }

  const unfinished = () =>
    [...open.values()].sort((one, other) => one.id - other.id).map((facts) => new Entry(facts, pen));

  return {
    ...pen,
    newest: (trace, batch) => entryOf(byTrace.get(trace, batch ?? null)),
    last: (limit) => entriesOf(newestFirst, limit),
    alike: (fingerprint, amount, since_ms) => entriesOf(sameCard, since_ms, amount, fingerprint),
    unfinished,
    isHolding: (trace) => [...open.values()].some((facts) => facts.trace === trace),
    totals(batchId) {
      const left = unfinished().filter(({ facts }) => facts.batchId === batchId);
      const worth = (wanted: readonly State[]): Sum[] =>
        left.flatMap(({ facts, history }) =>
          wanted.includes(stateOf(progressOf(history), held.has(facts.id))) ? [worthOf(facts)] : [],
        );
      return {
        approved: summed([...sums.of(batchId), ...worth(['approved'])]),
        pending: summed(worth(['pending', 'unknown', 'parked', 'reversing'])),
      };
    },
    page: (batchId, after, limit) => entriesOf(inBatch, batchId, after, limit),
    ofAmount: (amount, limit) => entriesOf(sameAmount, amount, limit),
    ofReference: (reference) => entryOf(sameReference.get(reference)),
    hold(facts) {
      held.add(facts.id);
      open.set(facts.id, facts);
      remember(facts.id, beginning(facts.type, facts.copies));
      return new Entry(facts, pen);
    },
    get held() {
      return held.size;
    },
    index(last) {
      clearIndex.run();
      for (const id of open.keys()) insertIndex.run(id);
      setLookedTo.run(String(last));
      sums.keep();
    },
  };
}

function isFinished(history: History): boolean {
  return debtsOf(progressOf(history)).length === 0;
}
