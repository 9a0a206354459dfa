import { cpSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { journalDisk } from '../../src/journal/disk.ts';
import { migrate, steps, versionOf } from '../../src/journal/schema.ts';
import { openStore } from '../../src/journal/store.ts';
import {
  archived,
  archiveIn,
  close,
  done,
  filesIn,
  journalIn,
  problemOf,
  quiet,
  scoped,
  testFolder,
} from '../journal-bench.ts';

const reconciled = { people: ['01', '00'], reference: 'BANK-1' } as const;

/** As nothing here makes it: whose rows they are is not known. */
function withoutName(file: string): void {
  const database = new DatabaseSync(file);
  database.exec(`DELETE FROM facts WHERE name = 'journal'`);
  database.close();
}

/** What an archive holds, read beside the program. */
function inArchive(file: string, sql: string): unknown[] {
  const database = new DatabaseSync(file);
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

for (const [name, before] of Object.entries({ named: () => undefined, 'without a name': withoutName })) {
  t.test(`a journal that is made anew loses no sale to the archive before it, ${name}`, async (t) => {
    const folder = archived(t);
    before(archiveIn(folder));
    const { file } = filesIn(folder);
    rmSync(file);
    const anew = journalIn(folder, { reconciled });
    t.match(anew.archiveProblem, { why: "it is another journal's", set_aside: /archive-broken-/ }, 'said at once');
    t.equal(anew.last(), null);
    for (const amount of [11, 12, 13, 14]) {
      done(anew, amount);
      close(anew);
      quiet(anew);
    }
    const rows = anew.rows({ limit: 10 });
    t.same(
      rows.map(({ id, amount, state }) => [id, amount, state]),
      [4, 3, 2, 1].map((id) => [id, 10 + id, 'approved']),
    );
    anew.close();
    const aside = anew.archiveProblem?.set_aside ?? '';
    t.same(inArchive(aside, 'SELECT id, amount FROM entries'), [{ id: 1, amount: 1 }], 'the old one is kept');
    using again = scoped(journalIn(folder));
    t.same(again.rows({ limit: 10 }), rows, 'and after a restart');
  });
}

t.test(
  'a journal that is put back from a backup loses no sale to the archive beside it, and shows none of it',
  async (t) => {
    const folder = testFolder(t);
    const { file } = filesIn(folder);
    const journal = journalIn(folder);
    const settle = (of: typeof journal, amount: number) => {
      done(of, amount);
      close(of);
      quiet(of);
    };
    for (const amount of [1, 2, 3]) settle(journal, amount);
    journal.close();
    cpSync(file, `${file}.backup`);
    const later = journalIn(folder);
    for (const amount of [4, 5, 6]) settle(later, amount);
    for (let turn = 0; turn < 50; turn++) later.takeTrace();
    quiet(later);
    later.close();
    cpSync(`${file}.backup`, file);
    t.match(
      problemOf(() => journalIn(folder)),
      { kind: 'journal-behind' },
    );
    const back = journalIn(folder, { reconciled });
    const amounts = () => back.rows({ limit: 10 }).map(({ amount }) => amount);
    t.same(amounts(), [3, 2, 1], 'what came after the backup is in its archive, and is not read');
    t.same(back.page({ batchId: 4, after: 0, limit: 9 }), []);
    for (const amount of [7, 8, 9]) settle(back, amount);
    t.match(back.archiveProblem, { why: 'it has other entries in their place', set_aside: /archive-broken-/ });
    t.same(
      back.rows({ limit: 3 }).map(({ amount, state }) => [amount, state]),
      [
        [9, 'approved'],
        [8, 'approved'],
        [7, 'approved'],
      ],
      'each of the new ones is there',
    );
    back.close();
    const aside = back.archiveProblem?.set_aside ?? '';
    const kept = inArchive(aside, 'SELECT amount FROM entries ORDER BY id');
    t.same(
      kept,
      [1, 2, 3, 4, 5].map((amount) => ({ amount })),
      'the old ones, and what came after the backup, are kept',
    );
  },
);

t.test('an archive into which nothing has moved yet is this journal’s, and is named with its first rows', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  done(journal, 1);
  close(journal);
  done(journal, 2);
  close(journal);
  journal.close();
  openStore(journalDisk({ ...filesIn(folder), file: archiveIn(folder) }), { fresh: true, check: false }).close();
  const named = () => inArchive(archiveIn(folder), `SELECT value FROM facts WHERE name = 'journal'`);
  t.same(named(), []);
  const again = journalIn(folder);
  quiet(again);
  t.equal(again.archiveProblem, null);
  t.same(
    again.rows({ limit: 9 }).map(({ amount }) => amount),
    [2, 1],
  );
  again.close();
  t.same(inArchive(archiveIn(folder), 'SELECT amount FROM entries'), [{ amount: 1 }]);
  t.same(named(), inArchive(filesIn(folder).file, `SELECT value FROM facts WHERE name = 'journal'`));
});

t.test('a copy that a power cut has left is copied again', async (t) => {
  const folder = testFolder(t);
  const { file } = filesIn(folder);
  const journal = journalIn(folder);
  done(journal, 1);
  close(journal);
  done(journal, 2);
  close(journal);
  journal.close();
  cpSync(file, `${file}.before`);
  const moved = journalIn(folder);
  quiet(moved);
  moved.close();
  cpSync(`${file}.before`, file);
  using again = scoped(journalIn(folder));
  t.equal(again.archiveProblem, null);
  quiet(again);
  t.same(
    again.rows({ limit: 9 }).map(({ amount }) => amount),
    [2, 1],
  );
  t.equal(again.archiveProblem, null);
});

t.test('after a roll-back closed batches move with what the newer release has added', async (t) => {
  const newer = [
    ...steps,
    `ALTER TABLE entries ADD COLUMN extra INTEGER NOT NULL DEFAULT 7; ALTER TABLE events ADD COLUMN note TEXT;
     CREATE TABLE places (id INTEGER PRIMARY KEY, name TEXT) STRICT; CREATE INDEX places_by_name ON places (name)`,
  ];
  for (const [made, folder] of [['anew', testFolder(t)] as const, ['before', archived(t)] as const]) {
    const { file } = filesIn(folder);
    const before = journalIn(folder);
    const sale = done(before, 5);
    close(before);
    done(before, 6);
    close(before);
    before.close();
    const forward = new DatabaseSync(file);
    migrate(forward, file, newer);
    forward.close();
    const journal = journalIn(folder);
    quiet(journal);
    t.equal(journal.archiveProblem, null, made);
    t.equal(journal.entry(sale.id)?.state, 'approved', made);
    journal.close();
    t.match(inArchive(archiveIn(folder), `SELECT amount, extra FROM entries WHERE id = ${sale.id}`), [
      { amount: 5, extra: 7 },
    ]);
    // The newer release comes back.
    const archive = new DatabaseSync(archiveIn(folder));
    t.equal(versionOf(archive), newer.length, made);
    migrate(archive, archiveIn(folder), newer);
    archive.exec(`INSERT INTO places VALUES (1, 'there')`);
    archive.close();
    using again = scoped(journalIn(folder));
    t.equal(again.entry(sale.id)?.amount, 5, made);
  }
});

t.test('a journal that a newer release alone can read is refused by name, and left as it is', async (t) => {
  const folder = archived(t);
  const { file } = filesIn(folder);
  const database = new DatabaseSync(file);
  database.exec(`UPDATE facts SET value = '9' WHERE name = 'oldest_reader'; PRAGMA user_version = 9`);
  database.close();
  for (const start of ['the first start', 'the next']) {
    t.same(
      problemOf(() => journalIn(folder)),
      { kind: 'journal-newer', file, found: 9, reads: steps.length },
      start,
    );
  }
});
