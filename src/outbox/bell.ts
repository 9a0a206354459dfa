import type { Clock } from '../values/clock.ts';

/** What wakes a background loop. A ring that nobody waits for is kept, once, for the next who does. */
export interface Bell<Ring extends string> {
  ring(ring: Ring): void;
  /** Resolves to the ring, or to null after `ms` or when the signal aborts. Leaves no timer behind. */
  rung(
    rings: readonly Ring[],
    signal: AbortSignal,
    wait?: { readonly ms: number; readonly clock: Clock },
  ): Promise<Ring | null>;
}

export function bell<Ring extends string>(): Bell<Ring> {
  const kept = new Set<Ring>();
  let wake: (() => void) | null = null;

  return {
    ring(ring) {
      kept.add(ring);
      wake?.();
    },
    async rung(rings, signal, wait) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const end = () => resolve();
      const heard = () => rings.some((ring) => kept.has(ring)) && end();
      const callOff = wait?.clock.after(wait.ms, end);
      signal.addEventListener('abort', end, { once: true });
      wake = heard;
      heard();
      if (signal.aborted) end();
      await promise;
      wake = null;
      callOff?.();
      signal.removeEventListener('abort', end);
      const ring = rings.find((name) => kept.has(name)) ?? null;
      for (const name of rings) kept.delete(name);
      return ring;
    },
  };
}
