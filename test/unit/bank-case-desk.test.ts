import t from 'tap';
import { clearingCommands } from '../../bank/clearing-commands.ts';
import { isLeft, moveBatch } from '../../bank/left-batch.ts';
import { csvOf, reconcile } from '../../bank/reconciliation.ts';
import { Counter } from './bank-counter.ts';
import { caseOf, decided, FULL, plain, settle, shown } from './bank-desk-cases.ts';
import { countRequest } from './bank-settling.ts';
import { CARDS, MERCHANT, TERMINAL } from './bank-terminal.ts';

t.test('a case that was closed before its terminal had spoken is open again when the two differ', async (t) => {
  const counter = new Counter(t);
  const { office } = counter;
  for (const trace of ['000002', '000003']) t.equal(counter.code('sale', { trace }), '00');
  office.books.atomically(() => moveBatch(office, { terminal: TERMINAL, batch: '000005', byHand: null }));
  const closed = () => decided(counter, 'unsettled', '000000', 'reject');
  const says = (amount: number, count: number) =>
    plain(counter, countRequest('000001', { home: { debit: [amount, count] } })).code;
  t.equal(closed(), 'done');
  t.equal(says(20_000, 2), '77');
  t.match(caseOf(counter, 'unsettled', '000000'), { state: 'closed' }, 'both have the same');
  t.equal(says(10_000, 1), '77');
  t.match(caseOf(counter, 'unsettled', '000000'), {
    ...{ state: 'answered', amount: 10_000, bankAmount: 20_000, terminalAmount: 10_000, answeredBy: TERMINAL },
    ...{ answer: /the terminal has said something else since it was closed/ },
    ...{ decision: null, people: [], reference: null, closedAt: null },
  });
  const signed = { decision: 'reject', people: ['Li', 'Wang'], reference: 'slip 17' };
  t.match(shown(counter, 'unsettled', '000000').past, [{ ...signed, answer: null, closed: /^2026/ }]);
  t.notOk(isLeft(office, TERMINAL, '000001'), 'the question is open again, the batch is not');
  t.equal(counter.code('offline', { trace: '000009', fields: { batch: '30000001000500' } }), '77');
  t.equal(closed(), 'done');
  t.equal(says(10_000, 1), '77', 'told again');
  t.match(caseOf(counter, 'unsettled', '000000'), { state: 'closed' });
  t.equal(says(1_000, 1), '77');
  t.match(shown(counter, 'unsettled', '000000').past, [signed, { ...signed, answer: /since it was closed/ }]);
  const { db } = office.books;
  t.throws(() => db.exec("UPDATE discrepancy_past SET reference = 'another'"), /never changed/);
  t.throws(() => db.exec('DELETE FROM discrepancy_past'), /never removed/);
});

t.test('a case is not closed while its terminal has the batch again, and who moved it stays readable', async (t) => {
  const counter = new Counter(t);
  const { office } = counter;
  t.equal(counter.code('sale', { trace: '000002' }), '00');
  const by = { people: ['Li', 'Wang'], reference: 'letter 17' } as const;
  const move = (batch: string, byHand: typeof by | null) =>
    office.books.atomically(() => moveBatch(office, { terminal: TERMINAL, batch, byHand }));
  move('000005', by);
  move('000001', null);
  t.equal(decided(counter, 'unsettled', '000000', 'reject'), 'open-again');
  t.match(shown(counter, 'unsettled', '000000'), { state: 'answered', decisions: [], todo_en: /settles it first/ });
  settle(counter, [{ trace: '000002' }]);
  t.match(shown(counter, 'unsettled', '000000'), {
    ...{ answer: /settled since/, answered_by: TERMINAL, decisions: ['reject'] },
    past: [{ answer: /moved to batch 000005 by hand, letter 17/, answered_by: 'Li, Wang', decision: null, people: [] }],
  });
  t.equal(decided(counter, 'unsettled', '000000', 'reject'), 'done');
});

t.test('an advice whose place another trade has is a case; one that is the trade itself is none', async (t) => {
  const counter = new Counter(t);
  t.equal(counter.code('sale', { trace: '000002' }), '00');
  t.equal(counter.code('offline', { trace: '000002', amount: 5_000 }), '94');
  t.equal(counter.code('sale', { trace: '000002', amount: 5_000 }), '94', 'nobody has been told anything of this');
  t.match(caseOf(counter, 'advice-refused', '000002'), { amount: 5_000, trade: null, card: 'boc-debit' });
  t.equal(decided(counter, 'advice-refused', '000002', 'debit'), 'done');
  t.strictSame(counter.money(), { free: FULL - 15_000, held: 0, pending: 15_000, fees: 75 });

  t.equal(counter.code('offline', { trace: '000003' }), '00');
  t.equal(counter.code('offline', { trace: '000003', fields: { entryMode: '012' } }), '94');
  t.equal(counter.code('offline', { trace: '000003', card: 'cmb' }), '94');
  t.strictSame(
    counter.office.cases.list(9, true).map(({ trace, card }) => `${trace} ${card}`),
    ['000003 cmb-credit'],
  );
});

t.test('a line of the file that corrects what the books never had names its transaction', async (t) => {
  const counter = new Counter(t);
  const { office, host } = counter;
  settle(counter, [{ trace: '000044', amount: 20_000 }]);
  t.equal(decided(counter, 'terminal-only', '000044', 'debit'), 'done');
  const day = office.days.find(office.days.date());
  if (day === null) throw new Error('no day');
  const reconciled = reconcile(office, host.clearing, MERCHANT, day);
  const place = { terminal: TERMINAL, batch: '000001', trace: '000044', card_group: 'home', pan: '622202******1234' };
  t.match(reconciled.rows, [{ kind: 'correction', ...place, type: '', reference: '', amount: 20_000, fee: 100 }]);
  t.match(csvOf(reconciled), /correction,\d{8},\d{6},50461160,000001,000044,,,,home,622202\*{6}1234,20000,100,19900/);
});

t.test('no card number that somebody types at the desk is kept', async (t) => {
  const counter = new Counter(t);
  const { office, host } = counter;
  settle(counter, [{ trace: '000044', amount: 20_000 }]);
  const { id } = caseOf(counter, 'terminal-only', '000044');
  const { pan } = CARDS.boc;
  const tell = (command: object) => clearingCommands.case?.({ office, clearing: host.clearing }, { id, ...command });
  tell({ answer: `slip of ${pan}, F37 600100000123`, person: `Li ${pan}` });
  tell({ decide: 'reject', people: [`Li ${pan}`, 'Wang'], reference: `6222 0200 1001 1234` });
  t.match(caseOf(counter, 'terminal-only', '000044'), {
    ...{ answer: 'slip of 622202******1234, F37 600100000123', answeredBy: 'Li 622202******1234' },
    ...{ people: ['Li 622202******1234', 'Wang'], reference: '622202******1234' },
  });
});

t.test('what comes late into a batch that was left takes nothing off what the terminal has said of it', async (t) => {
  const counter = new Counter(t);
  const { office } = counter;
  t.equal(counter.code('sale', { trace: '000002' }), '00');
  office.books.atomically(() => moveBatch(office, { terminal: TERMINAL, batch: '000005', byHand: null }));
  const says = (debit: [number, number], credit: [number, number]) =>
    plain(counter, countRequest('000001', { home: { debit, credit } })).code;
  const left = { batch: '30000001000500' };
  t.equal(says([20_000, 2], [0, 0]), '77');
  t.equal(counter.code('offline', { trace: '000009', amount: 6000, fields: left }), '00');
  t.match(caseOf(counter, 'unsettled', '000000'), { amount: 4000, bankAmount: 16_000, terminalAmount: 20_000 });
  t.equal(says([0, 0], [3000, 1]), '77');
  t.equal(counter.code('offline', { trace: '000010', amount: 1000, fields: left }), '00');
  t.match(caseOf(counter, 'unsettled', '000000'), { amount: 20_000, bankAmount: 17_000, terminalAmount: 3000 });
});
