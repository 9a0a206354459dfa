import type { ReplayAct, ReplayDesk, ReplayFrame, ReplayState } from '../board/virtual/replay-desk.ts';
import type { Linked } from '../src/recorder/happening.ts';
import type { Difference } from './channels.ts';
import type { Film, Frame } from './film.ts';

/** The controls of whoever watches a replay: play, pause, step, and speed. */
export interface PlayDesk extends ReplayDesk {
  /** Resolves when this frame may run. */
  pace(frame: Frame): Promise<void>;
  differs(difference: Difference): void;
  over(): void;
}

/** Longer waits between two moves are cut to this: nobody wants to watch a till that waits for its next customer. */
const LONGEST_WAIT_MS = 5000;

export function playDesk({ frames }: Film, startSpeed: number): PlayDesk {
  const watchers = new Set<() => void>();
  const differences: Difference[] = [];
  const list = frames.map(({ record, role }): ReplayFrame => {
    const { n, at } = record;
    return { n, at, role, words: wordsOf(record).slice(0, 300) };
  });
  let speed = startSpeed;
  let playing = false;
  let over = false;
  let steps = 0;
  let at = 0;
  let woken = Promise.withResolvers<void>();

  const changed = () => {
    woken.resolve();
    woken = Promise.withResolvers();
    for (const tell of watchers) tell();
  };
  const acts: Readonly<Record<ReplayAct, () => void>> = {
    play: () => {
      playing = true;
    },
    pause: () => {
      playing = false;
    },
    step: () => {
      playing = false;
      steps += 1;
    },
    'as-it-is': () => undefined,
  };
  /** Waits as long as the person took for this move; a pause or a new speed takes effect at once. */
  const waited = async (frame: Frame) => {
    const before = frames[frame.at - 1]?.record.up ?? frame.record.up;
    let left_ms = Math.min(Math.max(0, frame.record.up - before), LONGEST_WAIT_MS);
    while (left_ms > 0 && playing) {
      const since = performance.now();
      const rest = Promise.withResolvers<void>();
      const timer = setTimeout(rest.resolve, left_ms / speed);
      const fast = speed;
      await Promise.race([rest.promise, woken.promise]);
      clearTimeout(timer);
      left_ms -= (performance.now() - since) * fast;
    }
  };

  return {
    state: (): ReplayState => ({ playing, over, speed, at, frames: frames.length, differences }),
    list: () => list,
    act(act) {
      if (over) return;
      acts[act]();
      changed();
    },
    setSpeed(times) {
      speed = times;
      changed();
    },
    watch(tell) {
      watchers.add(tell);
      return () => watchers.delete(tell);
    },
    async pace(frame) {
      if (playing && frame.role === 'hand') await waited(frame);
      while (!playing && steps === 0) await woken.promise;
      if (!playing) steps -= 1;
      at = frame.at + 1;
      changed();
    },
    differs(difference) {
      differences.push(difference);
      changed();
    },
    over() {
      over = true;
      playing = false;
      changed();
    },
  };
}

/** A record in one line, for the list. */
function wordsOf(record: Linked): string {
  const { n: _n, at: _at, up: _up, prev: _prev, kind, ...rest } = record;
  switch (record.kind) {
    case 'screen':
      return `${record.screen} · ${record.texts.join(' ')}`;
    case 'host': {
      const { way, mti, line, fields, note } = record;
      const told = ['trace', 'amount', 'code', 'reference'].flatMap((name) =>
        fields[name] === undefined ? [] : [`${name}=${fields[name]}`],
      );
      return [way === 'out' ? '→' : '←', mti, line, ...told, note ?? ''].filter((part) => part !== '').join(' ');
    }
    case 'entry':
      return `${record.type} ${record.trace} ${record.event}`;
    case 'begin':
      return `begin ${record.version} ${record.clean ? '' : 'after a power cut'}`;
    default:
      return `${kind} ${Object.values(rest).flat().map(plain).join(' ')}`;
  }
}

function plain(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
}
