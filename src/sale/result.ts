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
  type UnknownWhy,
} from '../operator/screens/result.ts';
import type { Counter } from './counter.ts';

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
    entry.signedOff(signedIn, true);
  } finally {
    stop();
  }
}

/** A definite no, with what each person can do; true where the green key offered the next step and was pressed. */
export async function showDeclined({ operator, customer, codeWords }: Counter, entry: Entry): Promise<boolean> {
  const { amount, trace } = entry;
  const code = entry.history.answer?.code ?? '';
  const next = nextAfter[code] ?? 'none';
  // Nobody is shamed: the customer's side says that nothing was charged, not why.
  customer.due(amount, 'display.declined', 'display.not-charged');
  operator.flush();
  operator.beep('refused');
  operator.show((text, bar) => saleDeclined(text, bar, { amount, code, trace, words: codeWords(code), next }));
  const key = await acknowledged(operator, ['enter', 'cancel']);
  return next !== 'none' && key === 'enter';
}

/**
 * Money rule 2: nobody knows, so it is being reversed, and the screen says each step as it is known. Resolves when the
 * operator puts it off or it has come to its end; true where the counter wants to charge anew after "not charged".
 */
export async function showUnsettled(counter: Counter, entry: Entry): Promise<boolean> {
  const { operator, customer, outbox, clock } = counter;
  const { amount, trace } = entry;
  const since_ms = clock.monotonic();
  const waited = () => Math.round((clock.monotonic() - since_ms) / 1000);
  const why = (entry.history.answer?.why ?? 'restart') as UnknownWhy;
  entry.handOver();
  operator.flush();
  operator.beep('attention');

  for (let attempt = 1; ; attempt++) {
    customer.due(amount, 'display.unknown', 'display.stay');
    operator.show((text, bar) => saleReversing(text, bar, { amount, trace, attempt, waited: waited() }));
    const put_off = new AbortController();
    const later = acknowledged(operator, ['cancel'], put_off.signal);
    later.catch(() => undefined);
    const settled = outbox.settle(entry);
    const first = await Promise.race([settled, later]);
    put_off.abort();
    if (first === 'cancel') return false;

    const { state } = entry;
    if (state === 'reversed' || state === 'reversed-unconfirmed') {
      const confirmed = state === 'reversed';
      if (confirmed) customer.due(amount, 'display.reversed');
      operator.beep(confirmed ? 'refused' : 'attention');
      operator.show((text, bar) => saleReversed(text, bar, { amount, trace, confirmed }));
      const key = await acknowledged(operator, ['enter', 'cancel']);
      return confirmed && key === 'enter';
    }
    if (state === 'parked') {
      operator.show((text, bar) => saleParked(text, bar, { amount, trace, attempts: entry.history.tries }));
      await acknowledged(operator, ['enter']);
      return false;
    }
    operator.show((text, bar) => saleUnknown(text, bar, { amount, trace, why, waited: waited() }));
    // The outbox goes on by itself meanwhile; Enter asks the bank at once.
    const key = await acknowledged(operator, ['enter', 'cancel']);
    if (key === 'cancel') return false;
  }
}
