import type { LineOutputs, Lines, Pin } from '../../board/buses.ts';
import { type Clock, OVER } from '../values/clock.ts';

export type Beep = 'key' | 'done' | 'refused' | 'attention';

export interface Buzzer {
  /** Begins to sound and returns at once. A new sound ends the one that is playing. */
  beep(beep: Beep): void;
  /** Resolves when nothing sounds any more. */
  quiet(): Promise<void>;
}

/** On, off, on, … in ms. Told apart without looking: a click, two short, one long, three. */
const patterns = {
  key: [20],
  done: [80, 60, 80],
  refused: [400],
  attention: [120, 80, 120, 80, 120],
} as const satisfies Record<Beep, readonly number[]>;

/** Claimed at level 0. Null where it is not to be had, as where another program holds it, and why is said: a silent terminal sells. */
export function buzzerLine(lines: Lines, pin: Pin, say: (why: Error) => void): Promise<LineOutputs | null> {
  return lines.outputs([pin], 0).catch((error) => {
    say(error);
    return null;
  });
}

/** An active buzzer: its line, as `buzzerLine` claims it, is high while it sounds. */
export function buzzer(output: LineOutputs | null, clock: Clock): Buzzer {
  let stop = new AbortController();
  let playing: Promise<void> = Promise.resolve();

  const play = async (pattern: readonly number[], signal: AbortSignal) => {
    try {
      for (const [place, duration_ms] of pattern.entries()) {
        await output?.write([place % 2 === 0 ? 1 : 0]);
        await clock.sleep(duration_ms, signal);
      }
    } finally {
      await output?.write([0]);
    }
  };
  return {
    beep(beep) {
      stop.abort(OVER);
      stop = new AbortController();
      const { signal } = stop;
      // A buzzer that cannot sound must not stop a sale: a sound that is cut short, or lines that are gone, end here.
      playing = playing.then(() => play(patterns[beep], signal)).catch(() => undefined);
    },
    quiet: () => playing,
  };
}
