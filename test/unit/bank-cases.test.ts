import t, { type Test } from 'tap';
import { countRequest, endRequest, type Row, type Sums, told, uploadRequest } from './bank-settling.ts';
import {
  books,
  CARDS,
  codeOf,
  type Keys,
  type Lab,
  lab,
  readyTerminal,
  reversalRequest,
  saleRequest,
} from './bank-terminal.ts';

type Json = Record<string, unknown>;

const cases = ({ bank }: Lab) => bank.control({ do: 'cases' }).cases as Json[];
const merchant = ({ bank }: Lab) => (bank.control({ do: 'merchants' }).merchants as Json[])[0] ?? {};
const stateOf = (here: Lab, trace: string) => books(here).transactions.find((row) => row.trace === trace)?.state;

/** One sale of ¥128.50 at the bank; the terminal settles as if it had these rows. */
async function settledWith(t: Test, rows: readonly Row[]) {
  const here = await lab();
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000002' })), '00');
  await settle(here, keys, rows);
  return { here, keys };
}

async function settle(here: Lab, { batch }: Keys, rows: readonly Row[]) {
  const sum = rows.reduce((total, { amount }) => total + amount, 0);
  const sums: Sums = { home: { debit: [sum, rows.length] } };
  const { totals = '' } = await told(here, countRequest(batch, sums));
  const balanced = totals[30] === '1';
  if (!balanced && rows.length > 0) await told(here, uploadRequest(batch, rows));
  const { code } = await told(here, endRequest(batch, balanced ? '207' : '202', rows.length));
  if (code !== '00') throw new Error(`the end was answered ${code}`);
}

const decide = ({ bank }: Lab, id: unknown, decision: string, changes: Json = {}) =>
  bank.control({ do: 'case', id, decide: decision, people: ['Li', 'Wang'], reference: 'slip 17', ...changes });

t.test(
  'what only the bank has is given back to the card, fee and all, and can then not be reversed again',
  async (t) => {
    const { here, keys } = await settledWith(t, []);
    const [found] = cases(here);
    t.match(found, { reason: 'bank-only', state: 'open', amount: 12_850, type: 'sale' });
    const told = here.bank.control({
      do: 'case',
      id: found?.id,
      answer: 'the goods were not handed over',
      person: 'Li',
    });
    t.match(told, { ok: true, case: { state: 'answered', answered_by: 'Li' } });
    t.match(decide(here, found?.id, 'credit'), {
      ok: true,
      case: {
        state: 'closed',
        decision: 'credit',
        people: ['Li', 'Wang'],
        reference: 'slip 17',
        correction: Number,
        todo: null,
      },
    });
    t.equal(books(here).balance('boc-debit'), 1_000_000);
    t.match(merchant(here), { pending: 0, fees: 0 });
    t.equal(stateOf(here, '000002'), 'reversed');
    t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: '000002' })), '00');
    t.equal(books(here).balance('boc-debit'), 1_000_000, 'not twice');
    t.equal(cases(here).length, 1);
    t.equal(books(here).sum, 0);
  },
);

t.test('what only the terminal has is collected from the card', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  await settle(here, keys, [{ trace: '000044', pan: CARDS.boc.pan, amount: 20_000 }]);
  const [found] = cases(here);
  t.match(found, { reason: 'terminal-only', amount: 20_000, type: null, card: 'boc-debit', pan: '622202******1234' });
  t.match(decide(here, found?.id, 'debit'), { ok: true });
  t.equal(books(here).balance('boc-debit'), 980_000);
  t.match(merchant(here), { pending: 20_000, fees: 100 });
  t.match(books(here).entries[0], { kind: 'correction', trade: null });
  const [closed] = cases(here);
  t.match(closed, { terminal_pan: '622202******1234', terminal_group: 'home', bank_pan: null, bank_group: null });
  const postings = closed?.postings as { account: string; amount: number }[];
  t.same(
    Object.fromEntries(postings.map(({ account, amount }) => [account, amount])),
    {
      ...{ 'card:boc-debit': -20_000, 'merchant:898110248990001:pending': 20_000 },
      ...{ 'merchant:898110248990001:fees': -100, 'acquirer:fees': 100 },
    },
    'the entry that its outcome is in the ledger',
  );
});

t.test('of two amounts the difference is moved, with the fee that belongs to it', async (t) => {
  const { here, keys } = await settledWith(t, [{ trace: '000002', pan: CARDS.boc.pan, amount: 10_000 }]);
  const [found] = cases(here);
  t.match(found, { reason: 'another-amount', amount: 2850, bank_amount: 12_850, terminal_amount: 10_000 });
  t.match(decide(here, found?.id, 'credit'), { ok: true });
  t.equal(books(here).balance('boc-debit'), 990_000);
  t.match(merchant(here), { pending: 10_000, fees: 50 });
  t.equal(stateOf(here, '000002'), 'posted');
  // A reversal that comes in spite of all that turns back what is left, not what was.
  t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: '000002' })), '00');
  t.equal(books(here).balance('boc-debit'), 1_000_000);
  t.match(merchant(here), { pending: 0, fees: 0 });
});

t.test('a reversal after the settlement turns back, and is a case', async (t) => {
  const { here, keys } = await settledWith(t, [{ trace: '000002', pan: CARDS.boc.pan, amount: 12_850 }]);
  t.same(cases(here), []);
  t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: '000002' })), '00');
  t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: '000002' })), '00', 'repeated');
  t.equal(books(here).balance('boc-debit'), 1_000_000);
  t.equal(cases(here).length, 1);
  const [found] = cases(here);
  t.match(found, {
    reason: 'late-reversal',
    amount: 12_850,
    bank_amount: 0,
    terminal_amount: 12_850,
    trade_state: 'reversed',
  });
  t.match(decide(here, found?.id, 'debit'), { ok: true });
  t.equal(books(here).balance('boc-debit'), 987_150, 'the goods had been handed over');
  t.match(merchant(here), { pending: 12_850, fees: 64 });
  t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: '000002' })), '00');
  t.equal(books(here).balance('boc-debit'), 987_150, 'what people have decided is not reversed');
});

t.test('a late reversal answers what was open about its sale', async (t) => {
  const { here, keys } = await settledWith(t, []);
  t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: '000002' })), '00');
  t.match(
    cases(here).map(({ reason, state }) => `${reason} ${state}`),
    ['late-reversal open', 'bank-only answered'],
  );
  t.match(here.bank.control({ do: 'cases', open: true }).cases, { length: 2 });
  t.match(decide(here, cases(here)[1]?.id, 'reject'), { ok: true, case: { decision: 'reject', correction: null } });
  t.match(here.bank.control({ do: 'cases', open: true }).cases, { length: 1 });
  t.equal(books(here).balance('boc-debit'), 1_000_000);
});

t.test('a case is decided by two people with a reference, once', async (t) => {
  const { here } = await settledWith(t, []);
  const id = cases(here)[0]?.id;
  const refused = (changes: Json, error: RegExp, decision = 'credit') =>
    t.match(decide(here, id, decision, changes), { ok: false, error, remedy: /./ });
  refused({ people: ['Li'] }, /two different people/);
  refused({ people: ['Li', ' Li '] }, /two different people/);
  refused({ people: ['Li', 'Wang', 'Zhao'] }, /two different people/);
  refused({ people: ['Li', ''] }, /person/);
  refused({ people: 'Li' }, /two different people/);
  refused({ reference: ' ' }, /reference/);
  refused({}, /decide/, 'refund');
  t.match(here.bank.control({ do: 'case', id: 99 }), { ok: false, error: /no case/ });
  t.match(
    here.bank.control({ do: 'case', id }),
    { ok: true, case: { state: 'open' } },
    'to look at it changes nothing',
  );
  t.equal(books(here).balance('boc-debit'), 987_150);
  t.match(decide(here, id, 'credit'), { ok: true });
  refused({}, /closed/);
  t.match(here.bank.control({ do: 'case', id, answer: 'late', person: 'Li' }), { ok: false, error: /closed/ });
  t.equal(books(here).balance('boc-debit'), 1_000_000);
});

t.test('what a void has given back is not given back again; the void’s own case takes it', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000002' })), '00');
  const reference = books(here).transactions[0]?.reference as string;
  const undo = { processing: '200000', batch: `23${keys.batch}000500`, reference, original: `${keys.batch}000002` };
  t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000003', fields: undo })), '00');
  // The terminal knows the sale alone.
  await settle(here, keys, [{ trace: '000002', pan: CARDS.boc.pan, amount: 12_851 }]);
  const of = (trace: string) => cases(here).find((one) => one.trace === trace);
  t.match(of('000002'), { reason: 'another-amount', amount: 1 });
  t.match(decide(here, of('000002')?.id, 'credit'), { ok: false, error: /given it back/, remedy: /reject/ });
  t.equal(books(here).balance('boc-debit'), 1_000_000);
  t.match(of('000003'), { reason: 'bank-only', amount: 12_850, type: 'void' });
  t.match(decide(here, of('000003')?.id, 'debit'), { ok: true });
  t.equal(books(here).balance('boc-debit'), 987_150);
  t.equal(stateOf(here, '000003'), 'reversed');
  t.equal(stateOf(here, '000002'), 'posted', 'the sale stands again');
  t.match(merchant(here), { pending: 12_850, fees: 64 });
});

t.test('a case that names no card of the bank can be rejected alone', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  await settle(here, keys, [{ trace: '000044', pan: '6222020010011242', amount: 20_000 }]);
  const [found] = cases(here);
  t.match(found, { reason: 'terminal-only', card: null, pan: '622202******1242' });
  t.match(decide(here, found?.id, 'debit'), { ok: false, error: /no card/, remedy: /reject/ });
  t.match(cases(here)[0], { state: 'open' });
  t.match(decide(here, found?.id, 'reject'), { ok: true, case: { state: 'closed' } });
});
