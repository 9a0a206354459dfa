const DAY_MS = 86_400_000;
/**
 * Two settlements count as no further apart than this, so that a clock that was set to another year ages what was settled
 * before by no more. A shop that settles by the month is counted right; one that was shut for longer keeps for longer.
 */
const MOST_APART_MS = 40 * DAY_MS;

export interface Closed {
  readonly batch: number;
  readonly closed_ms: number;
}

/**
 * The newest batch that was closed so many days before the newest one; 0 where none was. Days are counted from settlement
 * to settlement, the oldest first in `closings`: what the clock says now decides nothing.
 */
export function newestOlderThan(days: number, closings: readonly Closed[]): number {
  let age_ms = 0;
  let later: Closed | null = null;
  for (const closed of closings.toReversed()) {
    const apart_ms = later === null ? 0 : later.closed_ms - closed.closed_ms;
    age_ms += Math.min(Math.max(apart_ms, 0), MOST_APART_MS);
    if (age_ms > days * DAY_MS) return closed.batch;
    later = closed;
  }
  return 0;
}
