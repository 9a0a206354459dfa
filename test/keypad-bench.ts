import type { Key, KeypadLayout } from '../board/buses.ts';
import { keyMatrix } from '../board/virtual/keys.ts';
import { type KeyPress, keypad } from '../src/operator/keypad.ts';
import { solderedLines } from './soldered-lines.ts';
import { virtualClock } from './virtual-clock.ts';

const pin = (line: number) => ({ chip: 'test', line });

export const layout: KeypadLayout = {
  rows: [0, 1, 2, 3].map(pin),
  columns: [4, 5, 6, 7].map(pin),
  keys: [
    ['1', '2', '3', 'cancel'],
    ['4', '5', '6', 'clear'],
    ['7', '8', '9', 'menu'],
    ['*', '0', '#', 'enter'],
  ],
};

export const allKeys: readonly Key[] = layout.keys.flat();

/** The driver on a bare matrix of switches, in virtual time. `down` are keys that are pressed before power comes. */
export async function keypadBench(down: readonly Key[] = []) {
  const clock = virtualClock();
  const switches = keyMatrix({ rows: [0, 1, 2, 3], columns: [4, 5, 6, 7], keys: layout.keys, after: clock.after });
  for (const key of down) switches.press(key);
  const lines = solderedLines(switches);
  const pad = await keypad(lines, layout, clock);
  await clock.advance(50);
  return {
    clock,
    switches,
    lines,
    pad,
    /** The presses that wait to be taken. */
    async presses(): Promise<KeyPress[]> {
      const taken: KeyPress[] = [];
      await clock.advance(0);
      for (;;) {
        const none = new AbortController();
        const next = pad.next(none.signal);
        none.abort('none');
        const press = await next.catch((reason) => {
          if (reason === 'none') return null;
          throw reason;
        });
        if (press === null) return taken;
        taken.push(press);
      }
    },
    async check() {
      const answer = pad.check();
      await clock.advance(0);
      return answer;
    },
    async [Symbol.asyncDispose]() {
      await pad.close();
      if (clock.sleeping > 0) throw new Error('the keypad left a timer behind');
    },
  };
}
