import type { Drive, Level, LineDevice } from './wires.ts';

/** A timer of the world outside the terminal: `setTimeout`, or a storm's clock. The returned function cancels it. */
export type After = (ms: number, act: () => void) => () => void;

export const afterTimeout: After = (ms, act) => {
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
};

export interface KeyMatrixWiring {
  rows: readonly number[];
  columns: readonly number[];
  /** The names of the keys, row by row. */
  keys: readonly (readonly string[])[];
  /** How long a contact bounces after it is pressed or released, in ms; 0 is an ideal switch. */
  bounce_ms?: number;
  after?: After;
  /** Milliseconds since an arbitrary start, by the same clock as `after`. */
  now?: () => number;
}

/** A matrix of switches without diodes: each closed switch connects its row with its column. */
export interface KeyMatrix extends LineDevice {
  press(key: string): void;
  release(key: string): void;
  /** Makes a switch stick closed, whatever fingers do, or frees it again. */
  stick(key: string, stuck: boolean): void;
  releaseAll(): void;
  /**
   * How often the pad was scanned: a scan releases the rows in turn, and ends when the first row is driven low again.
   */
  looks(): number;
  /** The switches whose contacts touch now. */
  closed(): string[];
  /** How often a row driven high met one driven low through closed switches: a short between two outputs. */
  fights(): number;
}

export function keyMatrix(wiring: KeyMatrixWiring): KeyMatrix {
  const { rows, columns, keys, bounce_ms = 0, after = afterTimeout, now = () => performance.now() } = wiring;
  const drives = new Map<number, Drive>();
  /** Where each switch was last moved to, and when. */
  const moves = new Map<string, { closed: boolean; since_ms: number }>();
  const stuck = new Set<string>();
  const bouncing = new Map<string, () => void>();
  let fights = 0;
  let looks = 0;

  const touches = (key: string): boolean => {
    if (stuck.has(key)) return true;
    const move = moves.get(key);
    if (move === undefined) return false;
    const passed_ms = now() - move.since_ms;
    return passed_ms < bounce_ms && Math.floor(passed_ms) % 2 === 1 ? !move.closed : move.closed;
  };

  const ends = new Map<string, readonly number[]>(
    keys.flatMap((names, row) =>
      names.map((name, column) => [name, [rows[row] as number, columns[column] as number]] as const),
    ),
  );

  /** Row and column of each closed switch; kept only for ideal switches, as bouncing contacts change with time. */
  let settledJoints: readonly (readonly number[])[] | null = null;
  const joints = () => {
    if (settledJoints !== null) return settledJoints;
    const found = [...moves.keys(), ...stuck].filter(touches).flatMap((name) => [ends.get(name) ?? []]);
    if (bounce_ms === 0) settledJoints = found;
    return found;
  };
  /** The lines that closed switches connect `line` with, itself among them. */
  const connectedWith = (line: number, closed: readonly (readonly number[])[]): Iterable<number> => {
    const reached = new Set([line]);
    for (const from of reached) {
      for (const joint of closed) if (joint.includes(from)) for (const end of joint) reached.add(end);
    }
    return reached;
  };
  const known = (key: string) => {
    if (keys.some((names) => names.includes(key))) return;
    throw new RangeError(`no key ${JSON.stringify(key)} on the pad: ${keys.flat().join(' ')} are`);
  };
  /** The contact follows at once, then bounces each millisecond until `bounce_ms` have passed. */
  const move = (key: string, closed: boolean) => {
    known(key);
    bouncing.get(key)?.();
    const since_ms = now();
    // An ideal switch that is released needs no entry: it does not bounce.
    if (closed || bounce_ms > 0) moves.set(key, { closed, since_ms });
    else moves.delete(key);
    settledJoints = null;
    matrix.onChange();
    // The timer only reports changes. The state itself follows from the clock, so a late timer makes no longer bounce.
    const spring = () => {
      matrix.onChange();
      if (now() - since_ms < bounce_ms) bouncing.set(key, after(1, spring));
      else bouncing.delete(key);
    };
    if (bounce_ms > 0) bouncing.set(key, after(1, spring));
  };
  const matrix: KeyMatrix = {
    lines: [...rows, ...columns],
    onChange: () => undefined,
    drive(line, drive) {
      if (line === rows[0] && drive === 'low' && drives.get(line) !== 'low') looks += 1;
      drives.set(line, drive);
    },
    level(line): Level {
      const closed = joints();
      // The usual case: no closed switch is on this line.
      if (closed.length === 0 || !closed.some((joint) => joint.includes(line)))
        return drives.get(line) === 'low' ? 0 : 1;
      let low = false;
      let high = false;
      // A single closed switch connects just its two ends.
      for (const end of closed.length === 1 ? (closed[0] ?? []) : connectedWith(line, closed)) {
        const drive = drives.get(end);
        low ||= drive === 'low';
        high ||= drive === 'high';
      }
      if (low && high) fights += 1;
      return low ? 0 : 1;
    },
    press: (key) => move(key, true),
    release: (key) => move(key, false),
    stick(key, on) {
      known(key);
      if (on) stuck.add(key);
      else stuck.delete(key);
      settledJoints = null;
      matrix.onChange();
    },
    releaseAll() {
      for (const callOff of bouncing.values()) callOff();
      bouncing.clear();
      moves.clear();
      settledJoints = null;
      matrix.onChange();
    },
    looks: () => looks,
    closed: () => keys.flat().filter(touches),
    fights: () => fights,
  };
  return matrix;
}
