import type { StripeCard } from '../card/stripe-card.ts';
import { type ChargeEnd, chargeAsking, refuse, takenAgain, whyNoPayment } from '../sale/charge.ts';
import type { Counter } from '../sale/counter.ts';
import { inFlow } from '../sale/in-flow.ts';
import { askPin } from '../sale/pin.ts';
import { presentChecked } from '../sale/sale.ts';
import { sameCard } from '../sale/same-card.ts';
import { type Approved, approvedAmount } from '../sale/supervisor.ts';
import type { Fen } from '../values/fen.ts';
import { chooseHold } from './choose.ts';
import type { Hold } from './hold.ts';

export type HoldEnd = { end: 'cancelled' } | ChargeEnd;

/** What is done about a pre-authorisation. */
export interface GoingOn {
  readonly type: 'preauth-add' | 'preauth-void' | 'completion';
  readonly supervisor: boolean;
  readonly pin: boolean;
  /** The amount that it is done with; null where the operator goes back. */
  amountOf(counter: Counter, hold: Hold): Promise<Fen | null>;
}

/**
 * From the pre-authorisation to the bank's word: which one, how much, a supervisor where the profile asks, its own card.
 * Until the bank's yes the hold is as it was, and so it is after a request that was lost and reversed (money rule 7).
 */
export async function goOn(standing: Counter, going: GoingOn): Promise<HoldEnd> {
  const counter = inFlow(standing, going.type);
  try {
    const problem = whyNoPayment(counter);
    if (problem !== null) return await refuse(counter, problem);
    const hold = await chooseHold(counter);
    if (hold === null) return { end: 'cancelled' };
    const askTerms = (before: Approved | null) =>
      approvedAmount(counter, going.supervisor, before, () => going.amountOf(counter, hold));
    let terms = await askTerms(null);
    while (terms !== null) {
      const end = await withCard(counter, going, hold, terms);
      const again = await takenAgain(counter, end);
      if (again === null) return end;
      // After 13 and 61 the same amount has no chance.
      if ('digit' in again) terms = await askTerms(terms);
    }
    return { end: 'cancelled' };
  } finally {
    standing.customer.say('display.welcome');
  }
}

async function withCard(
  counter: Counter,
  { type, pin }: GoingOn,
  hold: Hold,
  { amount, by }: Approved,
): Promise<HoldEnd> {
  using card = await cardOf(counter, hold, amount);
  if (card === null) return { end: 'cancelled' };
  const { particulars, ...named } = namedBy(hold);
  const charge = { type, amount, card, ...named, particulars: { ...by, ...particulars } };
  const ask = () => (pin ? askPin(counter, card, amount) : Promise.resolve({ block: null }));
  return (await chargeAsking(counter, charge, ask)) ?? { end: 'cancelled' };
}

/** The card of the hold; of one that was typed nobody here knows which card it was, so the bank compares. */
function cardOf(counter: Counter, hold: Hold, amount: Fen): Promise<StripeCard | null> {
  return hold.entry === null ? presentChecked(counter, amount) : sameCard(counter, hold.entry, amount);
}

/** How the request names its pre-authorisation. */
export function namedBy(hold: Hold) {
  if (hold.entry !== null) return { original: hold.entry };
  const { authorisation, date } = hold;
  return { particulars: { authorisation, date } };
}
