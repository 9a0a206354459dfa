import t, { type Test } from 'tap';
import { SEED } from '../../bank/bank.ts';
import { readSeed } from '../../bank/seed.ts';
import { authoriseByVoice } from '../../bank/voice.ts';
import { Counter, n12, onDay, place, type Saying } from './bank-counter.ts';
import { codeOf, lab, readyTerminal, saleRequest } from './bank-terminal.ts';

const FULL = 1_000_000;

const callTheBank = (counter: Counter, amount: number, card = 'boc-debit') =>
  counter.office.books.atomically(
    () => (authoriseByVoice(counter.office, { card, amount }) as { authorisation: string }).authorisation,
  );

t.test('an offline sale is taken up to the floor limit, though funds are short', async (t) => {
  const counter = new Counter(t);
  t.equal(counter.code('offline', { trace: '000002', amount: 20_001 }), '61');
  t.equal(counter.code('offline', { trace: '000003', amount: 0 }), '13');
  t.equal(counter.code('offline', { trace: '000004', amount: 20_000, card: 'poor' }), '00');
  t.equal(counter.code('offline', { trace: '000005', amount: 100, card: 'lost' }), '41');
  t.equal(counter.code('offline', { trace: '000006', amount: 100, card: 'expired' }), '00', 'the goods are gone');
  t.equal(counter.code('offline', { trace: '000007', fields: { pan: '6222020010011242' } }), '14');
  t.equal(counter.money('abc-poor').free, 500 - 20_000);
  t.equal(counter.money().pending, 20_100);
});

t.test('an advice told again is answered as it was; it has no reversal, and a void undoes it', async (t) => {
  const counter = new Counter(t);
  const asked = counter.message('offline', { trace: '000002' });
  const first = counter.answerTo(asked);
  t.match(first, { mti: '0230', code: '00' });
  t.same(counter.answerTo(asked).reference, first.reference);
  counter.restart();
  t.equal(counter.answerTo(asked).code, '00', 'after a restart too');
  t.equal(counter.code('offline', { trace: '000002', amount: 10_001 }), '94', 'another content');
  t.equal(counter.reverse('offline', { trace: '000002' }), '12');
  t.equal(counter.money().free, FULL - 10_000);
  const fields = { reference: first.reference, original: place(counter, '000002') };
  t.equal(counter.code('void', { trace: '000003', fields }), '00');
  t.equal(counter.money().free, FULL);
  t.equal(counter.answerTo(asked).code, '00', 'what was said of it stays said');
  t.equal(counter.money().free, FULL);
});

t.test('a voice authorisation is good once, for its card, up to its amount', async (t) => {
  const counter = new Counter(t);
  const said = callTheBank(counter, 60_000);
  const voice = (trace: string, saying: Partial<Saying> = {}) =>
    counter.ask('voice', { amount: 60_000, trace, ...saying, fields: { authorisation: said, ...saying.fields } });
  t.equal(voice('000002', { fields: { authorisation: said === '123456' ? '654321' : '123456' } }).code, '25');
  t.equal(voice('000003', { card: 'cmb' }).code, '25');
  t.equal(voice('000004', { amount: 60_001 }).code, '61');
  t.match(voice('000005'), { code: '00', authorisation: said });
  t.match(voice('000005'), { code: '00', authorisation: said }, 'told again');
  t.equal(voice('000006').code, '25', 'used up');
  t.match(counter.rows().at(-4), { type: 'voice' });
  t.strictSame(counter.money(), { free: FULL - 60_000, held: 0, pending: 60_000, fees: 300 });
});

t.test('a voice authorisation is good as long as a hold, and the clerk says so', async (t) => {
  const counter = new Counter(t);
  const [first, second] = [callTheBank(counter, 60_000), callTheBank(counter, 60_000)];
  const said = authoriseByVoice(counter.office, { card: 'boc-debit', amount: 100 });
  t.match(said, { said: { zh: /30 天内有效$/, en: /good for 30 days$/ } });
  const voice = (trace: string, authorisation: string) =>
    counter.outcome(counter.message('voice', { amount: 60_000, trace, fields: { authorisation } }));
  counter.later(30);
  // Till midnight at the bank: it was said at noon.
  counter.now += 12 * 3_600_000 - 1;
  t.match(voice('000002', first), { code: '00' });
  counter.now += 1;
  t.match(voice('000003', second), { code: '22', why: 'the authorisation is out of date' });
  t.match(
    counter.office.cases.list(9, true),
    [{ reason: 'advice-refused', trace: '000003' }],
    'the counter had finished',
  );
});

t.test('the bank’s clerk says no with a remedy', async (t) => {
  const counter = new Counter(t);
  t.throws(() => callTheBank(counter, 100, 'nobody'), { message: 'no card "nobody"', remedy: /accounts/ });
  t.throws(() => callTheBank(counter, 0), { message: '"amount" is no amount', remedy: /whole number/ });
  t.throws(() => callTheBank(counter, 501, 'abc-poor'), { message: 'the card has 500 fen' });
  t.throws(() => callTheBank(counter, 100, 'ccb-lost'), { message: 'the card is lost' });
  t.match(callTheBank(counter, 500, 'abc-poor'), /^\d{6}$/);
});

t.test('the control socket is the telephone too, and shows what is held', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  const fields = { processing: '030000', condition: '06', batch: `10${keys.batch}000500` };
  const preauth = saleRequest(keys, { trace: '000002', fields, mti: '0100' });
  t.equal(await codeOf(here, keys, preauth), '00');
  const accounts = here.bank.control({ do: 'accounts' }).accounts as Record<string, unknown>[];
  t.match(accounts[0], { id: 'boc-debit', balance: 1_000_000, hold: 12_850, available: 987_150 });
  t.match(here.bank.control({ do: 'transactions' }).transactions, [{ type: 'preauth', hold: 12_850, moved: 0 }]);
  t.match(here.bank.control({ do: 'voice', card: 'boc-debit', amount: 987_150 }), {
    ...{ ok: true, card: 'boc-debit', amount: 987_150, authorisation: /^\d{6}$/ },
    said: { zh: /授权号码 \d{6}/, en: /authorisation \d{6}/ },
  });
  t.match(here.bank.control({ do: 'voice', card: 'boc-debit', amount: 987_151 }), {
    ...{ ok: false, error: 'the card has 987150 fen', remedy: 'ask for less, or for another card' },
  });
});

t.test('an advice that is refused is a case, for the counter had finished', async (t) => {
  const counter = new Counter(t);
  t.equal(counter.code('offline', { trace: '000002', card: 'lost' }), '41');
  t.equal(counter.code('refund', { trace: '000003' }), '30');
  const tip = { original: place(counter, '000099'), totals: n12(300) };
  t.equal(counter.code('tip', { trace: '000004', amount: 10_300, fields: tip }), '25');
  t.equal(counter.code('adjust', { trace: '000005', amount: 9_000, fields: { ...tip, totals: n12(10_000) } }), '25');
  t.match(counter.office.cases.list(9, true), [
    { reason: 'advice-refused', trace: '000004', amount: 300, bankAmount: 0 },
    { reason: 'advice-refused', trace: '000002', amount: 10_000, card: 'ccb-lost' },
  ]);
  t.equal(counter.office.cases.list(9, true).length, 2, 'what lowers a total leaves nobody out of pocket');

  const stray = counter.message('offline', { trace: '000006', amount: 700, fields: { batch: '30000777000500' } });
  for (const time of ['first', 'second']) t.equal(counter.answerTo(stray).code, '77', `told a ${time} time`);
  t.match(counter.office.cases.list(9, true)[0], {
    ...{ reason: 'advice-refused', trace: '000006', batch: '000777', trade: null, amount: 700, card: 'boc-debit' },
  });
  t.equal(counter.office.cases.list(9, true).length, 3, 'one, however often it is told');
});

t.test(
  'what the counter had finished in a batch that was taken away is taken, until two people end its case',
  async (t) => {
    const counter = new Counter(t);
    t.equal(counter.code('sale', { trace: '000002', amount: 10_000 }), '00');
    const late = counter.message('offline', { trace: '000003', amount: 700 });
    const later = counter.message('offline', { trace: '000004', amount: 900 });
    counter.closeBatch();
    for (const time of ['first', 'second']) t.equal(counter.answerTo(late).code, '00', `told a ${time} time`);
    t.equal(counter.code('sale', { trace: '000005', fields: { batch: '22000001000500' } }), '77', 'a request is not');
    t.equal(counter.code('refund', { trace: '000006', fields: { batch: '25000001000500' } }), '77', 'nor is a refund');
    const [unsettled, ...others] = counter.office.cases.list(9, true);
    t.match(unsettled, { reason: 'unsettled', batch: '000001', trace: '000000', bankAmount: 10_700 });
    t.same(others, []);
    counter.office.cases.close(unsettled?.id ?? 0, {
      ...{
        decision: 'reject',
        people: ['Li', 'Wang'] as const,
        reference: 'letter 17',
        at: counter.office.clock.now(),
      },
    });
    t.equal(counter.answerTo(later).code, '77');
    t.match(counter.office.cases.list(9, true), [{ reason: 'advice-refused', trace: '000004', amount: 900 }]);
    counter.office.ledger.recount();
  },
);

/** An offline sale of ¥100 under 000002, and what changes it. */
function afterOffline(t: Test, type: 'offline' | 'sale' = 'offline') {
  const counter = new Counter(t);
  const first = counter.ask(type, { trace: '000002' });
  const change = (kind: 'adjust' | 'tip', trace: string, amount: number, beside: number | undefined, more = {}) =>
    counter.code(kind, {
      ...{ trace, amount },
      fields: {
        original: place(counter, '000002'),
        totals: beside === undefined ? undefined : n12(beside),
        ...more,
      },
    });
  return { counter, first, change };
}

t.test('an adjustment posts the difference, up or down, from the total that stands', async (t) => {
  const { counter, change } = afterOffline(t);
  t.equal(change('adjust', '000003', 12_000, 9_999), '64', 'another total before');
  t.equal(change('adjust', '000004', 12_000, 10_000), '00');
  t.strictSame(counter.money(), { free: FULL - 12_000, held: 0, pending: 12_000, fees: 60 });
  t.equal(change('adjust', '000005', 9_000, 10_000), '64');
  t.equal(change('adjust', '000006', 9_000, 12_000), '00');
  t.strictSame(counter.money(), { free: FULL - 9_000, held: 0, pending: 9_000, fees: 45 });
  t.match(counter.rows()[0], { moved: -3_000, fee: -15, particulars: { before: 12_000 }, originalTrace: '000002' });
  t.equal(change('adjust', '000007', 9_000, 9_000), '13', 'the same total');
  t.equal(change('adjust', '000008', 0, 9_000), '13');
  t.equal(change('adjust', '000009', 5_000_001, 9_000), '61', 'over what the merchant may sell');
  t.equal(change('adjust', '000010', 9_500, undefined), '30');
  t.equal(change('adjust', '000011', 9_500, 9_000, { original: undefined }), '30');
  t.equal(change('adjust', '000012', 9_500, 9_000, { original: place(counter, '000099') }), '25');
});

t.test('an adjusted sale is voided, and refunded, with its new total', async (t) => {
  const { counter, first, change } = afterOffline(t);
  t.equal(change('adjust', '000003', 12_000, 10_000), '00');
  t.equal(change('tip', '000004', 13_000, 1_000), '00');
  const fields = { reference: first.reference, original: place(counter, '000002') };
  t.equal(counter.code('void', { trace: '000005', fields }), '64');
  t.equal(counter.code('void', { trace: '000006', amount: 13_000, fields }), '00');
  t.strictSame(counter.money(), { free: FULL, held: 0, pending: 0, fees: 0 });
  t.equal(change('adjust', '000007', 12_000, 13_000), '12', 'voided');
  t.equal(counter.reverse('void', { trace: '000006', amount: 13_000 }), '00');
  t.strictSame(counter.money(), { free: FULL - 13_000, held: 0, pending: 13_000, fees: 65 });
  counter.closeBatch();
  const back = { reference: first.reference, original: onDay(first) };
  t.equal(counter.code('refund', { trace: '000001', amount: 13_001, fields: back }), '13');
  t.equal(counter.code('refund', { trace: '000002', amount: 13_000, fields: back }), '00');
  t.strictSame(counter.money(), { free: FULL, held: 0, pending: 0, fees: 0 });
});

t.test('a tip is added once, to an entry of the open batch, up to its per cent', async (t) => {
  const { counter, first, change } = afterOffline(t, 'sale');
  t.equal(change('tip', '000003', 12_001, 2_001), '13');
  t.equal(change('tip', '000004', 11_500, 1_000), '64', 'the sum is not what it must be');
  t.equal(change('tip', '000005', 10_000, 0), '13');
  t.equal(change('tip', '000006', 12_000, 2_000, { authorisation: 'AAAAAA' }), '25');
  t.equal(change('tip', '000007', 12_000, 2_000, { authorisation: first.authorisation }), '00');
  t.strictSame(counter.money(), { free: FULL - 12_000, held: 0, pending: 12_000, fees: 60 });
  t.equal(change('tip', '000008', 12_100, 100), '12', 'there is one');
  t.equal(change('adjust', '000009', 13_000, 12_000), '25', 'a sale is not adjusted');
  t.equal(counter.reverse('sale', { trace: '000002' }), '12', 'its tip stands upon it');
  t.equal(counter.code('sale', { trace: '000012', amount: 5_000_000, card: 'cmb' }), '00');
  const most = {
    amount: 6_000_000,
    card: 'cmb',
    fields: { original: place(counter, '000012'), totals: n12(1_000_000) },
  };
  t.equal(
    counter.code('tip', { trace: '000013', ...most } as Saying),
    '00',
    'though the merchant may not sell for so much',
  );
  t.equal(counter.code('sale', { trace: '000010' }), '00');
  counter.closeBatch();
  const later = counter.code('tip', {
    ...{ trace: '000011', amount: 10_100 },
    fields: { original: '000001000010', totals: n12(100) },
  });
  t.equal(later, '12', 'settled');
});

t.test('instalments are for credit cards, in periods that the acquirer offers', async (t) => {
  const counter = new Counter(t);
  const code = (trace: string, payload: string | undefined, saying: Partial<Saying> = {}) =>
    counter.code('instalment', {
      ...{ trace, card: 'cmb', ...saying },
      fields: { payload: payload === undefined ? undefined : Buffer.from(payload) },
    });
  t.equal(code('000002', '12PLAN01'), '00');
  t.match(counter.rows()[0], { particulars: { periods: 12, plan: 'PLAN01' }, moved: 10_000, fee: 250 });
  t.equal(code('000003', '12PLAN01', { card: 'boc' }), '57');
  t.equal(code('000004', '11PLAN01'), '40');
  t.equal(code('000005', undefined), '30');
  t.equal(code('000006', 'XX'), '30');
  t.equal(code('000007', '12', { amount: 0 }), '13');
  t.equal(counter.reverse('instalment', { trace: '000002', card: 'cmb' }), '00');
  t.equal(counter.money('cmb-credit').free, 0);
  const again = counter.ask('instalment', { trace: '000008', card: 'cmb', fields: { payload: Buffer.from('24') } });
  const fields = { reference: again.reference, original: place(counter, '000008') };
  t.equal(counter.code('void', { trace: '000009', card: 'cmb', fields }), '00');
});

t.test('a merchant does what it has been given; a no leaves a row, and a doubled request meets it', async (t) => {
  const seed = readSeed(SEED);
  const narrow = [...seed.merchants].map(([id, row]) => [id, { ...row, may: new Set(['sale'] as const) }] as const);
  const counter = new Counter(t, { ...seed, merchants: new Map(narrow) });
  t.equal(counter.code('preauth', { trace: '000002' }), '58');
  t.equal(counter.state('000002'), 'declined');
  t.equal(counter.code('preauth', { trace: '000002' }), '94');
  t.equal(counter.code('sale', { trace: '000003' }), '00');
});

t.test('whoever refuses it, a request is not decided a second time', async (t) => {
  const counter = new Counter(t);
  const sale = counter.message('sale', { trace: '000002' });
  const foreign = counter.message('sale', { trace: '000003', fields: { merchant: '898110248990009' } });
  const short = counter.message('sale', { trace: '000004', fields: { entryMode: undefined } });
  t.equal(counter.answerTo(foreign).code, '03');
  t.equal(counter.answerTo(short).code, '30');
  t.equal(counter.code('sale', { trace: '000003' }), '94');
  t.equal(counter.code('sale', { trace: '000004' }), '94');
  t.equal(counter.reverse('sale', { trace: '000003' }), '00', 'and a reversal finds that nothing was taken');
  t.equal(counter.code('sale', { trace: '000005', fields: { batch: '22000009000500' } }), '77');
  t.equal(counter.code('sale', { trace: '000005', fields: { batch: '99000001000500' } }), '40');
  t.strictSame(
    counter.rows().map(({ trace, state }) => `${trace} ${state}`),
    ['000004 declined', '000003 reversed'],
  );
  t.equal(counter.money().free, FULL);
  t.equal(counter.answerTo(sale).code, '00');
});
