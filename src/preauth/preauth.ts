import { chargeAsking, refuse, takenAgain, whyNoPayment } from '../sale/charge.ts';
import type { Counter } from '../sale/counter.ts';
import { inFlow } from '../sale/in-flow.ts';
import { askPin } from '../sale/pin.ts';
import type { Again } from '../sale/result.ts';
import { present, type SaleEnd } from '../sale/sale.ts';

/** The pre-authorisation (预授权): an amount is held on the card, and charged by its completion. */
export async function preauthorise(standing: Counter): Promise<SaleEnd> {
  const counter = inFlow(standing, 'preauth');
  let opening: Again = { digit: '0' };
  try {
    const problem = whyNoPayment(counter);
    if (problem !== null) return await refuse(counter, problem);
    for (;;) {
      const end = await hold(counter, opening);
      const again = await takenAgain(counter, end);
      if (again === null) return end;
      opening = again;
    }
  } finally {
    standing.customer.say('display.welcome');
  }
}

async function hold(counter: Counter, opening: Again): Promise<SaleEnd> {
  const presented = await present(counter, opening, { moves: 'held' });
  if (presented === null) return { end: 'cancelled' };
  const { amount } = presented;
  using card = presented.card;
  const end = await chargeAsking(counter, { type: 'preauth', amount, card }, () => askPin(counter, card, amount));
  return end ?? { end: 'cancelled' };
}
