import type { Clock } from './clock.ts';
import { Fault } from './problem.ts';

/** How long a disk is left alone after it has failed. */
const AGAIN_MS = 2000;

/**
 * Runs work beside the flows until the signal aborts. If a Fault ends it, for example because a row cannot be read, it
 * begins again after a moment: until then what it looks after stands still, and nothing of it is lost.
 */
export async function lasting(work: () => Promise<void>, signal: AbortSignal, clock: Clock): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      // An abort during the sleep only ends the loop.
      await clock.sleep(AGAIN_MS, signal).catch(() => undefined);
    }
  }
}
