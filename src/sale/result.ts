import type { Entry } from '../journal/entry.ts';
import { acknowledged } from '../operator/ask.ts';
import {
  type DeclineNext,
  saleApproved,
  saleDeclined,
  saleParked,
  saleReversed,
  saleReversing,
  saleUnknown,
} from '../operator/screens/result.ts';
import type { Fen } from '../values/fen.ts';
import { Fault } from '../values/problem.ts';
import type { Counter } from './counter.ts';

/** How a payment that was not charged is taken once more. */
export type Again = { readonly digit: string } | { readonly amount: Fen };

/** Codes after which another card, another amount or the same again has a chance. */
const nextAfter: Readonly<Record<string, DeclineNext>> = {
  '13': 'other-amount',
  '14': 'other-card',
  '33': 'other-card',
  '38': 'other-card',
  '41': 'other-card',
  '43': 'other-card',
  '51': 'other-card',
  '54': 'other-card',
  '55': 'retry',
  '57': 'other-card',
  '61': 'other-amount',
  '62': 'other-card',
  '65': 'other-card',
  '75': 'other-card',
};

/** The green screen, which stays until Enter; the slips print meanwhile. Enter is the clerk's word on the signature. */
export async function showApproved({ operator, customer, paper, signedIn }: Counter, entry: Entry): Promise<void> {
  const { amount, trace } = entry;
  const { authorisation = null } = entry.history.answer ?? {};
  customer.due(amount, 'display.approved', 'display.sign', 'display.thanks');
  operator.flush();
  operator.beep('done');
  const draw = () =>
    operator.show((text, bar) =>
      saleApproved(text, bar, { amount, authorisation, trace, slip: paper.stateOf(entry), sign: true }),
    );
  const stop = paper.watch(draw);
  try {
    draw();
    paper.print(entry);
    await acknowledged(operator, ['enter']);
    signOff(entry, signedIn);
  } finally {
    stop();
  }
}

/** Nothing turns a completed sale into a failure (money rule 14): a disk that takes no note of the clerk's word neither. */
export function signOff(entry: Entry, operator: string): void {
  try {
    entry.signedOff(operator, true);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
}

/** A definite no, with what each person can do; resolves to the next step that the green key offered and got. */
export async function showDeclined({ operator, customer, codeWords }: Counter, entry: Entry): Promise<Again | null> {
  const { amount, trace } = entry;
  const code = entry.history.answer?.code ?? '';
  const next = nextAfter[code] ?? 'none';
  // Nobody is shamed: the customer's side says that nothing was charged, not why.
  customer.due(amount, 'display.declined', 'display.not-charged');
  operator.flush();
  operator.beep('refused');
  operator.show((text, bar) => saleDeclined(text, bar, { amount, code, trace, words: codeWords(code), next }));
  const key = await acknowledged(operator, ['enter', 'cancel']);
  if (next === 'none' || key !== 'enter') return null;
  return next === 'other-amount' ? { digit: '0' } : { amount };
}

/**
 * Money rule 2: nobody knows, so it is being reversed, and the screen says each step as it is known. Resolves when the
 * operator puts it off or it has come to its end, to the same amount where the counter wants to charge it anew.
 */
export async function showUnsettled(counter: Counter, entry: Entry): Promise<Again | null> {
  const { operator, customer, outbox, clock } = counter;
  const { amount, trace } = entry;
  const since_ms = clock.monotonic();
  const over = new AbortController();
  let asked = 0;
  let asking = false;
  const ask = async () => {
    asked += 1;
    asking = true;
    await outbox.settle(entry);
    asking = false;
  };
  const draw = () => {
    const waited = Math.round((clock.monotonic() - since_ms) / 1000);
    operator.show((text, bar) =>
      asking
        ? saleReversing(text, bar, { amount, trace, attempt: asked, waited })
        : saleUnknown(text, bar, { amount, trace, why: entry.history.answer?.why ?? 'restart', waited }),
    );
  };

  operator.flush();
  operator.beep('attention');
  customer.due(amount, 'display.unknown', 'display.stay');
  let settling = ask();
  let key = operator.press(over.signal);
  try {
    while (isOpen(entry)) {
      draw();
      // The outbox works in the background too: whoever settles it, the screen follows within a second.
      const ends = asking ? [key, settling] : [key];
      const pressed = await Promise.race([...ends, clock.sleep(1000, over.signal)]);
      if (pressed === undefined) continue;
      if (pressed === 'cancel') return null;
      if (pressed === 'enter' && !asking) settling = ask();
      key = operator.press(over.signal);
    }
  } finally {
    over.abort();
    // The key that nobody waits for any more is aborted just now.
    await key.catch(() => undefined);
  }
  return showEnd(counter, entry);
}

function isOpen({ state }: Entry): boolean {
  return state !== 'reversed' && state !== 'reversed-unconfirmed' && state !== 'parked';
}

/** What became of it. */
async function showEnd({ operator, customer }: Counter, entry: Entry): Promise<Again | null> {
  const { amount, trace, state, history } = entry;
  if (state === 'parked') {
    operator.show((text, bar) => saleParked(text, bar, { amount, trace, attempts: history.tries }));
    await acknowledged(operator, ['enter']);
    return null;
  }
  const confirmed = state === 'reversed';
  if (confirmed) customer.due(amount, 'display.reversed');
  operator.flush();
  operator.beep(confirmed ? 'refused' : 'attention');
  operator.show((text, bar) => saleReversed(text, bar, { amount, trace, confirmed }));
  const key = await acknowledged(operator, ['enter', 'cancel']);
  return confirmed && key === 'enter' ? { amount } : null;
}
