import type { Books } from './books.ts';

/**
 * The steps that make the bank's database, in order; a released step never changes. The file's `user_version` is the
 * number of steps taken. No clear account number is stored: a card is named by its id in the seed and shown masked, and
 * what must hold a number (an answer's bytes) or a key is sealed.
 */
export const steps: readonly string[] = [
  `-- Whose money it is: positive is owed to the owner. Every entry's postings sum to zero, so all balances do.
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
  ) STRICT;`,
  // Holds, what a type has beside its amount, and the proof that a repeated advice is the same one.
  `CREATE INDEX IF NOT EXISTS trade_of_original ON trade(original) WHERE original IS NOT NULL;
  CREATE INDEX trade_of_authorisation ON trade(merchant, authorisation) WHERE authorisation IS NOT NULL;

  -- What it takes from the card for the merchant (gives back: negative), fee aside; 0 for what moves nothing.
  ALTER TABLE trade ADD COLUMN moved INTEGER NOT NULL DEFAULT 0;
  UPDATE trade SET moved = CASE type WHEN 'void' THEN -amount ELSE amount END WHERE code = '00';
  -- JSON: what its type has beside an amount (instalment periods, tip, the total before an adjustment).
  ALTER TABLE trade ADD COLUMN particulars TEXT;
  -- Of the request without its MAC, keyed: whether a second 0220 under its trace is the same one.
  ALTER TABLE trade ADD COLUMN digest BLOB;

  -- What a pre-authorisation holds, kept beside the postings of the entries that name it.
  CREATE TABLE hold (
    preauth INTEGER PRIMARY KEY REFERENCES trade(id),
    card TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX open_hold ON hold(expires_at) WHERE amount > 0;
  ALTER TABLE entry ADD COLUMN hold INTEGER REFERENCES hold(preauth);
  CREATE INDEX entry_of_hold ON entry(hold) WHERE hold IS NOT NULL;

  -- Authorisations that the bank's clerk has given by telephone; 'trade' is the one that has used it.
  CREATE TABLE voice (
    authorisation TEXT PRIMARY KEY,
    card TEXT NOT NULL,
    amount INTEGER NOT NULL,
    at INTEGER NOT NULL,
    trade INTEGER REFERENCES trade(id)
  ) STRICT, WITHOUT ROWID;`,
  // The bank's days, the batches that were settled, what merchants were paid, and the cases.
  `-- The last one is open. A day's movements are the ledger's entries from its first to its last.
  CREATE TABLE business_day (
    date TEXT PRIMARY KEY,
    first_entry INTEGER NOT NULL,
    last_entry INTEGER,
    closed_at INTEGER,
    -- The cut-over that began this day answers 90 until then.
    quiet_until INTEGER NOT NULL,
    -- Its reconciliation files are written.
    filed INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  -- One row a batch: the terminal's F48, the bank's F48 with its flags, and how it ended.
  CREATE TABLE settlement (
    id INTEGER PRIMARY KEY,
    terminal TEXT NOT NULL,
    merchant TEXT NOT NULL,
    batch TEXT NOT NULL,
    operator TEXT NOT NULL,
    asked TEXT NOT NULL,
    counted TEXT NOT NULL,
    counted_at INTEGER NOT NULL,
    ended TEXT CHECK (ended IN ('202', '207')),
    end_count INTEGER,
    next_batch TEXT,
    closed_at INTEGER,
    UNIQUE (terminal, batch)
  ) STRICT;
  CREATE TABLE settlement_detail (
    settlement INTEGER NOT NULL REFERENCES settlement(id),
    trace TEXT NOT NULL,
    card_group TEXT NOT NULL,
    card TEXT,
    pan TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (settlement, trace)
  ) STRICT, WITHOUT ROWID;

  -- What a merchant was paid for the entries from first to last, and what it owed the bank afterwards (never positive).
  CREATE TABLE payout (
    id INTEGER PRIMARY KEY,
    merchant TEXT NOT NULL,
    day TEXT NOT NULL,
    clearing TEXT NOT NULL,
    first_entry INTEGER NOT NULL,
    last_entry INTEGER NOT NULL,
    debit INTEGER NOT NULL, debits INTEGER NOT NULL,
    credit INTEGER NOT NULL, credits INTEGER NOT NULL,
    fee INTEGER NOT NULL,
    brought INTEGER NOT NULL,
    paid INTEGER NOT NULL,
    carried INTEGER NOT NULL,
    at INTEGER NOT NULL,
    CHECK (debit - credit - fee + brought = paid + carried)
  ) STRICT;
  CREATE INDEX payout_of_merchant ON payout(merchant, id);

  -- What differs between the bank and a terminal, followed to its end. Trace 000000: the batch as a whole.
  CREATE TABLE discrepancy (
    id INTEGER PRIMARY KEY,
    reason TEXT NOT NULL,
    terminal TEXT NOT NULL,
    merchant TEXT NOT NULL,
    batch TEXT NOT NULL,
    trace TEXT NOT NULL,
    settlement INTEGER REFERENCES settlement(id),
    trade INTEGER REFERENCES trade(id),
    card TEXT,
    pan TEXT,
    -- What is in dispute, and what each side has in its books.
    amount INTEGER NOT NULL,
    bank_amount INTEGER NOT NULL,
    terminal_amount INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    answer TEXT, answered_by TEXT, answered_at INTEGER,
    decision TEXT CHECK (decision IN ('credit', 'debit', 'reject')),
    first_person TEXT, second_person TEXT, reference TEXT, closed_at INTEGER,
    entry INTEGER REFERENCES entry(id),
    UNIQUE (terminal, batch, trace, reason)
  ) STRICT;
  CREATE INDEX discrepancy_of_trade ON discrepancy(trade) WHERE trade IS NOT NULL;`,
  `-- What the bank's clerk has said of a trade by telephone, under the reference that two people type at the terminal.
  CREATE TABLE ruling (
    reference TEXT PRIMARY KEY,
    trade INTEGER NOT NULL UNIQUE REFERENCES trade(id),
    money TEXT NOT NULL CHECK (money IN ('charged', 'not-charged')),
    by TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;`,
  `-- Sealed when the books were made (safe.ts): whether a key is theirs.
  CREATE TABLE proof (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), sealed BLOB NOT NULL) STRICT;`,
  `-- What was posted to a merchant's accounts, in order: its day is read without everybody else's.
  CREATE INDEX posting_of_merchant ON posting(account, entry, amount) WHERE account GLOB 'merchant:*';
  CREATE INDEX seen_token_at ON seen_token(at);`,
  `-- Whether the caller had proved who it is; of those who had not, the newest records alone are kept.
  ALTER TABLE audit ADD COLUMN proven INTEGER NOT NULL DEFAULT 1;
  CREATE INDEX audit_by_proof ON audit(proven, id);`,
  'CREATE INDEX discrepancy_of_entry ON discrepancy(entry) WHERE entry IS NOT NULL;',
  `-- What was said and signed of a case before it was said otherwise. Who has signed stays readable for ever.
  CREATE TABLE discrepancy_past (
    id INTEGER PRIMARY KEY,
    discrepancy INTEGER NOT NULL REFERENCES discrepancy(id),
    answer TEXT, answered_by TEXT, answered_at INTEGER,
    decision TEXT, first_person TEXT, second_person TEXT, reference TEXT, closed_at INTEGER
  ) STRICT;
  CREATE INDEX past_of_discrepancy ON discrepancy_past(discrepancy);
  CREATE TRIGGER discrepancy_said BEFORE UPDATE OF answer, decision ON discrepancy
    WHEN old.decision IS NOT NULL OR (old.answer IS NOT NULL AND old.answer IS NOT new.answer)
  BEGIN
    INSERT INTO discrepancy_past (discrepancy, answer, answered_by, answered_at, decision, first_person, second_person,
        reference, closed_at)
      VALUES (old.id, old.answer, old.answered_by, old.answered_at, old.decision, old.first_person, old.second_person,
        old.reference, old.closed_at);
  END;
  CREATE TRIGGER past_stays BEFORE UPDATE ON discrepancy_past BEGIN SELECT RAISE(ABORT, 'what was said is never changed'); END;
  CREATE TRIGGER past_kept BEFORE DELETE ON discrepancy_past BEGIN SELECT RAISE(ABORT, 'what was said is never removed'); END;`,
  `-- Of a batch that was left: what the terminal has said that it comes to, below zero where it has given back more than it
  -- sold, and when it first asked to settle it and was refused, so that two people may have closed it there.
  ALTER TABLE discrepancy ADD COLUMN terminal_net INTEGER;
  ALTER TABLE discrepancy ADD COLUMN asked_at INTEGER;
  -- Nobody had written down who asked: each terminal that is not back in such a batch may have, in mid-settlement too.
  UPDATE discrepancy SET asked_at = opened_at
    WHERE reason = 'unsettled' AND batch IS NOT (SELECT batch FROM terminal WHERE id = discrepancy.terminal);
  -- The amounts have no sign: what it had said is known where it had said something, and neither side is below zero.
  UPDATE discrepancy SET terminal_net = terminal_amount
    WHERE reason = 'unsettled' AND (terminal_amount > 0 OR amount > 0) AND amount = abs(bank_amount - terminal_amount)
      AND (SELECT coalesce(sum(moved), 0) FROM trade WHERE terminal = discrepancy.terminal AND batch = discrepancy.batch
        AND state = 'posted') >= 0;`,
];

/** Brings the books to the newest version, or makes them. Two processes may try at once. */
export function migrate({ db, atomically }: Books, file: string, all: readonly string[] = steps): void {
  const versionOf = (): number => Number(db.prepare('PRAGMA user_version').get()?.user_version);
  for (;;) {
    const done = atomically(() => {
      const version = versionOf();
      if (version > all.length) {
        throw new Error(
          `${file} has the form of version ${version}, this bank knows ${all.length}: start the bank that wrote it, or move its folder away`,
        );
      }
      const step = all[version];
      if (step !== undefined) db.exec(`${step}; PRAGMA user_version = ${version + 1}`);
      return step === undefined;
    });
    if (done) return;
  }
}
