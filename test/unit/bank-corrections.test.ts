import t, { type Test } from 'tap';
import { nothingLeft, reasons } from '../../bank/cases.ts';
import { masked } from '../../src/values/masked.ts';
import { Counter, n12, onDay, place } from './bank-counter.ts';
import { cardToldOf, caseOf, decided, disputed, FULL, reversedLate, settle, shown, toldOf } from './bank-desk-cases.ts';
import { CARDS } from './bank-terminal.ts';

/** A sale of ¥100 under 000002, and its void under 000003. */
function afterVoid(t: Test) {
  const counter = new Counter(t);
  const sale = counter.ask('sale', { trace: '000002' });
  const undo = { reference: sale.reference, original: place(counter, '000002') };
  t.equal(counter.code('void', { trace: '000003', fields: undo }), '00');
  return { counter, sale };
}

t.test('what its reversal has given back is not given back by a case, and taken again by one alone', async (t) => {
  const counter = new Counter(t);
  t.equal(counter.code('sale', { trace: '000002' }), '00');
  const batch = settle(counter, []);
  t.match(shown(counter, 'bank-only', '000002'), { decisions: ['credit', 'reject'], todo: reasons['bank-only'].zh });
  t.equal(reversedLate(counter, 'sale', '000002', batch), '00');
  for (const reason of ['bank-only', 'late-reversal'] as const) {
    t.equal(decided(counter, reason, '000002', 'credit'), 'given-back', reason);
    t.match(shown(counter, reason, '000002'), {
      decisions: ['debit', 'reject'],
      todo: reasons['late-reversal'].zh,
      todo_en: reasons['late-reversal'].en,
    });
  }
  t.equal(counter.money().free, FULL);
  t.equal(decided(counter, 'late-reversal', '000002', 'debit'), 'done');
  t.equal(decided(counter, 'bank-only', '000002', 'debit'), 'taken');
  t.strictSame(counter.money(), { free: FULL - 10_000, held: 0, pending: 10_000, fees: 50 });
  t.equal(decided(counter, 'bank-only', '000002', 'credit'), 'done', 'once more is a decision of its own');
  t.equal(counter.money().free, FULL);
  t.match(shown(counter, 'bank-only', '000002'), { decisions: [], todo: null });
});

t.test('a void that the terminal does not have is debited, and nothing else', async (t) => {
  const { counter } = afterVoid(t);
  settle(counter, [{ trace: '000002' }]);
  t.match(shown(counter, 'bank-only', '000003'), {
    decisions: ['debit', 'reject'],
    todo: reasons['bank-only'].back.zh,
  });
  t.equal(decided(counter, 'bank-only', '000003', 'credit'), 'given-back');
  t.equal(decided(counter, 'bank-only', '000003', 'debit'), 'done');
  t.strictSame(counter.money(), { free: FULL - 10_000, held: 0, pending: 10_000, fees: 50 });
  t.equal(counter.state('000002', undefined, '000001'), 'posted');
});

t.test('a void that was reversed late is credited, and then stands for all who ask', async (t) => {
  const { counter, sale } = afterVoid(t);
  const batch = settle(counter, [{ trace: '000002' }, { trace: '000003', gives: 'back' }]);
  t.equal(reversedLate(counter, 'void', '000003', batch), '00');
  t.equal(counter.money().free, FULL - 10_000);
  t.match(shown(counter, 'late-reversal', '000003'), {
    decisions: ['credit', 'reject'],
    todo: reasons['late-reversal'].back.zh,
    todo_en: reasons['late-reversal'].back.en,
  });
  t.equal(decided(counter, 'late-reversal', '000003', 'debit'), 'taken');
  t.equal(decided(counter, 'late-reversal', '000003', 'credit'), 'done');
  t.strictSame(counter.money(), { free: FULL, held: 0, pending: 0, fees: 0 });

  const fields = { reference: sale.reference, original: onDay(sale) };
  t.equal(counter.code('refund', { trace: '000010', amount: 1, fields }), '12', 'it is voided');
  t.equal(reversedLate(counter, 'sale', '000002', batch), '12');
  t.equal(toldOf(counter, '000001000002'), 'voided 00 10000 of which 0');
  t.equal(toldOf(counter, '000001000003'), 'posted 00 10000 of which 0');
  t.strictSame(counter.money(), { free: FULL, held: 0, pending: 0, fees: 0 });
});

t.test('a void is not given back in a case once its sale has been refunded', async (t) => {
  const { counter, sale } = afterVoid(t);
  const batch = settle(counter, [{ trace: '000002' }, { trace: '000003', gives: 'back' }]);
  t.equal(reversedLate(counter, 'void', '000003', batch), '00');
  const fields = { reference: sale.reference, original: onDay(sale) };
  t.equal(counter.code('refund', { trace: '000010', amount: 1, fields }), '00');
  t.equal(decided(counter, 'late-reversal', '000003', 'credit'), 'given-back');
  t.match(shown(counter, 'late-reversal', '000003'), { decisions: ['reject'], todo: nothingLeft.zh });
});

t.test('an advice that was refused and is in the terminal’s settlement is collected once', async (t) => {
  const counter = new Counter(t);
  t.equal(counter.code('offline', { trace: '000002', amount: 20_001 }), '61');
  settle(counter, [{ trace: '000002', amount: 20_001 }]);
  t.match(shown(counter, 'terminal-only', '000002'), { todo: reasons['terminal-only'].row.zh }, 'no refund');
  t.equal(decided(counter, 'advice-refused', '000002', 'credit'), 'given-back');
  t.equal(decided(counter, 'advice-refused', '000002', 'debit'), 'done');
  t.equal(decided(counter, 'terminal-only', '000002', 'debit'), 'taken');
  // What is left to decide would undo the other case.
  t.match(shown(counter, 'terminal-only', '000002'), { decisions: ['credit', 'reject'], todo: nothingLeft.zh });
  t.strictSame(counter.money(), { free: FULL - 20_001, held: 0, pending: 20_001, fees: 100 });
});

t.test('what the bank has no row of is collected once, by whatever case, also where it comes yet', async (t) => {
  const counter = new Counter(t);
  const fields = { batch: '30000007000500' };
  for (const trace of ['000002', '000003']) t.equal(counter.code('offline', { trace, fields }), '77');
  const [one] = ['000002', '000003'].map((trace) => disputed(counter, '000007', trace, 10_000));
  t.match(one, { reason: 'terminal-only', trade: null });
  const either = { decisions: ['credit', 'debit', 'reject'], todo: reasons['terminal-only'].zh };
  t.match(shown(counter, 'terminal-only', '000002'), either, 'or it is a refund');
  t.equal(decided(counter, 'advice-refused', '000002', 'debit'), 'done');
  t.equal(decided(counter, 'terminal-only', '000002', 'debit'), 'taken');
  t.strictSame(counter.money(), { free: FULL - 10_000, held: 0, pending: 10_000, fees: 50 });
  t.equal(decided(counter, 'terminal-only', '000002', 'credit'), 'done');
  t.strictSame(counter.money(), { free: FULL, held: 0, pending: 0, fees: 0 }, 'the fee too');

  counter.office.books.atomically(() => counter.office.terminals.setBatch('50461160', '000007'));
  t.equal(counter.code('offline', { trace: '000003', fields }), '00');
  t.equal(decided(counter, 'advice-refused', '000003', 'debit'), 'taken', 'the bank has taken it since');
  t.equal(counter.money().free, FULL - 10_000);
});

t.test('a refund that the terminal alone has is credited, once, and not beyond its sale', async (t) => {
  const counter = new Counter(t);
  const sale = counter.ask('sale', { trace: '000002' });
  settle(counter, [{ trace: '000002' }]);
  const fields = { reference: sale.reference, original: onDay(sale) };
  t.equal(counter.code('refund', { trace: '000003', amount: 10_001, fields }), '13');
  t.equal(counter.code('refund', { trace: '000004', amount: 6_000, fields }), '00');
  settle(counter, [
    { trace: '000003', amount: 10_001, gives: 'back' },
    { trace: '000004', amount: 6_000, gives: 'back' },
  ]);
  t.equal(decided(counter, 'terminal-only', '000003', 'debit'), 'taken');
  t.equal(decided(counter, 'terminal-only', '000003', 'credit'), 'given-back', '4000 fen are left');
  t.equal(counter.money().free, FULL - 4_000);
});

/** A sale that was refused, and what changed it afterwards: from `before` to `amount`. */
function afterRefused(t: Test, sale: number, ...changes: readonly [before: number, amount: number][]) {
  const counter = new Counter(t);
  t.equal(counter.code('offline', { trace: '000002', amount: sale }), '61');
  for (const [at, [before, amount]] of changes.entries()) {
    const fields = { original: place(counter, '000002'), totals: n12(before) };
    t.equal(counter.code('adjust', { trace: `00000${at + 3}`, amount, fields }), '25');
  }
  return counter;
}

t.test('a refused sale and its adjustments are collected in whatever order, and once', async (t) => {
  for (const order of ['23', '32', '234', '243', '324', '342', '423', '432']) {
    const two = order.includes('4');
    const counter = two
      ? afterRefused(t, 25_000, [25_000, 27_000], [27_000, 30_000])
      : afterRefused(t, 25_000, [25_000, 27_000]);
    for (const last of order) t.equal(decided(counter, 'advice-refused', `00000${last}`, 'debit'), 'done', order);
    const total = two ? 30_000 : 27_000;
    t.strictSame(counter.money(), { free: FULL - total, held: 0, pending: total, fees: total / 200 }, order);
    settle(counter, [{ trace: '000002', amount: total }]);
    t.equal(decided(counter, 'terminal-only', '000002', 'debit'), 'taken', order);
  }
});

t.test('neither an adjustment nor its sale is collected beside the total that has both', async (t) => {
  const counter = afterRefused(t, 25_000, [25_000, 27_000]);
  settle(counter, [{ trace: '000002', amount: 27_000 }]);
  t.equal(decided(counter, 'terminal-only', '000002', 'debit'), 'done');
  for (const trace of ['000002', '000003']) t.equal(decided(counter, 'advice-refused', trace, 'debit'), 'taken', trace);
  t.equal(counter.money().free, FULL - 27_000);
});

t.test('what was moved on the terminal’s word alone is taken back by a case of its own', async (t) => {
  const counter = new Counter(t);
  const batch = settle(counter, [
    { trace: '000044', amount: 20_000 },
    { trace: '000045', amount: 5_000, gives: 'back' },
  ]);
  t.equal(decided(counter, 'terminal-only', '000044', 'debit'), 'done');
  t.equal(decided(counter, 'terminal-only', '000045', 'credit'), 'done');
  t.strictSame(counter.money(), { free: FULL - 15_000, held: 0, pending: 15_000, fees: 75 });
  for (const [trace, amount, decisions, todo, wrong] of [
    ['000044', 20_000, ['credit', 'reject'], reasons['bank-only'], 'debit'],
    ['000045', 5_000, ['debit', 'reject'], reasons['bank-only'].back, 'credit'],
  ] as const) {
    t.throws(() => disputed(counter, batch, trace, amount), /both have the same/);
    const one = { reason: 'bank-only', amount, bankAmount: amount, trade: null, card: 'boc-debit' };
    t.match(disputed(counter, batch, trace, 0), { ...one, pan: '622202******1234' });
    t.match(shown(counter, 'bank-only', trace), { decisions, todo: todo.zh });
    t.equal(decided(counter, 'bank-only', trace, wrong), wrong === 'debit' ? 'taken' : 'given-back');
    t.equal(decided(counter, 'bank-only', trace, decisions[0]), 'done');
  }
  t.strictSame(counter.money(), { free: FULL, held: 0, pending: 0, fees: 0 }, 'the fees too');
});

t.test('a tip that was refused is taken once, as a tip or in the total', async (t) => {
  for (const first of ['advice-refused', 'another-amount'] as const) {
    const counter = new Counter(t);
    t.equal(counter.code('sale', { trace: '000002' }), '00');
    const tip = { original: place(counter, '000002'), totals: n12(2_001) };
    t.equal(counter.code('tip', { trace: '000003', amount: 12_001, fields: tip }), '13');
    settle(counter, [{ trace: '000002', amount: 12_001 }]);
    const of = { 'advice-refused': '000003', 'another-amount': '000002' } as const;
    const second = first === 'advice-refused' ? 'another-amount' : 'advice-refused';
    t.equal(decided(counter, first, of[first], 'debit'), 'done', first);
    t.equal(decided(counter, second, of[second], 'debit'), 'taken', second);
    t.strictSame(counter.money(), { free: FULL - 12_001, held: 0, pending: 12_001, fees: 60 });
  }
});

t.test(
  'of two cards the one that the bank has charged gets it back, and the other pays in a case of its own',
  async (t) => {
    const counter = new Counter(t);
    const sale = counter.ask('sale', { trace: '000002' });
    const batch = settle(counter, [{ trace: '000002', card: 'cmb', amount: 10_000 }, { trace: '000003' }]);
    t.equal(decided(counter, 'another-card', '000002', 'debit'), 'taken');
    t.equal(decided(counter, 'another-card', '000002', 'credit'), 'done');
    t.equal(caseOf(counter, 'another-card', '000002').state, 'closed');
    t.strictSame(counter.money(), { free: FULL, held: 0, pending: 0, fees: 0 });
    t.match(disputed(counter, batch, '000002', 10_000, 'cmb-credit'), { reason: 'terminal-only', card: 'cmb-credit' });
    t.equal(decided(counter, 'terminal-only', '000002', 'debit'), 'done');
    const paid = { free: -10_000, held: 0, pending: 10_000, fees: 60 };
    t.strictSame([counter.money(), counter.money('cmb-credit')], [{ ...paid, free: FULL }, paid]);
    t.equal(toldOf(counter, '000001000002'), 'posted 00 10000 of which 0');
    t.equal(cardToldOf(counter, '000001000002'), masked(CARDS.cmb.pan), 'by the card that has paid');

    const fields = { reference: sale.reference, original: onDay(sale) };
    t.equal(counter.code('refund', { trace: '000010', amount: 1, fields }), '14', 'the other card has paid');
    t.equal(counter.code('refund', { trace: '000011', card: 'cmb', fields }), '00');
    t.strictSame(counter.money('cmb-credit'), { free: 0, held: 0, pending: 0, fees: 0 });
  },
);
