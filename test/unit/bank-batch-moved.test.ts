import t from 'tap';
import { type ByHand, followUnsettled, moveBatch } from '../../bank/left-batch.ts';
import { Unable } from '../../bank/unable.ts';
import { totalsOf } from '../../bank/upload.ts';
import { type Message, pack } from '../../src/host/codec.ts';
import { Counter, onDay } from './bank-counter.ts';
import { countRequest, endRequest, sumDigits } from './bank-settling.ts';
import { MERCHANT, TERMINAL } from './bank-terminal.ts';

const byHand = { people: ['Li', 'Wang'], reference: 'letter 17' } as const;

t.test('each batch that cannot be left or taken says why, and the way out', async (t) => {
  const counter = new Counter(t);
  const { office } = counter;
  const moved = (batch: string, hand: ByHand | null = null) => {
    try {
      return office.books.atomically(() => moveBatch(office, { terminal: TERMINAL, batch, byHand: hand }));
    } catch (error) {
      if (error instanceof Unable) return { says: error.message, remedy: error.remedy, problem: error.problem };
      throw error;
    }
  };
  const settle = (asked: Message) => office.books.atomically(() => counter.host.handle(Buffer.from(pack(asked)))).code;
  t.equal(settle(countRequest('000001', {})), '00');
  t.equal(settle(endRequest('000001', '207', 0)), '00');
  t.strictSame(moved('000001'), {
    says: 'batch 000001 of 50461160 is over',
    remedy: 'a number that neither {"do":"settlements"} nor {"do":"cases"} shows',
    problem: { kind: 'settled', batch: '000001' },
  });
  counter.keys().batch = '000002';
  t.equal(counter.code('sale', { trace: '000002' }), '00');
  t.equal(settle(countRequest('000002', {})), '00');
  t.strictSame(moved('000002'), { batch: '000002', unsettled: 0 }, 'where it is already');
  t.strictSame(moved('000005'), {
    says: 'batch 000002 of 50461160 is being settled',
    remedy:
      'finish it at the terminal (menu 7); where it cannot, add "people": ["Li", "Wang"] and "reference": the batch is' +
      ' left to a case, and two people close it at the terminal',
    problem: { kind: 'settling', batch: '000002' },
  });
  t.strictSame(moved('000005', byHand), { batch: '000002', unsettled: 1 });
  t.match(office.cases.list(9, true), [
    {
      ...{ reason: 'unsettled', terminal: TERMINAL, merchant: MERCHANT, batch: '000002', trace: '000000', trade: null },
      ...{ settlement: 2, card: null, pan: null, amount: 10_000, bankAmount: 10_000, terminalAmount: 0 },
      ...{ answer: 'moved to batch 000005 by hand, letter 17', answeredBy: 'Li, Wang', at: counter.now },
    },
  ]);
  counter.keys().batch = '000005';
  t.equal(counter.code('sale', { trace: '000003' }), '00');
  t.strictSame(moved('000002'), {
    says: 'batch 000002 of 50461160 has had trades, and batch 000005 too',
    remedy: 'a number that is new',
    problem: { kind: 'traded', batch: '000002' },
  });
  t.equal(office.terminals.batch(TERMINAL), '000005');
});

t.test(
  'what nobody is settling is moved without two people; what the terminal alone has said of it is a case',
  async (t) => {
    const counter = new Counter(t);
    const { office } = counter;
    const move = (batch: string, hand: ByHand | null) =>
      office.books.atomically(() => moveBatch(office, { terminal: TERMINAL, batch, byHand: hand }));
    t.strictSame(move('000003', null), { batch: '000001', unsettled: 0 });
    t.same(office.cases.list(9, true), [], 'an empty one is none');
    counter.keys().batch = '000003';
    counter.ask('sale', { trace: '000002' });
    t.strictSame(move('000004', null), { batch: '000003', unsettled: 1 });
    t.match(office.cases.list(9, true), [{ state: 'open', batch: '000003', settlement: null, answer: null }]);
    const asked = Buffer.from(pack(countRequest('000004', { home: { debit: [700, 1] } })));
    const { code } = office.books.atomically(() => counter.host.handle(asked));
    t.equal(code, '00');
    t.strictSame(move('000005', byHand), { batch: '000004', unsettled: 0 });
    t.match(office.cases.list(9, true)[0], { batch: '000004', amount: 700, bankAmount: 0, terminalAmount: 700 });
  },
);

t.test('a batch of which more was given back than sold is followed by what is owed, without its sign', async (t) => {
  const counter = new Counter(t);
  const old = counter.ask('sale', { trace: '000002' });
  counter.closeBatch();
  const fields = { reference: old.reference, original: onDay(old) };
  t.equal(counter.code('refund', { trace: '000003', amount: 4000, fields }), '00');
  const { office } = counter;
  const follow = (asked: string | null) =>
    office.books.atomically(() =>
      followUnsettled(office, { terminal: TERMINAL, batch: '000002', asked: asked === null ? null : totalsOf(asked) }),
    );
  const found = () => office.cases.list(9, true);
  t.equal(follow(null), 1);
  t.match(found(), [{ amount: 0, bankAmount: 4000, terminalAmount: 0, settlement: null }]);
  t.equal(follow(sumDigits({ home: { credit: [1000, 1] }, foreign: { debit: [300, 1], credit: [100, 1] } })), 1);
  t.match(found(), [{ amount: 3200, bankAmount: 4000, terminalAmount: 800 }]);
  t.equal(found().length, 1);
  t.equal(
    office.books.atomically(() => followUnsettled(office, { terminal: TERMINAL, batch: '000009', asked: null })),
    0,
  );
  t.equal(found().length, 1, 'of nothing there is none');
});
