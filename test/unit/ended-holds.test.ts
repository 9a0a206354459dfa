import t from 'tap';
import { complete, completeByAdvice } from '../../src/preauth/complete.ts';
import { held } from '../hold-bench.ts';
import { approval, done } from '../journal-bench.ts';
import { keysOf } from '../keys.ts';
import { saleBench } from '../sale-bench.ts';

t.test('a hold that its slip has ended is not proposed, and the one before it is', async (t) => {
  const bench = saleBench(t);
  const first = await held(bench);
  const said = { ...approval, authorisation: '771203' };
  const second = done(bench.journal, 20_000, { type: 'preauth' }, said);
  const completing = complete(bench.counter);
  await bench.screen('completion.trace');
  t.match(bench.texts().join(), new RegExp(`trace ${second.trace}`));
  bench.press('cancel');
  await completing;
  const day = new Date(second.facts.begun_ms);
  const date = [day.getMonth() + 1, day.getDate()].map((each) => String(each).padStart(2, '0')).join('');
  done(bench.journal, 20_000, { type: 'completion', particulars: { authorisation: '771203', date } });
  const again = complete(bench.counter);
  await bench.says(new RegExp(`trace ${first.trace}`));
  bench.press(...keysOf(second.trace), 'enter');
  await bench.screen('completion.impossible');
  t.match(bench.texts().join(), /It is completed already/);
  bench.press('cancel');
  await again;
});

t.test('of a hold that was added to the whole is said to be impossible', async (t) => {
  const bench = saleBench(t);
  const hold = await held(bench);
  done(bench.journal, 5000, { type: 'preauth-add', original: hold });
  done(bench.journal, 15_000, { type: 'completion', original: hold });
  const completing = complete(bench.counter);
  await bench.screen('completion.trace');
  bench.press('1', 'enter');
  await bench.screen('completion.impossible');
  t.match(bench.texts().join(), /¥150\.00/);
  bench.press('cancel');
  await completing;
});

t.test(
  'a hold whose card on file cannot be read any more is completed by advice with its own card alone',
  async (t) => {
    const bench = saleBench(t);
    const hold = await held(bench);
    const { fingerprint } = bench.counter.vault;
    let reads = 0;
    Object.assign(bench.counter.vault, {
      openCard() {
        throw Object.assign(new Error('sealed by another device'), { name: 'SealError' });
      },
      fingerprint: (pan: Parameters<typeof fingerprint>[0]) => (reads++ === 0 ? Buffer.alloc(32, 1) : fingerprint(pan)),
    });
    const completing = completeByAdvice(bench.counter);
    await bench.screen('completion-advice.trace');
    bench.press('enter');
    await bench.screen('completion-advice.amount.of');
    bench.press('enter');
    await bench.screen('completion-advice.confirm');
    bench.press('enter');
    await bench.screen('completion-advice.card');
    bench.swipe();
    await bench.screen('completion-advice.card.different');
    bench.press('enter');
    await bench.screen('completion-advice.card', 2);
    bench.swipe();
    await bench.screen('completion-advice.accepted');
    bench.press('enter');
    t.equal((await completing).end, 'accepted');
    t.equal(bench.journal.last()?.original?.id, hold.id);
  },
);
