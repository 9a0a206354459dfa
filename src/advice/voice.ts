import type { StripeCard } from '../card/stripe-card.ts';
import { askDigits } from '../operator/ask.ts';
import { voiceCall } from '../operator/screens/advice.ts';
import { type AcceptedEnd, acceptAndShow } from '../payment/accept.ts';
import type { Counter } from '../payment/counter.ts';
import { inPayment } from '../payment/in-flow.ts';
import { present } from '../payment/present.ts';
import { type Fen, fen } from '../values/fen.ts';

/** A call may take minutes: the bank's desk looks the card up while the clerk holds the line. */
const CALL_S = 600;

/**
 * The authorisation by telephone (电话授权): where the line is down, or the bank has said to call, the bank's desk approves
 * by word of mouth, and its six digits go with the advice.
 */
export function sellByVoice(standing: Counter): Promise<AcceptedEnd> {
  return inPayment(standing, 'voice', async (counter) => {
    const limit = fen(counter.config.profile.transactions.voice.limit_fen);
    const presented = await present(counter, { digit: '0' }, { limit });
    if (presented === null) return { end: 'cancelled' };
    const { amount } = presented;
    using card = presented.card;
    const authorisation = await askCode(counter, amount, card);
    if (authorisation === null) return { end: 'cancelled' };
    return await acceptAndShow(counter, { type: 'voice', amount, card, particulars: { authorisation } });
  });
}

function askCode({ operator, customer, config }: Counter, amount: Fen, card: StripeCard): Promise<string | null> {
  const { merchant, support } = config.terminal;
  customer.due(amount, 'display.wait');
  return askDigits(operator, {
    ...{ least: 6, most: 6, wait_s: CALL_S },
    draw: (typed) => (text, bar) =>
      voiceCall(text, bar, {
        ...{ amount, typed, masked: card.pan.masked, phone: support.accounts },
        ...{ merchant: merchant.id, terminal: merchant.terminal },
      }),
  });
}
