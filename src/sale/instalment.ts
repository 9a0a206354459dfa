import { instalmentPeriods } from '../operator/screens/advice.ts';
import { type Fen, fen } from '../values/fen.ts';
import { chargeAsking, refuse, takenAgain, whyNoPayment } from './charge.ts';
import type { Counter } from './counter.ts';
import { inFlow } from './in-flow.ts';
import { askPin } from './pin.ts';
import type { Again } from './result.ts';
import { present, type SaleEnd } from './sale.ts';

/** A sale by instalments (分期消费): the merchant has the whole, the cardholder pays the bank in parts. */
export async function sellByInstalments(standing: Counter): Promise<SaleEnd> {
  const counter = inFlow(standing, 'instalment');
  let opening: Again = { digit: '0' };
  try {
    const problem = whyNoPayment(counter);
    if (problem !== null) return await refuse(counter, problem);
    for (;;) {
      const end = await sell(counter, opening);
      const again = await takenAgain(counter, end);
      if (again === null) return end;
      opening = again;
    }
  } finally {
    standing.customer.say('display.welcome');
  }
}

async function sell(counter: Counter, opening: Again): Promise<SaleEnd> {
  const { plan } = counter.config.profile.transactions.instalment;
  const presented = await present(counter, opening);
  if (presented === null) return { end: 'cancelled' };
  const { amount } = presented;
  using card = presented.card;
  const periods = await choosePeriods(counter, amount);
  if (periods === null) return { end: 'cancelled' };
  const particulars = { periods, plan };
  const end = await chargeAsking(counter, { type: 'instalment', amount, card, particulars }, () =>
    askPin(counter, card, amount),
  );
  return end ?? { end: 'cancelled' };
}

/** Which of them a card may have is its issuer's affair, whose code says so. */
async function choosePeriods({ operator, customer, config }: Counter, amount: Fen): Promise<number | null> {
  const { periods } = config.profile.transactions.instalment;
  const choices = periods.map((each) => ({ periods: each, each: fen(Math.ceil(amount / each)) }));
  customer.due(amount, 'display.wait');
  operator.show((text, bar) => instalmentPeriods(text, bar, { amount, choices }));
  for (;;) {
    const key = await operator.pressWithin(config.terminal.waits.confirm_s);
    if (key === null || key === 'cancel') return null;
    const chosen = key >= '1' && key <= '9' ? periods[Number(key) - 1] : undefined;
    if (chosen !== undefined) return chosen;
    operator.beep('refused');
  }
}
