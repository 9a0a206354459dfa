import type { Clock } from './clock.ts';

/** A clock that the host's time moves: the system's own clock is not ours to set. */
export interface SetClock extends Clock {
  /** F12 and F13 of a sign-in's answer, in the terminal's time zone; the year is the terminal's. */
  set(host_time: { readonly hhmmss: string; readonly mmdd: string }): void;
}

/** Less than this is the way of the message, not a wrong clock. */
const LEAST_MS = 3000;
const HALF_YEAR_MS = 182 * 86_400_000;

export function setClock(clock: Clock): SetClock {
  let ahead_ms = 0;
  return {
    now: () => clock.now() + ahead_ms,
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
      const off_ms = said - here.getTime();
      ahead_ms = Math.abs(off_ms) < LEAST_MS ? 0 : off_ms;
    },
  };
}
