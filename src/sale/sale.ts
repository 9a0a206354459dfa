import { type ChargeEnd, chargeAsking, refuse, whyNoPayment } from '../payment/charge.ts';
import type { Counter } from '../payment/counter.ts';
import { askPin } from '../payment/pin.ts';
import { type Opening, present, putAway } from '../payment/present.ts';

/** A sale by stripe and PIN, the amount first or the card first. */
export async function sell(counter: Counter, opening: Opening): Promise<ChargeEnd> {
  const { customer } = counter;
  try {
    const problem = whyNoPayment(counter);
    if (problem !== null) {
      if ('swipe' in opening) putAway(opening.swipe);
      return await refuse(counter, problem);
    }

    const presented = await present(counter, opening);
    if (presented === null) return { end: 'cancelled' };
    const { amount } = presented;
    using card = presented.card;
    return await chargeAsking(counter, { type: 'sale', amount, card }, () => askPin(counter, card, amount));
  } finally {
    customer.say('display.welcome');
  }
}
