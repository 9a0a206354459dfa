import { instalmentPeriods } from '../operator/screens/advice.ts';
import { asOftenAsWanted, type ChargeEnd, chargeAsking } from '../payment/charge.ts';
import type { Counter } from '../payment/counter.ts';
import { inPayment } from '../payment/in-flow.ts';
import { askPin } from '../payment/pin.ts';
import { present } from '../payment/present.ts';
import type { Again } from '../payment/result.ts';
import { type Fen, fen } from '../values/fen.ts';

/** A sale by instalments (分期消费): the merchant has the whole, the cardholder pays the bank in parts. */
export function sellByInstalments(standing: Counter): Promise<ChargeEnd> {
  return inPayment(standing, 'instalment', (counter) => asOftenAsWanted(counter, (how) => sell(counter, how)));
}

async function sell(counter: Counter, opening: Again): Promise<ChargeEnd> {
  const { plan } = counter.config.profile.transactions.instalment;
  const presented = await present(counter, opening);
  if (presented === null) return { end: 'cancelled' };
  const { amount } = presented;
  using card = presented.card;
  const periods = await choosePeriods(counter, amount);
  if (periods === null) return { end: 'cancelled' };
  const instalment = { type: 'instalment', amount, card, particulars: { periods, plan } } as const;
  return await chargeAsking(counter, instalment, () => askPin(counter, card, amount));
}

/** Asks for the number of instalments. Whether this card may have it is the issuer's decision (response code). */
async function choosePeriods({ operator, customer, config }: Counter, amount: Fen): Promise<number | null> {
  const { periods } = config.profile.transactions.instalment;
  const choices = periods.map((each) => ({ periods: each, each: fen(Math.ceil(amount / each)) }));
  customer.due(amount, 'display.wait');
  operator.show((text, bar) => instalmentPeriods(text, bar, { amount, choices }));
  for (;;) {
    const key = await operator.pressWithin(operator.confirm_s);
    if (key === null || key === 'cancel') return null;
    const chosen = key >= '1' && key <= '9' ? periods[Number(key) - 1] : undefined;
    if (chosen !== undefined) return chosen;
    operator.beep('refused');
  }
}
