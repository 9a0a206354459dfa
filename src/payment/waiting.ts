import { saleWaiting } from '../operator/screens/sale.ts';
import { OVER } from '../values/clock.ts';
import type { Fen } from '../values/fen.ts';
import type { Counter } from './counter.ts';

/** Counts the seconds on the screen from the moment that `work` says the request has left, until `work` is over. */
export async function whileWaiting<T>(
  { operator, clock }: Counter,
  amount: Fen | null,
  of_s: number,
  work: (sent: () => void) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const count = async () => {
    // The first byte is written in this same turn of the event loop; drawing must not come before it.
    await null;
    for (let seconds = of_s; seconds >= 0; seconds--) {
      operator.show((text, bar) => saleWaiting(text, bar, { amount, seconds, of: of_s }));
      await clock.sleep(1000, over.signal);
    }
  };
  let counting: Promise<void> = Promise.resolve();
  try {
    return await work(() => {
      counting = count();
      // The count ends with the work, by the abort below.
      counting.catch(() => undefined);
    });
  } finally {
    over.abort(OVER);
    await counting.catch((error) => {
      if (!over.signal.aborted) throw error;
    });
  }
}
