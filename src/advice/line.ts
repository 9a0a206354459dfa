import { askKey, untilSeen } from '../operator/ask.ts';
import { offlineTrying } from '../operator/screens/advice.ts';
import { impossible } from '../operator/screens/original.ts';
import type { Counter } from '../payment/counter.ts';
import { OVER, within } from '../values/clock.ts';
import { Fault } from '../values/problem.ts';

/** The longest wait that a customer at the counter accepts. */
const LONGEST_MS = 6000;

/**
 * Whether the bank cannot be reached, tested for a few seconds with an echo before the terminal approves by itself. A
 * bank that stays silent this long would not answer a sale either. Null if the clerk gives up.
 */
export async function lineIsDown(counter: Counter): Promise<boolean | null> {
  const { operator, host, config, clock } = counter;
  // Time for both lines to be tried; a line that is there answers an echo at once.
  const longest_ms = Math.min(2 * config.network.connect_timeout_ms, LONGEST_MS);
  const over = new AbortController();
  operator.show((text, bar) => offlineTrying(text, bar));
  const echoed = within(clock, longest_ms, (signal) => host.echo(signal), over.signal).then(
    (answered) => answered === null,
    (error) => {
      if (over.signal.aborted) return null;
      if (!(error instanceof Fault)) throw error;
      return true;
    },
  );
  const cancelled = askKey(operator, {
    keys: ['cancel'],
    wait_s: Math.ceil(longest_ms / 1000) + 1,
    draw: () => (text, bar) => offlineTrying(text, bar),
    signal: over.signal,
  }).then(() => null);
  // The loser of the race is aborted below and rejects with that abort.
  cancelled.catch(() => undefined);
  try {
    return await Promise.race([echoed, cancelled]);
  } finally {
    over.abort(OVER);
  }
}

/** Tells the clerk that the bank answers, so the payment is taken as a normal sale. */
export async function sayLineIsUp({ operator }: Counter): Promise<void> {
  const facts = { trace: null, amount: null, another: false };
  await untilSeen(operator, 'refused', ['enter', 'cancel'], (text, bar) =>
    impossible(text, bar, { title: 'offline.line-up.title', remedy: 'offline.line-up.text', ...facts }),
  );
}
