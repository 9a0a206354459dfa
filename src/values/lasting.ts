import type { Clock } from './clock.ts';
import { Fault } from './problem.ts';

/** How long a disk that did not give what was asked of it is left alone. */
const AGAIN_MS = 2000;

/**
 * Work that goes on beside the flows until the signal aborts: where a Fault ends it, as when a row cannot be read, it begins
 * again after a moment. Nothing is known of what it looks after until then, and nothing of it is lost.
 */
export async function lasting(work: () => Promise<void>, signal: AbortSignal, clock: Clock): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      // What it is aborted with is no news.
      await clock.sleep(AGAIN_MS, signal).catch(() => undefined);
    }
  }
}
