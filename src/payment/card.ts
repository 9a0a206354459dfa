import type { StripeCard, StripeRead } from '../card/stripe-card.ts';
import { askKey, untilSeen } from '../operator/ask.ts';
import type { Draw } from '../operator/operator.ts';
import type { Ways } from '../operator/screens/idle.ts';
import { type CardFacts, saleCard, saleCardAgain, saleCardAnother, saleChip } from '../operator/screens/sale.ts';
import { OVER } from '../values/clock.ts';
import type { Fen } from '../values/fen.ts';
import type { Counter } from './counter.ts';

/** After this many unreadable swipes the clerk is asked for another card or another way to pay. */
const MOST_SWIPES = 3;

export function waysOf({ reader }: Pick<Counter, 'reader'>): Ways {
  return { stripe: reader.well, chip: false, tap: false };
}

export function cardFacts({ issuerOf }: Counter, { pan }: StripeCard): CardFacts {
  return { masked: pan.masked, issuer: issuerOf(pan.bin) };
}

/** Asks for a card until one is read; null if nobody has one. `swipe` is a swipe that came before the question. */
export async function presentCard(
  counter: Counter,
  amount: Fen | null,
  swipe: StripeRead | null,
): Promise<StripeCard | null> {
  const { operator, customer, config } = counter;
  let read = swipe;
  let unread = 0;
  let chip = false;
  for (;;) {
    if (read?.read === 'card') {
      if (!read.card.hasChip) return read.card;
      // A card's stripe may not be used while its chip can be: the clerk is told, and a card is asked for again.
      read.card.wipe();
      chip = true;
      operator.beep('attention');
      const wanted = waysOf(counter).chip ? 'display.chip' : 'display.other-card';
      if (amount === null) customer.say(wanted);
      else customer.due(amount, wanted);
    } else if (read?.read === 'unreadable') {
      unread += 1;
      chip = false;
      operator.beep('attention');
      if (unread >= MOST_SWIPES) {
        if (!(await anotherCard(counter))) return null;
        unread = 0;
      }
      if (amount !== null) customer.due(amount, 'display.swipe-again');
    } else if (amount !== null) customer.due(amount, 'display.swipe');

    const wait_s = config.terminal.waits.card_s;
    const step = { amount, unread, chip };
    read = await nextSwipe(counter, wait_s, step);
    if (read === null) return null;
  }
}

interface Step {
  readonly amount: Fen | null;
  readonly unread: number;
  readonly chip: boolean;
}

/** A swipe, or null where the operator cancelled or nobody came. */
async function nextSwipe(counter: Counter, wait_s: number, step: Step): Promise<StripeRead | null> {
  const { operator, reader } = counter;
  const over = new AbortController();
  const draw = (seconds: number): Draw => {
    return (text, bar) => {
      const facts = { amount: step.amount, ways: waysOf(counter), seconds };
      if (step.chip) return saleChip(text, bar, facts);
      if (step.unread === 0) return saleCard(text, bar, facts);
      return saleCardAgain(text, bar, { ...facts, attempt: step.unread + 1, most: MOST_SWIPES });
    };
  };
  const swiped = reader.next(over.signal);
  const left = askKey(operator, { keys: ['cancel'], wait_s, draw, signal: over.signal }).then(() => null);
  // The loser of the race is aborted below and rejects with that abort.
  swiped.catch(() => undefined);
  left.catch(() => undefined);
  try {
    return await Promise.race([swiped, left]);
  } finally {
    over.abort(OVER);
  }
}

async function anotherCard(counter: Counter): Promise<boolean> {
  const { operator, customer } = counter;
  customer.say('display.other-card');
  const key = await untilSeen(operator, 'refused', ['enter', 'cancel'], (text, bar) =>
    saleCardAnother(text, bar, { ways: waysOf(counter), most: MOST_SWIPES }),
  );
  return key === 'enter';
}
