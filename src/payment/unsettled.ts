import type { Entry } from '../journal/entry.ts';
import { types } from '../journal/types.ts';
import { acknowledged } from '../operator/ask.ts';
import type { Draw } from '../operator/operator.ts';
import { saleRepeating, saleRepeatParked, saleRepeatUnknown } from '../operator/screens/asked-again.ts';
import { saleDoubted, saleParked, saleReversed, saleReversing, saleUnknown } from '../operator/screens/result.ts';
import { OVER } from '../values/clock.ts';
import type { State } from '../values/state.ts';
import type { Unsettled } from './charge.ts';
import type { Counter } from './counter.ts';
import { type Again, showApproved, showDeclined } from './result.ts';

/** What the customer's display says while nobody knows how the payment ended. */
const IN_DOUBT = ['display.unknown', 'display.stay'] as const;

/**
 * Money rule 2: nobody knows how it ended, so it is reversed or sent again, as its type requires, and the screen shows
 * each step. Resolves when that has ended or the operator puts it off, to how the operator wants to take it again. On
 * each screen that cannot say whether the card was charged, Clear asks exactly that.
 */
export function showUnsettled(counter: Counter, entry: Entry): Promise<Again | null> {
  return types[entry.facts.type].lost === 'reverse' ? showReversing(counter, entry) : showAskedAgain(counter, entry);
}

/**
 * No byte of the request has left and the disk has refused the row, but the next start may find the row written; then
 * the bank would hear of it. Nobody at the counter can make sure, so neither cash nor another try may take its place.
 */
export async function showDoubted(counter: Counter, entry: Entry): Promise<Unsettled> {
  const { operator, customer } = counter;
  const { amount, trace } = entry;
  customer.due(amount, ...IN_DOUBT);
  operator.flush();
  operator.beep('attention');
  operator.show((text, bar) => saleDoubted(text, bar, { amount, trace }));
  await acknowledged(operator, ['enter']);
  return { end: 'unsettled', entry, again: null };
}

/** Follows the reversal, and again if the bank turns out later to have taken what it did not know at first. */
async function showReversing(counter: Counter, entry: Entry): Promise<Again | null> {
  const { amount, trace } = entry;
  for (;;) {
    counter.customer.due(amount, ...IN_DOUBT);
    const ended = await followed(counter, entry, ['reversed', 'reversed-unconfirmed', 'parked'], ({ asked, waited }) =>
      counter.operator.show((text, bar) =>
        asked === null
          ? saleUnknown(text, bar, { amount, trace, why: entry.history.answer?.why ?? 'restart', waited })
          : saleReversing(text, bar, { amount, trace, attempt: asked, waited }),
      ),
    );
    if (!ended) return null;
    const end = await showReversed(counter, entry);
    if (end !== 'open') return end;
  }
}

/** Money rule 8: this type has no reversal; the same request is sent again, which the bank never takes twice. */
async function showAskedAgain(counter: Counter, entry: Entry): Promise<Again | null> {
  const { amount, trace } = entry;
  const { operator, customer } = counter;
  customer.due(amount, ...IN_DOUBT);
  const ended = await followed(counter, entry, ['approved', 'declined', 'parked'], ({ asked, waited }) =>
    operator.show((text, bar) =>
      asked === null
        ? saleRepeatUnknown(text, bar, { amount, trace, waited })
        : saleRepeating(text, bar, { amount, trace, attempt: asked, waited }),
    ),
  );
  if (!ended) return null;
  const attempts = entry.history.tries;
  if (await putOff(counter, entry, (text, bar) => saleRepeatParked(text, bar, { amount, trace, attempts })))
    return null;
  if (entry.state === 'declined') return showDeclined(counter, entry);
  await showApproved(counter, entry);
  return null;
}

interface Following {
  /** How many times this screen has sent it, while a message is under way; null while none is. */
  readonly asked: number | null;
  /** Seconds since the screen came up. */
  readonly waited: number;
}

/** Waits until the entry is in one of these states (true) or is put off (false). Enter tries once more. */
async function followed(
  counter: Counter,
  entry: Entry,
  ends: readonly State[],
  draw: (following: Following) => void,
): Promise<boolean> {
  const { operator, outbox, clock } = counter;
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

  operator.flush();
  operator.beep('attention');
  let settling = ask();
  let key = operator.press(over.signal);
  let waited = 0;
  try {
    while (!ends.includes(entry.state)) {
      draw({ asked: asking ? asked : null, waited });
      // The outbox works in the background too: whoever settles it, the screen follows within a second.
      const first = asking ? [key, settling] : [key];
      const pressed = await Promise.race([...first, clock.sleep(1000, over.signal)]);
      // Only the clock moves the seconds: if they were drawn at a key, the screen would seem to answer it.
      if (pressed === undefined) {
        waited = Math.round((clock.monotonic() - since_ms) / 1000);
        continue;
      }
      if (pressed === 'cancel') return false;
      if (pressed === 'clear') await lookInto(counter, entry);
      else if (pressed === 'enter' && !asking) settling = ask();
      key = operator.press(over.signal);
    }
    return true;
  } catch (error) {
    // Whatever broke the screen may make `settling` reject too: only the first error is thrown.
    settling.catch(() => undefined);
    throw error;
  } finally {
    over.abort(OVER);
    // The key press that is still pending has just been aborted.
    await key.catch(() => undefined);
  }
}

/** Shows how a reversal ended. An unconfirmed one may be confirmed meanwhile, or be `open` again. */
async function showReversed(counter: Counter, entry: Entry): Promise<Again | null | 'open'> {
  const { operator, customer, journal } = counter;
  const { amount, trace } = entry;
  const attempts = entry.history.tries;
  if (await putOff(counter, entry, (text, bar) => saleParked(text, bar, { amount, trace, attempts }))) return null;
  const { promise: reopened, resolve: reopen } = Promise.withResolvers<'open'>();
  let shown: State | null = null;
  const draw = () => {
    const { state } = entry;
    if (state === shown) return;
    if (state !== 'reversed' && state !== 'reversed-unconfirmed') return reopen('open');
    shown = state;
    const confirmed = state === 'reversed';
    if (confirmed) customer.due(amount, 'display.reversed');
    operator.flush();
    operator.beep(confirmed ? 'refused' : 'attention');
    operator.show((text, bar) => saleReversed(text, bar, { amount, trace, confirmed }));
  };
  const over = new AbortController();
  const stop = journal.watch(draw);
  try {
    draw();
    for (;;) {
      // If the reversal is open again, the key is not waited for any more.
      const key = await Promise.race([acknowledged(operator, ['enter', 'cancel', 'clear'], over.signal), reopened]);
      if (key === 'open') return key;
      if (key !== 'clear') return shown === 'reversed' && key === 'enter' ? { amount } : null;
      // After a confirmed reversal there is nothing left to ask.
      if (shown === 'reversed') continue;
      stop();
      await lookInto(counter, entry);
      return showReversed(counter, entry);
    }
  } finally {
    over.abort(OVER);
    stop();
  }
}

/** Shows a parked entry until the operator has seen it; false if it is not parked, or not any more. */
async function putOff(counter: Counter, entry: Entry, draw: Draw): Promise<boolean> {
  while (entry.state === 'parked') {
    counter.operator.show(draw);
    if ((await acknowledged(counter.operator, ['enter', 'clear'])) === 'enter') return true;
    await lookInto(counter, entry);
  }
  return false;
}

async function lookInto(counter: Counter, entry: Entry): Promise<void> {
  await counter.lookInto(entry, false);
  counter.customer.due(entry.amount, ...IN_DOUBT);
}
