import type { StripeCard } from '../card/stripe-card.ts';
import { type ChargeEnd, chargeAsking } from '../payment/charge.ts';
import type { Counter } from '../payment/counter.ts';
import { inPayment } from '../payment/in-flow.ts';
import { askPin, noPin } from '../payment/pin.ts';
import { presentChecked } from '../payment/present.ts';
import { sameCard } from '../payment/same-card.ts';
import { type Approved, takeApproved } from '../payment/supervisor.ts';
import type { Fen } from '../values/fen.ts';
import { chooseHold } from './choose.ts';
import type { Hold } from './hold.ts';

/** A follow-up of a pre-authorisation. */
export interface GoingOn {
  readonly type: 'preauth-add' | 'preauth-void' | 'completion';
  readonly supervisor: boolean;
  readonly pin: boolean;
  /** Asks for its amount; null if the operator goes back. */
  amountOf(counter: Counter, hold: Hold): Promise<Fen | null>;
}

/**
 * Runs a follow-up up to the bank's answer: which pre-authorisation, how much, a supervisor's approval if the profile
 * asks, the card of the hold. Until the bank approves the hold is as it was, and so it is after a request that was lost
 * and reversed (money rule 7).
 */
export function goOn(standing: Counter, going: GoingOn): Promise<ChargeEnd> {
  return inPayment(standing, going.type, async (counter) => {
    const hold = await chooseHold(counter);
    if (hold === null) return { end: 'cancelled' };
    const ask = () => going.amountOf(counter, hold);
    return takeApproved(counter, going.supervisor, ask, (terms) => withCard(counter, going, hold, terms));
  });
}

async function withCard(
  counter: Counter,
  { type, pin }: GoingOn,
  hold: Hold,
  { amount, by }: Approved,
): Promise<ChargeEnd> {
  using card = await cardOf(counter, hold, amount);
  if (card === null) return { end: 'cancelled' };
  const { particulars, ...named } = namedBy(hold);
  const charge = { type, amount, card, ...named, particulars: { ...by, ...particulars } };
  return await chargeAsking(counter, charge, pin ? () => askPin(counter, card, amount) : noPin);
}

/** The card of the hold. For a hold that was typed nobody here knows the card, so the bank compares. */
function cardOf(counter: Counter, hold: Hold, amount: Fen): Promise<StripeCard | null> {
  return hold.entry === null ? presentChecked(counter, amount) : sameCard(counter, hold.entry, amount);
}

/** How the request names its pre-authorisation. */
export function namedBy(hold: Hold) {
  if (hold.entry !== null) return { original: hold.entry };
  const { authorisation, date } = hold;
  return { particulars: { authorisation, date } };
}
