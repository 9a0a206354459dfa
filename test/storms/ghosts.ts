import { DatabaseSync } from 'node:sqlite';
import type { Journal } from '../../src/journal/journal.ts';
import { Fault } from '../../src/values/problem.ts';
import type { FaultName, Strike } from './faults.ts';

/** Faults after which the disk may hold a commit that the terminal does not know of. */
const FAILS: readonly FaultName[] = [
  'io-error',
  'sync-lost',
  'full-once',
  'read-only-once',
  'disk-full',
  'disk-read-only',
];

export function hasFailed(struck: readonly Strike[]): boolean {
  return struck.some(({ fault }) => FAILS.includes(fault));
}

/**
 * Differences between the rows that this terminal knows and those that a restart would find: a commit whose sync failed
 * still has its frames in the log. Reads the disk as after a power cut that keeps everything, by a connection that
 * writes nothing.
 */
export function ghosts(journal: Journal, location: string): string[] {
  const newest = readable(() => journal.last()?.id ?? 0);
  if (newest === null) return [];
  const from = Math.max(0, newest - LOOKED_AT);
  const found = rowsAt(location, from);
  if (found === null) return [];
  // Rows older than the oldest on the disk have moved to the archive.
  const oldest = Math.min(...found.keys());
  const wrong: string[] = [];
  for (let id = from + 1; id <= Math.max(newest, ...found.keys()); id++) {
    const here = readable(() => journal.entry(id)?.history.events ?? NOT_THERE);
    const there = found.get(id) ?? NOT_THERE;
    if (here === null || (there === NOT_THERE && id < oldest)) continue;
    if (here !== there) wrong.push(`row ${id}: ${said(here)} here, ${said(there)} on the disk`);
  }
  return wrong;
}

function said(events: number): string {
  return events === NOT_THERE ? 'not begun' : `${events} events`;
}

/** Stands for the count of events of a row that is not there. */
const NOT_THERE = -1;
/** How many of the newest rows a failing disk can affect. */
const LOOKED_AT = 4;

/** Null where the disk does not give it now. */
function rowsAt(location: string, from: number): Map<number, number> | null {
  return readable(() => {
    const database = new DatabaseSync(`${location}&mode=ro`, { readOnly: true });
    try {
      database.exec('PRAGMA locking_mode = EXCLUSIVE');
      const rows = database
        .prepare(
          'SELECT id, (SELECT count(*) FROM events WHERE entry = entries.id) AS events FROM entries WHERE id > ?',
        )
        .all(from);
      return new Map(rows.map(({ id, events }) => [Number(id), Number(events)]));
    } finally {
      database.close();
    }
  });
}

/** Null where the disk cannot be read, by the terminal or by this check. */
function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Fault || (error instanceof Error && 'errcode' in error)) return null;
    throw error;
  }
}
