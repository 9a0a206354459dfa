import t from 'tap';
import { batch } from '../../src/values/trace.ts';
import { approval, done, journalIn, owing, problemOf, saleOf, scoped, testFolder } from '../journal-bench.ts';
import { virtualClock } from '../virtual-clock.ts';

const [one, five] = [batch('000001'), batch('000005')];
const by = { people: ['00', '99'], reference: '17', code: '77' } as const;

t.test(
  'what the bank has taken away stays to be settled, the oldest first, as long as anything counts in it',
  async (t) => {
    const folder = testFolder(t);
    const journal = journalIn(folder);
    const [two, nine] = [batch('000002'), batch('000009')];
    journal.openBatch(five);
    t.equal(journal.left, null, 'nothing was in it');
    const refused = journal.begin(saleOf(700));
    refused.sent();
    refused.answered({ ...approval, money: 'not charged', code: '51' });
    journal.openBatch(two);
    t.equal(journal.left, null, 'nothing counts in it');
    const lost = owing(journal, 100);
    journal.openBatch(nine);
    done(journal, 900);
    t.same([journal.batch, journal.left, journal.due().batch], ['000009', '000002', '000009'], 'what owes waits');
    journal.close();

    using again = scoped(journalIn(folder));
    t.same([again.batch, again.left], ['000009', '000002'], 'after a boot too');
    const same = again.entry(lost.id);
    same?.reversalBegun();
    same?.reversed('00');
    again.tidy();
    t.equal(again.left, null, 'and is no more left once nothing counts in it');
    t.match(again.beginSettlement('01'), { batch: '000009' });
    t.ok(again.isBeingSettled);
  },
);

t.test('money owed in what was taken away keeps no later batch from its settlement', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  journal.openBatch(one);
  done(journal, 100);
  const lost = owing(journal, 200);
  journal.openBatch(five);
  done(journal, 500);
  t.match(journal.beginSettlement('01'), { batch: '000005', totals: { home: { debit: { amount: 500, count: 1 } } } });
  t.same(journal.closeBatch(batch('000006')), { closed: true });
  lost.reversalBegun();
  lost.reversed('00');
  for (let moment = 0; moment < 3; moment++) journal.tidy();
  t.equal(journal.left, '000001');
  t.match(journal.beginSettlement('01'), { batch: '000001', totals: { home: { debit: { amount: 100, count: 1 } } } });
});

t.test('the rows of the open batch stay in the journal, whatever was closed after it', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  journal.openBatch(one);
  for (let sale = 0; sale < 10; sale++) done(journal, 100);
  journal.openBatch(five);
  done(journal, 500);
  journal.openBatch(one);
  t.match(journal.beginSettlement('01'), { batch: '000005' });
  t.same(journal.ruleSettlement(by), { closed: true });
  t.equal(journal.batch, '000001');
  for (let moment = 0; moment < 5; moment++) journal.tidy();
  t.match(journal.beginSettlement('01'), { batch: '000001', totals: { home: { debit: { amount: 1000, count: 10 } } } });
});

t.test('a batch that was left is not opened twice where a settlement names it', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  journal.openBatch(one);
  done(journal, 100);
  const two = batch('000002');
  journal.openBatch(two);
  const lost = owing(journal, 200);
  done(journal, 300);
  journal.openBatch(one);
  t.match(journal.beginSettlement('01'), { batch: '000001' }, 'what owes waits');
  t.same(journal.closeBatch(two), { closed: true });
  done(journal, 400);
  lost.reversalBegun();
  lost.reversed('00');
  t.match(journal.beginSettlement('01'), { batch: '000002', totals: { home: { debit: { amount: 700, count: 2 } } } });
});

t.test('the batch that was closed last is the one that was settled last', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  journal.openBatch(one);
  const lost = owing(journal, 100);
  done(journal, 200);
  journal.openBatch(five);
  done(journal, 500);
  journal.beginSettlement('01');
  t.same(journal.closeBatch(batch('000006')), { closed: true });
  lost.reversalBegun();
  lost.reversed('00');
  t.match(journal.beginSettlement('01'), { batch: '000001' });
  t.same(journal.ruleSettlement(by), { closed: true });
  t.match(
    problemOf(() => journal.openBatch(one)),
    { kind: 'batch-closed' },
  );
});

t.test('a batch that is given back goes on as it was', async (t) => {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  journal.openBatch(one);
  done(journal, 100);
  journal.openBatch(five);
  t.equal(journal.left, '000001');
  journal.openBatch(one);
  t.same([journal.batch, journal.left, journal.bankBatch], ['000001', null, '000001']);
  done(journal, 200);
  t.match(journal.beginSettlement('01'), { batch: '000001', totals: { home: { debit: { amount: 300, count: 2 } } } });
  t.ok(journal.isBeingSettled);
  t.same(journal.closeBatch(batch('000002')), { closed: true });
  journal.close();
  using again = scoped(journalIn(folder));
  t.same([again.batch, again.left], ['000002', null]);
});

t.test('while one that was taken away is settled the bank may take away the next', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const nine = batch('000009');
  journal.openBatch(one);
  done(journal, 100);
  journal.openBatch(five);
  done(journal, 500);
  t.match(journal.beginSettlement('01'), { batch: '000001' });
  journal.openBatch(nine);
  done(journal, 900);
  t.same(journal.ruleSettlement(by), { closed: true });
  t.same([journal.batch, journal.left], ['000009', '000005']);
  t.match(journal.beginSettlement('01'), { batch: '000005', totals: { home: { debit: { amount: 500, count: 1 } } } });
  t.same(journal.ruleSettlement(by), { closed: true });
  t.match(journal.beginSettlement('01'), { batch: '000009', totals: { home: { debit: { amount: 900, count: 1 } } } });
});

t.test('a batch that two people have closed is never opened again, whatever was settled after it', async (t) => {
  const folder = testFolder(t);
  const [two, three] = [batch('000002'), batch('000003')];
  const journal = journalIn(folder, { keep_days: 0 });
  journal.openBatch(one);
  done(journal, 100);
  journal.openBatch(two);
  journal.beginSettlement('01');
  t.same(journal.ruleSettlement(by), { closed: true });
  done(journal, 200);
  journal.beginSettlement('01');
  t.same(journal.closeBatch(three), { closed: true });
  const closed = { kind: 'batch-closed', batch: '000001' };
  t.match(
    problemOf(() => journal.openBatch(one)),
    closed,
  );
  t.same([journal.batch, journal.bankBatch], ['000003', null]);
  journal.beginSettlement('01');
  t.match(
    problemOf(() => journal.closeBatch(one)),
    closed,
    'nor does a settlement end in it',
  );
  t.ok(journal.isBeingSettled, 'nothing is closed');
  journal.openBatch(one);
  t.match(
    problemOf(() => journal.closeBatch(one)),
    closed,
  );
  journal.openBatch(five);
  t.same(journal.closeBatch(one), { closed: true }, 'the bank’s clerk has given another one');
  t.same([journal.batch, journal.bankBatch], ['000005', '000005']);
  journal.close();
  using again = scoped(journalIn(folder, { keep_days: 0 }));
  t.match(
    problemOf(() => again.openBatch(one)),
    closed,
    'after a boot too',
  );
});

t.test('the number of a settled batch comes again once its rows are no longer kept, and not before', async (t) => {
  const DAY_MS = 86_400_000;
  let now = Date.UTC(2026, 0, 1);
  const clock = { ...virtualClock(), now: () => now };
  using journal = scoped(journalIn(testFolder(t), { clock, keep_days: 20 }));
  for (const next of ['000002', '000003', '000004', '000005']) {
    journal.openBatch(journal.batch);
    done(journal, 100);
    journal.beginSettlement('01');
    t.same(journal.closeBatch(batch(next)), { closed: true });
    now += 15 * DAY_MS;
  }
  t.match(
    problemOf(() => journal.openBatch(batch('000003'))),
    { kind: 'batch-closed', batch: '000003' },
    'closed fifteen days before the last',
  );
  journal.openBatch(batch('000002'));
  t.same([journal.batch, journal.page({ after: 0, limit: 9 })], ['000002', []], 'with nothing of the one before');
});
