import t, { type Test } from 'tap';
import { sameCard } from '../../src/payment/same-card.ts';
import { fen } from '../../src/values/fen.ts';
import { trace } from '../../src/values/trace.ts';
import { saleBench } from '../sale-bench.ts';

const digest = (of: number) => Buffer.alloc(32, of);
const original = {
  trace: trace('000041'),
  facts: { card: '622202******1234', fingerprint: digest(9) },
} as unknown as Parameters<typeof sameCard>[1];

/** The reader, and a vault whose digests of the swiped cards' numbers are these. */
function slot(t: Test, ...digests: number[]) {
  const bench = saleBench(t);
  Object.assign(bench.counter.vault, { fingerprint: () => digest(digests.shift() ?? 9) });
  return bench;
}

t.test('the card of the original is taken, and not wiped', async (t) => {
  const bench = slot(t, 9);
  const asked = sameCard(bench.counter, original, fen(2500));
  await bench.screen('sale.card');
  bench.swipe();
  t.match(await asked, { expiry: '3012' });
  t.equal(bench.wiped(), 0);
  t.notOk(bench.screens.includes('sale.card.different'));
});

t.test('another card is wiped and said, and Enter asks for the right one', async (t) => {
  const bench = slot(t, 8, 9);
  const asked = sameCard(bench.counter, original, fen(2500));
  await bench.screen('sale.card');
  bench.press('5', '5', 'enter');
  bench.swipe();
  await bench.screen('sale.card.different');
  t.equal(bench.wiped(), 1);
  t.match(bench.texts().join(), /25\.00.*000041.*6222 02\*\* \*\*\*\* 1234/);
  t.equal(bench.said.at(-1), 'display.other-card');
  t.same(bench.beeps, ['refused']);
  bench.press('5', 'enter');
  await bench.screen('sale.card', 2);
  bench.swipe();
  t.match(await asked, { expiry: '3012' });
  t.equal(bench.wiped(), 1);
});

t.test('nobody has the card: Cancel ends it at the question, and after another card', async (t) => {
  const bench = slot(t, 8);
  const first = sameCard(bench.counter, original, fen(2500));
  await bench.screen('sale.card');
  bench.press('cancel');
  t.equal(await first, null);
  const second = sameCard(bench.counter, original, fen(2500));
  await bench.screen('sale.card');
  bench.swipe();
  await bench.screen('sale.card.different');
  bench.press('cancel');
  t.equal(await second, null);
  t.equal(bench.wiped(), 1);
});

t.test('keys pressed while the card is swiped are none for the screen that refuses it', async (t) => {
  const bench = slot(t, 8);
  const { fingerprint } = bench.counter.vault;
  Object.assign(bench.counter.vault, {
    fingerprint(...of: Parameters<typeof fingerprint>) {
      bench.press('5', 'cancel');
      return fingerprint(...of);
    },
  });
  const asked = sameCard(bench.counter, original, fen(2500));
  await bench.screen('sale.card');
  bench.swipe();
  await bench.screen('sale.card.different');
  let over = false;
  void asked.then(() => {
    over = true;
  });
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  t.notOk(over);
  bench.press('cancel');
  t.equal(await asked, null);
});

t.test('an original without a card is matched by no card', async (t) => {
  const bench = slot(t, 9);
  const asked = sameCard(
    bench.counter,
    { ...original, facts: { ...original.facts, card: null, fingerprint: null } },
    fen(1),
  );
  await bench.screen('sale.card');
  bench.swipe();
  await bench.screen('sale.card.different');
  bench.press('cancel');
  t.equal(await asked, null);
});
