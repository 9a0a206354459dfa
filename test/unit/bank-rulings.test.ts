import t, { type Test } from 'tap';
import { ruleByVoice } from '../../bank/rulings.ts';
import { Unable } from '../../bank/unable.ts';
import { type ReversalEnd, reversalEnd } from '../../src/host/reversal.ts';
import { MOST_FEN } from '../../src/values/fen.ts';
import { answerOf } from '../journal-bench.ts';
import { Counter, n12, place } from './bank-counter.ts';
import { MERCHANT, TERMINAL } from './bank-terminal.ts';

const FULL = 1_000_000;

type Ruled = { reference: string; trade_state: string };

function desk(t: Test) {
  const counter = new Counter(t);
  const rule = (trace: string, money: string, more: object = {}) =>
    ruleByVoice(counter.office, TERMINAL, {
      ...{ batch: counter.keys().batch, trace, money, person: 'Li', ...more },
    }) as Ruled;
  return { counter, rule };
}

t.test('a reversal that was late on its way turns nothing back of what the clerk has said is charged', async (t) => {
  const { counter, rule } = desk(t);
  t.equal(counter.code('sale', { trace: '000002' }), '00');
  const before = counter.money();
  const { reference } = rule('000002', 'charged');
  t.match(reference, /^\d{6}$/, 'the two people can type it');
  t.equal(rule('000002', 'charged').reference, reference, 'said again it is the same');
  t.match(
    counter.rows()[0],
    { trace: '000002', ruling: { reference, money: 'charged', by: 'Li' } },
    'and its row says so',
  );
  for (let turn = 0; turn < 2; turn++) t.equal(counter.reverse('sale', { trace: '000002' }), '12');
  t.strictSame(counter.money(), before);
  t.equal(counter.state('000002'), 'posted');
  t.equal(counter.office.ledger.sum(), 0);
  counter.restart();
  t.equal(counter.reverse('sale', { trace: '000002' }), '12', 'after a restart too');
  counter.closeBatch();
  const batch = `22000001000500`;
  t.equal(counter.reverse('sale', { trace: '000002', fields: { batch } }), '12', 'and in a batch that is closed');
  t.same(counter.office.cases.list(10, true), []);
  t.throws(() => rule('000002', 'not-charged', { batch: '000001' }), /was said under/);
});

t.test(
  '12 to a reversal is a word that the terminal understands: it asks the books, and tells its people',
  async (t) => {
    t.match(reversalEnd({ ...answerOf('not charged', '12'), signInAgain: false }), {
      end: 'no-original',
    } satisfies Partial<ReversalEnd>);
  },
);

t.test('what is ruled on can be voided and refunded like any other', async (t) => {
  const { counter, rule } = desk(t);
  const sale = counter.ask('sale', { trace: '000002' });
  rule('000002', 'charged');
  const fields = { reference: sale.reference, original: place(counter, '000002') };
  t.equal(counter.code('void', { trace: '000003', fields }), '00');
  t.equal(counter.money().free, FULL);
  t.equal(counter.reverse('void', { trace: '000003' }), '00', 'a void of its own is not ruled on');
  rule('000002', 'charged');
});

t.test('what the clerk has said never came is not taken when it comes', async (t) => {
  const { counter, rule } = desk(t);
  t.throws(() => rule('000002', 'not-charged'), /no such trade/, 'its type and amount are to be said');
  t.match(rule('000002', 'not-charged', { type: 'sale', amount: 10_000 }), { trade_state: 'tombstone' });
  t.equal(counter.code('sale', { trace: '000002' }), '12');
  t.equal(counter.reverse('sale', { trace: '000002' }), '25');
  t.equal(counter.money().free, FULL);
});

t.test('the clerk says what the books say, and nothing else', async (t) => {
  const { counter, rule } = desk(t);
  t.equal(counter.code('sale', { trace: '000002' }), '00');
  t.throws(() => rule('000002', 'not-charged'), /have it posted/);
  t.equal(counter.reverse('sale', { trace: '000002' }), '00');
  t.throws(() => rule('000002', 'charged'), /have it reversed/);
  t.ok(rule('000002', 'not-charged').reference);
  t.throws(() => rule('000002', 'charged'), /was said under/);
  t.equal(counter.code('sale', { trace: '000003', card: 'poor' }), '51');
  t.throws(() => rule('000003', 'charged'), /have it declined/);
  t.ok(rule('000003', 'not-charged').reference);
  t.throws(() => rule('000009', 'charged'), /no such trade/);
  t.throws(() => rule('9', 'charged'), /six digits/);
  t.throws(() => rule('000002', 'perhaps'), /one of its values/);
  t.throws(() => rule('000002', 'not-charged', { person: '' }), /person/);
  t.throws(() => rule('000009', 'not-charged', { type: 'sale', amount: 0 }), /no such trade/);
  t.equal(counter.state('000009'), undefined, 'nothing was buried');
});

t.test('a number that was typed wrongly is not answered for the trade that has it', async (t) => {
  const { counter, rule } = desk(t);
  t.equal(counter.code('sale', { trace: '000002', amount: 1_000 }), '00');
  for (const other of [
    { type: 'sale', amount: 1_001 },
    { type: 'preauth', amount: 1_000 },
    { amount: 1_001 },
    { type: 'void' },
  ]) {
    const refused = refusalOf(() => rule('000002', 'charged', other));
    t.strictSame(refused, {
      says: 'the books have a sale of 1000 there',
      ...{ remedy: 'compare the numbers with the terminal' },
      problem: { kind: 'another-trade', type: 'sale', amount: 1_000 },
    });
  }
  t.equal(counter.rows()[0]?.ruling, null, 'nothing was said');
  const { reference } = rule('000002', 'charged', { type: 'sale', amount: 1_000 });
  t.equal(rule('000002', 'charged').reference, reference, 'as from its row');
  // What never came has no amount in the books but the one that was said of it.
  t.equal(counter.reverse('sale', { trace: '000004', amount: 700 }), '25');
  t.match(rule('000004', 'not-charged', { type: 'preauth', amount: 900 }), { trade_state: 'tombstone' });
});

t.test('two trades have two references, and a chance that repeats itself gives no reference twice', async (t) => {
  const { counter, rule } = desk(t);
  for (const trace of ['000002', '000003']) t.equal(counter.code('sale', { trace, amount: 1_000 }), '00');
  const first = rule('000002', 'charged').reference;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(Number(first));
  const random = [bytes, Buffer.from([0, 0, 0, 7])];
  const stuck = { ...counter.office, random: () => random.shift() ?? Buffer.alloc(4) };
  const of = { batch: counter.keys().batch, trace: '000003', money: 'charged', person: 'Li' };
  t.match(ruleByVoice(stuck, TERMINAL, of), { reference: '000007', amount: 1_000 });
  t.equal(n12(counter.money().pending), n12(2_000));
});

/** What the desk is refused, word by word. */
function refusalOf(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (error instanceof Unable) return { says: error.message, remedy: error.remedy, problem: error.problem };
    throw error;
  }
  return null;
}

t.test('each refusal of the desk has its words, its way out and its name', async (t) => {
  const { counter, rule } = desk(t);
  const refused = (trace: string, money: string, more: object = {}) => refusalOf(() => rule(trace, money, more));
  const none = { says: 'the books have no such trade' };
  const never = {
    ...none,
    remedy: 'add its "type" and its "amount" in fen, as the terminal says them',
    problem: { kind: 'no-trade' },
  };
  t.strictSame(refused('000002', 'perhaps'), {
    ...{ says: '"money" is not one of its values', remedy: 'write one of charged, not-charged', problem: null },
  });
  for (const value of ['0000021', 'x000002', '000000', 123_456, undefined]) {
    for (const key of ['batch', 'trace']) {
      t.strictSame(refused('000002', 'charged', { [key]: value }), {
        ...{ says: `"${key}" is no number of six digits`, remedy: `add "${key}": "000001"` },
        problem: { kind: 'six-digits', key },
      });
    }
  }
  t.match(refused('000002', 'charged', { person: '' }), {
    remedy: 'add "person": "Li"',
    problem: { kind: 'words', key: 'person', most: 40 },
  });
  t.strictSame(refused('000002', 'charged', { type: 'sale', amount: 700 }), {
    ...{ ...none, remedy: 'say "not-charged", or compare the numbers', problem: { kind: 'no-such-trade' } },
  });
  for (const amount of [0, -1, 1.5, '700', MOST_FEN + 1, undefined]) {
    t.strictSame(refused('000002', 'not-charged', { type: 'sale', amount }), never, `${amount}`);
  }
  t.strictSame(refused('000002', 'not-charged', { type: 'gift', amount: 700 }), never);
  t.same(counter.rows(), []);

  const sale = counter.ask('sale', { trace: '000002' });
  const stands = (state: string) => ({ says: `the books have it ${state}`, problem: { kind: 'stands', state } });
  const wayOut = 'let the terminal reverse it or void it, or say "charged"';
  t.strictSame(refused('000002', 'not-charged'), { ...stands('posted'), remedy: wayOut });
  const fields = { reference: sale.reference, original: place(counter, '000002') };
  t.equal(counter.code('void', { trace: '000003', fields }), '00');
  t.strictSame(refused('000002', 'not-charged'), { ...stands('voided'), remedy: wayOut });
  t.strictSame(refused('000002', 'charged'), {
    ...stands('voided'),
    remedy: 'say "not-charged", unless it was voided',
  });
});

t.test('what was said stays said whatever follows, and what never came is buried as the terminal had it', async (t) => {
  const { counter, rule } = desk(t);
  const sale = counter.ask('sale', { trace: '000002' });
  const { reference } = rule('000002', 'charged');
  const fields = { reference: sale.reference, original: place(counter, '000002') };
  t.equal(counter.code('void', { trace: '000003', fields }), '00');
  t.equal(rule('000002', 'charged').reference, reference, 'voided since');
  t.strictSame(
    refusalOf(() => rule('000002', 'not-charged')),
    {
      ...{ says: `"charged" was said under ${reference}`, remedy: 'what was said stands; see its case' },
      problem: { kind: 'said', money: 'charged', reference },
    },
  );
  const never = { type: 'preauth', amount: MOST_FEN };
  const said = rule('000009', 'not-charged', never);
  t.match(said, { money: 'not-charged', trade_state: 'tombstone', amount: MOST_FEN, pan: null });
  t.equal(rule('000009', 'not-charged', never).reference, said.reference, 'said again it is the same');
  t.match(counter.rows()[0], {
    ...{ trace: '000009', type: 'preauth', amount: MOST_FEN, state: 'tombstone', reversalReason: 'ruling' },
    ...{ merchant: MERCHANT, terminal: TERMINAL, pan: null, entryMode: null, at: counter.now },
  });
});
