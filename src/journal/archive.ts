import { Fault, type Problem } from '../values/problem.ts';
import { type JournalDisk, stampOf } from './disk.ts';
import { type Closed, newestOlderThan } from './keeping.ts';
import { forget, insert, isCopy, isOf, nameIn, raise, remove, rowsOf } from './moving.ts';
import { type Reads, readsOf, type StoredRow } from './reads.ts';
import { openStore, type Store } from './store.ts';

/**
 * Closed batches move into a file of their own, so that the journal that a boot checks stays small. An entry is in one of
 * the two: up to the fact `archived_to` in the archive, after it in the journal. It is copied first, and removed when the
 * copy is on the disk and has been read back; a power cut between the two copies it again. What else the archive may hold,
 * of a journal that was put back from a backup, is not read.
 */
export interface Archive {
  /** The id of the newest entry that has moved; 0 where none has. */
  readonly to: number;
  /** How what has moved is found; null where nothing has, or it cannot be read. */
  readonly reads: Reads | null;
  /**
   * A quiet moment: moves a few hundred entries, and forgets a few hundred that are older than they are kept. Stops at
   * `before`, the first entry that still owes something. True where there is more to do.
   */
  work(before: number): boolean;
  /**
   * Why what was archived could not be read, and the name under which it was set aside, from one start to the next: null
   * once somebody has seen it.
   */
  readonly problem: ArchiveBroken | null;
  /** To be thrown of an entry that has moved and is not found any more: nothing may be said of it. */
  gone(): Fault;
  seen(by: string): void;
  /** Asks a disk that did not give it once more: when a batch was closed. */
  again(): void;
  close(): void;
}

export interface ArchiveParts {
  readonly store: Store;
  /** Where it is; null where closed batches stay in the journal. */
  readonly disk: JournalDisk | null;
  /** Archived entries are forgotten so many days after their batch was closed, but for those that people had to rule on. */
  readonly keep_days: number;
  readonly now: () => number;
}

/** So many rows that nobody waits for the move to end. */
const AT_ONCE = 200;

export function archive({ store, disk, keep_days, now }: ArchiveParts): Archive {
  const fact = store.prepare(`SELECT value FROM facts WHERE name = 'archived_to'`);
  const setFact = store.prepare(`INSERT INTO facts (name, value) VALUES ('archived_to', ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`);
  // Everything before the newest closed batch that holds something: what the counter asks for most stays at hand, and so does
  // the newest entry, which the bank is asked to know at each sign-in, whatever becomes of this file.
  const until = store.prepare(`SELECT min(id) AS first FROM entries WHERE batch >= coalesce(
    (SELECT max(batch) FROM entries WHERE batch IN (SELECT batch FROM closings)), 0)`);
  const newest = store.prepare('SELECT max(id) AS last FROM entries WHERE id < ?');
  const closings = store.prepare('SELECT batch, closed_ms FROM closings ORDER BY batch');
  const incident = store.prepare('INSERT INTO incidents (kind, detail, at_ms) VALUES (?, ?, ?)');
  const file = disk?.file ?? '';
  let to = Number(fact.get()?.value ?? 0);
  let opened: { store: Store; reads: Reads } | null = null;
  let problem = unseen(store);
  /** It was set aside, or is gone, and the next is not made yet: there is none, and none is missed. */
  let between = false;
  /** One a start: where the next is broken too, it is not the file. */
  let isSetAside = false;
  /** Its disk does not give it, so that nothing is read or moved until it is asked again. */
  let isOut = false;

  function open(): { store: Store; reads: Reads } | null {
    if (opened !== null || disk === null || isOut) return opened;
    if (to > 0 && !between && !disk.exists()) {
      between = true;
      broken(problemWith('it is not there any more'));
    }
    try {
      opened = attempt(disk);
    } catch (error) {
      setAside(error);
      opened = attempt(disk);
    }
    between = false;
    // It was only unread: nothing is lost that somebody would have to see.
    if (problem?.in_place) problem = null;
    return opened;
  }

  function attempt(at: JournalDisk): { store: Store; reads: Reads } {
    // Not every page of years of trade: what is broken is found where it is read.
    const made = openStore(at, { fresh: true, check: false });
    try {
      if (!isOf(store, made)) throw brokenFile("it is another journal's");
      return { store: made, reads: guarded(readsOf(made, () => to)) };
    } catch (error) {
      made.close();
      throw error;
    }
  }

  const problemWith = (why: string, set_aside: string | null = null): ArchiveBroken => ({
    ...{ kind: 'archive-broken', file, why, set_aside },
  });
  const brokenFile = (why: string) => new Fault({ kind: 'journal-broken', file, why, set_aside: null });

  /** What is broken is kept for whoever looks at it. Throws what else is wrong. */
  function setAside(error: unknown): void {
    if (disk === null || isSetAside || !isBroken(error, file)) throw error;
    opened?.store.close();
    opened = null;
    const set_aside = disk.setAside(stampOf(now()));
    isSetAside = true;
    between = true;
    broken(problemWith(error.problem.why, set_aside));
  }

  function broken(found: ArchiveBroken): void {
    problem = found;
    try {
      const { kind, ...detail } = found;
      store.run(incident, kind, JSON.stringify(detail), now());
    } catch (error) {
      // A disk that takes no note of it locks payment by itself; it is said as long as this process lives.
      if (!(error instanceof Fault)) throw error;
    }
  }

  /** Payment goes on without it, whatever is wrong with it: where it cannot be set aside either, it stays as it is. */
  function goOnWithout(error: unknown): void {
    if (!isOfFile(error, file)) throw error;
    try {
      setAside(error);
    } catch (refusal) {
      if (!isOfFile(refusal, file)) throw refusal;
      opened?.store.close();
      opened = null;
      isOut = true;
      const why = 'why' in refusal.problem ? refusal.problem.why : refusal.problem.kind;
      problem = { ...problemWith(why), in_place: true };
    }
  }

  function guard<T>(nothing: T, read: () => T): T {
    try {
      return read();
    } catch (error) {
      goOnWithout(error);
      return nothing;
    }
  }

  function guarded(reads: Reads): Reads {
    // An entry without its events would stand as one that was never sent, which is "not charged": it is given whole, or not.
    const all = (read: () => readonly StoredRow[]) =>
      guard([], () => {
        const rows = read();
        for (const { id } of rows) reads.eventsOf(Number(id));
        return rows;
      });
    const one = (read: () => StoredRow | null) => all(() => [read()].filter((row) => row !== null))[0] ?? null;
    return {
      byId: (id) => one(() => reads.byId(id)),
      eventsOf: (id) => guard([], () => reads.eventsOf(id)),
      sequels: (id) => all(() => reads.sequels(id)),
      newest: (trace, batch) => one(() => reads.newest(trace, batch)),
      last: (limit, from) => all(() => reads.last(limit, from)),
      alike: (fingerprint, amount, since_ms) => all(() => reads.alike(fingerprint, amount, since_ms)),
      ofAmount: (amount, limit) => all(() => reads.ofAmount(amount, limit)),
      ofReference: (reference) => one(() => reads.ofReference(reference)),
      holdOf: (authorisation) => one(() => reads.holdOf(authorisation)),
      begunBy: (particular, value) => all(() => reads.begunBy(particular, value)),
      inBatch: (batchId, after, limit) => all(() => reads.inBatch(batchId, after, limit)),
    };
  }

  function move(before: number): boolean {
    const end = Math.min(before, Number(until.get()?.first ?? Number.MAX_SAFE_INTEGER));
    const last = Number(newest.get(Math.min(end, to + AT_ONCE + 1))?.last ?? 0);
    if (closings.get() === undefined || last <= to) return false;
    const aside = open();
    if (aside === null) return false;
    if (raise(aside.store, store)) {
      // What was prepared before does not know of it.
      aside.store.close();
      opened = null;
      return true;
    }
    const rows = rowsOf(store, to, last);
    insert(rows, aside.store, nameIn(store) ?? '');
    aside.store.checkpoint();
    // It has others under these keys, which a backup of the journal knew nothing of.
    if (!isCopy(rowsOf(aside.store, to, last), rows)) throw brokenFile('it has other entries in their place');
    remove(store, to, last, () => setFact.run(String(last)));
    to = last;
    return true;
  }

  function forgetOld(): boolean {
    // Opened whether anything is old or not: what is broken is found in a quiet moment, before somebody asks about money in it.
    const aside = to === 0 ? null : open();
    const batch = newestOlderThan(keep_days, closings.all() as unknown as Closed[]);
    return aside !== null && forget(aside.store, { batch, last: to, most: AT_ONCE });
  }

  // A journal that was made anew has moved nothing yet: what is there is the one's before, or the copy of a first move.
  guard(null, () => (to === 0 && disk?.exists() ? open() : null));

  return {
    get to() {
      return to;
    },
    get reads() {
      return to === 0 ? null : guard(null, () => open()?.reads ?? null);
    },
    work(before) {
      if (disk === null || isOut) return false;
      try {
        return move(before) || forgetOld();
      } catch (error) {
        // Without room, or read-only: it is moved once that is over. What is broken keeps nothing from moving into a new one.
        if (!isBroken(error, file)) throw error;
        goOnWithout(error);
        return !isOut;
      }
    },
    get problem() {
      return problem;
    },
    gone: () => new Fault(problem ?? problemWith('an entry is not there any more')),
    seen(by) {
      store.run(incident, SEEN, JSON.stringify({ by }), now());
      problem = null;
    },
    again() {
      // Where one was set aside and the next was no better, it is not the file.
      if (!isSetAside) isOut = false;
    },
    close: () => opened?.store.close(),
  };
}

type ArchiveBroken = Extract<Problem, { kind: 'archive-broken' }>;
type FileProblem = Extract<Problem, { kind: 'journal-broken' | `disk-${string}` | 'journal-newer' }>;
const SEEN = 'archive-seen';

/** Whether it is said of this file, and not of the journal beside it. */
function isOfFile(error: unknown, file: string): error is Fault & { readonly problem: FileProblem } {
  return error instanceof Fault && 'file' in error.problem && error.problem.file === file;
}

type Broken = Extract<Problem, { kind: 'journal-broken' }>;

function isBroken(error: unknown, file: string): error is Fault & { readonly problem: Broken } {
  return isOfFile(error, file) && error.problem.kind === 'journal-broken';
}

/** What was found broken, in this start or one before, and nobody has seen since. */
function unseen(store: Store): ArchiveBroken | null {
  const row = store
    .prepare(`SELECT detail FROM incidents WHERE kind = 'archive-broken'
      AND id > coalesce((SELECT max(id) FROM incidents WHERE kind = ?), 0) ORDER BY id DESC LIMIT 1`)
    .get(SEEN);
  return row === undefined ? null : { kind: 'archive-broken', ...JSON.parse(String(row.detail)) };
}
