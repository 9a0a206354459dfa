import type { DatabaseSync } from 'node:sqlite';
import { Fault } from '../values/problem.ts';
import type { Store } from './store.ts';

/** "GTJ1": file(1) and our own opening tell a journal from any other SQLite file. */
export const APPLICATION_ID = 0x47544a31;

/** SQLite's default page size; a commit writes one to five pages, each once. */
export const PAGE_BYTES = 4096;

/**
 * The schema's versions, one step each, run in order and each in one transaction. Released steps never change. A step
 * only adds (a column with a default, a table, an index), so that the release before, brought back by a roll-back,
 * still reads and writes the file (it names the columns that it writes); a step that cannot keep that sets the fact
 * `oldest_reader` to its own number.
 *
 * Everything about money is in `entries` and `events`, whose rows never change; a commit of a sale writes to these two
 * alone. `unfinished` is an index that quiet moments bring up to date: of the entries up to the fact `looked_to`, those
 * that still owe something. A boot reads them and the few entries after, and no others.
 */
export const steps: readonly string[] = [
  `CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE batches (
     id INTEGER PRIMARY KEY, number TEXT NOT NULL, opened_ms INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE closings (
     batch INTEGER PRIMARY KEY REFERENCES batches (id), closed_ms INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE entries (
     id INTEGER PRIMARY KEY,
     batch INTEGER NOT NULL REFERENCES batches (id),
     trace TEXT NOT NULL,
     type TEXT NOT NULL,
     amount INTEGER NOT NULL CHECK (amount >= 0),
     entry_mode TEXT NOT NULL,
     card TEXT,
     sealed BLOB,
     fingerprint BLOB,
     operator TEXT NOT NULL,
     copies TEXT NOT NULL,
     digest TEXT,
     begun_ms INTEGER NOT NULL
   ) STRICT;
   CREATE UNIQUE INDEX entry_of_trace ON entries (trace, batch);
   CREATE TABLE events (
     entry INTEGER NOT NULL REFERENCES entries (id),
     number INTEGER NOT NULL,
     kind TEXT NOT NULL,
     detail TEXT,
     at_ms INTEGER NOT NULL,
     PRIMARY KEY (entry, number)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE unfinished (entry INTEGER PRIMARY KEY REFERENCES entries (id)) STRICT;
   CREATE TABLE incidents (
     id INTEGER PRIMARY KEY, kind TEXT NOT NULL, detail TEXT NOT NULL, at_ms INTEGER NOT NULL
   ) STRICT;
   INSERT INTO facts VALUES ('oldest_reader', '1'), ('looked_to', '0');
   ${['batches', 'closings', 'entries', 'events', 'incidents'].map((table) => neverChanges(table)).join('')}`,
  // The entry that a void undoes. A release that knows no voids cannot read them.
  `ALTER TABLE entries ADD COLUMN original INTEGER REFERENCES entries (id);
   CREATE INDEX entries_of_original ON entries (original) WHERE original IS NOT NULL;
   UPDATE facts SET value = '2' WHERE name = 'oldest_reader'`,
  // What a request says beyond card, amount and original. A release that does not know its types cannot read them.
  `ALTER TABLE entries ADD COLUMN particulars TEXT;
   UPDATE facts SET value = '3' WHERE name = 'oldest_reader'`,
  // Settlements, step by step. `sums` is a cache, like `unfinished`: the totals of the entries up to `looked_to` that
  // are finished. A release that writes no sums would leave them behind.
  `ALTER TABLE entries ADD COLUMN card_group TEXT NOT NULL DEFAULT 'home';
   CREATE TABLE sums (
     batch INTEGER NOT NULL REFERENCES batches (id), type TEXT NOT NULL, operator TEXT NOT NULL,
     card_group TEXT NOT NULL, count INTEGER NOT NULL, amount INTEGER NOT NULL,
     PRIMARY KEY (batch, type, operator, card_group)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE settlements (
     id INTEGER PRIMARY KEY, batch INTEGER NOT NULL REFERENCES batches (id), operator TEXT NOT NULL,
     totals TEXT NOT NULL, begun_ms INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE settlement_steps (
     settlement INTEGER NOT NULL REFERENCES settlements (id), number INTEGER NOT NULL, kind TEXT NOT NULL,
     detail TEXT NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (settlement, number)
   ) STRICT, WITHOUT ROWID;
   UPDATE facts SET value = '0' WHERE name = 'looked_to';
   UPDATE facts SET value = '4' WHERE name = 'oldest_reader';
   ${['settlements', 'settlement_steps'].map((table) => neverChanges(table)).join('')}`,
  // Find refunds, and what ended a hold, by the bank's number of the original, long after. A sale is in neither index.
  `CREATE INDEX refunds_of_reference ON entries (json_extract(particulars, '$.reference'))
     WHERE type = 'refund' AND json_extract(particulars, '$.reference') IS NOT NULL;
   CREATE INDEX ends_of_hold ON entries (json_extract(particulars, '$.authorisation'))
     WHERE type IN ('preauth-void', 'completion', 'completion-advice')
     AND json_extract(particulars, '$.authorisation') IS NOT NULL`,
];

/** Rows about money never change. Only archiving may delete them, inside one transaction. */
export const appendOnly = {
  lifted(store: Pick<Store, 'commit' | 'exec'>, tables: readonly string[], work: () => void): void {
    store.commit(() => {
      for (const table of tables) store.exec(`DROP TRIGGER ${table}_no_delete`);
      work();
      for (const table of tables) store.exec(neverChanges(table, ['DELETE']));
    });
  },
};

function neverChanges(table: string, verbs: readonly string[] = ['UPDATE', 'DELETE']): string {
  return verbs
    .map(
      (verb) => `CREATE TRIGGER ${table}_no_${verb.toLowerCase()} BEFORE ${verb} ON ${table}
        BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END;`,
    )
    .join('');
}

/** Brings the file from its version to ours. A Fault where a newer release says that this one cannot read it. */
export function migrate(database: DatabaseSync, file: string, all: readonly string[] = steps): void {
  const version = versionOf(database);
  if (version > all.length) {
    const oldest = Number(database.prepare(`SELECT value FROM facts WHERE name = 'oldest_reader'`).get()?.value);
    if (oldest > all.length) throw new Fault({ kind: 'journal-newer', file, found: version, reads: all.length });
    return;
  }
  all.slice(version).forEach((step, place) => {
    database.exec('BEGIN IMMEDIATE');
    try {
      database.exec(step);
      database.exec(`PRAGMA user_version = ${version + place + 1}`);
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  });
}

/** 0 where nothing has been made yet. */
export function versionOf(database: DatabaseSync | Store): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}
