import t from 'tap';
import { ruleByVoice } from '../../bank/rulings.ts';
import type { MessageFields } from '../../src/host/codec.ts';
import { fen } from '../../src/values/fen.ts';
import { Counter, FORMS, type FormName, onDay, place, type Saying } from './bank-counter.ts';
import { CARDS, MERCHANT, request, TERMINAL } from './bank-terminal.ts';

const FULL = 1_000_000;

/** What a reversal is answered, and why. */
function reversing(counter: Counter, type: FormName, saying: Saying, fields: Partial<MessageFields> = {}) {
  const { trace, amount = 10_000, card = 'boc' } = saying;
  const [, processing, condition, kind] = FORMS[type];
  const asked = request('0400', {
    ...{ pan: CARDS[card].pan, processing, trace, condition, entryMode: '021', code: '98' },
    ...{ amount: String(amount).padStart(12, '0'), currency: '156', batch: `${kind}${counter.keys().batch}000500` },
    ...fields,
  });
  return counter.outcome(asked);
}

t.test('a reversal is of its original alone, and says what it found', async (t) => {
  const counter = new Counter(t);
  const ask = (trace: string, type: FormName = 'sale', fields = {}) => counter.ask(type, { trace, fields });
  ask('000002');
  for (const missing of ['processing', 'condition', 'amount'] as const) {
    t.match(
      reversing(counter, 'sale', { trace: '000002' }, { [missing]: undefined }),
      {
        ...{ code: '30', why: 'a mandatory field is missing' },
      },
      missing,
    );
  }
  t.match(reversing(counter, 'sale', { trace: '000002' }, { trace: undefined }), { code: '30' });
  t.match(reversing(counter, 'sale', { trace: '000002', amount: 9999 }), {
    code: '64',
    why: 'another amount',
    amount: 9999,
  });
  t.match(reversing(counter, 'sale', { trace: '000002', card: 'cmb' }), { code: '30', why: 'another original' });
  t.match(reversing(counter, 'preauth', { trace: '000002' }), { code: '30', why: 'another original' });
  t.match(reversing(counter, 'sale', { trace: '000002' }, { batch: '99000001000500' }), {
    code: '12',
    why: 'no such original',
  });
  ask('000003', 'offline');
  t.match(reversing(counter, 'offline', { trace: '000003' }), { code: '12', why: 'no such original' });
  t.equal(counter.money().free, FULL - 20_000, 'nothing is turned back');

  t.match(reversing(counter, 'sale', { trace: '000002' }, { pan: undefined }), {
    code: '00',
    was: 'posted',
    reason: '98',
  });
  t.match(counter.office.ledger.entries(1), [{ kind: 'reversal', trade: 1 }]);
  t.match(reversing(counter, 'sale', { trace: '000002' }, { code: '06' }), {
    code: '00',
    was: 'reversed',
    amount: 10_000,
  });
  t.equal(counter.rows().at(-1)?.reversalReason, '98', 'the first one’s');
  t.equal(counter.money().free, FULL - 10_000);
  t.match(reversing(counter, 'sale', { trace: '000009' }, { code: undefined, pan: undefined }), {
    ...{ code: '25', why: 'no original', amount: 10_000, trace: '000009', batch: '000001' },
  });
  t.match(counter.rows()[0], { state: 'tombstone', reversalReason: '98', pan: null });
  t.match(reversing(counter, 'sale', { trace: '000009' }), { code: '25', why: 'no original', amount: 10_000 });
  ask('000010', 'sale', { amount: '000001000001' });
  t.match(reversing(counter, 'sale', { trace: '000010', amount: 1_000_001 }, { code: '06' }), {
    code: '00',
    was: 'declined',
  });
  t.match(counter.rows()[0], { state: 'reversed', reversalReason: '06' });
  ask('000011');
  t.match(reversing(counter, 'sale', { trace: '000011' }, { code: undefined }), { code: '00' });
  t.match(counter.rows()[0], { state: 'reversed', reversalReason: '98' }, 'where it gives none');
});

t.test('a number that is none is of no other card, and is not kept', async (t) => {
  const counter = new Counter(t);
  const none = { pan: '6222020010011235' };
  t.match(reversing(counter, 'sale', { trace: '000002' }, none), { code: '25' });
  t.match(counter.rows()[0], { state: 'tombstone', pan: null });
  counter.ask('sale', { trace: '000003' });
  t.match(reversing(counter, 'sale', { trace: '000003' }, none), { code: '30', why: 'another original' });
  t.equal(counter.state('000003'), 'posted');
  const fields = { pan: undefined, track2: undefined, pinBlock: undefined };
  t.equal(counter.code('sale', { trace: '000004', fields }), '30');
  t.match(reversing(counter, 'sale', { trace: '000004' }), { code: '00', was: 'declined' }, 'its number is not known');
});

t.test('what the clerk has said is charged is not turned back, and its reversal is told why', async (t) => {
  const counter = new Counter(t);
  counter.ask('sale', { trace: '000002' });
  const of = { batch: counter.keys().batch, trace: '000002', money: 'charged', person: 'Li' };
  ruleByVoice(counter.office, TERMINAL, of);
  t.match(reversing(counter, 'sale', { trace: '000002' }), { code: '12', why: 'ruled on', amount: 10_000 });
  t.match(counter.money(), { free: FULL - 10_000, pending: 10_000 });
});

t.test('a request on which more has followed is not reversed from under it', async (t) => {
  const counter = new Counter(t);
  const first = counter.ask('sale', { trace: '000002' });
  const about = { reference: first.reference, original: place(counter, '000002') };
  t.equal(counter.code('void', { trace: '000003', fields: about }), '00');
  t.match(reversing(counter, 'sale', { trace: '000002' }), { code: '12', why: 'voided already' });
  t.match(reversing(counter, 'void', { trace: '000003' }), { code: '00', was: 'posted' });
  t.equal(counter.money().free, FULL - 10_000, 'charged again');

  const hold = counter.ask('preauth', { trace: '000010' });
  const of = { authorisation: hold.authorisation, original: onDay(hold) };
  t.equal(counter.code('preauth-add', { trace: '000011', amount: 500, fields: of }), '00');
  t.equal(counter.code('preauth-add', { trace: '000012', amount: 700, fields: of }), '00');
  t.match(reversing(counter, 'preauth', { trace: '000010' }), { code: '12', why: 'more has followed' });
  t.match(
    reversing(counter, 'preauth-add', { trace: '000011', amount: 500 }),
    { code: '00' },
    'one does not need another',
  );
  t.equal(counter.money().held, 10_700);
  t.equal(counter.code('completion', { trace: '000013', amount: 9000, fields: of }), '00');
  t.match(reversing(counter, 'preauth-add', { trace: '000012', amount: 700 }), {
    code: '12',
    why: 'more has followed',
  });
  t.match(reversing(counter, 'completion', { trace: '000013', amount: 9000 }), { code: '00' });
  t.match(reversing(counter, 'preauth-add', { trace: '000012', amount: 700 }), { code: '00' });
  t.match(reversing(counter, 'preauth', { trace: '000010' }), { code: '00' });
  t.match(counter.money(), { held: 0, free: FULL - 10_000 });
});

t.test(
  'of a completion that is voided, what was added before it may be turned back, and its void then too',
  async (t) => {
    const counter = new Counter(t);
    const hold = counter.ask('preauth', { trace: '000010' });
    const of = { authorisation: hold.authorisation, original: onDay(hold) };
    t.equal(counter.code('preauth-add', { trace: '000011', amount: 500, fields: of }), '00');
    const done = counter.ask('completion', { trace: '000012', amount: 9000, fields: of });
    const about = { reference: done.reference, original: place(counter, '000012') };
    t.equal(counter.code('completion-void', { trace: '000013', amount: 9000, fields: about }), '00');
    t.match(reversing(counter, 'preauth-add', { trace: '000011', amount: 500 }), { code: '00' });
    t.match(counter.money(), { free: FULL - 10_000, held: 10_000, pending: 0 });
    t.match(reversing(counter, 'completion-void', { trace: '000013', amount: 9000 }), { code: '00' });
    t.match(counter.money(), { free: FULL - 9000, held: 0, pending: 9000 });
  },
);

t.test('a reversal after its batch is a case, of what its sale took from the card', async (t) => {
  const counter = new Counter(t);
  counter.ask('sale', { trace: '000002' });
  const batch = `22${counter.keys().batch}000500`;
  const { id: settlement } = counter.office.settlements.counted({
    ...{ terminal: TERMINAL, merchant: MERCHANT, batch: '000001', operator: '01', asked: '', counted: '' },
    countedAt: counter.now,
  });
  const sale = { trade: counter.rows()[0]?.id ?? null, amount: fen(10_000), bankAmount: fen(10_000) };
  counter.office.cases.open({
    ...{ ...sale, reason: 'bank-only', settlement, terminalAmount: fen(0), card: 'boc-debit', pan: null },
    ...{ terminal: TERMINAL, merchant: MERCHANT, batch: '000001', trace: '000002', at: counter.now },
  });
  counter.office.settlements.close(settlement, { ended: '202', count: 1, nextBatch: '000002', at: counter.now });
  counter.closeBatch();
  t.match(reversing(counter, 'sale', { trace: '000002' }, { batch }), { code: '00', was: 'posted' });
  t.equal(counter.money().free, FULL);
  const cases = counter.office.cases.list(9, true);
  t.match(cases, [
    {
      ...{ reason: 'late-reversal', trace: '000002', batch: '000001', terminal: '50461160', card: 'boc-debit' },
      ...{ amount: 10_000, bankAmount: 0, terminalAmount: 10_000, pan: '622202******1234' },
      settlement,
    },
    {
      ...{ reason: 'bank-only', state: 'answered', answer: 'the terminal has reversed it since' },
      answeredBy: '50461160',
    },
  ]);
  counter.ask('sale', { trace: '000003' });
  t.match(reversing(counter, 'sale', { trace: '000003' }), { code: '00' });
  t.equal(counter.office.cases.list(9, true).length, 2, 'in its batch it is none');
  counter.ask('sale', { trace: '000004' });
  counter.closeBatch();
  t.match(reversing(counter, 'sale', { trace: '000004' }, { batch: '22000002000500' }), { code: '00' });
  t.equal(counter.office.cases.list(9, true).length, 2, 'nor is it in one that was taken away');
  counter.ask('sale', { trace: '000005' });
  counter.ask('sale', { trace: '000006', amount: 700 });
  counter.closeBatch();
  t.match(reversing(counter, 'sale', { trace: '000005' }, { batch: '22000003000500' }), { code: '00' });
  t.match(counter.office.cases.list(9, true)[0], { reason: 'unsettled', batch: '000003', bankAmount: 700 });
});
