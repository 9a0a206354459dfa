import type { SQLInputValue } from 'node:sqlite';
import { Fault, type Problem } from '../values/problem.ts';
import { faultOf, type JournalDisk } from './disk.ts';
import { type Reads, readsOf, type StoredRow } from './reads.ts';
import { appendOnly } from './schema.ts';
import { openStore, type Store } from './store.ts';

/**
 * Closed batches move into a file of their own, so that the journal that a boot checks stays small. An entry is in one of
 * the two: up to the fact `archived_to` in the archive, after it in the journal. It is copied first and removed after the
 * copy is on the disk; a power cut between the two copies it again.
 */
export interface Archive {
  /** The id of the newest entry that has moved; 0 where none has. */
  readonly to: number;
  /** How what has moved is found; null where nothing has. */
  readonly reads: Reads | null;
  /**
   * A quiet moment: moves a few hundred entries, and forgets a few hundred that are older than they are kept. Stops at
   * `before`, the first entry that still owes something. True where there is more to do.
   */
  work(before: number, now_ms: number): boolean;
  /**
   * Why what was archived could not be read, and the name under which it was set aside, from one start to the next: null
   * once somebody has seen it.
   */
  readonly problem: ArchiveBroken | null;
  seen(by: string): void;
  close(): void;
}

export interface ArchiveParts {
  readonly store: Store;
  /** Where it is; null where closed batches stay in the journal. */
  readonly disk: JournalDisk | null;
  /** Archived entries older than this are forgotten, but for those that people had to rule on. */
  readonly keep_days: number;
  readonly now: () => number;
}

/** So many rows that nobody waits for the move to end. */
const AT_ONCE = 200;
const DAY_MS = 86_400_000;
/** Tables that an entry's row needs beside it. */
const MOVED = ['entries', 'events'] as const;

export function archive({ store, disk, keep_days, now }: ArchiveParts): Archive {
  const fact = store.prepare(`SELECT value FROM facts WHERE name = 'archived_to'`);
  const setFact = store.prepare(`INSERT INTO facts (name, value) VALUES ('archived_to', ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`);
  // Everything before the newest closed batch: what the counter asks for most stays at hand.
  const until = store.prepare(`SELECT min(entries.id) AS first FROM entries
    WHERE batch >= coalesce((SELECT max(batch) FROM closings), 0)`);
  const newest = store.prepare('SELECT max(id) AS last FROM entries WHERE id < ?');
  const closings = store.prepare('SELECT 1 FROM closings LIMIT 1');
  let to = Number(fact.get()?.value ?? 0);
  let opened: { store: Store; reads: Reads } | null = null;
  const incident = store.prepare('INSERT INTO incidents (kind, detail, at_ms) VALUES (?, ?, ?)');
  let problem = unseen(store);
  /** It was set aside, and the next is not made yet: there is none, and none is missed. */
  let between = false;

  function open(): { store: Store; reads: Reads } | null {
    if (opened !== null || disk === null) return opened;
    if (to > 0 && !between && !disk.exists()) broken(missing(disk));
    const attempt = () => {
      // Not every page of years of trade: what is broken is found where it is read.
      const made = openStore(disk, { fresh: true, check: false });
      return { store: made, reads: guarded(readsOf(made)) };
    };
    try {
      opened = attempt();
    } catch (error) {
      setAside(error);
      opened = attempt();
    }
    between = false;
    return opened;
  }

  /** What is broken is kept for whoever looks at it; payment goes on without it. */
  function setAside(error: unknown): void {
    if (disk === null || !(error instanceof Fault) || error.problem.kind !== 'journal-broken') throw error;
    opened?.store.close();
    opened = null;
    const stamp = new Date(now()).toISOString().replace(/[-:]|\..*/g, '');
    const set_aside = disk.setAside(stamp);
    between = true;
    broken({ ...error.problem, kind: 'archive-broken', set_aside });
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

  function guard<T>(nothing: T, read: () => T): T {
    try {
      return read();
    } catch (error) {
      setAside(faultOf(error, disk?.file ?? ''));
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
      last: (limit) => all(() => reads.last(limit)),
      alike: (fingerprint, amount, since_ms) => all(() => reads.alike(fingerprint, amount, since_ms)),
      ofAmount: (amount, limit) => all(() => reads.ofAmount(amount, limit)),
      ofReference: (reference) => one(() => reads.ofReference(reference)),
      holdOf: (authorisation) => one(() => reads.holdOf(authorisation)),
      inBatch: (batchId, after, limit) => all(() => reads.inBatch(batchId, after, limit)),
    };
  }

  function move(before: number): boolean {
    const end = Math.min(before, Number(until.get()?.first ?? Number.MAX_SAFE_INTEGER));
    const last = Number(newest.get(Math.min(end, to + AT_ONCE + 1))?.last ?? 0);
    if (closings.get() === undefined || last <= to) return false;
    const aside = open();
    if (aside === null) return false;
    const rows = rowsOf(store, to, last);
    try {
      insert(rows, aside.store);
      aside.store.checkpoint();
    } catch (error) {
      // Nothing has left the journal: the next quiet moment moves it into a new one.
      setAside(error);
      return true;
    }
    remove(store, last, () => setFact.run(String(last)));
    to = last;
    return true;
  }

  function forget(now_ms: number): boolean {
    const aside = to === 0 ? null : open();
    if (aside === null) return false;
    const old = aside.store
      .prepare(`SELECT id FROM entries WHERE begun_ms < ? AND NOT EXISTS (
        SELECT 1 FROM events WHERE entry = entries.id AND kind IN ('ruled', 'parked')) ORDER BY id LIMIT ?`)
      .all(now_ms - keep_days * DAY_MS, AT_ONCE)
      .map(({ id }) => Number(id));
    if (old.length === 0) return false;
    appendOnly.lifted(aside.store, MOVED, () => {
      for (const table of ['events', 'entries'] as const) {
        const drop = aside.store.prepare(`DELETE FROM ${table} WHERE ${table === 'events' ? 'entry' : 'id'} = ?`);
        for (const id of old) drop.run(id);
      }
    });
    return true;
  }

  return {
    get to() {
      return to;
    },
    get reads() {
      return to === 0 ? null : (open()?.reads ?? null);
    },
    work: (before, now_ms) => disk !== null && (move(before) || guard(false, () => forget(now_ms))),
    get problem() {
      return problem;
    },
    seen(by) {
      store.run(incident, SEEN, JSON.stringify({ by }), now());
      problem = null;
    },
    close: () => opened?.store.close(),
  };
}

type ArchiveBroken = Extract<Problem, { kind: 'archive-broken' }>;
const SEEN = 'archive-seen';

/** What was found broken, in this start or one before, and nobody has seen since. */
function unseen(store: Store): ArchiveBroken | null {
  const row = store
    .prepare(`SELECT detail FROM incidents WHERE kind = 'archive-broken'
      AND id > coalesce((SELECT max(id) FROM incidents WHERE kind = ?), 0) ORDER BY id DESC LIMIT 1`)
    .get(SEEN);
  return row === undefined ? null : { kind: 'archive-broken', ...JSON.parse(String(row.detail)) };
}

function missing({ file }: JournalDisk): ArchiveBroken {
  return { kind: 'archive-broken', file, why: 'it is not there any more', set_aside: null };
}

type Rows = readonly { readonly table: string; readonly rows: readonly StoredRow[] }[];

/** The entries after `after`, up to `last`, with their events and the batches that they name. */
function rowsOf(store: Store, after: number, last: number): Rows {
  const range = {
    batches: `SELECT * FROM batches WHERE id IN (SELECT batch FROM entries WHERE id > ? AND id <= ?)`,
    entries: 'SELECT * FROM entries WHERE id > ? AND id <= ?',
    events: 'SELECT * FROM events WHERE entry > ? AND entry <= ?',
  };
  return Object.entries(range).map(([table, select]) => ({ table, rows: store.prepare(select).all(after, last) }));
}

/** Rows as they are; again does no harm. */
function insert(copied: Rows, into: Store): void {
  into.commit(() => {
    for (const { table, rows } of copied) {
      const columns = Object.keys(rows[0] ?? {});
      if (columns.length === 0) continue;
      const places = columns.map(() => '?').join(', ');
      const put = into.prepare(`INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${places})`);
      for (const row of rows) put.run(...columns.map((column) => (row[column] ?? null) as SQLInputValue));
    }
  });
}

function remove(store: Store, last: number, note: () => void): void {
  const events = store.prepare('DELETE FROM events WHERE entry <= ?');
  const entries = store.prepare('DELETE FROM entries WHERE id <= ?');
  appendOnly.lifted(store, MOVED, () => {
    events.run(last);
    entries.run(last);
    note();
  });
}
