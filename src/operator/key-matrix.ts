/** The result of one scan of the pad: for each row driven low, a bit for each column that went low with it. */
export type Scan = readonly number[];

/** A contact that has just moved is not believed again for this long: contacts of rubber pads settle within 10 ms. */
export const LOCK_OUT_MS = 20;
/** A key held this long is reported a second time. */
export const HELD_MS = 1_000;
/** Nobody holds a key this long: it is stuck, and is ignored until it is let go. */
export const STUCK_MS = 10_000;

/** A key of the pad: its row and column. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

export interface KeyState extends Place {
  down: boolean;
  /** When `down` last changed, by the monotonic clock. */
  changed_ms: number;
  heldTold: boolean;
  stuck: boolean;
}

export interface Change {
  place: Place;
  held: boolean;
}

export function keyStates(rows: number, columns: number): KeyState[] {
  const states: KeyState[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      states.push({ row, column, down: false, changed_ms: Number.NEGATIVE_INFINITY, heldTold: false, stuck: false });
    }
  }
  return states;
}

/**
 * Moves `states` to what `scan` saw at `now_ms` and returns the presses that it means: at the leading edge, and again
 * when a key has been held. A key that could be a ghost keeps its state until the scan is unambiguous.
 */
export function follow(states: readonly KeyState[], scan: Scan, now_ms: number): Change[] {
  const changes: Change[] = [];
  for (const state of states) {
    const seen = isDown(scan, state);
    if (seen !== state.down && now_ms - state.changed_ms >= LOCK_OUT_MS && !(seen && isAmbiguous(scan, state))) {
      state.down = seen;
      state.changed_ms = now_ms;
      state.heldTold = false;
      state.stuck = false;
      if (seen) changes.push({ place: state, held: false });
    }
    if (!state.down || state.stuck) continue;
    const held_ms = now_ms - state.changed_ms;
    if (held_ms >= STUCK_MS) state.stuck = true;
    else if (held_ms >= HELD_MS && !state.heldTold) {
      state.heldTold = true;
      changes.push({ place: state, held: true });
    }
  }
  return changes;
}

export function isDown(scan: Scan, { row, column }: Place): boolean {
  return (((scan[row] ?? 0) >> column) & 1) === 1;
}

/**
 * Three pressed corners of a rectangle connect the fourth as well: rows that share a column then show the same columns,
 * and with two or more of those nobody can tell which corner is pressed.
 */
export function isAmbiguous(scan: Scan, { row, column }: Place): boolean {
  const own = scan[row] ?? 0;
  return scan.some((other, at) => at !== row && ((other >> column) & 1) === 1 && severalBits(own & other));
}

export function hasGhost(scan: Scan): boolean {
  return scan.some((own, row) => scan.some((other, at) => at > row && severalBits(own & other)));
}

/** A bit for each column that any row saw low. */
export function columnsOf(scan: Scan): number {
  return scan.reduce((all, columns) => all | columns, 0);
}

function severalBits(mask: number): boolean {
  return (mask & (mask - 1)) !== 0;
}
