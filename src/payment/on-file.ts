import type { StripeCard } from '../card/stripe-card.ts';
import type { SaleCard } from '../host/messages.ts';
import type { Entry } from '../journal/entry.ts';
import type { Fen } from '../values/fen.ts';
import type { Counter } from './counter.ts';
import { sameCard } from './same-card.ts';

/**
 * The card of an original, for a message without tracks: as the journal keeps it, or presented again if that cannot be
 * read any more. Null if nobody has it.
 */
export async function cardOfOriginal(counter: Counter, original: Entry, amount: Fen): Promise<SaleCard | null> {
  return cardOnFile(counter, original) ?? numberOf(await sameCard(counter, original, amount));
}

/** What the vault sealed of an entry's card: number and expiry, no track. Null where this device cannot open it any more. */
export function cardOnFile({ vault }: Counter, { facts: { sealed } }: Entry): SaleCard | null {
  if (sealed === null) return null;
  try {
    return { ...vault.openCard(sealed), track2: null, track3: null };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'SealError') throw error;
    return null;
  }
}

/** Number and expiry of a card that was swiped for a message without tracks; its tracks are wiped at once. */
export function numberOf(card: StripeCard | null): SaleCard | null {
  if (card === null) return null;
  card.wipe();
  return { pan: card.pan, expiry: card.expiry, track2: null, track3: null };
}
