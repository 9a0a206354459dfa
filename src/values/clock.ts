/** Time as an argument: the system's in the terminal, a virtual one in storms. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970; it may jump. */
  now(): number;
  /** Milliseconds from an arbitrary start; it never jumps back. Every deadline is measured by it. */
  monotonic(): number;
  /** Resolves after `ms`, or rejects with the signal's reason. Holds no event loop open after an abort. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const abort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', abort, { once: true });
    }),
};

/** The system's clock with another wall time: what a replay shows as now is the time of the record. */
export function aheadBy(ahead_ms: () => number): Clock {
  return { ...systemClock, now: () => systemClock.now() + ahead_ms() };
}

/** Randomness as an argument: `node:crypto`'s in the terminal, a seeded one in storms. */
export type Random = (bytes: number) => Uint8Array;

/** One for all: making one takes a picture of the stack, which nobody reads. */
const PASSED = new DOMException('the deadline passed', 'AbortError');

/** The first to settle wins; `null` after `ms`. The loser is told through `signal`, so that it leaves no timer behind. */
export async function within<T>(
  clock: Clock,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  outer?: AbortSignal,
): Promise<T | null> {
  const stop = new AbortController();
  const signal = outer ? AbortSignal.any([outer, stop.signal]) : stop.signal;
  const working = work(signal);
  // What the loser rejects with after the race is the abort itself.
  working.catch(() => undefined);
  try {
    return await Promise.race([working, clock.sleep(ms, signal).then(() => null)]);
  } finally {
    stop.abort(PASSED);
  }
}
