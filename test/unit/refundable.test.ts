import t from 'tap';
import type { RefundWhy } from '../../src/operator/screens/refund.ts';
import { lastDayOf, mostRefundable, type Paid, whyNoRefund } from '../../src/refund/refundable.ts';
import { fen } from '../../src/values/fen.ts';
import type { State } from '../../src/values/state.ts';

const now = new Date(2026, 10, 30, 9, 41);
const rules = { limit_fen: 500_000, window_days: 180 };
const paid: Paid = {
  ...{ payment: true, state: 'approved', amount: fen(12_850), refundable: fen(12_850), open: null },
  ...{ inOpenBatch: false, reference: '000000000017', day: new Date(2026, 10, 29, 23, 59) },
};
const why = (changes: Partial<Paid>) => whyNoRefund({ ...paid, ...changes }, rules, now);

t.test('a settled payment may be refunded, a part of it too', async (t) => {
  t.equal(why({}), null);
  t.equal(why({ refundable: fen(1) }), null);
});

t.test('each state of a payment has its reason against a refund, and a success alone has none', async (t) => {
  const reasons: Readonly<Record<State, RefundWhy | null>> = {
    pending: 'unsettled',
    approved: null,
    declined: 'not-charged',
    unknown: 'unsettled',
    reversing: 'unsettled',
    reversed: 'not-charged',
    'reversed-unconfirmed': 'unsettled',
    voided: 'voided',
    refunded: 'refunded',
    parked: 'unsettled',
  };
  for (const [state, reason] of Object.entries(reasons)) t.equal(why({ state: state as State }), reason, state);
});

t.test(
  'what is no payment, is being undone, is given back, settled not yet, or cannot be named is refused',
  async (t) => {
    t.equal(why({ payment: false }), 'not-payment');
    t.equal(why({ open: 'void' }), 'being-voided');
    t.equal(why({ open: 'refund', refundable: fen(100) }), 'being-refunded', 'money rule 8');
    t.equal(
      why({ open: 'refund', refundable: fen(0) }),
      'being-refunded',
      'it is not given back before the bank says so',
    );
    t.equal(why({ refundable: fen(0) }), 'refunded');
    t.equal(why({ inOpenBatch: true }), 'same-batch');
    t.equal(why({ reference: null }), 'no-reference');
  },
);

t.test('the window is counted in days of the calendar, its last day included', async (t) => {
  const on = (year: number, month: number, day: number, hour: number) =>
    why({ day: new Date(year, month - 1, day, hour) });
  t.equal(on(2026, 6, 3, 23), null, '180 days back, late in the evening');
  t.equal(on(2026, 6, 3, 0), null);
  t.equal(on(2026, 6, 2, 23), 'too-old');
  t.equal(on(2026, 12, 1, 9), null, 'a clock that was set back is no reason');
});

t.test('an amount is bounded by what is left, or by the acquirer’s limit where that is less', async (t) => {
  const most = (refundable: number) => mostRefundable({ refundable: fen(refundable) }, rules);
  t.same(most(100), { amount: 100, over: 'over' });
  t.same(most(500_000), { amount: 500_000, over: 'over' });
  t.same(most(500_001), { amount: 500_000, over: 'over-limit' });
});

t.test('a day without a year is the last such day, and no day of the future', async (t) => {
  const iso = (mmdd: string, at = now) => {
    const day = lastDayOf(mmdd, at);
    return day === null ? null : `${day.getFullYear()}-${day.getMonth() + 1}-${day.getDate()}`;
  };
  t.equal(iso('1130'), '2026-11-30', 'today');
  t.equal(iso('1201'), '2025-12-1', 'tomorrow was a year ago');
  t.equal(iso('0101', new Date(2026, 0, 1, 0, 1)), '2026-1-1');
  t.equal(iso('0229'), '2024-2-29');
  for (const none of ['0230', '0000', '1301', '0132', '9999', '1100']) t.equal(iso(none), null, none);
});
