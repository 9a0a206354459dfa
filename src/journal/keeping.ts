const DAY_MS = 86_400_000;
/**
 * Two settlements in a row count as at most this far apart, so that a clock set to a wrong year ages older batches by
 * no more. A shop that settles monthly is still counted right; one that was shut for longer keeps entries longer.
 */
const MOST_APART_MS = 40 * DAY_MS;

export interface Closed {
  readonly batch: number;
  readonly closed_ms: number;
}

/**
 * The newest batch that was closed more than `days` before the last closing; 0 where there is none. Days are added up
 * from closing to closing (`closings` has the oldest first), so that the clock's present time decides nothing.
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
