import { Fault, type Problem } from '../values/problem.ts';
import { type JournalDisk, stampOf } from './disk.ts';
import { type Closed, newestOlderThan } from './keeping.ts';
import { forget, insert, isCopy, isOf, nameIn, raise, remove, rowsOf } from './moving.ts';
import { type Reads, readsOf, type StoredRow } from './reads.ts';
import { openStore, type Store } from './store.ts';

/**
 * Closed batches move into a file of their own, so that the journal that a boot checks stays small. An entry is in one
 * of the two: up to the fact `archived_to` in the archive, after it in the journal. It is copied first, and removed
 * when the copy is on the disk and has been read back; after a power cut between the two it is copied again. The
 * archive may hold later entries too, where the journal was restored from a backup: these are not read.
 */
export interface Archive {
  /** The id of the newest entry that has moved; 0 where none has. */
  readonly to: number;
  /** Finds the entries that have moved; null where none has, or the archive cannot be read. */
  readonly reads: Reads | null;
  /**
   * For a quiet moment: moves a few hundred entries, or deletes a few hundred that are older than `keep_days`. Stops at
   * the id `before`: entries from there on must stay in the journal. True where there is more to do.
   */
  work(before: number): boolean;
  /**
   * Why the archive could not be read, and its new name where it was set aside; null once somebody has seen it. A file
   * that was lost or set aside is remembered across restarts.
   */
  readonly problem: ArchiveBroken | null;
  /** The Fault to throw for an entry that has moved and cannot be found any more: nothing may be said of it. */
  gone(): Fault;
  seen(by: string): void;
  /** Lets an archive that could not be opened be tried once more. Called when a batch was closed. */
  again(): void;
  close(): void;
}

export interface ArchiveParts {
  readonly store: Store;
  /** Where the archive is; null where closed batches stay in the journal. */
  readonly disk: JournalDisk | null;
  /** How many days after the closing of its batch an archived entry is deleted, unless it was parked or ruled on. */
  readonly keep_days: number;
  readonly now: () => number;
}

/** Entries moved or deleted in one go: few enough that nobody waits for it to end. */
const AT_ONCE = 200;

export function archive({ store, disk, keep_days, now }: ArchiveParts): Archive {
  const fact = store.prepare(`SELECT value FROM facts WHERE name = 'archived_to'`);
  const setFact = store.prepare(`INSERT INTO facts (name, value) VALUES ('archived_to', ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`);
  // Everything before the newest closed batch that holds an entry may move. That batch stays in the journal, because
  // the counter asks for it most, and because each sign-in looks for the bank's newest transaction here: a broken
  // archive must not hide it.
  const until = store.prepare(`SELECT min(id) AS first FROM entries WHERE batch >= coalesce(
    (SELECT max(batch) FROM entries WHERE batch IN (SELECT batch FROM closings)), 0)`);
  const newest = store.prepare('SELECT max(id) AS last FROM entries WHERE id < ?');
  const closings = store.prepare('SELECT batch, closed_ms FROM closings ORDER BY batch');
  const incident = store.prepare('INSERT INTO incidents (kind, detail, at_ms) VALUES (?, ?, ?)');
  const file = disk?.file ?? '';
  let to = Number(fact.get()?.value ?? 0);
  let opened: { store: Store; reads: Reads } | null = null;
  let problem = unseen(store);
  /** True between losing one archive file and making the next: until then a missing file is no new fault. */
  let between = false;
  /** At most one file is set aside per start: if its successor is broken too, the disk is at fault, not the file. */
  let isSetAside = false;
  /** True while the archive can be neither read nor set aside: nothing is read or moved until `again` is called. */
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
    // The file was only unreadable for a while: nothing is lost that somebody would have to see.
    if (problem?.in_place) problem = null;
    return opened;
  }

  function attempt(at: JournalDisk): { store: Store; reads: Reads } {
    // Pages are not checked here, for the file may hold years of trade: damage is found when the page is read.
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

  /** Sets a broken file aside, for whoever looks into it. Throws any other error again, and a second broken file. */
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
      // A disk that cannot take this note locks payment anyway; until this process ends, `problem` is kept in memory.
      if (!(error instanceof Fault)) throw error;
    }
  }

  /** Payment goes on without the archive, whatever is wrong with it. A file that cannot be set aside stays there. */
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
    // Without its events an entry would look never sent, and so "not charged": it is given whole or not at all.
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
      // Prepared statements do not know the new columns: the archive is opened again.
      aside.store.close();
      opened = null;
      return true;
    }
    const rows = rowsOf(store, to, last);
    insert(rows, aside.store, nameIn(store) ?? '');
    aside.store.checkpoint();
    // The archive has other entries under these keys: the journal was restored from a backup made before those moved.
    if (!isCopy(rowsOf(aside.store, to, last), rows)) throw brokenFile('it has other entries in their place');
    remove(store, to, last, () => setFact.run(String(last)));
    to = last;
    return true;
  }

  function forgetOld(): boolean {
    // Opened even if nothing is old: damage is found in a quiet moment, before somebody asks about money in it.
    const aside = to === 0 ? null : open();
    const batch = newestOlderThan(keep_days, closings.all() as unknown as Closed[]);
    return aside !== null && forget(aside.store, { batch, last: to, most: AT_ONCE });
  }

  // A new journal has moved nothing yet: a file that is there is an earlier journal's (opening sets it aside), or the
  // copy of a first move that was cut short.
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
        // On a full or read-only disk the move waits until that is over. After a broken archive a new one is begun.
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
      // If a file was set aside and its successor failed too, the disk is at fault: no further try in this start.
      if (!isSetAside) isOut = false;
    },
    close: () => opened?.store.close(),
  };
}

type ArchiveBroken = Extract<Problem, { kind: 'archive-broken' }>;
type FileProblem = Extract<Problem, { kind: 'journal-broken' | `disk-${string}` | 'journal-newer' }>;
const SEEN = 'archive-seen';

/** Whether the error is about this file, and not about the journal beside it. */
function isOfFile(error: unknown, file: string): error is Fault & { readonly problem: FileProblem } {
  return error instanceof Fault && 'file' in error.problem && error.problem.file === file;
}

type Broken = Extract<Problem, { kind: 'journal-broken' }>;

function isBroken(error: unknown, file: string): error is Fault & { readonly problem: Broken } {
  return isOfFile(error, file) && error.problem.kind === 'journal-broken';
}

/** The newest archive problem on record, of this start or an earlier one, that nobody has seen yet. */
function unseen(store: Store): ArchiveBroken | null {
  const row = store
    .prepare(`SELECT detail FROM incidents WHERE kind = 'archive-broken'
      AND id > coalesce((SELECT max(id) FROM incidents WHERE kind = ?), 0) ORDER BY id DESC LIMIT 1`)
    .get(SEEN);
  return row === undefined ? null : { kind: 'archive-broken', ...JSON.parse(String(row.detail)) };
}
