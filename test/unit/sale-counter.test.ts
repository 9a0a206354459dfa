import t from 'tap';
import { sell } from '../../src/sale/sale.ts';
import { fen } from '../../src/values/fen.ts';
import { Fault } from '../../src/values/problem.ts';
import { full, no, nothing, type SaleBench, saleBench, stateOf, toTheBank, yes } from '../sale-bench.ts';

t.test('the request and its row have one trace, and each sale another', async (t) => {
  const bench = saleBench(t);
  for (const time of [1, 2]) {
    const selling = sell(bench.counter, { amount: fen(100 * time) });
    await toTheBank(bench, time);
    await bench.screen('sale.approved', time);
    bench.press('enter');
    await selling;
    t.equal(bench.sent.at(-1)?.trace, bench.journal.last()?.trace);
  }
  t.same(
    bench.sent.map(({ trace }) => trace),
    ['000001', '000002'],
  );
});

t.test('a card is wiped whoever gives the sale up, and silence is no yes', async (t) => {
  for (const key of ['cancel', null] as const) {
    const amountFirst = saleBench(t);
    const selling = sell(amountFirst.counter, { amount: fen(100) });
    await amountFirst.screen('sale.card');
    amountFirst.swipe();
    await amountFirst.screen('sale.number');
    if (key === null) await amountFirst.clock.advance(60_000);
    else amountFirst.press(key);
    t.equal((await selling).end, 'cancelled');
    t.equal(amountFirst.wiped(), 1);

    const cardFirst = saleBench(t);
    const swipe = await cardFirst.counter.reader.next(swiped(cardFirst));
    const second = sell(cardFirst.counter, { swipe });
    await cardFirst.screen('sale.number');
    cardFirst.press('enter');
    await cardFirst.screen('sale.amount');
    if (key === null) await cardFirst.clock.advance(60_000);
    else cardFirst.press(key);
    t.equal((await second).end, 'cancelled');
    t.equal(cardFirst.wiped(), 1);
  }
});

t.test('after three swipes that cannot be read another card is asked for', async (t) => {
  const bench = saleBench(t);
  const selling = sell(bench.counter, { amount: fen(100) });
  await bench.screen('sale.card');
  for (let swipe = 1; swipe < 3; swipe++) {
    bench.swipe('worn');
    await bench.screen('sale.card.again');
  }
  bench.swipe('worn');
  await bench.screen('sale.card.another');
  bench.press('enter');
  await bench.screen('sale.card', 2);
  bench.press('cancel');
  t.equal((await selling).end, 'cancelled');
});

t.test('a customer who gives up at the PIN pays nothing', async (t) => {
  const bench = saleBench(t);
  const selling = sell(bench.counter, { amount: fen(100) });
  await bench.screen('sale.card');
  bench.swipe();
  await bench.screen('sale.number');
  bench.press('enter');
  await bench.screen('sale.pin');
  bench.press('1', '2', '3', '4', 'cancel');
  t.equal((await selling).end, 'cancelled');
  t.equal(bench.sent.length, 0);
  t.equal(bench.journal.last(), null);
  t.equal(bench.wiped(), 1);
});

t.test('Enter without a digit is a card without a PIN, and after a digit too few it is none', async (t) => {
  for (const digits of [[], ['1', '2', '3', 'enter']] as const) {
    const bench = saleBench(t);
    const selling = sell(bench.counter, { amount: fen(100) });
    await bench.screen('sale.card');
    bench.swipe();
    await bench.screen('sale.number');
    bench.press('enter');
    await bench.screen('sale.pin');
    bench.press(...digits);
    await bench.clock.advance(0);
    t.same(bench.beeps, digits.length === 0 ? [] : ['refused'], 'three digits are no PIN');
    t.equal(bench.sent.length, 0);
    await bench.clock.advance(500);
    bench.press('enter');
    await bench.screen('sale.approved');
    t.equal(bench.sent[0]?.pin, null);
    bench.press('enter');
    await selling;
  }
});

t.test('an Enter that was pressed twice on the screen before is nobody’s word that the card has no PIN', async (t) => {
  const bench = saleBench(t);
  const selling = sell(bench.counter, { amount: fen(100) });
  await bench.screen('sale.card');
  bench.swipe();
  await bench.screen('sale.number');
  bench.press('enter', 'enter');
  await bench.screen('sale.pin');
  await bench.clock.advance(499);
  t.same(bench.beeps, ['refused']);
  bench.press('enter');
  await bench.clock.advance(1);
  t.equal(bench.screens.at(-1), 'sale.pin');
  t.equal(bench.sent.length, 0);
  bench.press('1', '2', '3', '4', 'enter');
  await bench.screen('sale.approved');
  t.not(bench.sent[0]?.pin, null);
  bench.press('enter');
  await selling;
});

t.test('where every card has a PIN, Enter without a digit goes nowhere', async (t) => {
  const bench = saleBench(t);
  Object.assign(bench.counter.config.profile, { pin_bypass: false });
  const selling = sell(bench.counter, { amount: fen(100) });
  await bench.screen('sale.card');
  bench.swipe();
  await bench.screen('sale.number');
  bench.press('enter');
  await bench.screen('sale.pin');
  bench.press('enter');
  await bench.clock.advance(0);
  t.equal(bench.screens.at(-1), 'sale.pin');
  bench.press('cancel');
  await selling;
});

t.test('no sale begins without keys', async (t) => {
  const bench = saleBench(t);
  Object.assign(bench.counter.vault, { kcvOf: () => null });
  const selling = sell(bench.counter, { amount: fen(100) });
  await bench.screen('sale.refused');
  bench.press('enter');
  t.match(await selling, { end: 'refused', problem: { kind: 'keys-missing', slot: 'PIK' }, again: null });
});

t.test('only a line that is down offers the same sale once more', async (t) => {
  const bench = saleBench(t);
  Object.assign(bench.journal, { begin: full });
  const selling = sell(bench.counter, { amount: fen(100) });
  await toTheBank(bench);
  await bench.screen('sale.refused');
  bench.press('enter');
  t.match(await selling, { end: 'refused', again: null });
});

for (const [code, again] of [
  ['51', { amount: 100 }],
  ['61', { digit: '0' }],
  ['05', null],
] as const) {
  t.test(`after ${code} the green key leads to ${JSON.stringify(again)}`, async (t) => {
    const bench = saleBench(t);
    bench.answers = () => ({ ...no, code });
    const selling = sell(bench.counter, { amount: fen(100) });
    await toTheBank(bench);
    await bench.screen('sale.declined');
    bench.press('enter');
    t.match(await selling, { end: 'declined', again });
  });
}

for (const [end, answer] of [
  ['sale.approved', yes],
  ['sale.declined', no],
  ['sale.unknown', nothing],
] as const) {
  t.test(`keys pressed while the bank thinks do not answer ${end}`, async (t) => {
    const bench = saleBench(t);
    const thought = Promise.withResolvers<typeof answer>();
    bench.answers = () => thought.promise;
    bench.reverses = () => ({ end: 'no-answer', code: null, why: 'silent' });
    const selling = sell(bench.counter, { amount: fen(100) });
    await toTheBank(bench);
    await bench.screen('sale.waiting');
    bench.press('enter', 'cancel', 'enter', 'cancel');
    thought.resolve(answer);
    await bench.clock.advance(1000);
    await bench.screen(end);
    t.equal(bench.screens.at(-1), end);
    t.equal(await Promise.race([selling, 'waits']), 'waits', 'for a key that has seen it');
    bench.press(end === 'sale.unknown' ? 'cancel' : 'enter');
    await selling;
  });
}

t.test('Enter asks the bank once more what became of it', async (t) => {
  const bench = saleBench(t);
  bench.answers = () => nothing;
  bench.reverses = () => ({ end: 'no-answer', code: null, why: 'silent' });
  const selling = sell(bench.counter, { amount: fen(100) });
  await toTheBank(bench);
  await bench.clock.advance(1000);
  await bench.screen('sale.unknown');
  t.equal(bench.reversals, 1);
  bench.press('enter');
  await bench.clock.advance(1000);
  t.equal(bench.reversals, 2);
  bench.press('enter');
  await bench.clock.advance(1000);
  await bench.screen('sale.parked');
  t.equal(stateOf(bench), 'parked');
  bench.press('enter');
  t.match(await selling, { end: 'unsettled', again: null });
});

/** A card before the amount: the signal of a wait that it has ended. */
function swiped(bench: SaleBench): AbortSignal {
  bench.swipe();
  return new AbortController().signal;
}

t.test('a card that demands a PIN takes no Enter instead of one', async (t) => {
  const bench = saleBench(t);
  const selling = sell(bench.counter, { amount: fen(100) });
  await bench.screen('sale.card');
  bench.swipe('pin');
  await bench.screen('sale.number');
  // The second Enter of an impatient finger.
  bench.press('enter', 'enter');
  await bench.screen('sale.pin');
  await bench.clock.advance(0);
  t.equal(bench.screens.at(-1), 'sale.pin');
  t.equal(bench.sent.length, 0);
  bench.press('cancel');
  await selling;
});

t.test('a card that was swiped before anybody knew that nothing can be paid is wiped', async (t) => {
  const bench = saleBench(t);
  const full = t.capture(bench.journal, 'checkWritable', () => {
    throw new Fault({ kind: 'disk-full', file: 'journal.db' });
  });
  const swipe = await bench.counter.reader.next(swiped(bench));
  const selling = sell(bench.counter, { swipe });
  await bench.screen('sale.refused');
  t.equal(bench.wiped(), 1, 'at once, and not when somebody has read it');
  bench.press('enter');
  t.match(await selling, { end: 'refused', problem: { kind: 'disk-full' } });
  full.restore();
  t.equal(bench.wiped(), 1);
});
