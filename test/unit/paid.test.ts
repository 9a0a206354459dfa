import t from 'tap';
import { bankStates } from '../../src/host/inquiry.ts';
import { paidAtBank, paidOf } from '../../src/refund/paid.ts';
import { lastDayOf } from '../../src/refund/refundable.ts';
import { fen } from '../../src/values/fen.ts';
import { approval, done, journalIn, refusal, saleOf, scoped, silence, testFolder } from '../journal-bench.ts';

t.test('a void or a refund is open at each step that has no definite end, and at no other', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const sale = journal.begin(saleOf(1000));
  sale.sent();
  sale.answered(approval);
  sale.completed();
  const open = () => paidOf(sale, journal).open;
  t.equal(open(), null);

  const undo = journal.begin(saleOf(1000, { type: 'void', original: sale }));
  t.equal(open(), 'void', 'pending');
  undo.sent();
  undo.answered(silence);
  t.equal(open(), 'void', 'unknown');
  undo.reversalBegun();
  t.equal(open(), 'void', 'reversing');
  undo.parked();
  t.equal(undo.state, 'parked');
  t.equal(open(), 'void', 'parked');
  undo.noOriginal('25');
  t.equal(open(), 'void', 'unconfirmed');
  undo.confirmed('inquiry');
  t.equal(open(), null, 'reversed: the sale stands as it stood');

  const refund = journal.begin(saleOf(1000, { type: 'refund', digest: 'd1', original: sale }));
  t.equal(open(), 'refund', 'pending');
  refund.sent();
  refund.handOver();
  refund.parked();
  t.equal(open(), 'refund', 'parked');
});

t.test('what takes more money is no giving back, however open it is', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const sale = journal.begin(saleOf(1000));
  sale.sent();
  sale.answered(approval);
  sale.completed();
  const tip = journal.begin(saleOf(100, { type: 'tip', digest: 'd1', original: sale }));
  tip.accepted();
  t.equal(tip.state, 'pending');
  t.match(paidOf(sale, journal), { open: null, amount: 1100, refundable: 1100, payment: true });
});

t.test('a payment of the bank’s books alone has what was typed of it, and is of no open batch', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const day = new Date(2026, 10, 20);
  const record = { state: 'posted', amount: fen(1000), refunded: fen(1500) } as const;
  const referred = { reference: '113009410017', date: '1120', day };
  t.strictSame(paidAtBank(referred, record, fen(5000), journal), {
    ...{ payment: true, state: 'approved', amount: 1000, refundable: 0, open: null, inOpenBatch: false },
    ...{ reference: '113009410017', day },
  });
  t.match(paidAtBank(referred, null, fen(5000), journal), { state: 'approved', amount: 5000, refundable: 5000 });
  const other = journal.begin(saleOf(1, { type: 'completion', particulars: { reference: '113009410017' } }));
  other.sent();
  other.handOver();
  t.equal(paidAtBank(referred, record, fen(5000), journal).open, null, 'what is open under that name is no refund');
});

t.test('a hold by its own number is no payment, whatever the bank says has become of it', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const referred = { reference: '113009410017', date: '1120', day: new Date(2026, 10, 20) };
  for (const state of bankStates) {
    const paid = paidAtBank(referred, { state, amount: fen(50_000), refunded: fen(0) }, fen(500_000), journal);
    t.equal(paid.payment, !['held', 'completed', 'released'].includes(state), state);
  }
});

t.test('a day that no month has is none, and a 29 February is looked for in the years that have it', async (t) => {
  const now = new Date(2026, 2, 5, 12);
  for (const none of ['0230', '0431', '1301', '0000', '0100']) t.equal(lastDayOf(none, now), null, none);
  t.same(lastDayOf('0229', now), new Date(2024, 1, 29, 12));
  t.same(lastDayOf('0305', now), new Date(2026, 2, 5, 12), 'today');
  t.same(lastDayOf('0306', now), new Date(2025, 2, 6, 12), 'tomorrow was last year');
});

t.test('what has gone back under the reference alone counts, whether the bank is asked or not', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const reference = '113009410017';
  const referred = { reference, date: '1120', day: new Date(2026, 10, 20) };
  const record = { state: 'posted', amount: fen(4000), refunded: fen(0) } as const;
  const particulars = { reference, date: '1120' };
  done(journal, 1000, { type: 'refund', digest: 'd1', particulars });
  done(journal, 500, { type: 'refund', digest: 'd2', particulars });
  done(journal, 300, { type: 'refund', digest: 'd3', particulars: { ...particulars, reference: '113009410018' } });
  const declined = journal.begin(saleOf(1000, { type: 'refund', digest: 'd4', particulars }));
  declined.sent();
  declined.answered(refusal);
  t.match(paidAtBank(referred, null, fen(5000), journal), { amount: 5000, refundable: 3500 });
  t.match(paidAtBank(referred, record, fen(5000), journal), { amount: 4000, refundable: 2500 }, 'not in its books yet');
  t.match(paidAtBank(referred, { ...record, refunded: fen(1500) }, fen(5000), journal), { refundable: 2500 });
  t.match(paidAtBank(referred, { ...record, refunded: fen(2000) }, fen(5000), journal), { refundable: 2000 });
  done(journal, 3500, { type: 'refund', digest: 'd5', particulars });
  t.match(paidAtBank(referred, null, fen(5000), journal), { refundable: 0 });

  const sale = done(journal, 9000, {}, { ...approval, reference });
  t.match(paidOf(sale, journal), { amount: 9000, refundable: 4000 }, 'found by its trace after all');
});

t.test(
  'a refund that was begun on its row counts once there, and by its reference where the row is gone',
  async (t) => {
    using journal = scoped(journalIn(testFolder(t)));
    const reference = '113009410017';
    const referred = { reference, date: '1120', day: new Date(2026, 10, 20) };
    const sale = done(journal, 9000, {}, { ...approval, reference });
    done(journal, 1000, { type: 'refund', digest: 'd1', original: sale, particulars: { reference, date: '1120' } });
    t.match(paidOf(sale, journal), { amount: 9000, refundable: 8000 });
    t.match(paidAtBank(referred, null, fen(9000), journal), { refundable: 8000 });
    done(journal, 2000, { type: 'refund', digest: 'd2', particulars: { reference, date: '1120' } });
    t.match(paidOf(sale, journal), { refundable: 6000 });
    t.match(paidAtBank(referred, null, fen(9000), journal), { refundable: 6000 });
  },
);
