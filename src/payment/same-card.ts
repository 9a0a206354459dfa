import type { StripeCard } from '../card/stripe-card.ts';
import type { Entry } from '../journal/entry.ts';
import { untilSeen } from '../operator/ask.ts';
import { otherCard } from '../operator/screens/approval.ts';
import type { Fen } from '../values/fen.ts';
import { presentCard } from './card.ts';
import type { Counter } from './counter.ts';

/**
 * Asks for a card until it is the one of the original, recognised by the vault's fingerprint because no number is kept.
 * Null if nobody has it.
 */
export async function sameCard(
  counter: Counter,
  { trace, facts }: Pick<Entry, 'trace' | 'facts'>,
  amount: Fen,
): Promise<StripeCard | null> {
  const { operator, customer, vault } = counter;
  for (;;) {
    const card = await presentCard(counter, amount, null);
    if (card === null) return null;
    if (facts.fingerprint !== null && vault.fingerprint(card.pan).equals(facts.fingerprint)) return card;
    card.wipe();
    customer.due(amount, 'display.other-card');
    const key = await untilSeen(operator, 'refused', ['enter', 'cancel'], (text, bar) =>
      otherCard(text, bar, { amount, trace, masked: facts.card ?? '' }),
    );
    if (key === 'cancel') return null;
  }
}
