import type { Drive, Level, LineDevice } from './wires.ts';

/** Waits outside of the terminal: `setTimeout`, or a storm's clock. The returned function calls it off. */
export type After = (ms: number, act: () => void) => () => void;

export const afterTimeout: After = (ms, act) => {
  const timer = setTimeout(act, ms);
  return () => clearTimeout(timer);
};

export interface KeyMatrixWiring {
  rows: readonly number[];
  columns: readonly number[];
  /** One row of names for each row of switches. */
  keys: readonly (readonly string[])[];
  /** For how long a contact opens and closes again after it has been pressed or let go, in ms; 0 is an ideal switch. */
  bounce_ms?: number;
  after?: After;
}

/** A matrix of bare switches, no diodes: a closed switch connects its row and its column, whatever else does. */
export interface KeyMatrix extends LineDevice {
  press(key: string): void;
  release(key: string): void;
  /** A switch that has welded itself shut, or is freed again. Fingers no longer matter to it. */
  stick(key: string, stuck: boolean): void;
  releaseAll(): void;
  /** How often every row has been driven once more: a scan of the pad does it. */
  looks(): number;
  /** The switches whose contacts touch now. */
  closed(): string[];
  /** How often a row driven high met one driven low through closed switches: a short between two outputs. */
  fights(): number;
}

export function keyMatrix(wiring: KeyMatrixWiring): KeyMatrix {
  const { rows, columns, keys, bounce_ms = 0, after = afterTimeout } = wiring;
  const drives = new Map<number, Drive>();
  const contacts = new Set<string>();
  const stuck = new Set<string>();
  const bouncing = new Map<string, () => void>();
  let fights = 0;
  let drivesOfFirstRow = 0;

  /** The lines that closed switches connect `line` with, itself among them. */
  const connectedWith = (line: number): Set<number> => {
    const reached = new Set([line]);
    for (const from of reached) {
      for (const [row, names] of keys.entries()) {
        for (const [column, name] of names.entries()) {
          if (!contacts.has(name) && !stuck.has(name)) continue;
          const ends = [rows[row] as number, columns[column] as number];
          if (ends.includes(from)) for (const end of ends) reached.add(end);
        }
      }
    }
    return reached;
  };
  const known = (key: string) => {
    if (keys.some((names) => names.includes(key))) return;
    throw new RangeError(`no key ${JSON.stringify(key)} on the pad: ${keys.flat().join(' ')} are`);
  };
  const touch = (key: string, closed: boolean) => {
    if (closed) contacts.add(key);
    else contacts.delete(key);
    matrix.onChange();
  };
  /** The contact follows at once, then springs back and forth until `bounce_ms` have passed. */
  const move = (key: string, closed: boolean) => {
    known(key);
    bouncing.get(key)?.();
    bouncing.delete(key);
    touch(key, closed);
    let left = bounce_ms;
    const spring = (next: boolean) => {
      if (left <= 0 && next !== closed) return;
      left -= 1;
      bouncing.set(
        key,
        after(1, () => {
          bouncing.delete(key);
          touch(key, next);
          spring(!next);
        }),
      );
    };
    if (bounce_ms > 0) spring(!closed);
  };
  const matrix: KeyMatrix = {
    lines: [...rows, ...columns],
    onChange: () => undefined,
    drive(line, drive) {
      if (line === rows[0]) drivesOfFirstRow += 1;
      drives.set(line, drive);
    },
    level(line): Level {
      const driven = new Set([...connectedWith(line)].map((end) => drives.get(end)));
      if (driven.has('low') && driven.has('high')) fights += 1;
      return driven.has('low') ? 0 : 1;
    },
    press: (key) => move(key, true),
    release: (key) => move(key, false),
    stick(key, on) {
      known(key);
      if (on) stuck.add(key);
      else stuck.delete(key);
      matrix.onChange();
    },
    releaseAll() {
      for (const callOff of bouncing.values()) callOff();
      bouncing.clear();
      contacts.clear();
      matrix.onChange();
    },
    // A scan pulls each row down in turn, and ends with all of them down.
    looks: () => Math.floor(drivesOfFirstRow / (rows.length + 1)),
    closed: () => keys.flat().filter((key) => contacts.has(key) || stuck.has(key)),
    fights: () => fights,
  };
  return matrix;
}
