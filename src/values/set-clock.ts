import type { Clock } from './clock.ts';

/** A clock that the host's time moves: the system's own clock is not ours to set. */
export interface SetClock extends Clock {
  /** F12 and F13 of a sign-in's answer, in the terminal's time zone; the year is the terminal's. */
  set(host_time: { readonly hhmmss: string; readonly mmdd: string }): void;
}

/** A smaller difference is the time that the message took, not a wrong clock. */
const LEAST_MS = 3000;
const HALF_YEAR_MS = 182 * 86_400_000;

/**
 * Shows the system's time until the host has said its own; from then on the host's, plus what has passed since. If it
 * went on from the system's clock, whoever sets that afterwards (NTP, a technician) would correct a second time what
 * the host has corrected.
 *
 * `passed` measures what has passed: the machine's `monotonic()` by default. It runs for years without a step, at the
 * system's rate: seconds a day off where no NTP steers it, which the next day's sign-in mends. It stands still while a
 * machine is suspended: nothing here suspends a terminal, and one that was suspended is behind by that time until its
 * next sign-in.
 */
export function setClock(clock: Clock, passed: () => number = () => clock.monotonic()): SetClock {
  let host: { readonly at: number; readonly passed: number } | null = null;
  return {
    now: () => (host === null ? clock.now() : host.at + Math.floor(passed() - host.passed)),
    monotonic: () => clock.monotonic(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    after: (ms, act) => clock.after(ms, act),
    set({ hhmmss, mmdd }) {
      const here = new Date(clock.now());
      const parts = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/
        .exec(mmdd + hhmmss)
        ?.slice(1)
        .map(Number);
      if (parts === undefined) return;
      const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
      let said = new Date(here.getFullYear(), month - 1, day, hour, minute, second).getTime();
      // Around New Year the host's date may be of the year before or after.
      for (const year of [here.getFullYear() - 1, here.getFullYear() + 1]) {
        if (Math.abs(said - here.getTime()) <= HALF_YEAR_MS) break;
        said = new Date(year, month - 1, day, hour, minute, second).getTime();
      }
      const isRight = Math.abs(said - here.getTime()) < LEAST_MS;
      host = { at: isRight ? here.getTime() : said, passed: passed() };
    },
  };
}
