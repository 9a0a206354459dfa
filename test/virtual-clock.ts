import type { Clock } from '../src/values/clock.ts';

/** Time that passes only when a test says so. */
export interface VirtualClock extends Clock {
  /** Wakes every sleeper whose time comes within `ms`, in order, each with everything settled that the last one began. */
  advance(ms: number): Promise<void>;
  /** Calls `act` after `ms`; the returned function calls it off. The shape that far ends take for a timer. */
  after(ms: number, act: () => void): () => void;
  /** Sleepers that are left. */
  readonly sleeping: number;
}

interface Sleeper {
  at_ms: number;
  wake: () => void;
}

export function virtualClock(start_ms = Date.UTC(2026, 0, 1)): VirtualClock {
  let passed_ms = 0;
  const sleepers = new Set<Sleeper>();
  const after = (ms: number, wake: () => void) => {
    const sleeper = { at_ms: passed_ms + Math.max(0, ms), wake };
    sleepers.add(sleeper);
    return () => void sleepers.delete(sleeper);
  };
  return {
    after,
    now: () => start_ms + passed_ms,
    monotonic: () => passed_ms,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const abort = () => {
          callOff();
          reject(signal?.reason);
        };
        const callOff = after(ms, () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        });
        signal?.addEventListener('abort', abort, { once: true });
      }),
    async advance(ms) {
      const until_ms = passed_ms + ms;
      await settled();
      for (;;) {
        const next = [...sleepers].reduce<Sleeper | null>(
          (first, sleeper) => (first === null || sleeper.at_ms < first.at_ms ? sleeper : first),
          null,
        );
        if (next === null || next.at_ms > until_ms) break;
        sleepers.delete(next);
        passed_ms = Math.max(passed_ms, next.at_ms);
        next.wake();
        await settled();
      }
      passed_ms = until_ms;
    },
    get sleeping() {
      return sleepers.size;
    },
  };
}

/** Everything that promises alone can do has been done. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
