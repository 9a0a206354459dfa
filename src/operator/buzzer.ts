import type { LineOutputs, Lines, Pin } from '../../board/buses.ts';
import type { Clock } from '../values/clock.ts';

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

/**
 * Claims the buzzer's line at level 0. Where that fails (another program may hold it), says why and gives null: a
 * silent terminal can still sell.
 */
export function buzzerLine(lines: Lines, pin: Pin, say: (why: Error) => void): Promise<LineOutputs | null> {
  return lines.outputs([pin], 0).catch((error) => {
    say(error);
    return null;
  });
}

/** An active buzzer: its line, as `buzzerLine` claims it, is high while it sounds. */
export function buzzer(output: LineOutputs | null, clock: Clock): Buzzer {
  /** Sounds are numbered: a sound ends when it is no longer the newest. */
  let newest = 0;
  let cutShort = (): void => undefined;
  let playing: Promise<void> = Promise.resolve();

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const callOff = clock.after(ms, resolve);
      cutShort = () => {
        callOff();
        resolve();
      };
    });
  const play = async (pattern: readonly number[], number: number) => {
    try {
      for (const [place, duration_ms] of pattern.entries()) {
        await output?.write([place % 2 === 0 ? 1 : 0]);
        if (number === newest) await pause(duration_ms);
        if (number !== newest) return;
      }
    } finally {
      await output?.write([0]);
    }
  };
  return {
    beep(beep) {
      const number = ++newest;
      cutShort();
      // A buzzer that cannot sound must not stop a sale: lines that are gone end the sound here.
      playing = playing.then(() => play(patterns[beep], number)).catch(() => undefined);
    },
    quiet: () => playing,
  };
}
