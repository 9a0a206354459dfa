import { hash } from 'node:crypto';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { journalDisk } from '../../src/journal/disk.ts';
import { fen } from '../../src/values/fen.ts';
import { batch, trace } from '../../src/values/trace.ts';
import { close, done, filesIn, journalIn, problemOf, saleOf, scoped, spoil, testFolder } from '../journal-bench.ts';

/** A digest of the log beside the journal's file: another one where anything was written. */
const logOf = (folder: string) => hash('sha256', readFileSync(`${filesIn(folder).file}-wal`));

/** What the file itself holds, as a boot finds it that has no log. */
function inFile<T>(t: Test, folder: string, sql: string, read: (row: Record<string, unknown>) => T): T[] {
  const copy = join(testFolder(t), 'journal.db');
  cpSync(filesIn(folder).file, copy);
  const database = new DatabaseSync(copy);
  try {
    return database.prepare(sql).all().map(read);
  } finally {
    database.close();
  }
}

t.test('a row keeps what its request said of the card and of its bytes, or nothing', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  const card = { masked: '622202******1234', sealed: new Uint8Array([1, 2]), fingerprint: new Uint8Array([3, 4]) };
  done(journal, 1, { card, digest: 'd1' });
  done(journal, 2, { card: null });
  done(journal, 3, { particulars: { before: fen(2) } });
  journal.close();
  const particulars = inFile(
    t,
    folder,
    'SELECT particulars FROM entries ORDER BY id',
    ({ particulars }) => particulars,
  );
  t.same(particulars, [null, null, '{"before":2}'], 'what says nothing takes no room');
  using again = scoped(journalIn(folder));
  const kept = (id: number) => {
    const { card, sealed, fingerprint, group, digest, copies } = again.entry(id)?.facts ?? {};
    return { card, sealed: sealed && [...sealed], fingerprint: fingerprint && [...fingerprint], group, digest, copies };
  };
  const rest = { group: 'home', copies: [] };
  t.same(kept(1), { card: card.masked, sealed: [1, 2], fingerprint: [3, 4], digest: 'd1', ...rest });
  t.same(kept(2), { card: null, sealed: null, fingerprint: null, digest: null, ...rest });
});

t.test('a quiet moment brings the file up to date, so that a boot reads little', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  for (let sale = 0; sale < 12; sale++) done(journal, 100);
  const owing = done(journal, 7, { copies: ['merchant'] });
  const lost = journal.begin(saleOf(9));
  lost.sent();
  const before = logOf(folder);
  journal.tidy();
  t.not(logOf(folder), before);
  const facts = inFile(t, folder, 'SELECT name, value FROM facts', ({ name, value }) => [name, value]);
  t.match(Object.fromEntries(facts), { trace: '000014', looked_to: '14' });
  t.same(
    inFile(t, folder, 'SELECT entry FROM unfinished ORDER BY entry', ({ entry }) => entry),
    [owing.id, lost.id],
  );
  t.same(
    inFile(t, folder, 'SELECT * FROM sums', ({ type, count, amount }) => [type, count, amount]),
    [['sale', 12, 1200]],
  );
  const tidied = logOf(folder);
  lost.handOver();
  journal.tidy();
  t.equal(logOf(folder), tidied, 'and with little written since, the next one writes nothing');
  journal.close();
});

t.test('before the card a real commit is tried', async (t) => {
  const folder = testFolder(t);
  using journal = scoped(journalIn(folder));
  const logs = Array.from({ length: 4 }, () => {
    const before = logOf(folder);
    journal.checkWritable();
    return logOf(folder) === before;
  });
  t.same(logs, [false, false, false, false], 'each time a page is written');
});

t.test('two people answer for another batch, and the traces of this one go on as they were', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  done(journal, 1);
  journal.reconcile({ batch: batch('000007'), trace: trace('000900') }, { people: ['00', '99'], reference: 'B-1' });
  journal.close();
  using again = scoped(journalIn(folder));
  t.equal(again.takeTrace(), '000002');
});

t.test('an archive that breaks under what was read from it: nothing more is said of that', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  done(journal, 1);
  close(journal);
  done(journal, 2);
  close(journal);
  journal.tidy();
  journal.close();
  const archive = join(dirname(filesIn(folder).file), 'archive.db');
  t.ok(existsSync(archive));
  spoil(archive, 'entry_of_trace');
  using again = scoped(journalIn(folder));
  const sale = again.entry(1);
  t.equal(sale?.amount, 1);
  t.equal(again.find(trace('000001')), null, 'the search runs into it');
  t.match(
    problemOf(() => sale?.state),
    { kind: 'archive-broken', set_aside: /archive-broken-/ },
  );
});

t.test('an archive that breaks where refunds are found: nothing is said of what is left to refund', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  const sold = done(journal, 500);
  done(journal, 200, { type: 'refund', original: sold });
  close(journal);
  done(journal, 1);
  close(journal);
  journal.tidy();
  journal.close();
  spoil(join(dirname(filesIn(folder).file), 'archive.db'), 'entries_of_original');
  using again = scoped(journalIn(folder));
  const sale = again.entry(sold.id);
  t.equal(sale?.amount, 500);
  for (const time of ['as it breaks', 'from then on']) {
    t.match(
      problemOf(() => sale?.refundable),
      { kind: 'archive-broken', set_aside: /archive-broken-/ },
      time,
    );
  }
  again.archiveSeen('00');
  t.match(
    problemOf(() => sale?.state),
    { kind: 'archive-broken' },
    'and once somebody has seen it',
  );
});

t.test('a journal whose archive is taken away pages through what it has', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  done(journal, 1);
  close(journal);
  done(journal, 2);
  close(journal);
  journal.tidy();
  journal.close();
  const { archive: _, ...disk } = journalDisk(filesIn(folder));
  using again = scoped(journalIn(folder, { disk }));
  t.same(again.page({ batchId: 1, after: 0, limit: 9 }), []);
  t.same(
    again.page({ batchId: 2, after: 0, limit: 9 }).map(({ amount }) => amount),
    [2],
  );
});
