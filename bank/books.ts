import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSafe, prove, type Safe } from './safe.ts';
import { migrate } from './schema.ts';

export interface Books {
  readonly db: DatabaseSync;
  readonly safe: Safe;
  /** Runs `work` in one transaction, which is on the disk when this returns. Calls must not be nested. */
  atomically<T>(work: () => T): T;
  close(): void;
}

/** Opens the books of a bank's folder, or makes them. Several processes may have them open (provisioning beside the bank). */
export function openBooks(dir: string): Books {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, 'bank.db');
  const safe = openSafe(dir, file);
  const fresh = !existsSync(file);
  const db = new DatabaseSync(file, { timeout: 5000, enableForeignKeyConstraints: true });
  // SQLite gives the WAL file the same mode.
  if (fresh) chmodSync(file, 0o600);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000');
  // The rows of an answer must be on the disk before it leaves: synchronous must be 2 (FULL).
  const durable = db.prepare('PRAGMA synchronous').get()?.synchronous === 2;
  const logged = db.prepare('PRAGMA journal_mode').get()?.journal_mode === 'wal';
  if (!durable || !logged) {
    throw new Error(`${file} cannot be kept durably on this file system: use another --dir, on a local disk`);
  }
  const books: Books = {
    db,
    safe,
    atomically(work) {
      db.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        db.exec('COMMIT');
        return result;
      } catch (error) {
        // A full disk may have ended the transaction already.
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
    close() {
      db.close();
    },
  };
  try {
    migrate(books, file);
    prove(books, file);
  } catch (error) {
    db.close();
    throw error;
  }
  if (fresh) db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  return books;
}
