import type { Key, KeypadLayout, Level, LineInputs, LineOutputs, Lines } from '../../board/buses.ts';
import type { Clock } from '../values/clock.ts';
import { Fault, type Problem } from '../values/problem.ts';
import {
  columnsOf,
  follow,
  hasGhost,
  type KeyState,
  keyStates,
  LOCK_OUT_MS,
  type Place,
  type Scan,
} from './key-matrix.ts';

export type { Key, KeypadLayout } from '../../board/buses.ts';

/** `held` is false at the leading edge, and true when the same key has then been down for a second. */
export interface KeyPress {
  readonly key: Key;
  readonly held: boolean;
  /** By the monotonic clock. */
  readonly at_ms: number;
}

export interface Keypad {
  /** The oldest press not yet taken, or the next one. One caller at a time. Throws Fault `device-lost` without lines. */
  next(signal?: AbortSignal): Promise<KeyPress>;
  /** Forgets presses not yet taken: before a question that an impatient finger must not answer. */
  flush(): void;
  /** Drives each row and looks at the columns: null when the pad answers as one with no key pressed does. */
  check(): Promise<Problem | null>;
  close(): Promise<void>;
}

/** Fingers run ahead of screens, but not by more than this. */
const MOST_TYPED_AHEAD = 16;
/**
 * While a key is down or stuck, its release and a second key in its column make no edge: so the pad is scanned this
 * often, which is half the time of a quick press.
 */
const LOOK_AGAIN_MS = 20;

/**
 * A matrix of bare switches. At rest all rows are low and a pressed key pulls its column down: that edge starts a scan.
 * A scan is sent as a whole before its first answer is awaited.
 */
export async function keypad(lines: Lines, layout: KeypadLayout, clock: Clock): Promise<Keypad> {
  const claimed = Promise.all([lines.outputs(layout.rows, 0, 'open-drain'), lines.inputs(layout.columns)]);
  const [rows, columns] = await claimed.catch((cause) => {
    throw new Fault({ kind: 'device-lost', device: 'keypad' }, { cause });
  });
  const states = keyStates(layout.rows.length, layout.columns.length);
  const presses = pressQueue();
  const ears = edgeEars(columns, clock);
  const checks: PromiseWithResolvers<Problem | null>[] = [];
  let stopped = false;

  const pressOf = (place: Place, held: boolean): KeyPress => ({
    key: keyAt(layout, place),
    held,
    at_ms: clock.monotonic(),
  });
  const attend = async () => {
    // A key that is down when power comes was not pressed for us: it is ignored until it is let go.
    follow(states, await scanOf(rows, columns, layout, ears), clock.monotonic());
    for (const state of states) state.stuck = state.down;
    while (!stopped) {
      if (checks.length > 0) {
        const problem = await checkedPad(rows, columns, layout, states);
        for (const check of checks.splice(0)) check.resolve(problem);
      }
      await ears.heard(lookAgain(states, clock.monotonic()));
      if (stopped) break;
      const scan = await scanOf(rows, columns, layout, ears);
      for (const change of follow(states, scan, clock.monotonic())) presses.put(pressOf(change.place, change.held));
    }
  };
  const attending = attend().catch((error) => {
    const fault = new Fault({ kind: 'device-lost', device: 'keypad' }, { cause: error });
    stopped = true;
    presses.fail(fault);
    for (const check of checks.splice(0)) check.reject(fault);
  });

  return {
    next: presses.next,
    flush: presses.flush,
    check() {
      const check = Promise.withResolvers<Problem | null>();
      if (stopped) check.reject(new Fault({ kind: 'device-lost', device: 'keypad' }));
      else checks.push(check);
      ears.wake();
      return check.promise;
    },
    async close() {
      stopped = true;
      ears.close();
      await attending;
      presses.fail(new Fault({ kind: 'device-lost', device: 'keypad' }));
    },
  };
}

/**
 * In how many ms to look again without an edge: soon while a key is down, or when the next lock-out ends; null while
 * nothing is down or locked out.
 */
function lookAgain(states: readonly KeyState[], now_ms: number): number | null {
  let next_ms = states.some(({ down }) => down) ? LOOK_AGAIN_MS : null;
  for (const { changed_ms } of states) {
    const left_ms = changed_ms + LOCK_OUT_MS - now_ms;
    if (left_ms > 0) next_ms = Math.min(left_ms, next_ms ?? left_ms);
  }
  return next_ms;
}

/** Looks at every row once, then back to rest. With three keys or more it looks again until two looks agree. */
async function scanOf(rows: LineOutputs, columns: LineInputs, layout: KeypadLayout, ears: EdgeEars): Promise<Scan> {
  let before: Scan | null = null;
  for (let look = 1; ; look++) {
    ears.scanning();
    const { scan, rest } = await looked(rows, columns, layout);
    ears.scanned(columnsOf(scan), rest);
    // A key that closes in the middle of a scan can make its rectangle's fourth corner look pressed alone.
    if (keysIn(scan) < 3 || look === 4 || before?.join() === scan.join()) return scan;
    before = scan;
  }
}

/** Each row alone, then all of them; everything is on its way before the first answer is awaited. */
async function looked(
  rows: LineOutputs,
  columns: LineInputs,
  layout: KeypadLayout,
): Promise<{ scan: Scan; rest: number }> {
  const writes: Promise<void>[] = [];
  const reads: Promise<readonly Level[]>[] = [];
  for (const row of [...layout.rows.keys(), null]) {
    writes.push(rows.write(layout.rows.map((_, other) => (row === null || other === row ? 0 : 1))));
    reads.push(columns.read());
  }
  const [answers] = await Promise.all([Promise.all(reads), Promise.all(writes)]);
  const seen = answers.map(lowBits);
  return { scan: seen.slice(0, -1), rest: seen.at(-1) ?? 0 };
}

function keysIn(scan: Scan): number {
  let keys = 0;
  for (let columns of scan) for (; columns !== 0; columns &= columns - 1) keys++;
  return keys;
}

async function checkedPad(
  rows: LineOutputs,
  columns: LineInputs,
  layout: KeypadLayout,
  states: readonly KeyState[],
): Promise<Problem | null> {
  const letGo = rows.write(layout.rows.map(() => 1));
  const [released, { scan }] = await Promise.all([columns.read(), looked(rows, columns, layout), letGo]);
  const low = released.flatMap((level, column) => (level === 0 ? [column + 1] : []));
  if (low.length > 0) {
    return { kind: 'device-garbled', device: 'keypad', why: `column ${low.join(', ')} is low while no row is driven` };
  }
  if (hasGhost(scan)) return { kind: 'device-garbled', device: 'keypad', why: 'several keys are down at once' };
  const stuck = states.filter((state) => state.stuck).map((state) => keyAt(layout, state));
  return stuck.length > 0 ? { kind: 'key-stuck', keys: stuck } : null;
}

function lowBits(levels: readonly Level[]): number {
  return levels.reduce<number>((bits, level, column) => (level === 0 ? bits | (1 << column) : bits), 0);
}

function keyAt(layout: KeypadLayout, { row, column }: Place): Key {
  const key = layout.keys[row]?.[column];
  if (key === undefined)
    throw new RangeError(`the board description names no key in row ${row + 1}, column ${column + 1}`);
  return key;
}

interface EdgeEars {
  /** Resolves at an edge that a finger made, or after `at_most_ms`; null waits for an edge alone. */
  heard(at_most_ms: number | null): Promise<void>;
  scanning(): void;
  scanned(seenColumns: number, restColumns: number): void;
  wake(): void;
  close(): void;
}

/** Tells a finger's edges from those that scanning itself makes: the latter come only on columns that the scan saw. */
function edgeEars(columns: LineInputs, clock: Clock): EdgeEars {
  let fallen = 0;
  let seen = 0;
  let woken = Promise.withResolvers<void>();
  const unwatch = columns.watch((column, level) => {
    if (level === 1) return;
    fallen |= 1 << column;
    if (fallen & ~seen) woken.resolve();
  });
  return {
    async heard(at_most_ms) {
      if ((fallen & ~seen) === 0) {
        const callOff = at_most_ms === null ? null : clock.after(at_most_ms, woken.resolve);
        await woken.promise;
        callOff?.();
      }
      woken = Promise.withResolvers();
    },
    scanning() {
      fallen = 0;
    },
    scanned(seenColumns, restColumns) {
      seen = seenColumns;
      // A column that is low at rest but not in the scan: its key was pressed while the scan went on.
      fallen |= restColumns;
    },
    wake: () => woken.resolve(),
    close() {
      unwatch();
      woken.resolve();
    },
  };
}

function pressQueue() {
  let typed: KeyPress[] = [];
  let taker: PromiseWithResolvers<KeyPress> | null = null;
  let failed: Fault | null = null;
  return {
    put(press: KeyPress) {
      if (taker) taker.resolve(press);
      else if (typed.length < MOST_TYPED_AHEAD) typed.push(press);
      taker = null;
    },
    fail(fault: Fault) {
      failed ??= fault;
      taker?.reject(failed);
      taker = null;
    },
    flush() {
      typed = [];
    },
    async next(signal?: AbortSignal): Promise<KeyPress> {
      signal?.throwIfAborted();
      const press = typed.shift();
      if (press) return press;
      if (failed) throw failed;
      if (taker) throw new Error('two callers wait for a key at once');
      const mine = Promise.withResolvers<KeyPress>();
      taker = mine;
      const leave = () => {
        if (taker === mine) taker = null;
        mine.reject(signal?.reason);
      };
      signal?.addEventListener('abort', leave, { once: true });
      try {
        return await mine.promise;
      } finally {
        signal?.removeEventListener('abort', leave);
      }
    },
  };
}
