import t from 'tap';
import { batch, following, trace } from '../../src/values/trace.ts';
import { approval, journalIn, problemOf, saleOf, scoped, testFolder } from '../journal-bench.ts';

t.test('traces follow one another, on the disk before they are used', async (t) => {
  const folder = testFolder(t);
  let journal = journalIn(folder, { first: { batch: batch('000007'), trace: trace('000041') } });
  t.equal(journal.takeTrace(), '000041');
  t.equal(journal.begin(saleOf(1)).trace, '000042');
  t.equal(journal.takeTrace(), '000043');
  journal.close();
  journal = journalIn(folder);
  t.equal(journal.batch, '000007');
  t.equal(journal.takeTrace(), '000044', 'a sign-in after the last entry');
  const place = journal.reserve();
  t.equal(place.trace, '000045');
  t.equal(journal.takeTrace(), '000046', 'a place that is reserved is not given twice');
  t.equal(journal.begin(saleOf(1, { place })).trace, '000045');
  journal.close();
  journal = journalIn(folder);
  t.equal(journal.takeTrace(), '000047', 'the later of the two was the last');
  journal.close();
});

t.test('a trace that an unsettled row holds is never taken again, through the wrap too', async (t) => {
  const folder = testFolder(t);
  const first = { batch: batch('000001'), trace: trace('999998') };
  let journal = journalIn(folder, { first });
  // As after once around: these rows were written before the counter wrapped.
  const place = { ...journal.reserve(), trace: trace('000001') };
  journal.begin(saleOf(1, { place })).handOver();
  const owing = journal.begin(saleOf(1, { place: { ...place, trace: trace('000002') } }));
  owing.sent();
  owing.handOver();
  t.equal(journal.takeTrace(), '999999');
  t.equal(journal.takeTrace(), '000003', '000001 and 000002 are held by rows of the open batch; 000000 is no trace');
  t.throws(() => journal.begin(saleOf(1, { place })), /UNIQUE/, 'and the table itself refuses a second row');
  owing.reversalBegun();
  owing.reversed('00');
  t.same(journal.closeBatch(batch('000002')), { closed: true });
  journal.close();
  journal = journalIn(folder);
  t.equal(journal.takeTrace(), '000004');
  journal.close();
});

t.test('a batch closes only when it owes no money, and frees its traces', async (t) => {
  const folder = testFolder(t);
  using journal = scoped(journalIn(folder));
  const paper = journal.begin(saleOf(1));
  paper.sent();
  paper.answered(approval);
  paper.completed();
  const entry = journal.begin(saleOf(1));
  t.same(journal.closeBatch(batch('000002')), { closed: false, owing: 1 }, 'a request in hand');
  entry.sent();
  entry.handOver();
  t.same(journal.closeBatch(batch('000002')), { closed: false, owing: 1 }, 'money owed');
  entry.reversalBegun();
  entry.parked();
  t.same(journal.closeBatch(batch('000002')), { closed: false, owing: 1 }, 'parked is owed');
  entry.reversed('00');
  t.same(journal.closeBatch(batch('000002')), { closed: true }, 'paper may be owed');
  t.equal(journal.batch, '000002');
  t.equal(journal.debts()[0]?.entry.id, paper.id, 'paper is owed beyond the batch');
  t.equal(journal.find(trace('000002'), batch('000001'))?.state, 'reversed', 'rows of closed batches stay');
});

t.test('the batch that a sign-in names is opened, and no row is relabelled', async (t) => {
  const folder = testFolder(t);
  let journal = journalIn(folder);
  const entry = journal.begin(saleOf(1));
  entry.sent();
  entry.handOver();
  journal.openBatch(batch('000001'));
  journal.openBatch(batch('000009'));
  t.equal(journal.begin(saleOf(1)).batch, '000009');
  t.equal(entry.batch, '000001');
  journal.close();
  journal = journalIn(folder);
  t.equal(journal.batch, '000009');
  t.equal(journal.debts()[0]?.entry.batch, '000001', 'a reversal carries the batch of its original');
  t.equal(journal.find(trace('000001'))?.batch, '000001');
  t.equal(journal.find(trace('000001'), batch('000009')), null);
  journal.close();
});

t.test('a full batch refuses a sale before anything is sent', async (t) => {
  using journal = scoped(journalIn(testFolder(t), { most_rows: 2 }));
  journal.begin(saleOf(1));
  journal.begin(saleOf(1));
  t.match(
    problemOf(() => journal.begin(saleOf(1))),
    { kind: 'batch-full', rows: 2 },
  );
});

t.test('a number that is no trace or batch is refused', async (t) => {
  for (const digits of ['000000', '1', '1234567', '00000a', '']) {
    t.throws(() => trace(digits), RangeError, digits);
    t.throws(() => batch(digits), RangeError, digits);
  }
});

t.test('999999 wraps to 000001', async (t) => {
  t.equal(following(trace('999999')), '000001');
  t.equal(following(batch('000009')), '000010');
});

t.test('after the wrap the last trace is the later one, not the larger one', async (t) => {
  const folder = testFolder(t);
  const first = { batch: batch('000001'), trace: trace('999998') };
  let journal = journalIn(folder, { first });
  for (let sale = 0; sale < 3; sale++) {
    const entry = journal.begin(saleOf(1, { copies: [] }));
    entry.sent();
    entry.answered(approval);
    entry.completed();
  }
  t.equal(journal.last()?.trace, '000001');
  t.same(journal.closeBatch(batch('000002')), { closed: true });
  journal.close();
  journal = journalIn(folder);
  t.equal(journal.takeTrace(), '000002', 'though the batch that held 000001 is closed');
  journal.close();
});
