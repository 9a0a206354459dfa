import { asOftenAsWanted, type ChargeEnd, chargeAsking } from '../payment/charge.ts';
import type { Counter } from '../payment/counter.ts';
import { inPayment } from '../payment/in-flow.ts';
import { askPin } from '../payment/pin.ts';
import { present } from '../payment/present.ts';
import type { Again } from '../payment/result.ts';

/** The pre-authorisation (预授权): an amount is held on the card, and charged by its completion. */
export function preauthorise(standing: Counter): Promise<ChargeEnd> {
  return inPayment(standing, 'preauth', (counter) => asOftenAsWanted(counter, (how) => hold(counter, how)));
}

async function hold(counter: Counter, opening: Again): Promise<ChargeEnd> {
  const presented = await present(counter, opening, { moves: 'held' });
  if (presented === null) return { end: 'cancelled' };
  const { amount } = presented;
  using card = presented.card;
  return await chargeAsking(counter, { type: 'preauth', amount, card }, () => askPin(counter, card, amount));
}
