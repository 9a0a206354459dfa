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
  /** A statement that is prepared at its first use, for a boot uses few. An error of the disk in reading is a Fault. */
  prepare(sql: string): Statement;
  /** Runs `work` in one transaction, on the disk when this returns. An error of the disk is thrown as a Fault. */
  commit<T>(work: () => T): T;
  /** Statements without values, inside a commit. */
  exec(sql: string): void;
  /** Runs one statement, as a commit of its own or as part of the commit that is under way. */
  run(statement: Statement, ...values: SQLInputValue[]): void;
  /** Commits a value that nobody reads, to see whether the disk takes a commit. */
  touch(): void;
  /**
   * Set after a commit that failed and may be on the disk all the same, for the next start to find. Null once a later
   * commit has succeeded; each new doubt is another object.
   */
  readonly doubt: Doubt | null;
  /** Whether enough has been written for a checkpoint. */
  readonly untidy: boolean;
  /** Moves the log into the file, so that the log is written over from its start. Not on the way of a sale. */
  checkpoint(): void;
  close(): void;
}

/** An object without content: doubts are compared by identity. */
export type Doubt = Readonly<Record<never, never>>;

export interface Statement {
  get(...values: SQLInputValue[]): Record<string, SQLOutputValue> | undefined;
  all(...values: SQLInputValue[]): Record<string, SQLOutputValue>[];
  run(...values: SQLInputValue[]): unknown;
}

export interface Opening {
  /** Whether a file without tables is made into a journal; otherwise it counts as broken. */
  readonly fresh: boolean;
  /** Whether every page is checked: the time that takes grows with the file. */
  readonly check: boolean;
}

/** Opens the file, and checks it if asked to. */
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
  // The value changes each time, because SQLite does not write a page that stays the same.
  const overwrite = lazily(
    (work) => mapped(file, work),
    () =>
      database.prepare(`INSERT INTO facts (name, value) VALUES ('tried', '0')
        ON CONFLICT (name) DO UPDATE SET value = 1 - value`),
  );

  /** The work is on the disk when this returns. Where it throws, nothing has changed, unless it leaves a doubt. */
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
   * Overwrites the frames of a failed commit. SQLite writes a commit's frames with their commit mark, and then syncs
   * them. If the sync fails, SQLite forgets the frames, but they stay in the file, and a start that finds their
   * checksums right takes them as committed. A second sync proves nothing: Linux has marked their pages as clean, and
   * reports success for what it never wrote (wiki.postgresql.org/wiki/Fsync_Errors). So another commit is written at
   * once: it begins at the same place, and since each checksum continues that of the frame before
   * (sqlite.org/fileformat2.html, 4.1), no old frame behind it counts any more.
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

  // No second try inside a transaction: the error has ended it, and the rest must not run without the first part.
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
      // If the sync of the file fails, the next checkpoint writes all of the pages again.
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
  // Set before the first page is read: then one process owns the file, and no shared-memory file is needed.
  database.exec(`PRAGMA locking_mode = EXCLUSIVE`);
  if (fresh && versionOf(database) === 0) {
    database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA application_id = ${APPLICATION_ID}`);
  }
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${MOST_FRAMES};
    PRAGMA trusted_schema = OFF`);
  // Foreign keys are off, because an entry's original may have moved to the archive, where no key can find it.
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

/** Whether quick_check reports a page that the disk did not give, and not a fault in a page's content. */
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
