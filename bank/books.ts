import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSafe, type Safe } from './safe.ts';

const VERSION = 1;

/**
 * The bank's one database. Account numbers never enter it: a card is known by its row's name in the seed, shown masked,
 * and what must hold a number (an answer's bytes) or a key is sealed.
 */
const SCHEMA = `
  -- Whose money it is: positive is owed to the owner. Every entry's postings sum to zero, so all balances do.
  CREATE TABLE account (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    balance INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    trade INTEGER REFERENCES trade(id),
    kind TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE posting (
    entry INTEGER NOT NULL REFERENCES entry(id),
    account TEXT NOT NULL REFERENCES account(id),
    amount INTEGER NOT NULL,
    PRIMARY KEY (entry, account)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX entry_of_trade ON entry(trade);

  -- Kept by triggers, so that the ledger's sum is read in one row however many accounts there are.
  CREATE TABLE ledger_sum (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), total INTEGER NOT NULL) STRICT;
  INSERT INTO ledger_sum VALUES (1, 0);
  CREATE TRIGGER balance_moved AFTER UPDATE OF balance ON account BEGIN
    UPDATE ledger_sum SET total = total + new.balance - old.balance;
  END;
  CREATE TRIGGER posting_stays BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'a posting is never changed'); END;
  CREATE TRIGGER posting_kept BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'a posting is never removed'); END;

  -- What a terminal asked for. One row per terminal, batch and trace, for ever: it tells a duplicate, and a
  -- tombstone (a reversal that came before, or without, its original) keeps the place of an original that is late.
  CREATE TABLE trade (
    id INTEGER PRIMARY KEY,
    terminal TEXT NOT NULL,
    merchant TEXT NOT NULL,
    batch TEXT NOT NULL,
    trace TEXT NOT NULL,
    type TEXT NOT NULL,
    card TEXT,
    pan TEXT,
    amount INTEGER NOT NULL,
    fee INTEGER NOT NULL,
    entry_mode TEXT,
    code TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('posted', 'declined', 'reversed', 'tombstone')),
    reference TEXT NOT NULL UNIQUE,
    authorisation TEXT,
    original INTEGER REFERENCES trade(id),
    at INTEGER NOT NULL,
    settlement_date TEXT NOT NULL,
    reversal_reason TEXT,
    reversed_at INTEGER,
    answer BLOB,
    UNIQUE (terminal, batch, trace)
  ) STRICT;

  -- What a card's holder did that outlives a transaction.
  CREATE TABLE card (id TEXT PRIMARY KEY, wrong_pins INTEGER NOT NULL DEFAULT 0) STRICT;

  -- A terminal's keys, sealed, and its standing. 'next' is a master key that was sent and is not confirmed yet.
  CREATE TABLE terminal (
    id TEXT PRIMARY KEY,
    batch TEXT NOT NULL,
    operator TEXT,
    signed_in_at INTEGER,
    master_key BLOB, master_kcv TEXT,
    next_key BLOB, next_kcv TEXT,
    rotate INTEGER NOT NULL DEFAULT 0,
    pin_key BLOB, mac_key BLOB, track_key BLOB
  ) STRICT;

  CREATE TABLE certificate (
    serial_number TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
  ) STRICT;
  CREATE INDEX certificate_of_holder ON certificate(holder);
  CREATE TABLE seen_token (token TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    holder TEXT,
    step TEXT NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL
  ) STRICT;
`;

export interface Books {
  readonly db: DatabaseSync;
  readonly safe: Safe;
  /** All of it or nothing, on the disk when it returns. Not to be nested. */
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
  // Its WAL takes the same mode.
  if (fresh) chmodSync(file, 0o600);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000');
  // What is answered must have reached the disk: 2 is FULL.
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
  books.atomically(() => {
    const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
    if (version === 0) db.exec(`${SCHEMA}; PRAGMA user_version = ${VERSION}`);
    else if (version !== VERSION) {
      throw new Error(
        `${file} has the form of version ${version}, this bank writes version ${VERSION}: start the bank that made it, or move its folder away`,
      );
    }
  });
  // What undoes a trade is looked for by the trade. An index alone does not change the books' form.
  db.exec('CREATE INDEX IF NOT EXISTS trade_of_original ON trade(original) WHERE original IS NOT NULL');
  if (fresh) db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  return books;
}
