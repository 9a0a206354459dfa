import type { StripeCard } from '../card/stripe-card.ts';
import type { BalanceEnd } from '../host/host.ts';
import { untilSeen } from '../operator/ask.ts';
import { balanceDeclined, balanceTold } from '../operator/screens/balance.ts';
import { presentCard } from '../payment/card.ts';
import { refuse } from '../payment/charge.ts';
import type { Counter } from '../payment/counter.ts';
import { inPayment } from '../payment/in-flow.ts';
import { askPin } from '../payment/pin.ts';
import { whileWaiting } from '../payment/waiting.ts';
import { Fault, type Problem } from '../values/problem.ts';

/** How long the balance is shown: whoever comes next must not see it. */
const SHOWN_S = 30;

/** The balance inquiry (余额查询): card, PIN, and what is on it, for the customer's eyes. No money moves, nothing is owed. */
export async function tellBalance(standing: Counter): Promise<void> {
  await inPayment(standing, 'balance', async (counter) => {
    counter.customer.say('display.swipe');
    using card = await presentCard(counter, null, null);
    if (card !== null) await withCard(counter, card);
  });
}

async function withCard(counter: Counter, card: StripeCard): Promise<void> {
  for (;;) {
    const end = await inquire(counter, card);
    if (end === null) return;
    if (end === 'pin-again') continue;
    await show(counter, card, end);
    return;
  }
}

type Inquired = BalanceEnd | { readonly end: 'failed'; readonly problem: Problem };

/**
 * Asks for the PIN and then the bank; returns its answer or the problem that prevented one. `pin-again` if a sign-in
 * has changed the PIN's key meanwhile, null if the customer gave up.
 */
async function inquire(counter: Counter, card: StripeCard): Promise<Inquired | 'pin-again' | null> {
  const { customer, outbox, journal, host, config, vault } = counter;
  const answer_s = Math.ceil(config.network.answer_timeout_ms / 1000);
  try {
    // Throws while a sign-in in the background has left no key to encipher the PIN.
    const asked = await askPin(counter, card, null);
    if (asked === null) return null;
    const pin = asked.block;
    customer.say('display.bank');
    // The protocol wants pending reversals sent before the next request (unionpay.md 7).
    await outbox.clearBeforeSale();
    if (pin !== null && pin.kcv !== vault.kcvOf('PIK')) return 'pin-again';
    const at = { trace: journal.takeTrace(), batch: journal.batch };
    return await whileWaiting(counter, null, answer_s, (sent) => {
      sent();
      return host.balance({ ...at, card, pin });
    });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { end: 'failed', problem: error.problem };
  }
}

async function show(counter: Counter, { pan }: StripeCard, end: Inquired): Promise<void> {
  const { operator, customer } = counter;
  if (end.end === 'failed') {
    await refuse(counter, end.problem);
    return;
  }
  if (end.end === 'refused') {
    customer.say('display.declined');
    await untilSeen(operator, 'refused', ['enter', 'cancel'], (text, bar) =>
      balanceDeclined(text, bar, { code: end.code, words: counter.codeWords(end.code) }),
    );
    return;
  }
  const { amount, overdrawn } = end.balance;
  customer.balance(amount, overdrawn ? 'display.overdrawn' : 'display.balance');
  operator.flush();
  operator.beep('done');
  operator.show((text, bar) => balanceTold(text, bar, { amount, overdrawn, masked: pan.masked }));
  for (;;) {
    const key = await operator.pressWithin(SHOWN_S);
    if (key === null || key === 'enter' || key === 'cancel') return;
  }
}
