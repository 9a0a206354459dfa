import t, { type Test } from 'tap';
import { type Message, type MessageFields, pack, unpack } from '../../src/host/codec.ts';
import { Counter, type FormName, n12, onDay, place } from './bank-counter.ts';
import {
  countedAs,
  countRequest,
  endRequest,
  FOREIGN,
  type Sums,
  sumDigits,
  told,
  uploadRequest,
} from './bank-settling.ts';
import {
  ask,
  books,
  CARDS,
  codeOf,
  connect,
  framed,
  type Keys,
  type Lab,
  lab,
  readyTerminal,
  reversalRequest,
  type SaleChanges,
  saleRequest,
  sealed,
  signIn,
  TERMINAL,
} from './bank-terminal.ts';

type Json = Record<string, unknown>;

/** Two home sales (¥128.50 twice), one of them voided, and a foreign one of ¥300.00. */
async function afterTrade(t: Test) {
  const here = await lab();
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000002' })), '00');
  const second = await ask(here, sealed(saleRequest(keys, { trace: '000003' }), keys.mak));
  const { reference } = second?.message ?? {};
  const undo = { processing: '200000', batch: `23${keys.batch}000500`, reference, original: `${keys.batch}000003` };
  t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000004', fields: undo })), '00');
  t.equal(await foreignSale(here, keys, { trace: '000005', amount: 30_000 }), '00');
  // What is declined and what is reversed does not count.
  t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000006', card: CARDS.poor, pin: '111111' })), '51');
  t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000007' })), '00');
  t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: '000007' })), '00');
  return { here, keys };
}

const foreignSale = (here: Lab, keys: Keys, sale: SaleChanges) =>
  codeOf(here, keys, saleRequest(keys, { ...sale, card: FOREIGN, pin: null }));

const TRUE: Sums = { home: { debit: [25_700, 2], credit: [12_850, 1] }, foreign: { debit: [30_000, 1] } };
const ROWS = [
  { trace: '000002', pan: CARDS.boc.pan, amount: 12_850 },
  { trace: '000003', pan: CARDS.boc.pan, amount: 12_850 },
  { trace: '000004', pan: CARDS.boc.pan, amount: 12_850 },
];
const ABROAD = { trace: '000005', pan: FOREIGN.pan, amount: 30_000, foreign: true };

const cases = ({ bank }: Lab) => bank.control({ do: 'cases' }).cases as Json[];
const batchAtTheBank = ({ bank }: Lab) => (bank.control({ do: 'terminals' }).terminals as Json[])[0]?.batch;

t.test('a batch that balances is closed at its end, and the answer says the next one', async (t) => {
  const { here, keys } = await afterTrade(t);
  const counted = await told(here, countRequest(keys.batch, TRUE));
  t.match(counted, { mti: '0510', code: '00', totals: sumDigits(TRUE, '11'), currency: '156', operator: '01 ' });
  t.match(counted.batch, `00${keys.batch}201`);
  t.equal(batchAtTheBank(here), '000001', 'not closed before the end');
  const ended = await told(here, endRequest(keys.batch, '207', 4));
  t.match(ended, { mti: '0330', code: '00', batch: '00000002207' });
  t.equal(batchAtTheBank(here), '000002');
  t.same(cases(here), []);
  t.match(here.bank.control({ do: 'settlements' }), {
    settlements: [
      {
        ...{ batch: '000001', state: 'closed', balanced: true, flags: { home: 1, foreign: 1 }, operator: '01' },
        ...{ bank_totals: { home: { debit: { amount: 25_700, count: 2 } } }, next_batch: '000002', ended: '207' },
      },
    ],
  });
  t.match(here.bank.control({ do: 'set-batch', batch: '000001' }), { ok: false, error: /is over/, remedy: /./ });
  const fresh = await signIn(here, keys.tmk, '000010');
  t.equal(fresh.batch, '000002', 'a sign-in says it too');
});

t.test('the closed batch takes no more trade, but for reversals; in the next one all begins anew', async (t) => {
  const { here, keys } = await afterTrade(t);
  await told(here, countRequest(keys.batch, TRUE));
  await told(here, endRequest(keys.batch, '207', 4));
  t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000020' })), '77');
  t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000002' })), '94', 'a duplicate is still one');
  t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: '000021' })), '25', 'a tombstone');
  const next = { ...keys, batch: '000002' };
  t.equal(await codeOf(here, next, saleRequest(next, { trace: '000020' })), '00');
  const reference = books(here).transactions.find(({ trace }) => trace === '000002')?.reference as string;
  const undo = { processing: '200000', batch: '23000002000500', reference, original: '000001000002' };
  t.equal(await codeOf(here, next, saleRequest(next, { trace: '000022', fields: undo })), '12', 'settled: no void');
  t.equal(await countedAs(here, next, { home: { debit: [12_850, 1] } }), '00 11');
});

t.test('what was asked before is answered as before, at every step and through restarts of the bank', async (t) => {
  const { here, keys } = await afterTrade(t);
  const wrong = { ...TRUE, home: { debit: [25_701, 2], credit: [12_850, 1] } } satisfies Sums;
  const without = ({ code, totals, batch, reference }: Message) => ({ code, totals, batch, reference });
  for (const asked of [
    countRequest(keys.batch, wrong),
    uploadRequest(keys.batch, ROWS.slice(0, 2)),
    uploadRequest(keys.batch, ROWS.slice(2)),
    endRequest(keys.batch, '202', 3),
  ]) {
    const first = without(await told(here, asked));
    t.equal(first.code, '00');
    t.same(without(await told(here, asked)), first, 'at once');
    await here.restart();
    t.same(without(await told(here, asked)), first, 'after a restart');
  }
  t.equal(cases(here).length, 1);
  // The whole of it once more: the terminal lost all answers.
  t.equal(await countedAs(here, keys, wrong), '00 21');
  t.equal((await told(here, uploadRequest(keys.batch, ROWS))).code, '00');
  t.match(await told(here, endRequest(keys.batch, '202', 3)), { code: '00', batch: '00000002202' });
  t.equal(batchAtTheBank(here), '000002', 'closed once');
  t.equal(cases(here).length, 1);
  t.equal(await countedAs(here, keys, TRUE), '77', 'other figures of a closed batch');
  t.equal((await told(here, uploadRequest(keys.batch, [ABROAD]))).code, '77', 'other rows');
  t.equal((await told(here, endRequest(keys.batch, '202', 4))).code, '77', 'another count');
  t.equal((await told(here, endRequest(keys.batch, '207', 3))).code, '77', 'another end');
});

t.test('each transaction that differs becomes a case of its own', async (t) => {
  const { here, keys } = await afterTrade(t);
  t.equal(await foreignSale(here, keys, { trace: '000008', amount: 100 }), '00');
  const said: Sums = { home: { debit: [70_000, 3], credit: [12_850, 1] }, foreign: { debit: [30_000, 1] } };
  t.equal(await countedAs(here, keys, said), '00 22');
  const rows = [
    { trace: '000002', pan: CARDS.boc.pan, amount: 10_000 },
    { trace: '000004', pan: CARDS.cmb.pan, amount: 12_850 },
    { trace: '000006', pan: CARDS.poor.pan, amount: 12_850 },
    { trace: '000005', pan: FOREIGN.pan, amount: 30_000 },
  ];
  t.equal((await told(here, uploadRequest(keys.batch, rows))).code, '00');
  t.equal((await told(here, endRequest(keys.batch, '202', 4))).code, '00');
  const found = cases(here)
    .map(({ trace, reason, amount, bank_amount, terminal_amount, type, trade_state }) =>
      [trace, reason, amount, bank_amount, terminal_amount, type, trade_state].join(' '),
    )
    .sort();
  t.same(found, [
    '000002 another-amount 2850 12850 10000 sale posted',
    '000003 bank-only 12850 12850 0 sale voided',
    '000004 another-card 12850 12850 12850 void posted',
    '000005 another-group 0 30000 30000 sale posted',
    '000006 terminal-only 12850 0 12850 sale declined',
    '000008 bank-only 100 100 0 sale posted',
  ]);
  t.match(cases(here)[0], { state: 'open', merchant: '898110248990001', todo: /./, todo_en: /./, people: [] });
  t.notMatch(JSON.stringify(cases(here)), new RegExp(`${CARDS.boc.pan}|${FOREIGN.pan}`), 'no account number');
});

t.test('of a group that balances nothing is uploaded, and nothing is missed', async (t) => {
  const { here, keys } = await afterTrade(t);
  t.equal(await countedAs(here, keys, { ...TRUE, foreign: {} }), '00 12');
  t.equal((await told(here, uploadRequest(keys.batch, [ROWS[0] ?? ABROAD]))).code, '95', 'a row of the balanced group');
  t.equal((await told(here, endRequest(keys.batch, '202', 0))).code, '00');
  t.match(cases(here), [{ trace: '000005', reason: 'bank-only', amount: 30_000 }]);
  t.equal(cases(here).length, 1);
});

t.test('figures that are summed wrongly over rows that agree are a case of the whole batch', async (t) => {
  const { here, keys } = await afterTrade(t);
  t.equal(await countedAs(here, keys, { ...TRUE, foreign: { debit: [30_001, 1] } }), '00 12');
  t.equal((await told(here, uploadRequest(keys.batch, [ABROAD]))).code, '00');
  t.equal((await told(here, endRequest(keys.batch, '202', 1))).code, '00');
  t.match(cases(here), [{ trace: '000000', reason: 'totals', amount: 0 }]);
});

t.test('other figures begin the settlement anew: what was uploaded for the first ones is forgotten', async (t) => {
  const { here, keys } = await afterTrade(t);
  t.equal(await countedAs(here, keys, {}), '00 22');
  t.equal((await told(here, uploadRequest(keys.batch, ROWS))).code, '00');
  t.equal(await countedAs(here, keys, { foreign: { debit: [30_000, 1] } }), '00 21');
  t.equal((await told(here, endRequest(keys.batch, '202', 3))).code, '95');
  t.equal((await told(here, endRequest(keys.batch, '202', 0))).code, '00');
  t.equal(cases(here).length, 3);
});

t.test('figures that contradict themselves are flagged as an error', async (t) => {
  const { here, keys } = await afterTrade(t);
  t.equal(await countedAs(here, keys, { ...TRUE, home: { debit: [25_700, 2], credit: [1, 0] } }), '00 31');
  t.equal((await told(here, endRequest(keys.batch, '207', 4))).code, '95');
});

t.test('what adjustments take off beyond the debits stands among the credits, and contradicts nothing', async (t) => {
  const { here, keys } = await afterTrade(t);
  t.equal(await countedAs(here, keys, { ...TRUE, foreign: { credit: [500, 0] } }), '00 12');
  t.equal(await countedAs(here, keys, { ...TRUE, foreign: { debit: [30_000, 1], credit: [500, 0] } }), '00 13');
  t.equal(await countedAs(here, keys, { ...TRUE, foreign: { debit: [500, 0] } }), '00 13');
});

t.test('an end that does not fit is refused, and the settlement goes on from a new 0500', async (t) => {
  const { here, keys } = await afterTrade(t);
  const code = async (network: '202' | '207', count: number) =>
    (await told(here, endRequest(keys.batch, network, count))).code;
  t.equal(await code('207', 4), '95', 'nothing was counted');
  t.equal((await told(here, uploadRequest(keys.batch, ROWS))).code, '95', 'nor is anything uploaded');
  t.equal(await countedAs(here, keys, TRUE), '00 11');
  t.equal(await code('202', 0), '95', 'it balances');
  t.equal(await code('207', 3), '95', 'of another number');
  t.equal(await countedAs(here, keys, {}), '00 22');
  t.equal(await code('207', 0), '95', 'it does not balance');
  t.equal((await told(here, uploadRequest(keys.batch, ROWS))).code, '00');
  t.equal(await code('202', 2), '95', 'three rows came');
  t.equal(await countedAs(here, keys, TRUE), '00 11');
  // A sale that the terminal makes in spite of its settlement.
  t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000030', amount: 100 })), '00');
  t.equal(await code('207', 4), '95', 'the books have moved');
  t.equal(batchAtTheBank(here), '000001');
  const all: Sums = { home: { debit: [25_800, 3], credit: [12_850, 1] }, foreign: { debit: [30_000, 1] } };
  t.equal(await countedAs(here, keys, all), '00 11');
  t.equal(await code('207', 5), '00');
  t.same(cases(here), []);
});

t.test('a settlement message that makes no sense has its code and changes nothing', async (t) => {
  const { here, keys } = await afterTrade(t);
  const whole = sumDigits(TRUE);
  for (const [changes, code] of [
    [{ totals: undefined }, '30'],
    [{ totals: '' }, '30'],
    [{ totals: whole.slice(1) }, '30'],
    [{ totals: sumDigits(TRUE, '10') }, '30'],
    [{ trace: undefined }, '30'],
    [{ operator: undefined }, '30'],
    [{ currency: '840' }, '30'],
    [{ batch: '00000002201' }, '77'],
    [{ batch: '00' }, '40'],
    [{ terminal: '99999999' }, '97'],
    [{ merchant: '898110248990009' }, '03'],
  ] as const) {
    t.equal((await told(here, countRequest(keys.batch, TRUE, changes))).code, code, JSON.stringify(changes));
  }
  t.same(here.bank.control({ do: 'settlements' }).settlements, []);
  t.equal(await countedAs(here, keys, {}), '00 22');
  t.equal((await told(here, uploadRequest(keys.batch, '02'))).code, '30');
  t.equal((await told(here, uploadRequest('000009', ROWS))).code, '77');
  t.equal((await told(here, endRequest(keys.batch, '202', '03'))).code, '30');
  t.equal((await told(here, endRequest('000009', '202', 0))).code, '77');
  t.equal(batchAtTheBank(here), '000001');
});

t.test('a batch of more than 999 sales says three digits of its count, and all of it at the end', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  const line = await connect(here.bank.addresses.primary);
  t.teardown(() => line.close());
  const many = 1002;
  for (let sold = 0; sold < many; sold += 50) {
    const traces = Array.from({ length: Math.min(50, many - sold) }, (_, n) => String(sold + n + 2).padStart(6, '0'));
    for (const trace of traces) line.send(framed(sealed(saleRequest(keys, { trace, amount: 100 }), keys.mak)));
    for (const _ of traces) await line.next();
  }
  const counted = await told(here, countRequest(keys.batch, { home: { debit: [many * 100, 2] } }));
  t.match(counted, { code: '00', totals: sumDigits({ home: { debit: [many * 100, 2] } }, '11') });
  t.equal((await told(here, endRequest(keys.batch, '207', 2))).code, '95');
  t.equal((await told(here, endRequest(keys.batch, '207', many))).code, '00');
  const debit = { home: { debit: { amount: many * 100, count: many }, credit: { count: 0 } } };
  t.match(here.bank.control({ do: 'settlements' }).settlements, [
    { reference: counted.reference, bank_totals: debit, terminal_totals: debit },
  ]);
  t.match(counted.reference, /^S\d{11}$/);
});

t.test('batch 999999 is followed by 000001, and an empty batch can be settled', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  await readyTerminal(here);
  here.bank.control({ do: 'set-batch', batch: '999999' });
  t.equal(await countedAs(here, { batch: '999999' }, {}), '00 11');
  t.match(await told(here, endRequest('999999', '207', 0)), { code: '00', batch: '00000001207' });
});

t.test('a terminal that nobody is signed in at, or that may not sell any more, still settles', async (t) => {
  const { here, keys } = await afterTrade(t);
  here.bank.control({ do: 'drop-working-keys' });
  t.equal(await countedAs(here, keys, TRUE), '00 11');
  t.equal((await told(here, endRequest(keys.batch, '207', 4))).code, '00');
});

t.test('every type counts on its side; tips and adjustments change their entry and are none themselves', async (t) => {
  const counter = new Counter(t);
  const ask = (type: FormName, trace: string, amount: number, fields: Partial<MessageFields> = {}) => {
    const answer = counter.ask(type, { trace, amount, fields });
    t.equal(answer.code, '00', type);
    return answer;
  };
  const settled = ask('sale', '000001', 5000);
  counter.closeBatch();
  const first = ask('sale', '000002', 10_000);
  ask('tip', '000003', 11_000, { original: place(counter, '000002'), totals: n12(1000) });
  ask('offline', '000004', 9000);
  ask('adjust', '000005', 8000, { original: place(counter, '000004'), totals: n12(9000) });
  ask('void', '000006', 11_000, { original: place(counter, '000002'), reference: first.reference });
  const held = ask('preauth', '000007', 20_000);
  const done = ask('completion', '000008', 15_000, { original: onDay(held), authorisation: held.authorisation });
  ask('refund', '000009', 2000, { original: onDay(settled), reference: settled.reference, operator: '000' });
  ask('completion-void', '000010', 15_000, {
    ...{ original: place(counter, '000008'), reference: done.reference, authorisation: done.authorisation },
  });
  const entries = counter.office.settlements.entries(TERMINAL, counter.keys().batch);
  t.same(
    entries.map(({ trace, side, amount }) => `${trace} ${side} ${amount}`),
    [
      ...['000002 debit 11000', '000004 debit 8000', '000006 credit 11000', '000008 debit 15000'],
      ...['000009 credit 2000', '000010 credit 15000'],
    ],
  );
  const sums: Sums = { home: { debit: [34_000, 3], credit: [28_000, 3] } };
  const heard = unpack(counter.handle(Buffer.from(pack(countRequest(counter.keys().batch, sums)))));
  t.match(heard, { code: '00', totals: sumDigits(sums, '11') });
});
