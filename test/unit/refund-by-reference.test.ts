import t from 'tap';
import type { InquiryEnd } from '../../src/host/inquiry.ts';
import { giveBack } from '../../src/refund/give-back.ts';
import { fen } from '../../src/values/fen.ts';
import { Fault } from '../../src/values/problem.ts';
import { following } from '../../src/values/trace.ts';
import { approval, done, saleOf } from '../journal-bench.ts';
import { keysOf } from '../keys.ts';
import { desk, named, REFERENCE } from '../refund-bench.ts';
import type { SaleBench } from '../sale-bench.ts';

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
  await bench.says(new RegExp(`${REFERENCE}.*¥100\\.00.*¥25\\.00`));
  t.match(bench.asked, [{ place: null, date: '0101', reference: REFERENCE }]);
  bench.press('enter');
  await bench.screen('refund.amount');
  await bench.says(/"75\.00".*¥75\.00 at most/);
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
    ...(['held', 'completed', 'released'] as const).map(
      (state) =>
        [
          () => ({ end: 'found', state, ...known, refunded: fen(0) }),
          'refund.impossible',
          /It is no payment.*Only a payment can be refunded/,
        ] as const,
    ),
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
    await bench.says(words);
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
  await bench.says(/"0\.00".*¥5,000\.00 at most/);
  bench.press(...keysOf('500001'));
  await bench.says(/¥5,000\.00/);
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
  await bench.says(/Refunded so far.*¥4,200\.00/);
  bench.press('enter');
  await bench.screen('refund.amount');
  await bench.says(/¥800\.00 at most/);
  bench.press(...keysOf('80001'));
  await bench.says(/More than is left: ¥800\.00/);
  bench.press('cancel');
  await second;

  done(bench.journal, 80_000, { type: 'refund', digest: 'd2', particulars });
  const third = giveBack(bench.counter);
  await byReference(bench, 2);
  await bench.screen('refund.impossible');
  await bench.says(/Refunded here under this reference.*¥0\.00 refundable.*Give nothing more back/);
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
  await bench.says(/It is not settled yet.*voided instead/);
  bench.press('enter');
  await bench.screen('void.confirm');
  bench.press('cancel');
  await done;
  t.same(bench.asked, []);
});

t.test('an archive that is not read may hold what was given back: it is said, and nothing goes back', async (t) => {
  const gone = () => {
    throw new Fault({ kind: 'archive-broken', file: 'archive.db', why: '-', set_aside: null, in_place: true });
  };
  for (const unread of ['findReference', 'begunBy']) {
    const bench = desk(t, { refund: { supervisor: false }, inquiry: { offered: false } });
    Object.defineProperty(bench.journal, unread, { value: gone });
    const refunding = giveBack(bench.counter);
    await byReference(bench);
    await bench.screen('refund.refused');
    await bench.says(/archive of closed batches cannot be read/);
    bench.press('cancel');
    await refunding;
    t.equal(bench.journal.last(), null);
  }
  const bench = desk(t, { refund: { supervisor: false } });
  const sale = done(bench.journal, 10_000);
  bench.journal.closeBatch(following(bench.journal.batch));
  Object.defineProperty(bench.journal, 'begunBy', { value: gone });
  const refunding = giveBack(bench.counter);
  await named(bench, sale.trace);
  await bench.screen('refund.refused');
  bench.press('cancel');
  await refunding;
  t.equal(bench.journal.last()?.id, sale.id);
});
