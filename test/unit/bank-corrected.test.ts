import t, { type Test } from 'tap';
import { SEED } from '../../bank/bank.ts';
import { ruleByVoice } from '../../bank/rulings.ts';
import { readSeed } from '../../bank/seed.ts';
import { fen } from '../../src/values/fen.ts';
import { Counter, n12, onDay, place } from './bank-counter.ts';
import { decided, disputed, FULL, reversedLate, settle, toldOf } from './bank-desk-cases.ts';
import { MERCHANT, TERMINAL } from './bank-terminal.ts';

/** The same for everyone who asks afterwards: what two people have decided holds, to the fen and to the hold. */

const NOTHING = { free: FULL, held: 0, pending: 0, fees: 0 };
const setBatch = (counter: Counter, batch: string) =>
  counter.office.books.atomically(() => counter.office.terminals.setBatch(TERMINAL, batch));

t.test('what was refused and then collected is charged: an inquiry says so, and a refund gives it back', async (t) => {
  const counter = new Counter(t);
  const refused = counter.ask('offline', { trace: '000002', amount: 20_001 });
  t.equal(refused.code, '61');
  t.equal(toldOf(counter, '000001000002'), 'declined 61 20001 of which 0');
  t.equal(decided(counter, 'advice-refused', '000002', 'debit'), 'done');
  t.equal(toldOf(counter, '000001000002'), 'posted 00 20001 of which 0');
  t.equal(counter.state('000002'), 'declined', 'its row stays');
  const ruled = (money: string) =>
    ruleByVoice(counter.office, TERMINAL, { batch: '000001', trace: '000002', money, person: 'Li' });
  t.throws(() => ruled('not-charged'), /the books have it posted/);
  t.match(ruled('charged'), { money: 'charged', trade_state: 'posted' });
  settle(counter, []);
  const fields = { reference: refused.reference, original: onDay(refused) };
  t.equal(counter.code('refund', { trace: '000003', amount: 1, card: 'cmb', fields }), '14', 'of the card that paid');
  t.equal(counter.code('refund', { trace: '000004', amount: 20_002, fields }), '13');
  t.equal(counter.code('refund', { trace: '000005', amount: 20_001, fields }), '00');
  t.strictSame(counter.money(), NOTHING);
  t.equal(toldOf(counter, '000001000002'), 'posted 00 20001 of which 20001');
});

t.test('what was collected wrongly is undone by a case of its own', async (t) => {
  const counter = new Counter(t);
  const refused = counter.ask('offline', { trace: '000002', amount: 20_001 });
  t.equal(decided(counter, 'advice-refused', '000002', 'debit'), 'done');
  const batch = settle(counter, []);
  t.throws(() => disputed(counter, batch, '000002', 20_001), /both have the same/);
  t.match(disputed(counter, batch, '000002', 0), { reason: 'bank-only', amount: 20_001, card: 'boc-debit' });
  t.equal(decided(counter, 'bank-only', '000002', 'credit'), 'done');
  t.strictSame(counter.money(), NOTHING);
  t.equal(toldOf(counter, '000001000002'), 'declined 61 20001 of which 0');
  const fields = { reference: refused.reference, original: onDay(refused) };
  t.equal(counter.code('refund', { trace: '000003', amount: 1, fields }), '25', 'nothing of it is charged');
});

t.test('what was reversed late and collected again is charged once', async (t) => {
  const counter = new Counter(t);
  const sale = counter.ask('sale', { trace: '000002' });
  const batch = settle(counter, [{ trace: '000002' }]);
  t.equal(reversedLate(counter, 'sale', '000002', batch), '00');
  t.equal(toldOf(counter, '000001000002'), 'reversed 00 10000 of which 0');
  t.equal(decided(counter, 'late-reversal', '000002', 'debit'), 'done');
  t.equal(toldOf(counter, '000001000002'), 'posted 00 10000 of which 0');
  const fields = { reference: sale.reference, original: onDay(sale) };
  t.equal(counter.code('refund', { trace: '000003', amount: 4_000, fields }), '00');
  t.equal(reversedLate(counter, 'sale', '000002', batch), '00', 'nothing is turned back');
  t.equal(toldOf(counter, '000001000002'), 'posted 00 10000 of which 4000');
  t.strictSame(counter.money(), { free: FULL - 6_000, held: 0, pending: 6_000, fees: 30 });
});

t.test('a correction of a refund is a part of what has gone back of its sale', async (t) => {
  const counter = new Counter(t);
  const sale = counter.ask('sale', { trace: '000002' });
  settle(counter, [{ trace: '000002' }]);
  const fields = { reference: sale.reference, original: onDay(sale) };
  t.equal(counter.code('refund', { trace: '000003', amount: 4_000, fields }), '00');
  settle(counter, [{ trace: '000003', amount: 6_000, gives: 'back' }]);
  t.equal(decided(counter, 'another-amount', '000003', 'credit'), 'done');
  t.equal(toldOf(counter, '000001000002'), 'posted 00 10000 of which 6000');
  t.equal(toldOf(counter, '000002000003'), 'posted 00 6000 of which 0');
  t.match(counter.rows()[1], { type: 'sale', refunded: 6_000 });
  t.equal(counter.code('refund', { trace: '000010', amount: 4_001, fields }), '13');
  t.equal(counter.code('refund', { trace: '000011', amount: 4_000, fields }), '00');
  t.strictSame(counter.money(), NOTHING);
});

t.test('a credit for a refund that the bank had refused is a part of what has gone back too', async (t) => {
  const counter = new Counter(t);
  const sale = counter.ask('sale', { trace: '000002' });
  const batch = settle(counter, [{ trace: '000002' }]);
  const fields = { reference: sale.reference, original: onDay(sale) };
  t.equal(counter.code('refund', { trace: '000003', amount: 6_000, fields, present: true, pin: '000000' }), '55');
  settle(counter, [{ trace: '000003', amount: 6_000, gives: 'back' }]);
  t.equal(decided(counter, 'terminal-only', '000003', 'credit'), 'done');
  t.equal(toldOf(counter, '000001000002'), 'posted 00 10000 of which 6000');
  t.equal(reversedLate(counter, 'sale', '000002', batch), '12', 'more has followed');
  t.equal(counter.code('refund', { trace: '000010', amount: 4_001, fields }), '13');
  t.equal(counter.code('refund', { trace: '000011', amount: 4_000, fields }), '00');
  t.strictSame(counter.money(), NOTHING);
});

t.test('of a fee that has a cap a corrected refund leaves its part', async (t) => {
  const seed = readSeed(SEED);
  const fee = { debit: { perMyriad: 50, cap: fen(2_000) }, credit: { perMyriad: 60, cap: null } };
  const merchants = new Map([...seed.merchants].map(([id, row]) => [id, { ...row, fee }]));
  const counter = new Counter(t, { ...seed, merchants });
  t.ok(merchants.has(MERCHANT));
  const sale = counter.ask('sale', { trace: '000002', amount: FULL });
  settle(counter, [{ trace: '000002', amount: FULL }]);
  const fields = { reference: sale.reference, original: onDay(sale) };
  t.equal(counter.code('refund', { trace: '000003', amount: 500_000, fields }), '00');
  t.equal(counter.money().fees, 1_000);
  settle(counter, [{ trace: '000003', amount: 400_000, gives: 'back' }]);
  t.equal(decided(counter, 'another-amount', '000003', 'debit'), 'done');
  t.strictSame(counter.money(), { free: FULL - 600_000, held: 0, pending: 600_000, fees: 1_200 });
});

/** A sale of ¥100 under 000002, and a tip of ¥20.01 that was refused and then collected. */
function afterTip(t: Test) {
  const counter = new Counter(t);
  const sale = counter.ask('sale', { trace: '000002' });
  const original = place(counter, '000002');
  const tip = { original, totals: n12(2_001) };
  t.equal(counter.code('tip', { trace: '000003', amount: 12_001, fields: tip }), '13');
  t.equal(decided(counter, 'advice-refused', '000003', 'debit'), 'done');
  t.strictSame(counter.money(), { free: FULL - 12_001, held: 0, pending: 12_001, fees: 60 });
  return { counter, sale, original };
}

t.test('a tip that was collected goes back with its sale, by a void, a refund or a reversal', async (t) => {
  const voided = afterTip(t);
  const fields = { reference: voided.sale.reference, original: voided.original };
  t.equal(voided.counter.code('tip', { trace: '000004', amount: 12_002, fields: { ...fields, totals: n12(1) } }), '12');
  t.equal(voided.counter.code('void', { trace: '000005', fields }), '64');
  t.equal(voided.counter.code('void', { trace: '000006', amount: 12_001, fields }), '00');
  t.strictSame(voided.counter.money(), NOTHING);

  const refunded = afterTip(t);
  settle(refunded.counter, [{ trace: '000002', amount: 10_000 }]);
  const back = { reference: refunded.sale.reference, original: onDay(refunded.sale) };
  t.equal(refunded.counter.code('refund', { trace: '000007', amount: 12_001, fields: back }), '00');
  t.strictSame(refunded.counter.money(), NOTHING);

  const reversed = afterTip(t);
  t.equal(reversed.counter.reverse('sale', { trace: '000002' }), '00');
  t.strictSame(reversed.counter.money(), NOTHING);
});

t.test('a void gives back what a correction has left, and its reversal takes the same', async (t) => {
  const counter = new Counter(t);
  const sale = counter.ask('sale', { trace: '000002', amount: 12_850 });
  setBatch(counter, '000005');
  disputed(counter, '000001', '000002', 10_000);
  t.equal(decided(counter, 'another-amount', '000002', 'credit'), 'done');
  t.throws(() => disputed(counter, '000001', '000002', 10_000), /both have the same/);
  setBatch(counter, '000001');
  const fields = { reference: sale.reference, original: place(counter, '000002') };
  t.equal(counter.code('void', { trace: '000003', amount: 12_850, fields }), '64');
  t.equal(counter.code('void', { trace: '000004', amount: 10_000, fields }), '00');
  t.strictSame(counter.money(), NOTHING);
  t.equal(counter.reverse('void', { trace: '000004' }), '00');
  t.strictSame(counter.money(), { free: FULL - 10_000, held: 0, pending: 10_000, fees: 50 });
});

const HELD = { free: FULL - 10_000, held: 10_000, pending: 0, fees: 0 };
const COMPLETED = { free: FULL - 10_000, held: 0, pending: 10_000, fees: 50 };

/** A hold of ¥100 under 000002, and what a completion says of it. */
function afterPreauth(t: Test) {
  const counter = new Counter(t);
  const preauth = counter.ask('preauth', { trace: '000002' });
  const fields = { authorisation: preauth.authorisation, original: onDay(preauth) };
  return { counter, fields };
}

/** Completed under 000003; where `voided`, the completion is undone under 000004. */
function afterCompletion(t: Test, how: { voided?: boolean } = {}) {
  const { counter, fields } = afterPreauth(t);
  const completion = counter.ask('completion', { trace: '000003', fields });
  if (how.voided === true) {
    const { reference, authorisation } = completion;
    const undo = { reference, authorisation, original: place(counter, '000003') };
    t.equal(counter.code('completion-void', { trace: '000004', fields: undo }), '00');
  }
  return { counter, fields };
}

t.test('a completion that is given back holds again; one that stands again holds nothing', async (t) => {
  const given = afterCompletion(t);
  settle(given.counter, []);
  t.equal(decided(given.counter, 'bank-only', '000003', 'credit'), 'done');
  t.strictSame(given.counter.money(), HELD);
  t.equal(toldOf(given.counter, '000001000002'), 'held 00 10000 of which 0');
  t.equal(given.counter.code('completion', { trace: '000010', fields: given.fields }), '00');

  const stands = afterCompletion(t, { voided: true });
  settle(stands.counter, [{ trace: '000003' }]);
  t.strictSame(stands.counter.money(), HELD);
  t.equal(decided(stands.counter, 'bank-only', '000004', 'debit'), 'done');
  t.strictSame(stands.counter.money(), COMPLETED);
  t.equal(stands.counter.code('completion', { trace: '000010', fields: stands.fields }), '12', 'completed already');
});

t.test('given back in parts it is held again with the last of them, and released when its days are over', async (t) => {
  const { counter } = afterCompletion(t);
  const told = () => toldOf(counter, '000001000002');
  const batch = settle(counter, [{ trace: '000003', amount: 4_000 }]);
  t.equal(decided(counter, 'another-amount', '000003', 'credit'), 'done');
  t.equal(told(), 'completed 00 10000 of which 4000', 'what is left of it is charged');
  disputed(counter, batch, '000003', 0);
  t.equal(decided(counter, 'bank-only', '000003', 'credit'), 'done');
  t.strictSame(counter.money(), HELD);
  t.equal(told(), 'held 00 10000 of which 0');
  counter.later(31);
  t.equal(told(), 'released 00 10000 of which 0');
  t.strictSame(counter.money(), NOTHING);
});

t.test('what was turned back late is put back with its hold', async (t) => {
  const completed = afterCompletion(t);
  const batch = settle(completed.counter, [{ trace: '000003' }]);
  t.equal(reversedLate(completed.counter, 'completion', '000003', batch), '00');
  t.strictSame(completed.counter.money(), HELD);
  t.equal(decided(completed.counter, 'late-reversal', '000003', 'debit'), 'done');
  t.strictSame(completed.counter.money(), COMPLETED);
  t.equal(completed.counter.code('completion', { trace: '000010', fields: completed.fields }), '12');

  const voided = afterCompletion(t, { voided: true });
  settle(voided.counter, [{ trace: '000003' }, { trace: '000004', gives: 'back' }]);
  t.equal(reversedLate(voided.counter, 'completion-void', '000004', batch), '00');
  t.strictSame(voided.counter.money(), COMPLETED);
  t.equal(decided(voided.counter, 'late-reversal', '000004', 'credit'), 'done');
  t.strictSame(voided.counter.money(), HELD);
  t.equal(voided.counter.code('completion', { trace: '000010', fields: voided.fields }), '00', 'anew');
});

t.test('a completion that was refused and then collected ends its hold, until it is given back', async (t) => {
  const { counter, fields } = afterPreauth(t);
  t.equal(counter.code('completion-advice', { trace: '000003', amount: 11_501, fields }), '13');
  t.equal(decided(counter, 'advice-refused', '000003', 'debit'), 'done');
  t.strictSame(counter.money(), { free: FULL - 11_501, held: 0, pending: 11_501, fees: 58 });
  t.equal(counter.code('completion', { trace: '000004', fields }), '12', 'completed already');
  t.equal(counter.code('preauth-void', { trace: '000005', fields }), '12');
  const batch = settle(counter, []);
  disputed(counter, batch, '000003', 0);
  t.equal(decided(counter, 'bank-only', '000003', 'credit'), 'done');
  t.strictSame(counter.money(), HELD);
  t.equal(counter.code('completion', { trace: '000010', fields }), '00');
});
