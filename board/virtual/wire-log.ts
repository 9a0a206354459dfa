/** One thing that crossed a wire: how much, which way, and the shape of a message; never what was secret in it. */
export interface WireRow {
  readonly n: number;
  /** ISO 8601. */
  readonly at: string;
  /** `primary`, `i2c`, `tty-printer`; for what the terminal tells itself, the name that it gives. */
  readonly wire: string;
  /** As the terminal sees it; null where there is none. */
  readonly direction: 'out' | 'in' | null;
  readonly bytes: number;
  /** How many such crossings this row stands for, where they came one upon another. */
  readonly times: number;
  /** Message type of an acquirer's message. */
  readonly mti?: string;
  /** The fields that its bitmap announces. */
  readonly fields?: readonly number[];
  /** The step of a key centre message. */
  readonly step?: string;
  /** The terminal's own masked words, or the address on a bus. */
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
    // A run has one row, and each time that it grows a new number: whoever asks for what is new sees it again.
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
 * A device is written in pieces (a display in pages, a slip in lines) and asked again and again: one row for the run,
 * not one for each piece. A run ends after a second, unless nothing else has crossed since.
 */
function continues(run: WireRow, row: WireRow, last: boolean): boolean {
  const near = last || Date.parse(row.at) - Date.parse(run.at) < RUN_MS;
  return near && isPlain(run) && isPlain(row) && run.text === row.text;
}

function isPlain(row: WireRow): boolean {
  return row.mti === undefined && row.step === undefined && row.event === undefined && row.bytes > 0;
}
