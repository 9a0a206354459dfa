import type { Sound } from './far-ends.ts';
import type { LineDevice } from './wires.ts';

/** What can be heard at the counter: an active buzzer on a line, and the loudspeaker. */
export interface Sounds {
  readonly buzzer: LineDevice;
  /** The loudspeaker's samples. */
  play(samples: Int16Array, rate_hz: number): void;
  /** Oldest first, the newest 200. */
  list(): readonly Sound[];
  watch(heard: (sound: Sound) => void): () => void;
}

const KEPT = 200;
/** The pitch of the usual active buzzer; the line only switches it. */
const BUZZER_HZ = 2_700;

export function sounds(buzzerLine: number, now: () => number = Date.now): Sounds {
  const heard: Sound[] = [];
  const watchers = new Set<(sound: Sound) => void>();
  let count = 0;
  let since: number | null = null;

  const add = (sound: Omit<Sound, 'n' | 'at'>, began_ms: number) => {
    count += 1;
    const entry: Sound = { n: count, at: new Date(began_ms).toISOString(), ...sound };
    heard.push(entry);
    heard.splice(0, heard.length - KEPT);
    for (const watcher of watchers) watcher(entry);
  };
  return {
    buzzer: {
      lines: [buzzerLine],
      onChange: () => undefined,
      level: () => (since === null ? 0 : 1),
      drive(_, drive) {
        const began = since;
        // The buzzer has a pull-down: it is silent while nothing drives the line.
        since = drive === 'high' ? (began ?? now()) : null;
        if (began !== null && since === null) {
          add({ sound: 'beep', duration_ms: Math.max(1, now() - began), hz: BUZZER_HZ }, began);
        }
      },
    },
    play: (samples, rate_hz) =>
      add({ sound: 'voice', duration_ms: Math.round((samples.length / rate_hz) * 1000) }, now()),
    list: () => heard,
    watch(watcher) {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
  };
}
