import type { StripeCard, StripeRead } from '../card/stripe-card.ts';
import { askAmount, askYes } from '../operator/ask.ts';
import { saleAgain } from '../operator/screens/result.ts';
import { saleAmount, saleNumber } from '../operator/screens/sale.ts';
import { type Fen, fen } from '../values/fen.ts';
import { timeOfDay } from '../values/time-of-day.ts';
import { cardFacts, presentCard } from './card.ts';
import type { Counter } from './counter.ts';
import type { Again } from './result.ts';

/** What a payment begins with: an amount's first digit, a card, or the amount of a sale that was not charged. */
export type Opening = { readonly swipe: StripeRead } | Again;

/** Wipes a card that was swiped before it was known that no payment can begin. */
export function putAway(swipe: StripeRead): void {
  if (swipe.read === 'card') swipe.card.wipe();
}

interface Presented {
  readonly amount: Fen;
  readonly card: StripeCard;
}

/** Asks for an amount and a card, in whichever order they come; the clerk confirms the card's number. */
export async function present(counter: Counter, opening: Opening, terms: Terms = {}): Promise<Presented | null> {
  if ('swipe' in opening) return cardFirst(counter, opening.swipe);
  const amount = 'amount' in opening ? opening.amount : await enterAmount(counter, opening.digit, null, terms.limit);
  if (amount === null) return null;
  const card = await presentChecked(counter, amount, terms);
  return card === null ? null : { amount, card };
}

export interface Terms {
  /** The largest amount allowed; the sale's limit if absent. */
  readonly limit?: Fen;
  /**
   * Which earlier payment of the same card and amount, minutes ago, is asked about: one that charged (`in`, the
   * default) or one that held the amount.
   */
  readonly moves?: 'in' | 'held';
}

/** Asks for a card for a known amount; the clerk compares its number with the one on the card. */
export async function presentChecked(counter: Counter, amount: Fen, terms: Terms = {}): Promise<StripeCard | null> {
  const card = await presentCard(counter, amount, null);
  if (card === null) return null;
  if (await numberIsRight(counter, card, amount, terms.moves)) return card;
  card.wipe();
  return null;
}

async function cardFirst(counter: Counter, swipe: StripeRead): Promise<Presented | null> {
  const card = await presentCard(counter, null, swipe);
  if (card === null) return null;
  const amount = (await numberIsRight(counter, card, null)) ? await enterAmount(counter, '0', card) : null;
  if (amount !== null) return { amount, card };
  card.wipe();
  return null;
}

function enterAmount(
  counter: Counter,
  first: string,
  card: StripeCard | null,
  limit = fen(counter.config.terminal.sale.limit_fen),
): Promise<Fen | null> {
  const facts = card === null ? {} : { card: cardFacts(counter, card) };
  return askAmount(counter.operator, {
    first,
    limit,
    draw: (amount, refused) => (text, bar) => {
      const again = card === null ? null : firstOf(counter, card, amount);
      return saleAmount(text, bar, { amount, limit, refused, again, ...facts });
    },
  });
}

/** The clerk compares the number that was read with the one on the card: a cloned stripe carries another one. */
function numberIsRight(
  counter: Counter,
  card: StripeCard,
  amount: Fen | null,
  moves?: Terms['moves'],
): Promise<boolean> {
  const facts = { card: cardFacts(counter, card), amount, expiry: card.expiry };
  const first = amount === null ? null : firstOf(counter, card, amount, moves);
  const { masked } = card.pan;
  return askYes(counter.operator, (text, bar) =>
    first === null || amount === null ? saleNumber(text, bar, facts) : saleAgain(text, bar, { amount, masked, first }),
  );
}

/**
 * Money rule 16: how an earlier payment of the same card and amount, minutes ago, ended; shown where Enter would charge
 * it again.
 */
function firstOf({ journal, vault, config }: Counter, card: StripeCard, amount: Fen, moves: Terms['moves'] = 'in') {
  const within_ms = config.terminal.sale.again_within_s * 1000;
  const first = journal.again({ fingerprint: vault.fingerprint(card.pan), amount, within_ms, moves });
  if (first === null) return null;
  const { trace, state } = first;
  return { trace, state, time: timeOfDay(first.facts.begun_ms) };
}
