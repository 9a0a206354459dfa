import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { openBooks } from '../../bank/books.ts';
import { openSafe } from '../../bank/safe.ts';
import { migrate, steps } from '../../bank/schema.ts';

function folder(t: Test): string {
  const dir = mkdtempSync(join(tmpdir(), 'gt-books-'));
  t.teardown(() => rmSync(dir, { recursive: true }));
  return dir;
}

/** Books as the first release left them: a sale, its void, a sale that was reversed, and one that was declined. */
function ofTheFirstForm(dir: string): string {
  const file = join(dir, 'bank.db');
  // The key is made before the books are.
  openSafe(dir, file);
  const db = new DatabaseSync(file);
  db.exec(`PRAGMA journal_mode = WAL; ${steps[0]}; PRAGMA user_version = 1;
    INSERT INTO account (id, kind, name) VALUES ('card:a', 'debit', 'A'), ('merchant:m:pending', 'pending', 'M');
    INSERT INTO trade (id, terminal, merchant, batch, trace, type, amount, fee, code, state, reference, original, at, settlement_date)
    VALUES
      (1, '50461160', 'm', '000001', '000001', 'sale', 700, 0, '00', 'posted', '633300000001', NULL, 1, '20261129'),
      (2, '50461160', 'm', '000001', '000002', 'void', 700, 0, '00', 'posted', '633300000002', 1, 2, '20261129'),
      (3, '50461160', 'm', '000001', '000003', 'sale', 900, 0, '00', 'reversed', '633300000003', NULL, 3, '20261129'),
      (4, '50461160', 'm', '000001', '000004', 'sale', 500, 0, '51', 'declined', '633300000004', NULL, 4, '20261129');
    INSERT INTO entry (id, trade, kind, at) VALUES (1, 1, 'sale', 1), (2, 2, 'void', 2);
    INSERT INTO posting VALUES (1, 'card:a', -700), (1, 'merchant:m:pending', 700),
      (2, 'card:a', 700), (2, 'merchant:m:pending', -700);`);
  db.close();
  return file;
}

t.test('books of the first form are brought to ours, and keep what they say', async (t) => {
  const dir = folder(t);
  ofTheFirstForm(dir);
  for (const time of ['first', 'second']) {
    const books = openBooks(dir);
    t.equal(books.db.prepare('PRAGMA user_version').get()?.user_version, steps.length, `opened a ${time} time`);
    const rows = books.db.prepare('SELECT id, state, moved, particulars, digest FROM trade ORDER BY id').all();
    t.strictSame(
      rows.map((row) => ({ ...row })),
      [
        { id: 1, state: 'posted', moved: 700, particulars: null, digest: null },
        { id: 2, state: 'posted', moved: -700, particulars: null, digest: null },
        { id: 3, state: 'reversed', moved: 900, particulars: null, digest: null },
        { id: 4, state: 'declined', moved: 0, particulars: null, digest: null },
      ],
    );
    t.equal(books.db.prepare('SELECT count(*) AS entries FROM entry WHERE hold IS NULL').get()?.entries, 2);
    books.close();
  }
});

t.test('a migrated file and a new one have the same form', async (t) => {
  const [old, fresh] = [folder(t), folder(t)];
  ofTheFirstForm(old);
  const formOf = (dir: string) => {
    const books = openBooks(dir);
    const rows = books.db.prepare("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY name");
    const form = rows.all().map((row) => ({ ...row }));
    books.close();
    return form;
  };
  t.strictSame(formOf(old), formOf(fresh));
});

t.test('a step that fails leaves the form before it; books of a newer bank are refused with the remedy', async (t) => {
  const dir = folder(t);
  const file = ofTheFirstForm(dir);
  const books = openBooks(dir);
  t.throws(() => migrate(books, file, [...steps, 'CREATE TABLE half (id); CREATE TABLE account (id)']), /account/);
  t.equal(books.db.prepare('PRAGMA user_version').get()?.user_version, steps.length);
  t.equal(books.db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'half'").get()?.n, 0);
  books.db.exec(`PRAGMA user_version = ${steps.length + 1}`);
  books.close();
  t.throws(() => openBooks(dir), /this bank knows \d+: start the bank that wrote it, or move its folder away/);
});

t.test('what a terminal has said of a batch that was left is read from the cases of before', async (t) => {
  const dir = folder(t);
  const file = join(dir, 'bank.db');
  openSafe(dir, file);
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL');
  const before = steps.findIndex((step) => step.includes('terminal_net'));
  db.exec(`${steps.slice(0, before).join(';')}; PRAGMA user_version = ${before};
    INSERT INTO terminal (id, batch) VALUES ('50461160', '000009');
    INSERT INTO settlement (id, terminal, merchant, batch, operator, asked, counted, counted_at)
    VALUES (1, '50461160', 'm', '000003', '01', '', '', 6);
    INSERT INTO trade (terminal, merchant, batch, trace, type, amount, fee, code, state, reference, at, settlement_date, moved)
    VALUES ('50461160', 'm', '000006', '000002', 'refund', 100, 0, '00', 'posted', 'R', 5, '20261201', -100);
    INSERT INTO discrepancy (reason, terminal, merchant, batch, trace, amount, bank_amount, terminal_amount, opened_at,
      settlement)
    VALUES ('unsettled', '50461160', 'm', '000001', '000000', 50, 100, 150, 7, NULL),
      ('unsettled', '50461160', 'm', '000002', '000000', 0, 100, 0, 8, NULL),
      ('bank-only', '50461160', 'm', '000001', '000003', 50, 50, 10, 9, NULL),
      ('unsettled', '50461160', 'm', '000003', '000000', 0, 100, 100, 10, 1),
      ('unsettled', '50461160', 'm', '000004', '000000', 250, 100, 150, 11, NULL),
      ('unsettled', '50461160', 'm', '000005', '000000', 100, 100, 0, 12, NULL),
      ('unsettled', '50461160', 'm', '000006', '000000', 50, 100, 150, 13, NULL),
      ('unsettled', '50461160', 'm', '000009', '000000', 0, 100, 0, 14, NULL);`);
  db.close();
  const books = openBooks(dir);
  const rows = books.db.prepare('SELECT terminal_net, asked_at FROM discrepancy ORDER BY id').all();
  books.close();
  t.strictSame(
    rows.map(({ terminal_net, asked_at }) => [terminal_net, asked_at]),
    [
      [150, 7],
      // It may have asked, and nobody knows with what.
      [null, 8],
      [null, null],
      // Taken away in the middle of its settlement.
      [100, 10],
      // One of the two is below zero, or both are.
      [null, 11],
      [0, 12],
      [null, 13],
      // The terminal is back in it.
      [null, null],
    ],
  );
});
