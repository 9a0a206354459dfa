import type { StripeCard } from '../card/stripe-card.ts';
import type { Entry } from '../journal/entry.ts';
import type { Particulars } from '../journal/types.ts';
import { askAmount, askYes } from '../operator/ask.ts';
import { dayAndTime, dayOf } from '../operator/screens/layout.ts';
import { refundAmount, refundOriginal } from '../operator/screens/refund.ts';
import { presentCard } from '../payment/card.ts';
import { type ChargeEnd, chargeAsking } from '../payment/charge.ts';
import type { Counter } from '../payment/counter.ts';
import { inPayment } from '../payment/in-flow.ts';
import { noPin } from '../payment/pin.ts';
import { sameCard } from '../payment/same-card.ts';
import { type Approved, takeApproved } from '../payment/supervisor.ts';
import { type Fen, fen } from '../values/fen.ts';
import type { Referred } from './paid.ts';
import { mostRefundable, type Paid } from './refundable.ts';

/** What is refunded: a row of the journal, or what the bank knows by its reference. */
export interface Original {
  readonly paid: Paid;
  readonly entry: Entry | null;
  /**
   * `referred`: what was typed, if the journal does not hold the original. `told`: the bank's amounts, if it was asked.
   */
  readonly referred: Referred | null;
  readonly told: { readonly amount: Fen; readonly refunded: Fen } | null;
}

/**
 * The refund of a settled payment (退货), all of it or a part: the operator confirms the original and the amount, a
 * supervisor approves, the money goes back to the card that paid. It has no reversal: without a result it is sent
 * again, and blocks another one meanwhile (money rule 8).
 */
export function refundPayment(standing: Counter, original: Original): Promise<ChargeEnd> {
  return inPayment(standing, 'refund', async (counter) => {
    if (!(await confirmed(counter, original))) return { end: 'cancelled' };
    const { supervisor } = counter.config.profile.transactions.refund;
    const ask = () => enterAmount(counter, original);
    return takeApproved(counter, supervisor, ask, (terms) => withCard(counter, original, terms));
  });
}

function confirmed({ operator }: Counter, { paid, entry, referred, told }: Original): Promise<boolean> {
  const isKnown = entry !== null || told !== null;
  const refunded = fen(paid.amount - paid.refundable);
  const shown = {
    paid: entry === null ? (told?.amount ?? null) : paid.amount,
    // Even if the bank is not asked, a second refund by the same reference shows what the first has given back.
    refunded: isKnown || refunded > 0 ? refunded : null,
    refundable: isKnown ? paid.refundable : null,
    day: entry === null ? dayOf(paid.day) : dayAndTime(paid.day),
    reference: paid.reference ?? referred?.reference ?? null,
    row: entry === null ? null : { masked: entry.facts.card ?? '', trace: entry.trace, batch: entry.batch },
  };
  return askYes(operator, (text, bar) => refundOriginal(text, bar, shown));
}

/** Asks for the amount; proposes all that is left, where that is known. */
function enterAmount({ operator, config }: Counter, { paid, entry, told }: Original): Promise<Fen | null> {
  const { refund } = config.profile.transactions;
  const most = mostRefundable(paid, refund);
  const isKnown = entry !== null || told !== null;
  const facts = {
    refundable: isKnown || paid.refundable < paid.amount ? paid.refundable : null,
    limit: fen(refund.limit_fen),
    masked: entry?.facts.card ?? null,
  };
  return askAmount(operator, {
    first: isKnown ? String(most.amount) : '0',
    proposed: true,
    limit: most.amount,
    draw: (amount, refused) => (text, bar) =>
      refundAmount(text, bar, { ...facts, amount, refused: refused === 'over' ? most.over : refused }),
  });
}

async function withCard(counter: Counter, original: Original, { amount, by }: Approved): Promise<ChargeEnd> {
  const { entry, referred } = original;
  using card = await cardFor(counter, entry, amount);
  if (card === null) return { end: 'cancelled' };
  const named = referred === null ? {} : { reference: referred.reference, date: referred.date };
  const particulars: Particulars = { ...by, ...named };
  const request = { type: 'refund', amount, card, particulars, ...(entry && { original: entry }) } as const;
  // A refund takes no PIN.
  return await chargeAsking(counter, request, noPin);
}

/** The card that paid, if the journal knows it; otherwise any card, and the bank compares. */
function cardFor(counter: Counter, entry: Entry | null, amount: Fen): Promise<StripeCard | null> {
  return entry === null || entry.facts.fingerprint === null
    ? presentCard(counter, amount, null)
    : sameCard(counter, entry, amount);
}
