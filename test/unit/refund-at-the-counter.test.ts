import t from 'tap';
import type { Entry } from '../../src/journal/entry.ts';
import { giveBack } from '../../src/refund/give-back.ts';
import { batch } from '../../src/values/trace.ts';
import { answerOf, approval, saleOf } from '../journal-bench.ts';
import { keysOf } from '../keys.ts';
import { type Desk, desk, named, paid } from '../refund-bench.ts';
import { lineDown, yes } from '../sale-bench.ts';

/** A refund of a sale that is settled, at its amount. */
async function atTheAmount(bench: Desk): Promise<{ sale: Entry; done: Promise<unknown> }> {
  const sale = paid(bench);
  bench.journal.openBatch(batch('000002'));
  const done = giveBack(bench.counter);
  await named(bench, sale.trace);
  await bench.screen('refund.original');
  bench.press('enter');
  await bench.screen('refund.amount');
  return { sale, done };
}

t.test('a sale of the open batch is voided, an older one refunded', async (t) => {
  const bench = desk(t);
  const sale = paid(bench);
  const first = giveBack(bench.counter);
  await named(bench, sale.trace);
  await bench.screen('void.confirm');
  bench.press('cancel');
  await first;
  bench.journal.openBatch(batch('000002'));
  const second = giveBack(bench.counter);
  await named(bench, sale.trace, 2);
  await bench.screen('refund.original');
  bench.press('cancel');
  await second;
  t.equal(bench.journal.rows({ limit: 5 }).length, 1, 'nothing was begun');
});

t.test('all that is left is proposed; a digit begins another amount, and none goes over it', async (t) => {
  const bench = desk(t);
  const { sale, done } = await atTheAmount(bench);
  await bench.says(/"100\.00".*¥100\.00 at most/);
  bench.press(...keysOf('2500'));
  await bench.says(/"25\.00"/);
  bench.press('0');
  await bench.says(/"25\.00".*More than is left: ¥100\.00 at most/);
  bench.press('clear', 'clear', 'clear', 'clear', 'enter');
  await bench.says(/Enter an amount first, ¥100\.00 at most/);
  bench.press(...keysOf('4000'), 'enter');
  await bench.screen('refund.supervisor');
  bench.press(...keysOf('123456'), 'enter');
  await bench.screen('refund.card');
  bench.swipe();
  await bench.screen('refund.approved');
  bench.press('enter');
  await done;
  const refund = bench.journal.last();
  t.match(refund, { state: 'approved', amount: 4000, facts: { type: 'refund', particulars: { supervisor: '00' } } });
  t.equal(refund?.original?.id, sale.id);
  t.equal(sale.refundable, 6000);
  t.same(
    bench.sent.map(({ pin }) => pin),
    [null],
    'money that comes back takes no PIN',
  );
  t.ok(
    bench.said.some((said) => said.startsWith('back ')),
    'the customer sees it come back',
  );
});

t.test('the acquirer’s limit for one refund has its own sentence', async (t) => {
  const bench = desk(t, { refund: { limit_fen: 5000, supervisor: false } });
  const { done } = await atTheAmount(bench);
  await bench.says(/"50\.00"/);
  bench.press(...keysOf('5001'));
  await bench.says(/¥50\.00 in one refund; ¥100\.00 is left of it/);
  bench.press('enter');
  await bench.screen('refund.card');
  bench.press('cancel');
  await done;
  t.equal(bench.sent.length, 0);
});

t.test('the bank leaves less than was typed: another amount, without another supervisor', async (t) => {
  const bench = desk(t);
  bench.answers = () => ({ ...answerOf('not charged', '13'), signInAgain: false });
  const { done } = await atTheAmount(bench);
  bench.press('enter');
  await bench.screen('refund.supervisor');
  bench.press(...keysOf('123456'), 'enter');
  await bench.screen('refund.card');
  bench.swipe();
  await bench.screen('refund.declined');
  bench.press('enter');
  await bench.screen('refund.amount', 2);
  bench.answers = () => yes;
  bench.press(...keysOf('100'), 'enter');
  await bench.screen('refund.card', 2);
  bench.swipe();
  await bench.screen('refund.approved');
  bench.press('enter');
  await done;
  t.match(bench.journal.rows({ limit: 2 }), [
    { type: 'refund', amount: 100, state: 'approved' },
    { type: 'refund', amount: 10_000, state: 'declined' },
  ]);
});

t.test('the supervisor sees the amount, and more than that takes another approval', async (t) => {
  const bench = desk(t);
  bench.answers = () => ({ ...answerOf('not charged', '61'), signInAgain: false });
  const { done } = await atTheAmount(bench);
  bench.press(...keysOf('100'), 'enter');
  await bench.screen('refund.supervisor');
  t.match(bench.texts().join(), /Supervisor 00 · ¥1\.00/);
  bench.press(...keysOf('123456'), 'enter');
  await bench.screen('refund.card');
  bench.swipe();
  await bench.screen('refund.declined');
  bench.press('enter');
  await bench.screen('refund.amount', 2);
  bench.press(...keysOf('101'), 'enter');
  await bench.screen('refund.supervisor', 2);
  t.match(bench.texts().join(), /Supervisor 00 · ¥1\.01/);
  bench.press('cancel');
  await done;
  t.equal(bench.sent.length, 1, 'nobody has approved it');
});

t.test('without a line nothing leaves, and it can be tried again', async (t) => {
  const bench = desk(t, { refund: { supervisor: false } });
  bench.answers = lineDown;
  const { sale, done } = await atTheAmount(bench);
  bench.press('enter');
  await bench.screen('refund.card');
  bench.swipe();
  await bench.screen('refund.refused');
  await bench.says(/Not refunded/);
  bench.press('cancel');
  await done;
  t.match(bench.journal.last(), { state: 'declined', facts: { type: 'refund' } });
  t.equal(sale.refundable, 10_000);
});

t.test('what is in the open batch and no void undoes says what to do instead', async (t) => {
  const bench = desk(t);
  const completion = paid(bench, 100, 'completion');
  const done = giveBack(bench.counter);
  await named(bench, completion.trace);
  await bench.screen('refund.impossible');
  await bench.says(/in the menu of pre-authorisations/);
  bench.press('enter');
  await named(bench, paid(bench, 100, 'instalment').trace, 2);
  await bench.screen('void.confirm');
  bench.press('cancel');
  await done;
});

t.test('of an acquirer without refunds a settled sale is sent to the telephone', async (t) => {
  const bench = desk(t, { refund: { offered: false } });
  const sale = paid(bench);
  bench.journal.openBatch(batch('000002'));
  const done = giveBack(bench.counter);
  await named(bench, sale.trace);
  await bench.screen('void.impossible');
  await bench.says(/It is settled already/);
  bench.press('enter');
  await named(bench, '999998', 2);
  await bench.screen('void.impossible', 2);
  bench.press('clear');
  await bench.says(/No such trace number/);
  bench.press('cancel');
  await done;
});

t.test('a sale of the open batch is shown as one that is not settled before it is voided', async (t) => {
  const bench = desk(t);
  const done = giveBack(bench.counter);
  await named(bench, paid(bench).trace);
  await bench.screen('void.confirm');
  await bench.says(/It is not settled yet: a void gives all of it back/);
  bench.press('cancel');
  await done;
});

t.test('each refusal says what may still be given back', async (t) => {
  const bench = desk(t);
  const voided = paid(bench);
  const undo = bench.journal.begin(saleOf(10_000, { type: 'void', original: voided }));
  undo.sent();
  undo.answered(approval);
  undo.completed();
  const underway = paid(bench);
  bench.journal.begin(saleOf(10_000, { type: 'void', original: underway }));
  const nameless = bench.journal.begin(saleOf(10_000));
  nameless.sent();
  nameless.answered({ ...approval, reference: null });
  nameless.completed();
  const done = giveBack(bench.counter);
  for (const [place, [entry, words]] of [
    [voided, /It is voided already.*¥0\.00 refundable/],
    [underway, /being voided.*¥0\.00 refundable/],
    [nameless, /no reference.*¥100\.00 refundable/],
    [undo, /It is not a sale.*¥0\.00 refundable/],
  ].entries() as ArrayIterator<[number, [Entry, RegExp]]>) {
    await named(bench, entry.trace, place + 1);
    await bench.screen('void.impossible', place + 1);
    await bench.says(words);
    bench.press(entry === undo ? 'cancel' : 'enter');
  }
  await done;
});
