import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { Fault } from '../values/problem.ts';
import { faultOf, IOERR, isUnsure, type JournalDisk, mapped, twice, unread } from './disk.ts';
import { APPLICATION_ID, migrate, PAGE_BYTES, versionOf } from './schema.ts';

/**
 * The log is written over in place: a checkpoint lets the next commit begin again at its start, and as long as the log
 * stays within what was reserved, fdatasync has no metadata to write. Measured in bench/journal.ts.
 */
const LOG_BYTES = 1 << 20;
/** Commits between two checkpoints in quiet moments; a commit writes up to five frames. */
const TIDY_COMMITS = 40;
/** Frames after which SQLite checkpoints by itself, where nobody found a quiet moment; within what was reserved. */
const MOST_FRAMES = 240;

/** The journal's file: opened, asserted, and written one commit at a time. */
export interface Store {
  /** Prepared when it is first used: a boot uses few of them. What the disk says against reading it is thrown as a Fault. */
  prepare(sql: string): Statement;
  /** Runs `work` in one transaction, on the disk when it returns. What the disk says against it is thrown as a Fault. */
  commit<T>(work: () => T): T;
  /** Statements without values, inside a commit. */
  exec(sql: string): void;
  /** One statement that is a commit of its own, or inside one. */
  run(statement: Statement, ...values: SQLInputValue[]): void;
  /** A commit of which nobody reads anything: whether the disk takes one. */
  touch(): void;
  /**
   * What has failed, and may stand at the next start all the same: null once a later commit is on the disk, and another
   * one each time that it is not known anew.
   */
  readonly doubt: Doubt | null;
  /** Whether enough has been written for a checkpoint. */
  readonly untidy: boolean;
  /** Moves the log into the file, so that the log is written over from its start. Not on the way of a sale. */
  checkpoint(): void;
  close(): void;
}

/** Told from others by itself alone. */
export type Doubt = Readonly<Record<never, never>>;

export interface Statement {
  get(...values: SQLInputValue[]): Record<string, SQLOutputValue> | undefined;
  all(...values: SQLInputValue[]): Record<string, SQLOutputValue>[];
  run(...values: SQLInputValue[]): unknown;
}

export interface Opening {
  /** A file without tables is made into a journal, else it counts as broken. */
  readonly fresh: boolean;
  /** Whether every page is read: it takes as long as the file is large. */
  readonly check: boolean;
}

/** Opens the file, and checks it. */
export function openStore(disk: JournalDisk, opening: Opening): Store {
  return twice(() => opened(disk, opening));
}

function opened(disk: JournalDisk, opening: Opening): Store {
  const { file } = disk;
  const database = mapped(file, () => new DatabaseSync(disk.location));
  try {
    prepareFile(database, disk, opening);
  } catch (error) {
    database.close();
    throw faultOf(error, file);
  }

  let commits = 0;
  let doubt: Doubt | null = null;
  const begin = database.prepare('BEGIN IMMEDIATE');
  const end = database.prepare('COMMIT');
  // Another value each time: SQLite writes no page that stays as it is.
  const overwrite = lazily(
    (work) => mapped(file, work),
    () =>
      database.prepare(`INSERT INTO facts (name, value) VALUES ('tried', '0')
        ON CONFLICT (name) DO UPDATE SET value = 1 - value`),
  );

  /** On the disk when it returns; nothing has changed where it throws, unless it leaves a doubt. */
  function committed<T>(work: () => T): T {
    try {
      const made = mapped(file, work);
      commits++;
      doubt = null;
      return made;
    } catch (error) {
      if (isUnsure(error)) writeOver();
      throw error;
    }
  }

  /**
   * SQLite writes a commit's frames with their mark, and syncs them then. Where the sync fails it forgets them; the file does
   * not, and a start that finds their checksums right takes them for done. No second sync settles it: Linux has marked their
   * pages as clean, and says yes to what it never wrote (wiki.postgresql.org/wiki/Fsync_Errors). So another commit is written
   * at once, and anew: it begins at the same place, and since each checksum goes on from the frame before (sqlite.org/fileformat2.html,
   * 4.1), nothing that is left behind it counts.
   */
  function writeOver(): void {
    doubt ??= {};
    try {
      mapped(file, () => overwrite.run());
      commits++;
      doubt = null;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
    }
  }

  // What fails in a transaction has ended it, and half of it must not be done again alone.
  const read = <T>(work: () => T): T => (database.isTransaction ? mapped(file, work) : twice(() => mapped(file, work)));
  return {
    prepare: (sql) => lazily(read, () => database.prepare(sql)),
    commit(work) {
      return committed(() => {
        begin.run();
        try {
          const made = work();
          end.run();
          return made;
        } catch (error) {
          // SQLite has rolled back by itself where the disk is full or broken.
          if (database.isTransaction) database.exec('ROLLBACK');
          throw error;
        }
      });
    },
    exec: (sql) => database.exec(sql),
    run(statement, ...values) {
      const write = () => void statement.run(...values);
      return database.isTransaction ? mapped(file, write) : committed(write);
    },
    touch: () => committed(() => void overwrite.run()),
    get doubt() {
      return doubt;
    },
    get untidy() {
      return commits >= TIDY_COMMITS;
    },
    checkpoint() {
      // Where the sync of the file fails, the next one writes all of its pages anew.
      mapped(file, () => database.exec('PRAGMA wal_checkpoint(FULL)'));
      commits = 0;
    },
    close: () => database.close(),
  };
}

function lazily(read: <T>(work: () => T) => T, prepare: () => StatementSync): Statement {
  let made: StatementSync | null = null;
  const statement = () => {
    made ??= prepare();
    return made;
  };
  return {
    get: (...values) => read(() => statement().get(...values)),
    all: (...values) => read(() => statement().all(...values)),
    run: (...values) => statement().run(...values),
  };
}

function prepareFile(database: DatabaseSync, disk: JournalDisk, { fresh, check }: Opening): void {
  // Before the first page is read: one process has the file, and no shared-memory file is needed.
  database.exec(`PRAGMA locking_mode = EXCLUSIVE`);
  if (fresh && versionOf(database) === 0) {
    database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA application_id = ${APPLICATION_ID}`);
  }
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${MOST_FRAMES};
    PRAGMA trusted_schema = OFF`);
  // An entry may be about one that has moved to the archive: its row names it, and no key can hold it.
  database.exec('PRAGMA foreign_keys = OFF');
  // Money rule 1 rests on these: asserted, not assumed.
  must(database, 'journal_mode', 'wal');
  must(database, 'synchronous', 2);
  must(database, 'locking_mode', 'exclusive');

  if (check) {
    const sound = String(database.prepare('PRAGMA quick_check(1)').get()?.quick_check);
    if (saysUnread(sound)) throw unread(sound);
    if (sound !== 'ok') throw broken(disk, sound);
  }
  if (pragma(database, 'application_id') !== APPLICATION_ID) throw broken(disk, 'it is not a journal');
  if (pragma(database, 'page_size') !== PAGE_BYTES) throw broken(disk, 'its pages have another size');
  if (!fresh && versionOf(database) === 0) throw broken(disk, 'it holds no tables');
  migrate(database, disk.file);
  disk.reserve(LOG_BYTES);
  disk.syncFolder();
}

function broken({ file }: JournalDisk, why: string): Fault {
  return new Fault({ kind: 'journal-broken', file, why, set_aside: null });
}

/** What quick_check says of a page that the disk did not give, in the place of an error; what is wrong in a page is another. */
function saysUnread(sound: string): boolean {
  const code = /error code[ =](\d+)/.exec(sound)?.[1];
  return code === undefined ? sound.includes('failed to get page') : (Number(code) & 0xff) === IOERR;
}

function must(database: DatabaseSync, name: string, value: string | number): void {
  const found = pragma(database, name);
  if (found !== value) throw new Error(`the journal needs ${name} = ${value}, and SQLite says ${String(found)}`);
}

function pragma(database: DatabaseSync, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name];
}
