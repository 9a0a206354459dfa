import t, { type Test } from 'tap';
import { followUnsettled } from '../../bank/left-batch.ts';
import { type Message, pack, unpack } from '../../src/host/codec.ts';
import { Counter } from './bank-counter.ts';
import { countRequest, endRequest, FOREIGN, rowDigits, type Sums, sumDigits, uploadRequest } from './bank-settling.ts';
import { CARDS, MERCHANT, request, TERMINAL } from './bank-terminal.ts';

const BATCH = '000001';
const ROW = { trace: '000002', pan: CARDS.boc.pan, amount: 10_000 };
const TRUE: Sums = { home: { debit: [10_000, 1] } };

/** One sale of ¥100 under 000002. */
function afterSale(t: Test) {
  const counter = new Counter(t);
  t.equal(counter.code('sale', { trace: '000002' }), '00');
  const tell = (asked: Message) => {
    const { code, facts } = counter.office.books.atomically(() => counter.host.handle(Buffer.from(pack(asked))));
    return { code, ...facts };
  };
  const cases = () => counter.office.cases.list(9, false);
  const settlement = (batch = BATCH) => counter.office.settlements.find(TERMINAL, batch);
  return { counter, tell, cases, settlement };
}

t.test('each step that is not as it must be says why, and keeps nothing', async (t) => {
  const { tell, settlement } = afterSale(t);
  const count = (changes: Partial<Message>) => countRequest(BATCH, TRUE, changes);
  const f48 = 'F48 or a mandatory field is not as upload.ts has it';
  for (const name of ['trace', 'totals', 'operator'] as const) {
    t.match(tell(count({ [name]: undefined })), { code: '30', why: f48 }, name);
  }
  t.match(tell(count({ operator: '   ' })), { code: '30', why: f48 }, 'an operator of spaces');
  t.match(tell(count({ totals: sumDigits(TRUE, '10') })), { code: '30', why: f48, trace: '000900' });
  t.match(tell(count({ currency: '840' })), { code: '30', why: 'another currency' });
  t.match(tell(countRequest('000009', TRUE)), { code: '77', why: 'another batch' });
  const upload = uploadRequest(BATCH, [ROW]);
  const noUpload = { code: '30', why: 'F48 is no upload as upload.ts has it' };
  for (const name of ['trace', 'totals']) {
    const fields = { trace: '000901', totals: rowDigits([ROW]), batch: `00${BATCH}201` };
    t.match(tell(request('0320', { ...fields, [name]: undefined })), noUpload, name);
  }
  const end = endRequest(BATCH, '207', 1);
  const noCount = { code: '30', why: 'F48 is no count as upload.ts has it' };
  for (const name of ['trace', 'totals']) {
    const fields = { trace: '000902', totals: '0001', batch: `00${BATCH}207` };
    t.match(tell(request('0320', { ...fields, [name]: undefined })), noCount, name);
  }
  t.match(tell(upload), { code: '95', why: 'nothing was counted: no 0500 came' });
  t.match(tell(end), { code: '95', why: 'nothing was counted: no 0500 came' });
  t.match(tell(endRequest('000009', '207', 1)), { code: '77', why: 'another batch' });
  t.match(tell(uploadRequest('000009', [ROW])), { code: '77', why: 'another batch' });
  t.equal(settlement(), null);
});

t.test('what is counted is kept as both said it, and each end that does not fit says why', async (t) => {
  const { counter, tell, settlement } = afterSale(t);
  t.match(tell(countRequest(BATCH, TRUE)), { code: '00', settlement: 1, batch: BATCH, home: 1, foreign: 1 });
  t.match(settlement(), {
    ...{ id: 1, terminal: TERMINAL, merchant: MERCHANT, batch: BATCH, operator: '01', countedAt: counter.now },
    ...{ asked: sumDigits(TRUE), counted: sumDigits(TRUE, '11'), ended: null, endCount: null, closedAt: null },
  });
  t.match(tell(endRequest(BATCH, '202', 0)), { code: '95', why: 'it balances' });
  t.match(tell(endRequest(BATCH, '207', 2)), { code: '95', why: '2 transactions, not 1' });
  t.match(tell(uploadRequest(BATCH, [ROW])), { code: '95', why: 'a row of a group that balances' });
  t.match(tell(countRequest(BATCH, {})), { code: '00', settlement: 1, home: 2, foreign: 1 });
  t.match(tell(endRequest(BATCH, '207', 1)), { code: '95', why: 'it does not balance' });
  const foreign = { ...ROW, pan: FOREIGN.pan, foreign: true };
  t.match(tell(uploadRequest(BATCH, [ROW, foreign])), { code: '30' }, 'one trace twice');
  t.match(
    tell(uploadRequest(BATCH, [ROW, { ...foreign, trace: '000003' }])),
    { code: '95' },
    'one of them is balanced',
  );
  t.match(tell(uploadRequest(BATCH, [ROW])), { code: '00', settlement: 1, batch: BATCH, rows: 1 });
  t.match(tell(endRequest(BATCH, '202', 0)), { code: '95', why: '0 transactions, not 1' });
  t.equal(counter.code('sale', { trace: '000003' }), '00');
  t.match(tell(endRequest(BATCH, '202', 1)), { code: '95', why: 'the books have moved since they were counted' });
  t.equal(counter.office.terminals.batch(TERMINAL), BATCH);
});

t.test('the same count twice is one, at another time too; the books moved, it is counted anew', async (t) => {
  const { counter, tell, settlement } = afterSale(t);
  const wrong: Sums = { home: { debit: [1, 1] } };
  tell(countRequest(BATCH, wrong));
  tell(uploadRequest(BATCH, [ROW]));
  const first = counter.now;
  counter.now += 60_000;
  t.match(tell(countRequest(BATCH, wrong)), { code: '00', home: 2 });
  t.equal(settlement()?.countedAt, first);
  t.equal(counter.office.settlements.uploaded(1).length, 1, 'what was uploaded stays');
  t.equal(counter.code('sale', { trace: '000003' }), '00');
  tell(countRequest(BATCH, wrong));
  t.equal(settlement()?.countedAt, first + 60_000);
  t.match(settlement(), { counted: sumDigits({ home: { debit: [20_000, 2] } }, '21') });
  t.same(counter.office.settlements.uploaded(1), []);
});

t.test('a closed batch is answered as before where the same is said, and else says that it is settled', async (t) => {
  const { counter, tell, cases, settlement } = afterSale(t);
  tell(countRequest(BATCH, {}));
  tell(uploadRequest(BATCH, [{ ...ROW, amount: 9000 }]));
  t.match(tell(endRequest(BATCH, '202', 1)), { code: '00', settlement: 1, batch: BATCH, cases: 1 });
  t.match(settlement(), { ended: '202', endCount: 1, nextBatch: '000002', closedAt: counter.now });
  t.match(cases(), [
    { reason: 'another-amount', trace: '000002', bankAmount: 10_000, terminalAmount: 9000, at: counter.now },
  ]);
  const again = { code: '00', settlement: 1, batch: BATCH, again: true };
  t.match(tell(endRequest(BATCH, '202', 1)), again);
  t.match(tell(uploadRequest(BATCH, [{ ...ROW, amount: 9000 }])), again);
  const otherwise = { code: '77', why: 'settled otherwise' };
  t.match(tell(endRequest(BATCH, '202', 2)), otherwise);
  t.match(tell(endRequest(BATCH, '207', 1)), otherwise);
  for (const [what, row] of Object.entries({
    amount: ROW,
    trace: { ...ROW, amount: 9000, trace: '000003' },
    pan: { ...ROW, amount: 9000, pan: CARDS.cmb.pan },
    group: { ...ROW, amount: 9000, foreign: true },
  })) {
    t.match(tell(uploadRequest(BATCH, [row])), otherwise, what);
  }
  t.match(
    tell(
      uploadRequest(BATCH, [
        { ...ROW, amount: 9000 },
        { ...ROW, trace: '000003' },
      ]),
    ),
    otherwise,
    'one more',
  );
  t.match(tell(countRequest(BATCH, {})), { code: '00', settlement: 1, home: 2, foreign: 1 });
  t.match(tell(countRequest(BATCH, TRUE)), { code: '77', why: 'settled with other figures' });
  t.match(cases()[0], { reason: 'unsettled', batch: BATCH, terminalAmount: 10_000, amount: 0 });
});

t.test('of figures that do not agree each side and each group has its flag', async (t) => {
  const { counter, tell } = afterSale(t);
  const flags = (sums: Sums) => {
    const { home, foreign } = tell(countRequest(BATCH, sums)) as { home?: number; foreign?: number };
    return `${home}${foreign}`;
  };
  t.equal(flags({ home: { debit: [10_000, 2] } }), '21', 'another count');
  t.equal(flags({ home: { debit: [9999, 1] } }), '21', 'another amount');
  t.equal(flags({ home: { debit: [10_000, 1], credit: [0, 1] } }), '21', 'another credit');
  t.equal(flags({ home: { debit: [10_000, 0] } }), '31', 'an amount of nothing');
  t.equal(flags({ home: { debit: [10_000, 1], credit: [5, 0] } }), '31');
  t.equal(flags({ home: { credit: [5, 0] } }), '21', 'what adjustments leave over');
  t.equal(flags({ ...TRUE, foreign: { debit: [0, 1] } }), '12');
  t.equal(counter.office.settlements.list(9).length, 1);
});

t.test('each step is answered with what the terminal goes on from, and again when it is asked again', async (t) => {
  const { counter, tell, cases } = afterSale(t);
  const { office } = counter;
  const heard = (asked: Message) => unpack(counter.handle(Buffer.from(pack(asked))));
  const [count, upload, end] = [countRequest(BATCH, {}), uploadRequest(BATCH, [ROW]), endRequest(BATCH, '202', 1)];
  const totals = sumDigits(TRUE, '21');
  const counted = {
    totals,
    currency: '156',
    reference: 'S00000000001',
    operator: '01 ',
    time: /^\d{6}$/,
    date: '0601',
  };
  t.match(heard(count), counted);
  t.match(heard(upload), { code: '00', batch: '00000001201' });
  // It was left, and the terminal was moved back to it.
  office.books.atomically(() => followUnsettled(office, { terminal: TERMINAL, batch: BATCH, asked: null }));
  t.match(heard(end), { code: '00', batch: '00000002202', date: '0601' });
  t.match(cases().at(-1), { reason: 'unsettled', state: 'answered', answer: 'settled since', answeredBy: TERMINAL });
  t.match(heard(count), counted);
  t.match(heard(upload), { code: '00', batch: '00000001201' });
  t.match(heard(end), { code: '00', batch: '00000002202' });

  t.match(tell(countRequest('000002', {})), { code: '00', home: 1 });
  t.match(tell(endRequest('000002', '207', 0)), { code: '00', cases: 0 }, 'what balances has none');
  t.match(heard(endRequest('000002', '207', 0)), { batch: '00000003207' });

  counter.keys().batch = '000003';
  t.equal(counter.code('sale', { trace: '000003' }), '00');
  counter.closeBatch();
  t.match(tell(countRequest('000003', { home: { debit: [700, 1] } })), { code: '77', why: 'another batch' });
  t.match(cases()[0], { reason: 'unsettled', batch: '000003', bankAmount: 10_000, terminalAmount: 700 });
});

t.test('of a thousand the three digits of the count are none, and contradict nothing', async (t) => {
  const { counter, tell } = afterSale(t);
  const [row] = counter.rows();
  if (row === undefined) throw new Error('the sale has a row');
  const { trades } = counter.office;
  const more = (last: number) =>
    counter.office.books.atomically(() => {
      for (let id = trades.nextId(); id <= last; id = trades.nextId()) {
        const trace = String(id + 1).padStart(6, '0');
        trades.keep({ ...row, id, trace, reference: String(id).padStart(12, '0') }, new Uint8Array(0));
      }
    });
  const wrong = countRequest(BATCH, { home: { debit: [1, 0] } });
  more(999);
  t.match(tell(wrong), { home: 3 });
  more(1000);
  t.match(tell(wrong), { home: 2 });
});
