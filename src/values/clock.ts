/** Time as an argument: the system's in the terminal, a virtual one in storms. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970; it may jump. */
  now(): number;
  /** Milliseconds from an arbitrary start; it never jumps back. Every deadline is measured by it. */
  monotonic(): number;
  /** Resolves after `ms`, or rejects with the signal's reason. Holds no event loop open after an abort. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Calls `act` once after `ms`; the returned function calls it off. For callers that sleep too often for a signal each
   * time.
   */
  after(ms: number, act: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: sleepOver(afterTimeout),
  after: afterTimeout,
};

function afterTimeout(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
}

/** A clock's `sleep`, made of its `after`. */
export function sleepOver(after: Clock['after']): Clock['sleep'] {
  return (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal === undefined) {
        after(ms, resolve);
        return;
      }
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const abort = () => {
        callOff();
        reject(signal.reason);
      };
      const callOff = after(ms, () => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
      signal.addEventListener('abort', abort, { once: true });
    });
}

/** The system's clock with another wall time: what a replay shows as now is the time of the record. */
export function aheadBy(ahead_ms: () => number): Clock {
  return { ...systemClock, now: () => systemClock.now() + ahead_ms() };
}

/** Randomness as an argument: `node:crypto`'s in the terminal, a seeded one in storms. */
export type Random = (bytes: number) => Uint8Array;

/**
 * The reason with which the loser of a race is aborted. One for all: making a new one records the stack, which nobody
 * reads.
 */
export const OVER = new DOMException('nobody waits for it any more', 'AbortError');

/**
 * A new signal that also aborts with others, until `over` is called. `AbortSignal.any` would leave something of each
 * new signal in one that lives as long as the terminal.
 */
export function tied(...outers: readonly AbortSignal[]): { readonly signal: AbortSignal; over(): void } {
  const own = new AbortController();
  const follow = ({ target }: Event) => own.abort((target as AbortSignal).reason);
  for (const outer of outers) {
    if (outer.aborted) own.abort(outer.reason);
    else outer.addEventListener('abort', follow, { once: true });
  }
  return {
    signal: own.signal,
    over() {
      for (const outer of outers) outer.removeEventListener('abort', follow);
      own.abort(OVER);
    },
  };
}

/**
 * Runs `work` for at most `ms`, then resolves to null. The loser is told through `signal`, so that it leaves no timer
 * behind. Nothing begins if `outer` has aborted already.
 */
export async function within<T>(
  clock: Clock,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  outer?: AbortSignal,
): Promise<T | null> {
  outer?.throwIfAborted();
  const own = new AbortController();
  const { promise, resolve, reject } = Promise.withResolvers<T | null>();
  const stop = () => {
    reject(outer?.reason);
    own.abort(outer?.reason);
  };
  const callOff = clock.after(ms, () => resolve(null));
  outer?.addEventListener('abort', stop, { once: true });
  try {
    // If `work` loses it rejects with the abort, after the race is over: nobody hears that.
    work(own.signal).then(resolve, reject);
    return await promise;
  } finally {
    callOff();
    outer?.removeEventListener('abort', stop);
    own.abort(OVER);
  }
}
