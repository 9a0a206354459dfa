import t from 'tap';
import type { InquiryEnd } from '../../src/host/inquiry.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { EntryType } from '../../src/journal/types.ts';
import type { Key } from '../../src/operator/keypad.ts';
import { giveBack } from '../../src/refund/give-back.ts';
import { fen } from '../../src/values/fen.ts';
import { Fault } from '../../src/values/problem.ts';
import { batch } from '../../src/values/trace.ts';
import { answerOf, approval, done, saleOf } from '../journal-bench.ts';
import { lineDown, type SaleBench, saleBench, yes } from '../sale-bench.ts';

const keysOf = (digits: string) => [...digits] as Key[];
const REFERENCE = '113009410017';

interface Desk extends SaleBench {
  asked: object[];
  knows: () => InquiryEnd;
}

function desk(t: Parameters<typeof saleBench>[0], terms: { refund?: object; inquiry?: object } = {}): Desk {
  const bench = saleBench(t);
  const here: Desk = Object.assign(bench, { asked: [] as object[], knows: (): InquiryEnd => ({ end: 'none' }) });
  Object.assign(bench.counter.config.profile, {
    transactions: {
      void: { offered: true, supervisor: true, pin: true },
      refund: { offered: true, supervisor: true, limit_fen: 500_000, window_days: 180, ...terms.refund },
      inquiry: { offered: true, ...terms.inquiry },
    },
  });
  Object.assign(bench.counter.host, {
    async inquire({ of }: { of: object }) {
      here.asked.push(of);
      return here.knows();
    },
  });
  return here;
}

function paid({ journal }: SaleBench, amount = 10_000, type: EntryType = 'sale'): Entry {
  const entry = journal.begin(saleOf(amount, { type, digest: 'd1' }));
  entry.sent();
  entry.answered(approval);
  entry.completed();
  return entry;
}

/** Until the screen says this. */
async function says(bench: SaleBench, wanted: RegExp): Promise<void> {
  for (let turn = 0; turn < 200; turn++) {
    if (wanted.test(bench.texts().join())) return;
    await new Promise(setImmediate);
  }
  throw new Error(`not ${wanted} but ${bench.texts().join()}`);
}

async function named(bench: SaleBench, trace: string, time = 1): Promise<void> {
  await bench.screen('void.trace', time);
  bench.press(...keysOf(trace), 'enter');
}

t.test('a sale of the open batch is voided, an older one refunded', async (t) => {
  const bench = desk(t);
  const sale = paid(bench);
  const first = giveBack(bench.counter);
  await named(bench, sale.trace);
  await bench.screen('void.confirm');
  bench.press('cancel');
  await first;
  bench.journal.openBatch(batch('000002'));
  const second = giveBack(bench.counter);
  await named(bench, sale.trace, 2);
  await bench.screen('refund.original');
  bench.press('cancel');
  await second;
  t.equal(bench.journal.rows({ limit: 5 }).length, 1, 'nothing was begun');
});

t.test('all that is left is proposed; a digit begins another amount, and none goes over it', async (t) => {
  const bench = desk(t);
  const sale = paid(bench);
  bench.journal.openBatch(batch('000002'));
  const done = giveBack(bench.counter);
  await named(bench, sale.trace);
  await bench.screen('refund.original');
  bench.press('enter');
  await bench.screen('refund.amount');
  await says(bench, /"100\.00".*¥100\.00 at most/);
  bench.press(...keysOf('2500'));
  await says(bench, /"25\.00"/);
  bench.press('0');
  await says(bench, /"25\.00".*More than is left: ¥100\.00 at most/);
  bench.press('clear', 'clear', 'clear', 'clear', 'enter');
  await says(bench, /Enter an amount first, ¥100\.00 at most/);
  bench.press(...keysOf('4000'), 'enter');
  await bench.screen('refund.supervisor');
  bench.press(...keysOf('123456'), 'enter');
  await bench.screen('refund.card');
  bench.swipe();
  await bench.screen('refund.approved');
  bench.press('enter');
  await done;
  const refund = bench.journal.last();
  t.match(refund, { state: 'approved', amount: 4000, facts: { type: 'refund', particulars: { supervisor: '00' } } });
  t.equal(refund?.original?.id, sale.id);
  t.equal(sale.refundable, 6000);
  t.same(
    bench.sent.map(({ pin }) => pin),
    [null],
    'money that comes back takes no PIN',
  );
  t.ok(
    bench.said.some((said) => said.startsWith('back ')),
    'the customer sees it come back',
  );
});

t.test('the acquirer’s limit for one refund has its own sentence', async (t) => {
  const bench = desk(t, { refund: { limit_fen: 5000, supervisor: false } });
  const sale = paid(bench);
  bench.journal.openBatch(batch('000002'));
  const done = giveBack(bench.counter);
  await named(bench, sale.trace);
  await bench.screen('refund.original');
  bench.press('enter');
  await bench.screen('refund.amount');
  await says(bench, /"50\.00"/);
  bench.press(...keysOf('5001'));
  await says(bench, /¥50\.00 in one refund; ¥100\.00 is left of it/);
  bench.press('enter');
  await bench.screen('refund.card');
  bench.press('cancel');
  await done;
  t.equal(bench.sent.length, 0);
});

t.test('the bank leaves less than was typed: another amount, without another supervisor', async (t) => {
  const bench = desk(t);
  const sale = paid(bench);
  bench.journal.openBatch(batch('000002'));
  bench.answers = () => ({ ...answerOf('not charged', '13'), signInAgain: false });
  const done = giveBack(bench.counter);
  await named(bench, sale.trace);
  await bench.screen('refund.original');
  bench.press('enter');
  await bench.screen('refund.amount');
  bench.press('enter');
  await bench.screen('refund.supervisor');
  bench.press(...keysOf('123456'), 'enter');
  await bench.screen('refund.card');
  bench.swipe();
  await bench.screen('refund.declined');
  bench.press('enter');
  await bench.screen('refund.amount', 2);
  bench.answers = () => yes;
  bench.press(...keysOf('100'), 'enter');
  await bench.screen('refund.card', 2);
  bench.swipe();
  await bench.screen('refund.approved');
  bench.press('enter');
  await done;
  t.match(bench.journal.rows({ limit: 2 }), [
    { type: 'refund', amount: 100, state: 'approved' },
    { type: 'refund', amount: 10_000, state: 'declined' },
  ]);
});

t.test('the supervisor sees the amount, and more than that takes another approval', async (t) => {
  const bench = desk(t);
  const sale = paid(bench);
  bench.journal.openBatch(batch('000002'));
  bench.answers = () => ({ ...answerOf('not charged', '61'), signInAgain: false });
  const done = giveBack(bench.counter);
  await named(bench, sale.trace);
  await bench.screen('refund.original');
  bench.press('enter');
  await bench.screen('refund.amount');
  bench.press(...keysOf('100'), 'enter');
  await bench.screen('refund.supervisor');
  t.match(bench.texts().join(), /Supervisor 00 · ¥1\.00/);
  bench.press(...keysOf('123456'), 'enter');
  await bench.screen('refund.card');
  bench.swipe();
  await bench.screen('refund.declined');
  bench.press('enter');
  await bench.screen('refund.amount', 2);
  bench.press(...keysOf('101'), 'enter');
  await bench.screen('refund.supervisor', 2);
  t.match(bench.texts().join(), /Supervisor 00 · ¥1\.01/);
  bench.press('cancel');
  await done;
  t.equal(bench.sent.length, 1, 'nobody has approved it');
});

t.test('without a line nothing leaves, and it can be tried again', async (t) => {
  const bench = desk(t, { refund: { supervisor: false } });
  const sale = paid(bench);
  bench.journal.openBatch(batch('000002'));
  bench.answers = lineDown;
  const done = giveBack(bench.counter);
  await named(bench, sale.trace);
  await bench.screen('refund.original');
  bench.press('enter');
  await bench.screen('refund.amount');
  bench.press('enter');
  await bench.screen('refund.card');
  bench.swipe();
  await bench.screen('refund.refused');
  await says(bench, /Not refunded/);
  bench.press('cancel');
  await done;
  t.match(bench.journal.last(), { state: 'declined', facts: { type: 'refund' } });
  t.equal(sale.refundable, 10_000);
});

t.test('what is in the open batch and no void undoes says what to do instead', async (t) => {
  const bench = desk(t);
  const completion = paid(bench, 100, 'completion');
  const done = giveBack(bench.counter);
  await named(bench, completion.trace);
  await bench.screen('refund.impossible');
  await says(bench, /in the menu of pre-authorisations/);
  bench.press('enter');
  await named(bench, paid(bench, 100, 'instalment').trace, 2);
  await bench.screen('void.confirm');
  bench.press('cancel');
  await done;
});

t.test('of an acquirer without refunds a settled sale is sent to the telephone', async (t) => {
  const bench = desk(t, { refund: { offered: false } });
  const sale = paid(bench);
  bench.journal.openBatch(batch('000002'));
  const done = giveBack(bench.counter);
  await named(bench, sale.trace);
  await bench.screen('void.impossible');
  await says(bench, /It is settled already/);
  bench.press('enter');
  await named(bench, '999998', 2);
  await bench.screen('void.impossible', 2);
  bench.press('clear');
  await says(bench, /No such trace number/);
  bench.press('cancel');
  await done;
});

/** By the bank's number, to the answer of the bank. */
async function byReference(bench: SaleBench, time = 1): Promise<void> {
  await named(bench, '999998', time);
  await bench.screen('void.impossible', time);
  bench.press('clear');
  await bench.screen('refund.reference', time);
  bench.press(...keysOf(REFERENCE), 'enter');
  await bench.screen('refund.date', time);
  bench.press(...keysOf('0101'), 'enter');
}

t.test('by reference: the bank’s record is the measure, and the row keeps what was typed', async (t) => {
  const bench = desk(t, { refund: { supervisor: false } });
  const known = { code: '00', amount: fen(10_000), refunded: fen(2500), reference: REFERENCE, authorisation: null };
  bench.knows = () => ({ end: 'found', state: 'posted', ...known });
  const done = giveBack(bench.counter);
  await byReference(bench);
  await bench.screen('refund.original');
  await says(bench, new RegExp(`${REFERENCE}.*¥100\\.00.*¥25\\.00`));
  t.match(bench.asked, [{ place: null, date: '0101', reference: REFERENCE }]);
  bench.press('enter');
  await bench.screen('refund.amount');
  await says(bench, /"75\.00".*¥75\.00 at most/);
  bench.press('enter');
  await bench.screen('refund.card');
  bench.swipe();
  await bench.screen('refund.approved');
  bench.press('enter');
  await done;
  t.match(bench.journal.last(), {
    amount: 7500,
    facts: { type: 'refund', original: null, particulars: { reference: REFERENCE, date: '0101' } },
  });
});

t.test('by reference: each word of the bank’s against it, and each silence, begins nothing', async (t) => {
  const known = { code: '00', amount: fen(10_000), refunded: fen(10_000), reference: REFERENCE, authorisation: null };
  for (const [knows, screen, words] of [
    [() => ({ end: 'none' }), 'refund.impossible', /Not in the bank's books/],
    [() => ({ end: 'found', state: 'voided', ...known }), 'refund.impossible', /It is voided already/],
    [() => ({ end: 'found', state: 'declined', ...known }), 'refund.impossible', /It was not charged/],
    [
      () => ({ end: 'found', state: 'posted', ...known }),
      'refund.impossible',
      /It is refunded in full.*¥0\.00 refundable/,
    ],
    [() => ({ end: 'refused', code: '58', signInAgain: false }), 'refund.silent', /The bank gave no record.*58/],
    [
      () => {
        throw new Fault({ kind: 'line-down', tried: [] });
      },
      'refund.refused',
      /Not refunded/,
    ],
  ] as const) {
    const bench = desk(t);
    bench.knows = knows as () => InquiryEnd;
    const done = giveBack(bench.counter);
    await byReference(bench);
    await bench.screen(screen);
    await says(bench, words);
    bench.press('cancel');
    await done;
    t.equal(bench.journal.last(), null, String(words));
  }
});

t.test('by reference, of a bank that answers no inquiries: the limit bounds it, and the bank decides', async (t) => {
  const bench = desk(t, { refund: { supervisor: false }, inquiry: { offered: false } });
  const done = giveBack(bench.counter);
  await byReference(bench);
  await bench.screen('refund.original');
  bench.press('enter');
  await bench.screen('refund.amount');
  await says(bench, /"0\.00".*¥5,000\.00 at most/);
  bench.press(...keysOf('500001'));
  await says(bench, /¥5,000\.00/);
  bench.press('cancel');
  await done;
  t.same(bench.asked, []);
});

t.test('a second refund by the same reference has a sentence, and the limit bounds both', async (t) => {
  const bench = desk(t, { refund: { supervisor: false }, inquiry: { offered: false } });
  const particulars = { reference: REFERENCE, date: '0101' };
  done(bench.journal, 420_000, { type: 'refund', digest: 'd1', particulars });
  const second = giveBack(bench.counter);
  await byReference(bench);
  await bench.screen('refund.original');
  await says(bench, /Refunded so far.*¥4,200\.00/);
  bench.press('enter');
  await bench.screen('refund.amount');
  await says(bench, /¥800\.00 at most/);
  bench.press(...keysOf('80001'));
  await says(bench, /More than is left: ¥800\.00/);
  bench.press('cancel');
  await second;

  done(bench.journal, 80_000, { type: 'refund', digest: 'd2', particulars });
  const third = giveBack(bench.counter);
  await byReference(bench, 2);
  await bench.screen('refund.impossible');
  await says(bench, /Refunded here under this reference.*¥0\.00 refundable.*Give nothing more back/);
  bench.press('cancel');
  await third;
});

t.test('a reference that the journal holds is judged by the journal', async (t) => {
  const bench = desk(t);
  const entry = bench.journal.begin(saleOf(100));
  entry.sent();
  entry.answered({ ...approval, reference: REFERENCE });
  entry.completed();
  const done = giveBack(bench.counter);
  await byReference(bench);
  await bench.screen('refund.impossible');
  await says(bench, /It is not settled yet.*voided instead/);
  bench.press('enter');
  await bench.screen('void.confirm');
  bench.press('cancel');
  await done;
  t.same(bench.asked, []);
});

t.test('a sale of the open batch is shown as one that is not settled before it is voided', async (t) => {
  const bench = desk(t);
  const done = giveBack(bench.counter);
  await named(bench, paid(bench).trace);
  await bench.screen('void.confirm');
  await says(bench, /It is not settled yet: a void gives all of it back/);
  bench.press('cancel');
  await done;
});

t.test('each refusal says what may still be given back', async (t) => {
  const bench = desk(t);
  const voided = paid(bench);
  const undo = bench.journal.begin(saleOf(10_000, { type: 'void', original: voided }));
  undo.sent();
  undo.answered(approval);
  undo.completed();
  const underway = paid(bench);
  bench.journal.begin(saleOf(10_000, { type: 'void', original: underway }));
  const nameless = bench.journal.begin(saleOf(10_000));
  nameless.sent();
  nameless.answered({ ...approval, reference: null });
  nameless.completed();
  const done = giveBack(bench.counter);
  for (const [place, [entry, words]] of [
    [voided, /It is voided already.*¥0\.00 refundable/],
    [underway, /being voided.*¥0\.00 refundable/],
    [nameless, /no reference.*¥100\.00 refundable/],
    [undo, /It is not a sale.*¥0\.00 refundable/],
  ].entries() as ArrayIterator<[number, [Entry, RegExp]]>) {
    await named(bench, entry.trace, place + 1);
    await bench.screen('void.impossible', place + 1);
    await says(bench, words);
    bench.press(entry === undo ? 'cancel' : 'enter');
  }
  await done;
});
