/** One crossing of a wire: size, direction, and the type of a message; never its secrets. */
export interface WireRow {
  readonly n: number;
  /** ISO 8601. */
  readonly at: string;
  /** `primary`, `i2c`, `tty-printer` …; for the terminal's own reports, the name that the terminal uses. */
  readonly wire: string;
  /** From the terminal's point of view; null where there is no direction. */
  readonly direction: 'out' | 'in' | null;
  readonly bytes: number;
  /** The number of crossings in a run that this row stands for. */
  readonly times: number;
  /** Message type of an acquirer's message. */
  readonly mti?: string;
  /** The fields that its bitmap announces. */
  readonly fields?: readonly number[];
  /** The step of a key centre message. */
  readonly step?: string;
  /** The terminal's own masked text, or the address on a bus. */
  readonly text?: string;
  /** Connections that opened, closed, or were cut, and far ends that nobody reached. */
  readonly event?: 'open' | 'closed' | 'cut' | 'unreachable';
}

export type NewWireRow = Omit<WireRow, 'n' | 'at' | 'times'> & { readonly at?: string };

const KEPT_ROWS = 2000;
const RUN_MS = 1000;

/** The board's log of its wires: bounded, numbered from 1, watched by every open page. */
export class WireLog {
  readonly #rows: WireRow[] = [];
  readonly #watchers = new Set<(row: WireRow) => void>();
  readonly #now: () => number;
  #last = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  append(row: NewWireRow): void {
    const added: WireRow = { ...row, n: ++this.#last, at: row.at ?? new Date(this.#now()).toISOString(), times: 1 };
    const run = this.#rows.findLast(({ wire, direction }) => wire === added.wire && direction === added.direction);
    if (run === undefined || !continues(run, added, this.#rows.at(-1) === run)) {
      this.#keep(added);
      return;
    }
    // A run has one row, which gets a new number whenever it grows, so that a reader of new rows sees it again.
    this.#rows.splice(this.#rows.lastIndexOf(run), 1);
    this.#keep({ ...added, at: run.at, bytes: run.bytes + added.bytes, times: run.times + 1 });
  }

  /** Rows whose number is above `n`, oldest first. */
  since(n: number): readonly WireRow[] {
    return this.#rows.filter((row) => row.n > n);
  }

  watch(crossed: (row: WireRow) => void): () => void {
    this.#watchers.add(crossed);
    return () => this.#watchers.delete(crossed);
  }

  #keep(row: WireRow): void {
    this.#rows.push(row);
    if (this.#rows.length > KEPT_ROWS) this.#rows.shift();
    for (const crossed of this.#watchers) crossed(row);
  }
}

/**
 * Devices are written in pieces (a display in pages, a slip in lines) and polled again and again: such a run gets one
 * row instead of one for each piece. A run ends after a second, unless nothing else has crossed since.
 */
function continues(run: WireRow, row: WireRow, last: boolean): boolean {
  const near = last || Date.parse(row.at) - Date.parse(run.at) < RUN_MS;
  return near && isPlain(run) && isPlain(row) && run.text === row.text;
}

function isPlain(row: WireRow): boolean {
  return row.mti === undefined && row.step === undefined && row.event === undefined && row.bytes > 0;
}
