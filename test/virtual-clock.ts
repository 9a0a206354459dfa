import { type Clock, sleepOver } from '../src/values/clock.ts';

/** Time that passes only when a test says so. */
export interface VirtualClock extends Clock {
  /** Wakes every sleeper whose time comes within `ms`, in order, each with everything settled that the last one began. */
  advance(ms: number): Promise<void>;
  /** Like `advance`, for as long as `goes` says so and anybody sleeps; false where nobody sleeps any more. */
  advanceWhile(goes: () => boolean): Promise<boolean>;
  /** How many still sleep. */
  readonly sleeping: number;
}

interface Sleeper {
  readonly at_ms: number;
  /** Of two that are due at the same time, the one with the lower number, which went to sleep first, wakes first. */
  readonly number: number;
  wake: (() => void) | null;
}

/**
 * `wakesOfARound`: how many wakes share one round of the event loop, to save time. What waits for a file, a socket or
 * an immediate of its own comes only after all of them, so it must be one where anything does.
 */
export function virtualClock(start_ms = Date.UTC(2026, 0, 1), wakesOfARound = 1): VirtualClock {
  const turn = turnsOfARound(wakesOfARound);
  let passed_ms = 0;
  let numbered = 0;
  let sleeping = 0;
  const sleepers = sleeperHeap();
  const after = (ms: number, wake: () => void) => {
    const sleeper: Sleeper = { at_ms: passed_ms + Math.max(0, ms), number: numbered++, wake };
    sleepers.push(sleeper);
    sleeping++;
    return () => {
      if (sleeper.wake !== null) sleeping--;
      sleeper.wake = null;
    };
  };
  /** Wakes the next sleeper if it is due by `until_ms`; false where none is. */
  const wakeNext = (until_ms: number): boolean => {
    for (let next = sleepers.first(); next !== undefined; next = sleepers.first()) {
      if (next.wake !== null && next.at_ms > until_ms) return false;
      sleepers.pop();
      if (next.wake === null) continue;
      passed_ms = Math.max(passed_ms, next.at_ms);
      const { wake } = next;
      next.wake = null;
      sleeping--;
      wake();
      return true;
    }
    return false;
  };
  return {
    after,
    now: () => start_ms + passed_ms,
    monotonic: () => passed_ms,
    sleep: sleepOver(after),
    async advance(ms) {
      const until_ms = passed_ms + ms;
      await turn();
      while (wakeNext(until_ms)) await turn();
      passed_ms = until_ms;
    },
    async advanceWhile(goes) {
      await turn();
      while (goes()) {
        if (!wakeNext(Number.POSITIVE_INFINITY)) return false;
        await turn();
      }
      return true;
    },
    get sleeping() {
      return sleeping;
    },
  };
}

/** Resolves when everything has been done that needs only promises. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Like `settled`, with so many turns in one round of the event loop. Promises, and reports of unhandled rejections, run
 * between two immediates.
 */
function turnsOfARound(turns: number): () => Promise<void> {
  const waiting: (() => void)[] = [];
  let left = 0;
  const turn = () => {
    left--;
    for (const resolve of waiting.splice(0)) resolve();
  };
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (left === 0) for (; left < turns; left++) setImmediate(turn);
    });
}

/** A binary heap: the earliest sleeper first. */
function sleeperHeap() {
  const heap: Sleeper[] = [];
  const isBefore = (one: Sleeper, other: Sleeper) =>
    one.at_ms < other.at_ms || (one.at_ms === other.at_ms && one.number < other.number);
  return {
    first: () => heap[0],
    push(sleeper: Sleeper): void {
      let at = heap.length;
      for (; at > 0; at = (at - 1) >> 1) {
        const parent = heap[(at - 1) >> 1] as Sleeper;
        if (isBefore(parent, sleeper)) break;
        heap[at] = parent;
      }
      heap[at] = sleeper;
    },
    pop(): void {
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return;
      let at = 0;
      for (;;) {
        const left = 2 * at + 1;
        let least = heap[left];
        if (least === undefined) break;
        const right = heap[left + 1];
        const down = right !== undefined && isBefore(right, least) ? left + 1 : left;
        least = heap[down] as Sleeper;
        if (isBefore(last, least)) break;
        heap[at] = least;
        at = down;
      }
      heap[at] = last;
    },
  };
}
