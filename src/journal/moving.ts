import type { SQLInputValue } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import type { StoredRow } from './reads.ts';
import { appendOnly, versionOf } from './schema.ts';
import type { Store } from './store.ts';

/** Rows that move together: an entry's row needs its batch and its events beside it. */
export type Rows = readonly { readonly table: string; readonly rows: readonly StoredRow[] }[];

const MOVED = ['entries', 'events'] as const;

/** The entries after `after`, up to `last`, with their events and the batches that they name. */
export function rowsOf(store: Store, after: number, last: number): Rows {
  const range = {
    batches: 'SELECT * FROM batches WHERE id IN (SELECT batch FROM entries WHERE id > ? AND id <= ?) ORDER BY id',
    entries: 'SELECT * FROM entries WHERE id > ? AND id <= ? ORDER BY id',
    events: 'SELECT * FROM events WHERE entry > ? AND entry <= ? ORDER BY entry, number',
  };
  return Object.entries(range).map(([table, select]) => ({ table, rows: store.prepare(select).all(after, last) }));
}

/** Inserts the rows and their journal's name; a second time is harmless. A row that has the same key already stays. */
export function insert(copied: Rows, into: Store, journal: string): void {
  into.commit(() => {
    into.prepare(`INSERT OR IGNORE INTO facts (name, value) VALUES ('journal', ?)`).run(journal);
    for (const { table, rows } of copied) {
      const columns = Object.keys(rows[0] ?? {});
      if (columns.length === 0) continue;
      const places = columns.map(() => '?').join(', ');
      const put = into.prepare(`INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${places})`);
      for (const row of rows) put.run(...columns.map((column) => (row[column] ?? null) as SQLInputValue));
    }
  });
}

/** Whether the copy has the same rows, and no others. */
export function isCopy(copy: Rows, of: Rows): boolean {
  return of.every(({ rows }, place) => {
    const copied = copy[place]?.rows ?? [];
    return rows.length === copied.length && rows.every((row, n) => saysTheSame(copied[n] ?? {}, row));
  });
}

/** Compares only the row's own columns: the archive of a newer release may have more. */
function saysTheSame(copy: StoredRow, row: StoredRow): boolean {
  return Object.entries(row).every(([column, value]) => isDeepStrictEqual(copy[column], value));
}

export function remove(store: Store, after: number, last: number, note: () => void): void {
  const events = store.prepare('DELETE FROM events WHERE entry > ? AND entry <= ?');
  const entries = store.prepare('DELETE FROM entries WHERE id > ? AND id <= ?');
  appendOnly.lifted(store, MOVED, () => {
    events.run(after, last);
    entries.run(after, last);
    note();
  });
}

/**
 * Deletes at most `most` of the archive's entries, up to the id `last` and the batch `batch`, except those that were
 * parked or ruled on. True where there were any to delete.
 */
export function forget(archive: Store, of: { batch: number; last: number; most: number }): boolean {
  // If the oldest entry is not old enough, no other is: years of trade need not be searched.
  const oldest = archive.prepare('SELECT batch FROM entries ORDER BY id LIMIT 1').get();
  if (oldest === undefined || Number(oldest.batch) > of.batch) return false;
  const old = archive
    .prepare(`SELECT id FROM entries WHERE batch <= ? AND id <= ? AND NOT EXISTS (
      SELECT 1 FROM events WHERE entry = entries.id AND kind IN ('ruled', 'parked')) ORDER BY id LIMIT ?`)
    .all(of.batch, of.last, of.most)
    .map(({ id }) => Number(id));
  if (old.length === 0) return false;
  const events = archive.prepare('DELETE FROM events WHERE entry = ?');
  const entries = archive.prepare('DELETE FROM entries WHERE id = ?');
  appendOnly.lifted(archive, MOVED, () => {
    for (const id of old) {
      events.run(id);
      entries.run(id);
    }
  });
  return true;
}

/** The journal's name, given when it is made. Its archive has that name from the first rows on; undefined before. */
export function nameIn(store: Store): string | undefined {
  return store.prepare(`SELECT value FROM facts WHERE name = 'journal'`).get()?.value as string | undefined;
}

/** Whether the archive is this journal's: by its name, or because nothing has moved into it yet. */
export function isOf(journal: Store, archive: Store): boolean {
  const name = nameIn(archive);
  if (name !== undefined) return name === nameIn(journal);
  return archive.prepare('SELECT 1 FROM entries LIMIT 1').get() === undefined;
}

/**
 * After a roll-back of the software the journal may have tables and columns that an archive made since lacks: adds them
 * as they stand in the journal, and takes over its schema version. True where the archive was changed.
 */
export function raise(archive: Store, journal: Store): boolean {
  const version = versionOf(journal);
  if (versionOf(archive) >= version) return false;
  archive.commit(() => {
    for (const table of namesIn(archive, 'table')) {
      const known = columnsOf(archive, table).map(({ name }) => name);
      for (const column of columnsOf(journal, table)) {
        if (!known.includes(column.name)) archive.exec(`ALTER TABLE ${table} ADD COLUMN ${sayingOf(column)}`);
      }
    }
    // sqlite_master lists everything in the order in which it was made: tables before their indexes and triggers.
    const known = namesIn(archive);
    for (const { name, sql } of journal.prepare(`SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL`).all()) {
      if (!known.includes(String(name))) archive.exec(String(sql));
    }
    archive.exec(`PRAGMA user_version = ${version}`);
  });
  return true;
}

function namesIn(store: Store, type: string | null = null): string[] {
  const names = store.prepare('SELECT name FROM sqlite_master WHERE type = coalesce(?, type)').all(type);
  return names.map(({ name }) => String(name));
}

function columnsOf(store: Store, table: string) {
  return store.prepare(`PRAGMA table_info(${table})`).all();
}

function sayingOf({ name, type, notnull, dflt_value }: StoredRow): string {
  const usual = dflt_value === null ? '' : ` DEFAULT ${dflt_value}`;
  return `${name} ${type}${notnull === 1 ? ' NOT NULL' : ''}${usual}`;
}
