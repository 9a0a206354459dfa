import { paperPicture } from './paper-picture.ts';
import type { DotRow } from './paper-strip.ts';

/** The paper that came out of the printer between two cuts, or still hangs out of it. */
export interface Slip {
  /** From 1, in the order of printing. */
  readonly n: number;
  readonly text: string;
  readonly cut: boolean;
}

/** The paper that has left the head, slip by slip. */
export interface PaperRoll {
  burn(rows: readonly DotRow[]): void;
  /** Adds the text of a line that is completely printed. */
  read(text: string): void;
  /** Cuts the slip; does nothing where no paper hangs out. */
  cut(): void;
  /** A new roll: paper that hung out of the printer is torn off with the old one. */
  replace(): void;
  /** The slips with text on them, from this number on. */
  slips(from?: number): readonly Slip[];
  /** PNG at one pixel a dot; null where no slip has that number. */
  picture(n: number): Promise<Uint8Array | null>;
  /** Calls back whenever a line or a cut was added to a slip. */
  watch(printed: (slip: Slip) => void): () => void;
}

interface Piece {
  readonly n: number;
  readonly lines: string[];
  readonly rows: DotRow[];
  state: 'hanging' | 'cut' | 'torn';
}

/** The number of slips that are kept. */
const KEPT = 200;

export function paperRoll(dots: number): PaperRoll {
  const pieces: Piece[] = [];
  const watchers = new Set<(slip: Slip) => void>();
  let numbered = 0;

  const slipOf = ({ n, lines, state }: Piece): Slip => ({ n, text: lines.join('\n'), cut: state === 'cut' });

  function hanging(): Piece {
    const last = pieces.at(-1);
    if (last?.state === 'hanging') return last;
    const fresh: Piece = { n: ++numbered, lines: [], rows: [], state: 'hanging' };
    pieces.push(fresh);
    if (pieces.length > KEPT) pieces.shift();
    return fresh;
  }

  function tell(piece: Piece): void {
    for (const watcher of watchers) watcher(slipOf(piece));
  }

  return {
    burn(rows) {
      hanging().rows.push(...rows);
    },
    read(text) {
      const piece = hanging();
      piece.lines.push(text);
      tell(piece);
    },
    cut() {
      const last = pieces.at(-1);
      if (last?.state !== 'hanging') return;
      last.state = 'cut';
      tell(last);
    },
    replace() {
      const last = pieces.at(-1);
      if (last?.state === 'hanging') last.state = 'torn';
    },
    slips: (from = 0) => pieces.filter(({ n, lines }) => n >= from && lines.length > 0).map(slipOf),
    async picture(n) {
      const found = pieces.find((piece) => piece.n === n);
      return found === undefined ? null : paperPicture(found.rows, dots, found.state !== 'hanging');
    },
    watch(printed) {
      watchers.add(printed);
      return () => watchers.delete(printed);
    },
  };
}
