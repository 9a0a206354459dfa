import { askKey } from '../operator/ask.ts';
import { offlineTrying } from '../operator/screens/advice.ts';
import { impossible } from '../operator/screens/original.ts';
import type { Counter } from '../sale/counter.ts';
import { OVER } from '../values/clock.ts';
import { Fault } from '../values/problem.ts';

/** Whether the bank cannot be reached: asked of the bank itself before anybody goes without it. Null where the clerk gives up. */
export async function lineIsDown(counter: Counter): Promise<boolean | null> {
  const { operator, host, config } = counter;
  const over = new AbortController();
  operator.show((text, bar) => offlineTrying(text, bar));
  const echoed = host.echo(over.signal).then(
    () => false,
    (error) => {
      if (over.signal.aborted) return null;
      if (!(error instanceof Fault)) throw error;
      return true;
    },
  );
  const cancelled = askKey(operator, {
    keys: ['cancel'],
    // Both lines are tried, and then the answer is waited for.
    wait_s: Math.ceil((2 * config.network.connect_timeout_ms + config.network.answer_timeout_ms) / 1000) + 1,
    draw: () => (text, bar) => offlineTrying(text, bar),
    signal: over.signal,
  }).then(() => null);
  // The one that loses is aborted below, and that is what it rejects with.
  cancelled.catch(() => undefined);
  try {
    return await Promise.race([echoed, cancelled]);
  } finally {
    over.abort(OVER);
  }
}

/** The bank answers: it is asked, as always. */
export async function sayLineIsUp({ operator, config }: Counter): Promise<void> {
  operator.beep('refused');
  await askKey(operator, {
    keys: ['enter', 'cancel'],
    wait_s: config.terminal.waits.confirm_s,
    draw: () => (text, bar) =>
      impossible(text, bar, {
        ...{
          title: 'offline.line-up.title',
          remedy: 'offline.line-up.text',
          trace: null,
          amount: null,
          another: false,
        },
      }),
  });
}
