import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { fen } from '../../src/values/fen.ts';
import { following } from '../../src/values/trace.ts';
import { approval, done, filesIn, journalIn, saleOf, scoped, testFolder } from '../journal-bench.ts';

t.test('what was begun on a slip alone is found by its number, in the journal and its archive', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const slip = { authorisation: '771203', date: '1120' };
  const older = done(journal, 1, { type: 'completion', particulars: slip });
  const hold = done(journal, 2, { type: 'preauth' }, approval);
  done(journal, 3, { type: 'refund', particulars: { reference: '771203', date: '1120' } });
  for (let turn = 0; turn < 2; turn++) journal.closeBatch(following(journal.batch));
  for (let turn = 0; turn < 20; turn++) journal.tidy();
  const newer = done(journal, 4, { type: 'completion', particulars: slip });
  const ours = done(journal, 5, { type: 'completion', particulars: slip, original: hold });
  done(journal, 6);
  done(journal, 7, { type: 'voice', particulars: { authorisation: '771203' } });
  const found = (particular: 'authorisation' | 'reference', value: string) =>
    journal.begunBy(particular, value).map(({ id }) => id);
  t.same(found('authorisation', '771203'), [ours.id, newer.id, older.id]);
  t.same(found('reference', '771203'), [3]);
  t.same(found('authorisation', '771204'), []);
});

t.test('months of sales since hide neither a refund nor the end of a hold', async (t) => {
  const folder = testFolder(t);
  const made = journalIn(folder);
  const refund = done(made, 3, { type: 'refund', particulars: { reference: '113009410017', date: '1120' } });
  const end = done(made, 4, { type: 'completion', particulars: { authorisation: '771203', date: '1120' } });
  made.close();
  const file = new DatabaseSync(filesIn(folder).file);
  file.exec(`BEGIN;
    WITH RECURSIVE later (id) AS (SELECT 100 UNION ALL SELECT id + 1 FROM later WHERE id < 6100)
    INSERT INTO entries (id, batch, trace, type, amount, entry_mode, operator, copies, begun_ms)
    SELECT later.id, batch, printf('%06d', later.id), 'sale', 1, entry_mode, operator, copies, begun_ms
    FROM later, entries WHERE entries.id = ${refund.id};
    INSERT INTO events (entry, number, kind, detail, at_ms)
    SELECT entries.id, number, kind, detail, at_ms FROM entries, events WHERE entries.id >= 100 AND entry = ${refund.id};
    COMMIT`);
  file.close();
  using journal = scoped(journalIn(folder));
  t.equal(journal.last()?.id, 6100);
  t.same(
    journal.begunBy('reference', '113009410017').map(({ id }) => id),
    [refund.id],
  );
  t.same(
    journal.begunBy('authorisation', '771203').map(({ id }) => id),
    [end.id],
  );
});

t.test('a tip is found by what it has brought its sale to, and by its own amount', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const sale = done(journal, 10_000);
  const particulars = { before: fen(10_000) };
  const tip = journal.begin(saleOf(1000, { type: 'tip', original: sale, particulars, copies: [] }));
  journal.begin(saleOf(700, { type: 'adjust', original: sale, particulars, copies: [] }));
  const of = (amount: number) => journal.ofAmount(fen(amount), 5).map(({ id }) => id);
  t.same(of(11_000), [tip.id]);
  t.same(of(1000), [tip.id]);
  t.same(of(10_700), [], 'an adjustment is the new total itself');
});
