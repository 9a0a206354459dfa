import t from 'tap';
import { whyNoCompletionVoid } from '../../src/preauth/void-completion.ts';
import { giveBack } from '../../src/refund/give-back.ts';
import { whyNoVoid } from '../../src/refund/original.ts';
import { batch } from '../../src/values/trace.ts';
import { approval, done, journalIn, refusal, saleOf, scoped, testFolder } from '../journal-bench.ts';
import { saleBench } from '../sale-bench.ts';

t.test('of what is refunded in part no void gives the whole back, though its batch is open again', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const sale = done(journal, 10_000);
  const completion = done(journal, 10_000, { type: 'completion' });
  const untouched = done(journal, 10_000);
  journal.openBatch(batch('000002'));
  t.equal(whyNoVoid(journal, sale), 'settled');
  for (const original of [sale, completion]) done(journal, 2500, { type: 'refund', original });
  const declined = journal.begin(saleOf(2500, { type: 'refund', original: untouched, copies: [] }));
  declined.sent();
  declined.answered(refusal);
  journal.openBatch(batch('000001'));
  t.equal(whyNoVoid(journal, sale), 'refunded-in-part');
  t.equal(whyNoCompletionVoid(journal, completion), 'refunded-in-part');
  t.equal(whyNoVoid(journal, untouched), null, 'a refund that the bank refused gave nothing back');
  done(journal, 7500, { type: 'refund', original: completion });
  t.equal(whyNoCompletionVoid(journal, completion), 'refunded');
});

t.test('the screen says so, and how much is left to be refunded', async (t) => {
  const bench = saleBench(t);
  Object.assign(bench.counter.config.profile.transactions, {
    void: { offered: true, supervisor: false, pin: false },
    refund: { offered: true, supervisor: false, limit_fen: 500_000, window_days: 180 },
    inquiry: { offered: false },
  });
  const { journal } = bench;
  const sale = done(journal, 10_000);
  journal.openBatch(batch('000002'));
  done(journal, 2500, { type: 'refund', original: sale });
  journal.openBatch(batch('000001'));
  const giving = giveBack(bench.counter);
  await bench.screen('void.trace');
  bench.press('1', 'enter');
  await bench.screen('void.impossible');
  t.match(bench.texts().join(), /Part of it is refunded already.*¥75\.00 is left: refund it after the settlement/);
  bench.press('cancel');
  await giving;
});

t.test('what is left of a sale stands beside all of it, with its tip', async (t) => {
  const bench = saleBench(t);
  Object.assign(bench.counter.config.profile.transactions, {
    void: { offered: true, supervisor: false, pin: false },
    refund: { offered: false },
    inquiry: { offered: false },
  });
  const sale = done(bench.journal, 10_000);
  const tip = bench.journal.begin(saleOf(1000, { type: 'tip', digest: 'd1', original: sale, copies: [] }));
  tip.accepted();
  tip.told(approval);
  bench.journal.openBatch(batch('000002'));
  const giving = giveBack(bench.counter);
  await bench.screen('void.trace');
  t.match(bench.texts().join(), /the last one, ¥110\.00, trace 000001/);
  bench.press('enter');
  await bench.screen('void.impossible');
  t.match(bench.texts().join(), /¥110\.00/);
  t.notMatch(bench.texts().join(), /¥100\.00/);
  bench.press('cancel');
  await giving;
});
