import t from 'tap';
import { tellBalance } from '../../src/balance/balance.ts';
import { chargeAsking } from '../../src/payment/charge.ts';
import { sell } from '../../src/sale/sale.ts';
import { fen } from '../../src/values/fen.ts';
import { Pan } from '../../src/values/pan.ts';
import { Fault } from '../../src/values/problem.ts';
import { pinEntry } from '../../src/vault/pin-entry.ts';
import { type SaleBench, saleBench, toTheBank } from '../sale-bench.ts';

/** As while a sign-in in the background has forgotten the working keys and has the next ones not yet. */
function withoutKeys({ counter }: SaleBench): void {
  const missing = () => {
    throw new Fault({ kind: 'keys-missing', slot: 'PIK' });
  };
  Object.assign(counter.vault, { pinEntry: () => pinEntry(missing, 'a') });
}

t.test('a PIN that cannot be enciphered ends the sale with a sentence, before anything is begun', async (t) => {
  const bench = saleBench(t);
  withoutKeys(bench);
  const selling = sell(bench.counter, { amount: fen(100) });
  await toTheBank(bench);
  await bench.screen('sale.refused');
  bench.press('enter');
  t.same(await selling, { end: 'refused', problem: { kind: 'keys-missing', slot: 'PIK' }, again: null });
  t.equal(bench.journal.last(), null);
  t.equal(bench.wiped(), 1);
});

t.test('a PIN that cannot be enciphered ends a balance inquiry with a sentence too', async (t) => {
  const bench = saleBench(t);
  withoutKeys(bench);
  const telling = tellBalance(bench.counter);
  await bench.screen('balance.card');
  bench.swipe();
  await bench.screen('balance.pin');
  bench.press('1', '2', '3', '4', '5', '6', 'enter');
  await bench.screen('balance.refused');
  bench.press('enter');
  await telling;
  t.equal(bench.wiped(), 1);
  t.match(bench.said.at(-1), /display\.welcome/);
});

t.test('a bug at the PIN is no refusal', async (t) => {
  const { counter } = saleBench(t);
  const card = { pan: Pan.from('6222020010011234') as Pan, expiry: '3012', track2: null, track3: null };
  const asked = () => Promise.reject(new TypeError('a bug'));
  await t.rejects(chargeAsking(counter, { type: 'sale', amount: fen(100), card }, asked), new TypeError('a bug'));
});
