import t, { type Test } from 'tap';
import { Counter, onDay, place, type Saying, TERMINAL_2, withTwoMerchants } from './bank-counter.ts';

const FULL = 1_000_000;

/** A sale of ¥100 in a batch that is closed, and a refund of it. */
function afterSale(t: Test, amount = 10_000) {
  const counter = new Counter(t);
  const sale = counter.ask('sale', { trace: '000002', amount });
  counter.closeBatch();
  const about = { reference: sale.reference, original: onDay(sale), operator: '000' };
  const back = (trace: string, changes: Partial<Saying> = {}): Saying => ({
    ...{ trace, amount, ...changes },
    fields: { ...about, ...changes.fields },
  });
  return { counter, sale, back };
}

t.test('a refund gives back to the card, and the fee to the merchant', async (t) => {
  const { counter, back } = afterSale(t);
  t.strictSame(counter.money(), { free: FULL - 10_000, held: 0, pending: 10_000, fees: 50 });
  const answer = counter.ask('refund', back('000003'));
  t.match(answer, { mti: '0230', code: '00', amount: '000000010000' });
  t.strictSame(counter.money(), { free: FULL, held: 0, pending: 0, fees: 0 });
  t.match(counter.rows()[0], { type: 'refund', state: 'posted', originalTrace: '000002', moved: -10_000, fee: 50 });
  t.match(counter.rows()[1], { type: 'sale', state: 'posted', refunded: 10_000 });
});

t.test('in parts it never gives back more than there was, and all parts of the fee are the fee', async (t) => {
  const { counter, back } = afterSale(t, 1_001);
  t.equal(counter.money().fees, 5);
  const parts = [333, 333, 334];
  for (const [at, amount] of parts.entries()) {
    t.equal(counter.code('refund', back(`00001${at}`, { amount })), '00');
  }
  t.equal(counter.code('refund', back('000020', { amount: 2 })), '13', 'one fen is left');
  t.equal(counter.code('refund', back('000021', { amount: 0 })), '13');
  t.equal(counter.code('refund', back('000022', { amount: 1 })), '00');
  t.equal(counter.code('refund', back('000023', { amount: 1 })), '13', 'nothing is left');
  t.strictSame(counter.money(), { free: FULL, held: 0, pending: 0, fees: 0 });
});

t.test('a refund told again is answered as it was, and posted once', async (t) => {
  const { counter, back } = afterSale(t);
  const asked = counter.message('refund', back('000003', { amount: 6_000 }));
  const first = counter.answerTo(asked);
  counter.later(1);
  counter.signIn('50461160');
  const second = counter.answerTo(asked);
  t.strictSame(
    [second.code, second.reference, second.authorisation, second.date, second.institutions],
    ['00', first.reference, first.authorisation, first.date, first.institutions],
  );
  counter.closeBatch();
  t.equal(counter.answerTo(asked).code, '00', 'after the batch too');
  t.equal(counter.money().free, FULL - 4_000);
  const late = back('000030', { amount: 1, fields: { batch: '25000002000500' } });
  t.equal(counter.code('refund', late), '77', 'a new one of a batch that is over');
});

t.test('a no is said again too, though there would be a yes by now', async (t) => {
  const { counter, back } = afterSale(t);
  const asked = counter.message('refund', back('000003', { amount: 10_001 }));
  t.equal(counter.answerTo(asked).code, '13');
  t.equal(counter.answerTo(asked).code, '13');
  t.equal(counter.rows().filter(({ type }) => type === 'refund').length, 1);
});

t.test('the same trace with another content is a duplicate', async (t) => {
  const { counter, back } = afterSale(t);
  t.equal(counter.code('refund', back('000003', { amount: 6_000 })), '00');
  t.equal(counter.code('refund', back('000003', { amount: 6_001 })), '94');
  t.equal(counter.code('sale', { trace: '000003', amount: 6_000 }), '94');
  t.equal(counter.money().free, FULL - 4_000);
});

t.test('what is not settled is voided instead; after a void or a reversal nothing is left', async (t) => {
  const counter = new Counter(t);
  const [one, two] = [counter.ask('sale', { trace: '000002' }), counter.ask('sale', { trace: '000003' })];
  const of = (sale: typeof one) => ({ reference: sale.reference, original: onDay(sale) });
  t.equal(counter.code('refund', { trace: '000004', fields: of(one) }), '12', 'of the open batch');
  const voided = { reference: one.reference, original: place(counter, '000002') };
  t.equal(counter.code('void', { trace: '000005', fields: voided }), '00');
  t.equal(counter.reverse('sale', { trace: '000003' }), '00');
  counter.closeBatch();
  t.equal(counter.code('refund', { trace: '000006', fields: of(one) }), '12', 'voided');
  t.equal(counter.code('refund', { trace: '000007', fields: of(two) }), '12', 'reversed');
  t.equal(counter.money().free, FULL);
});

t.test('refunded at another terminal, it is neither voided nor reversed on top', async (t) => {
  const counter = new Counter(t);
  const sale = counter.ask('sale', { trace: '000002' });
  const fields = { reference: sale.reference, original: onDay(sale) };
  t.equal(counter.code('refund', { trace: '000002', amount: 1, terminal: TERMINAL_2, fields }), '00');
  const back = { reference: sale.reference, original: place(counter, '000002') };
  t.equal(counter.code('void', { trace: '000003', fields: back }), '12');
  t.equal(counter.reverse('sale', { trace: '000002' }), '12');
  t.equal(counter.money().free, FULL - 9_999);
});

t.test('a refund is refused out of its window, for another card, day, number or merchant', async (t) => {
  const { counter, back } = afterSale(t);
  t.equal(counter.code('refund', back('000003', { card: 'cmb' })), '14');
  t.equal(counter.code('refund', back('000004', { fields: { original: `${'0'.repeat(12)}0101` } })), '25');
  t.equal(counter.code('refund', back('000005', { fields: { reference: '000000000000' } })), '25');
  t.equal(counter.code('refund', back('000006', { fields: { reference: undefined } })), '30');
  t.equal(counter.code('refund', back('000007', { fields: { authorisation: 'AAAAAA' } })), '25');
  counter.later(180);
  t.equal(counter.code('refund', back('000008', { amount: 1 })), '00', 'the last day');
  // It was paid at noon, and the bank's day has twelve hours left.
  counter.now += 12 * 3_600_000 - 1;
  t.equal(counter.code('refund', back('000011', { amount: 1 })), '00', 'to its end');
  counter.now += 1;
  t.equal(counter.code('refund', back('000009', { amount: 1 })), '22');
  t.equal(counter.code('refund', back('000010', { fields: { pan: undefined } })), '30');
});

t.test('another merchant’s terminal cannot refund it', async (t) => {
  const counter = new Counter(t, withTwoMerchants());
  const sale = counter.ask('sale', { trace: '000002' });
  counter.closeBatch();
  const fields = { reference: sale.reference, original: onDay(sale) };
  t.equal(counter.code('refund', { trace: '000003', terminal: TERMINAL_2, fields }), '25');
});
