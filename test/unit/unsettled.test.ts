import t, { type Test } from 'tap';
import type { ReversalEnd } from '../../src/host/reversal.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { Operator } from '../../src/operator/operator.ts';
import { showUnsettled } from '../../src/payment/unsettled.ts';
import { answerOf, saleOf, silence } from '../journal-bench.ts';
import { type SaleBench, saleBench } from '../sale-bench.ts';

const acknowledged: ReversalEnd = { end: 'acknowledged', code: '00' };

/** A sale in a flow's hand that was sent, and the screen that follows it. */
function unsettled(t: Test, answer: typeof silence | null = silence) {
  const bench = saleBench(t);
  const entry = bench.journal.begin(saleOf(12_850));
  entry.sent();
  if (answer !== null) entry.answered(answer);
  const waits: (AbortSignal | undefined)[] = [];
  const { press } = bench.counter.operator;
  const operator: Operator = {
    ...bench.counter.operator,
    press(signal) {
      waits.push(signal);
      return press(signal);
    },
  };
  let watching = 0;
  const journal = Object.create(bench.journal, {
    watch: {
      value(tell: () => void) {
        const stop = bench.journal.watch(tell);
        watching++;
        return () => {
          watching--;
          stop();
        };
      },
    },
  });
  const show = () => showUnsettled({ ...bench.counter, operator, journal }, entry);
  return { bench, entry, show, waits, watching: () => watching };
}

/** A reversal that ends when the test says so. */
function held(bench: SaleBench): (end: ReversalEnd) => void {
  const { promise, resolve } = Promise.withResolvers<ReversalEnd>();
  bench.reverses = () => promise;
  return resolve;
}

t.test('why nobody knows stands on the screen, and the customer is asked to stay', async (t) => {
  const reasons = [
    [silence, /The bank has not answered/],
    [answerOf('unknown', '68'), /Power failed before the answer came/],
    [null, /Power failed before the answer came/],
  ] as const;
  for (const [answer, why] of reasons) {
    const { bench, show } = unsettled(t, answer);
    bench.reverses = () => ({ end: 'no-answer', code: null, why: 'silent' });
    const shown = show();
    await bench.screen('sale.unknown');
    t.match(bench.texts().join(), /128\.50.*000001/);
    t.match(bench.texts().join(), why);
    t.same(bench.said, ['display.unknown display.stay']);
    t.same(bench.beeps, ['attention']);
    bench.press('cancel');
    t.equal(await shown, null);
  }
});

t.test('the seconds and the tries are counted, and Enter while one is on its way is no second one', async (t) => {
  const { bench, show, waits } = unsettled(t);
  await bench.clock.advance(5000);
  let end = held(bench);
  const shown = show();
  await bench.says(/¥128\.50.*000001.*\b0 s so far.*Reversal attempt 1/);
  await bench.clock.advance(2000);
  await bench.says(/\b2 s so far/);
  t.equal(waits.length, 1, 'one key is waited for, however long');
  bench.press('enter');
  await bench.clock.advance(1000);
  await bench.says(/\b3 s so far.*Reversal attempt 1/);
  t.equal(bench.reversals, 1);
  end({ end: 'no-answer', code: null, why: 'silent' });
  await bench.screen('sale.unknown');
  bench.press('5');
  await bench.clock.advance(1000);
  t.equal(bench.reversals, 1, 'another key asks nothing');
  t.equal(bench.screens.at(-1), 'sale.unknown');
  end = held(bench);
  bench.press('enter');
  await bench.says(/\b4 s so far.*Reversal attempt 2/);
  end(acknowledged);
  await bench.screen('sale.reversed');
  t.same(bench.said.slice(-2), ['display.unknown display.stay', 'display.reversed']);
  t.same(bench.beeps, ['attention', 'refused']);
  bench.press('enter');
  t.same(await shown, { amount: 12_850 }, 'the same once more');
  t.ok(waits.every((signal) => signal?.aborted));
});

t.test('a reversal that the bank knows nothing of is confirmed where it stands, and not before', async (t) => {
  const { bench, entry, show, waits, watching } = unsettled(t);
  bench.reverses = () => ({ end: 'no-original', code: '25' });
  const shown = show();
  await bench.screen('sale.reversed-unconfirmed');
  t.same(bench.said, ['display.unknown display.stay'], 'nobody tells the customer "reversed"');
  t.same(bench.beeps, ['attention', 'attention']);
  bench.press('5', 'enter');
  entry.confirmed('000009');
  await bench.screen('sale.reversed');
  t.equal(bench.said.at(-1), 'display.reversed');
  t.same(bench.beeps, ['attention', 'attention', 'refused']);
  const draws = bench.screens.length;
  entry.late(silence);
  t.equal(bench.beeps.length, 3, 'what changes nothing is not told again');
  t.equal(bench.screens.length, draws);
  let over = false;
  void shown.then(() => {
    over = true;
  });
  await new Promise(setImmediate);
  t.notOk(over, 'a key for the screen before is none for this one');
  bench.press('cancel');
  t.equal(await shown, null);
  t.equal(watching(), 0);
  t.ok(waits.every((signal) => signal?.aborted));
});

t.test('unconfirmed to the end, the green key charges nothing again', async (t) => {
  const { bench, show } = unsettled(t);
  bench.reverses = () => ({ end: 'no-original', code: '25' });
  const shown = show();
  await bench.screen('sale.reversed-unconfirmed');
  bench.press('enter');
  t.equal(await shown, null);
});

t.test('what the bank has after all is reversed again, on the same screens', async (t) => {
  const { bench, entry, show, waits, watching } = unsettled(t);
  bench.reverses = () => ({ end: 'no-original', code: '25' });
  const shown = show();
  await bench.screen('sale.reversed-unconfirmed');
  const end = held(bench);
  entry.found('000009');
  await bench.says(/Reversal attempt 1/);
  t.equal(bench.screens.at(-1), 'sale.reversing');
  t.equal(watching(), 0);
  t.same(bench.said, ['display.unknown display.stay', 'display.unknown display.stay']);
  t.same(
    waits.map((signal) => signal?.aborted),
    [true, true, false],
    'one key is waited for',
  );
  end(acknowledged);
  await bench.screen('sale.reversed');
  bench.press('enter');
  t.same(await shown, { amount: 12_850 });
  t.equal(bench.reversals, 2);
  t.ok(waits.every((signal) => signal?.aborted));
});

t.test('whoever else settles an unknown result, its screen follows within a second', async (t) => {
  const { bench, entry, show } = unsettled(t);
  bench.reverses = () => ({ end: 'no-answer', code: null, why: 'silent' });
  const shown = show();
  await bench.screen('sale.unknown');
  entry.reversed('00');
  await bench.clock.advance(1000);
  await bench.screen('sale.reversed');
  bench.press('cancel');
  t.equal(await shown, null);
});

t.test('a reversal past its tries is on record, with how often it was tried', async (t) => {
  const { bench, entry, show } = unsettled(t);
  bench.reverses = () => ({ end: 'no-answer', code: null, why: 'silent' });
  const shown = show();
  for (let time = 1; (entry as Entry).state !== 'parked'; time++) {
    await bench.screen('sale.unknown', time);
    bench.press('enter');
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  }
  await bench.screen('sale.parked');
  t.match(bench.texts().join(), /128\.50.*000001.*Tried 3 times/);
  bench.press('cancel', 'enter');
  t.equal(await shown, null);
});
