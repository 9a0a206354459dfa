import type { Clock, Random } from '../values/clock.ts';
import { Fault, type Problem } from '../values/problem.ts';
import type { Batch, Trace } from '../values/trace.ts';
import { isUnread, type JournalDisk, stampOf } from './disk.ts';
import { openStore, type Store } from './store.ts';

/** The id of the newest entry, whether it has moved to the archive or not. */
const NEWEST = `SELECT max(coalesce((SELECT max(id) FROM entries), 0),
  coalesce((SELECT CAST(value AS INTEGER) FROM facts WHERE name = 'archived_to'), 0)) AS entries`;

/** Two people have compared the terminal with the bank's books, and payment may go on (money rule 12). */
export interface Reconciliation {
  readonly people: readonly [string, string];
  readonly reference: string;
}

/** What the marker tells: which journal is this terminal's, and how many entries it has had at least. */
interface Mark {
  readonly journal: string;
  readonly entries: number;
}

type JournalBroken = Extract<Problem, { kind: 'journal-broken' }>;

interface Parts {
  readonly disk: JournalDisk;
  readonly clock: Clock;
  readonly random: Random;
  readonly first: { readonly batch: Batch; readonly trace: Trace };
  readonly reconciled?: Reconciliation;
}

/**
 * Opens the file that the marker outside it speaks of. A journal that is gone, or older than the marker (a restored
 * backup), or another terminal's (a cloned card) locks payment: it is never made anew in silence.
 */
export function lock(parts: Parts): { store: Store; leaveMark(entries: number): void } {
  const { disk, clock, reconciled } = parts;
  const marked = disk.readMarker();
  const set_aside = disk.lastSetAside();
  if (!disk.exists() && (marked !== null || set_aside !== null) && reconciled === undefined) {
    throw new Fault({ kind: 'journal-missing', file: disk.file, set_aside });
  }
  const fresh = marked === null || (!disk.exists() && reconciled !== undefined);
  const store = opened(parts, fresh);
  try {
    const journal = identity(store, parts);
    const entries = Number(store.prepare(NEWEST).get()?.entries ?? 0);
    const mark = markOf(marked);
    if (reconciled !== undefined) note(store, clock, 'reconciled', { ...reconciled, mark: marked, set_aside });
    else if (mark !== null && (mark.journal !== journal || entries < mark.entries)) {
      const found = `${journal}, ${entries} entries`;
      const expected = `${mark.journal}, ${mark.entries} entries`;
      throw new Fault({ kind: 'journal-behind', file: disk.file, found, expected });
    }
    const leaveMark = (now: number) => disk.writeMarker(JSON.stringify({ journal, entries: now } satisfies Mark));
    // The journal is whole before the marker says that there is one.
    if (mark === null || reconciled !== undefined) leaveMark(entries);
    return { store, leaveMark };
  } catch (error) {
    store.close();
    throw error;
  }
}

function opened({ disk, clock, reconciled }: Parts, fresh: boolean): Store {
  try {
    return openStore(disk, { fresh, check: true });
  } catch (error) {
    const problem = error instanceof Fault ? brokenBy(error, reconciled !== undefined) : null;
    if (problem === null) throw error;
    // The file is kept for whoever reconciles. The marker tells the next start that this terminal is not a new one.
    if (disk.readMarker() === null) disk.writeMarker(JSON.stringify({ journal: '', entries: 0 } satisfies Mark));
    const set_aside = disk.setAside(stampOf(clock.now()));
    throw new Fault({ ...problem, set_aside }, { cause: error });
  }
}

/**
 * The problem for which the journal is set aside; null where the file stays. A file that the disk did not give stays,
 * because it may be readable at the next start and its debts stand; once two people have reconciled, it may go.
 */
function brokenBy(error: Fault, reconciled: boolean): JournalBroken | null {
  const { problem } = error;
  if (problem.kind === 'journal-broken') return problem;
  if (problem.kind !== 'disk-broken' || !reconciled || !isUnread(error)) return null;
  return { ...problem, kind: 'journal-broken', set_aside: null };
}

/** The journal's own name, given with its first batch and trace when it is made. */
function identity(store: Store, { clock, random, first }: Parts): string {
  const known = store.prepare(`SELECT value FROM facts WHERE name = 'journal'`).get();
  if (known !== undefined) return String(known.value);
  const made = Buffer.from(random(16)).toString('hex');
  const before = String(((Number(first.trace) + 999_997) % 999_999) + 1).padStart(6, '0');
  const fact = store.prepare('INSERT INTO facts (name, value) VALUES (?, ?)');
  const batch = store.prepare('INSERT INTO batches (number, opened_ms) VALUES (?, ?)');
  store.commit(() => {
    fact.run('journal', made);
    fact.run('trace', before);
    batch.run(first.batch, clock.now());
  });
  // The name moves from the log into the file before the marker speaks of it, so that it is not lost with the log.
  store.checkpoint();
  return made;
}

function note(store: Store, clock: Clock, kind: string, detail: object): void {
  const insert = store.prepare('INSERT INTO incidents (kind, detail, at_ms) VALUES (?, ?, ?)');
  store.commit(() => insert.run(kind, JSON.stringify(detail), clock.now()));
}

/** Null where there is no marker or it cannot be read: it then tells no more than that a journal was there. */
function markOf(text: string | null): Mark | null {
  if (text === null) return null;
  try {
    const { journal, entries }: Partial<Mark> = JSON.parse(text);
    return typeof journal === 'string' && typeof entries === 'number' ? { journal, entries } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
