import type { RefundWhy } from '../operator/screens/refund.ts';
import { type Fen, fen } from '../values/fen.ts';
import type { State } from '../values/state.ts';

/** What a refund is measured against: a row of the journal, or what the bank says of one that the journal does not hold. */
export interface Paid {
  /** A sale, an instalment, a completion, an offline or a voice sale: what took money from a card. */
  readonly payment: boolean;
  readonly state: State;
  /** `amount`: what was charged. `refundable`: what of that has not been given back. */
  readonly amount: Fen;
  readonly refundable: Fen;
  /** What was begun on it and has no definite end yet. */
  readonly open: 'void' | 'refund' | null;
  /** Not yet settled: the batch that took it is still open. */
  readonly inOpenBatch: boolean;
  readonly reference: string | null;
  /** The local day of the payment; the hour means nothing. */
  readonly day: Date;
}

export interface RefundRules {
  readonly limit_fen: number;
  /** Days after the payment, the last of them included. */
  readonly window_days: number;
}

/** Why a payment in each state cannot be refunded; null if it can. */
const whyOf = {
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
} as const satisfies Record<State, RefundWhy | null>;

/**
 * Why it cannot be refunded; null if it can. What has happened to the money is checked before the acquirer's rules, and
 * the first reason found is the answer.
 */
export function whyNoRefund(paid: Paid, rules: RefundRules, now: Date): RefundWhy | null {
  if (!paid.payment) return 'not-payment';
  const why = whyOf[paid.state];
  if (why !== null) return why;
  if (paid.open === 'void') return 'being-voided';
  // Money rule 8: a refund cannot be taken back, so a second one waits for the first one's word.
  if (paid.open === 'refund') return 'being-refunded';
  if (paid.refundable === 0) return 'refunded';
  if (paid.inOpenBatch) return 'same-batch';
  if (daysBetween(paid.day, now) > rules.window_days) return 'too-old';
  return paid.reference === null ? 'no-reference' : null;
}

/** The most that one refund of it may give back, and what bounds it: what is left, or the acquirer's limit. */
export function mostRefundable(
  { refundable }: Pick<Paid, 'refundable'>,
  { limit_fen }: Pick<RefundRules, 'limit_fen'>,
): { readonly amount: Fen; readonly over: 'over' | 'over-limit' } {
  return refundable <= limit_fen
    ? { amount: refundable, over: 'over' }
    : { amount: fen(limit_fen), over: 'over-limit' };
}

/** The last such day that is not after today; null where there is no such day in any year (`0230`). */
export function lastDayOf(mmdd: string, now: Date): Date | null {
  const month = Number(mmdd.slice(0, 2)) - 1;
  const date = Number(mmdd.slice(2));
  // A 29 February is at most eight years back.
  for (let year = now.getFullYear(); year > now.getFullYear() - 9; year--) {
    const day = new Date(year, month, date, 12);
    if (day.getMonth() === month && day.getDate() === date && daysBetween(day, now) >= 0) return day;
  }
  return null;
}

/** Days of the calendar, whatever the hours and however long a day of a clock change is. */
function daysBetween(first: Date, last: Date): number {
  const number = (day: Date) => Date.UTC(day.getFullYear(), day.getMonth(), day.getDate()) / 86_400_000;
  return number(last) - number(first);
}
