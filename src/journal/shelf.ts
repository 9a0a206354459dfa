import type { State } from '../values/state.ts';
import type { Archive } from './archive.ts';
import { Entry, type EntryFacts, factsOf, type Pen, type Told } from './entry.ts';
import { after, beginning, detailOf, type EntryEvent, eventOf, type History, progressOf } from './events.ts';
import { asksForMoney, type Debt, debtsOf, stateOf } from './progress.ts';
import { type Reads, readsOf, type StoredRow } from './reads.ts';
import type { Doubt, Store } from './store.ts';
import { runningSums, type Sum, summed, type Totals, worthOf } from './sums.ts';

/** Histories of finished entries that stay in memory; one that was forgotten is read again from its events. */
const REMEMBERED = 200;

export interface Owed {
  readonly entry: Entry;
  readonly debt: Debt;
  readonly state: State;
}

const COUNTED_AT_ONCE = 500;
/** Entries in the first portion that `last` reads, where most searches end; each further one is twice as large. */
const FIRST_FEW = 8;

/** The entries of the journal: read, written, and those in hand or unfinished kept at hand. */
export interface Shelf extends Pen {
  newest(trace: string, batch?: string): Entry | null;
  /** Entries from the newest back, read in portions as they are asked for. */
  last(limit: number): Iterable<Entry>;
  /** Newest first, from this card and amount, begun since. */
  alike(fingerprint: Uint8Array, amount: number, since_ms: number): readonly Entry[];
  /** Newest first, of this amount. */
  ofAmount(amount: number, limit: number): readonly Entry[];
  /** The newest whose answer had this reference of the bank's (F37). */
  ofReference(reference: string): Entry | null;
  /** The newest pre-authorisation whose answer had this authorisation (F38). */
  holdOf(authorisation: string): Entry | null;
  /**
   * Newest first: the refunds that name their original by this reference, or what ends a hold by this authorisation.
   * Where the original's id is given as `after`, the archive is searched only if it may hold later entries than that.
   */
  begunBy(particular: 'authorisation' | 'reference', value: string, after?: number): readonly Entry[];
  /** Entries that owe something or are in hand, oldest first. */
  unfinished(): readonly Entry[];
  /** Takes a new entry, just written, in hand. */
  hold(facts: EntryFacts): Entry;
  readonly held: number;
  /** The debts of the entries that no flow has in hand, oldest entry first; an entry may have two debts. */
  owed(): readonly Owed[];
  /** Whether an unfinished entry of any batch has this trace. */
  isHolding(trace: string): boolean;
  totals(batchId: number): Totals;
  /** The approved sums of a batch, counted row by row: no settlement relies on the cache of running totals. */
  counted(batchId: number): readonly Sum[];
  /** The id of the first entry that owes something or is in hand; beyond every id where there is none. */
  firstUnfinished(): number;
  /** Entries of one batch, oldest first, after the entry with the id `after`. */
  page(batchId: number, after: number, limit: number): readonly Entry[];
  /** Brings the index of unfinished entries and the sums up to date, in one commit; `last` is the newest entry's id. */
  index(last: number, alongside: () => void): void;
}

export interface ShelfParts {
  readonly archive: Pick<Archive, 'to' | 'reads' | 'gone'>;
  readonly now: () => number;
  readonly changed: () => void;
  /** Called with each event once it is on the disk. */
  readonly noted: (facts: EntryFacts, event: EntryEvent) => void;
}

export function shelf(store: Store, { archive, now, changed, noted }: ShelfParts): Shelf {
  const insertEvent = store.prepare('INSERT INTO events (entry, number, kind, detail, at_ms) VALUES (?, ?, ?, ?, ?)');
  const reads = readsOf(store);
  const histories = new Map<number, History>();
  const held = new Set<number>();
  /** Entries with a refused event that may be on the disk all the same; valid while the store has the same doubt. */
  const doubted = new Map<number, Doubt>();
  const open = new Map<number, EntryFacts>();
  /** The traces of `open`: each new trace is checked against them. */
  const heldTraces = new Set<string>();
  /** A cache, asked at every change: the sequels of each entry in `open`, until another one is begun. */
  const sequelsOfOpen = new Map<number, readonly Entry[]>();
  /** A cache, asked at every change: all that is owed; null until it is asked for again. */
  let known: readonly Owed[] | null = null;
  /** A cache: what each unfinished entry owes, until something happens to it. */
  const owedBy = new Map<number, readonly Owed[]>();
  const indexed = store.prepare(`SELECT entry FROM unfinished UNION
    SELECT id FROM entries WHERE id > (SELECT CAST(value AS INTEGER) FROM facts WHERE name = 'looked_to')`);
  const sums = runningSums(store);
  const clearIndex = store.prepare('DELETE FROM unfinished');
  const insertIndex = store.prepare('INSERT INTO unfinished (entry) VALUES (?)');
  const setLookedTo = store.prepare(`UPDATE facts SET value = ? WHERE name = 'looked_to'`);

  const entryOf = (row: StoredRow | null) => (row === null ? null : new Entry(factsOf(row), pen));
  const entriesOf = (rows: readonly StoredRow[]) => rows.map((row) => new Entry(factsOf(row), pen));
  /** The file that has the entry: the archive where it has moved, else the journal. */
  const readsWith = (id: number): Reads => (id <= archive.to ? (archive.reads ?? reads) : reads);
  const rowOf = (id: number) => readsWith(id).byId(id);
  /** Reads both files: a sequel begins after its entry, and so may still be in the journal when the entry has moved. */
  function sequelsRead(id: number): readonly Entry[] {
    const moved = id <= archive.to ? (archive.reads?.sequels(id) ?? []) : [];
    // If the archive no longer gives this entry, nobody can say whether it was refunded: refuse to answer.
    if (isGone(id)) throw archive.gone();
    return entriesOf([...moved, ...reads.sequels(id)]);
  }
  /** Whether the entry was in an archive that has been set aside or cannot be read: nothing may be said of it. */
  const isGone = (id: number) => id <= archive.to && rowOf(id) === null;

  /** Searches the archive. Throws where that cannot be read: "there is none" would be a statement about money. */
  function fromArchive<T>(nothing: T, found: (aside: Reads) => T): T {
    if (archive.to === 0) return nothing;
    const aside = archive.reads;
    const rows = aside === null ? nothing : found(aside);
    if (aside === null || archive.reads !== aside) throw archive.gone();
    return rows;
  }

  function story(id: number): readonly Told[] {
    return readsWith(id)
      .eventsOf(id)
      .map(({ kind, detail, at_ms }) => ({
        event: eventOf(String(kind), detail === null ? null : String(detail)),
        at_ms: Number(at_ms),
      }));
  }

  function history(id: number): History {
    const known = histories.get(id);
    if (known !== undefined) return known;
    const told = story(id);
    if (isGone(id)) throw archive.gone();
    const facts = factsOf(rowOf(id) ?? {});
    const read = told.map(({ event }) => event).reduce(after, beginning(facts.type, facts.copies));
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
    try {
      store.run(insertEvent, id, before.events, event.kind, detailOf(event), now());
    } catch (error) {
      if (store.doubt !== null && asksForMoney(progressOf(next)) && !asksForMoney(progressOf(before))) {
        doubted.set(id, store.doubt);
      }
      throw error;
    }
    forgetOwed(facts);
    remember(id, next);
    if (next.stage !== 'begun' && isFinished(next)) finish(id, next);
    // At the bank's no or the counter's end the flow lets the entry go: the outbox need not wait for the paper.
    if (next.stage === 'declined' || next.stage === 'completed' || next.stage === 'accepted') held.delete(id);
    noted(facts, event);
    changed();
  }

  /** An event of a void or a refund may change its original's state too: then every cached debt is dropped. */
  function forgetOwed({ id, original }: EntryFacts): void {
    known = null;
    if (original === null) owedBy.delete(id);
    else owedBy.clear();
  }

  function owedOf(facts: EntryFacts): readonly Owed[] {
    const entry = new Entry(facts, pen);
    const { state } = entry;
    return entry.debts.map((debt) => ({ entry, debt, state }));
  }

  function keepOpen(facts: EntryFacts): void {
    open.set(facts.id, facts);
    heldTraces.add(facts.trace);
  }

  function finish(id: number, finished: History): void {
    const facts = open.get(id);
    if (facts === undefined) return;
    open.delete(id);
    sequelsOfOpen.delete(id);
    owedBy.delete(id);
    heldTraces.delete(facts.trace);
    sums.add(facts, finished);
  }

  const pen: Pen = {
    history,
    record,
    isHeld: (id) => held.has(id),
    isDoubted(id) {
      const doubt = doubted.get(id);
      return doubt !== undefined && doubt === store.doubt;
    },
    makeSure() {
      if (store.doubt !== null) store.touch();
    },
    entry: (id) => entryOf(rowOf(id)),
    sequels(id) {
      const found = sequelsOfOpen.get(id) ?? sequelsRead(id);
      if (open.has(id)) sequelsOfOpen.set(id, found);
      return found;
    },
    story,
    handOver(id) {
      if (!held.delete(id)) return;
      known = null;
      owedBy.clear();
      if (isFinished(history(id))) finish(id, history(id));
      changed();
    },
  };

  for (const { entry } of indexed.all()) {
    const id = Number(entry);
    // The index may be older than the last move to the archive: an entry that has moved owes nothing.
    if (id <= archive.to) continue;
    keepOpen(factsOf(rowOf(id) ?? {}));
    if (isFinished(history(id))) finish(id, history(id));
  }

  /** Reads the journal first, then the archive, where everything is older. */
  function newestOf(found: (from: Reads, left: number) => readonly StoredRow[], limit: number): StoredRow[] {
    const rows = found(reads, limit);
    const older = rows.length < limit && archive.reads !== null ? found(archive.reads, limit - rows.length) : [];
    return [...rows, ...older];
  }

  function* last(limit: number): Generator<Entry> {
    let next = Number.MAX_SAFE_INTEGER;
    let left = limit;
    for (let most = FIRST_FEW; left > 0; most *= 2) {
      const wanted = Math.min(left, most);
      const found = entriesOf(newestOf((from, more) => from.last(more, next), wanted));
      yield* found;
      const oldest = found.at(-1);
      if (oldest === undefined || found.length < wanted) return;
      next = oldest.id - 1;
      left -= wanted;
    }
  }

  const inOrder = () => [...open.values()].sort((one, other) => one.id - other.id);
  const unfinished = () => inOrder().map((facts) => new Entry(facts, pen));

  return {
    ...pen,
    newest: (trace, batch) => entryOf(reads.newest(trace, batch) ?? archive.reads?.newest(trace, batch) ?? null),
    last,
    alike: (fingerprint, amount, since_ms) => entriesOf(reads.alike(fingerprint, amount, since_ms)),
    unfinished,
    isHolding: (trace) => heldTraces.has(trace),
    totals(batchId) {
      const left = unfinished().filter(({ facts }) => facts.batchId === batchId);
      const worth = (wanted: readonly State[]): Sum[] =>
        left.flatMap(({ facts, history }) =>
          wanted.includes(stateOf(progressOf(history), held.has(facts.id))) ? [worthOf(facts)] : [],
        );
      const pending = worth(['pending', 'unknown', 'parked', 'reversing']);
      return {
        approved: summed([...sums.of(batchId), ...worth(['approved'])]),
        pending: summed(pending),
        waiting: pending.length,
      };
    },
    counted(batchId) {
      const approved: Sum[] = [];
      for (let reached = 0; ; ) {
        const rows = reads.inBatch(batchId, reached, COUNTED_AT_ONCE).map(factsOf);
        for (const facts of rows) {
          if (stateOf(progressOf(history(facts.id)), held.has(facts.id)) === 'approved') approved.push(worthOf(facts));
        }
        const last = rows.at(-1);
        if (last === undefined) return summed(approved);
        reached = last.id;
      }
    },
    page(batchId, after, limit) {
      const moved = after < archive.to ? (archive.reads?.inBatch(batchId, after, limit) ?? []) : [];
      return entriesOf(moved.length > 0 ? moved : reads.inBatch(batchId, after, limit));
    },
    firstUnfinished: () => Math.min(...open.keys(), Number.MAX_SAFE_INTEGER),
    ofAmount: (amount, limit) => entriesOf(newestOf((from, left) => from.ofAmount(amount, left), limit)),
    ofReference: (of) => entryOf(reads.ofReference(of) ?? fromArchive(null, (aside) => aside.ofReference(of))),
    holdOf: (code) => entryOf(reads.holdOf(code) ?? fromArchive(null, (aside) => aside.holdOf(code))),
    begunBy(particular, value, after = 0) {
      const older = after < archive.to ? fromArchive([], (aside) => aside.begunBy(particular, value)) : [];
      return entriesOf([...reads.begunBy(particular, value), ...older]);
    },
    hold(facts) {
      forgetOwed(facts);
      held.add(facts.id);
      if (facts.original !== null) sequelsOfOpen.delete(facts.original);
      keepOpen(facts);
      remember(facts.id, beginning(facts.type, facts.copies));
      return new Entry(facts, pen);
    },
    get held() {
      return held.size;
    },
    owed() {
      known ??= inOrder().flatMap((facts) => {
        if (held.has(facts.id)) return [];
        const owed = owedBy.get(facts.id) ?? owedOf(facts);
        owedBy.set(facts.id, owed);
        return owed;
      });
      return known;
    },
    index(last, alongside) {
      store.commit(() => {
        clearIndex.run();
        for (const id of open.keys()) insertIndex.run(id);
        setLookedTo.run(String(last));
        sums.keep();
        alongside();
      });
      sums.kept();
    },
  };
}

function isFinished(history: History): boolean {
  return debtsOf(progressOf(history)).length === 0;
}
