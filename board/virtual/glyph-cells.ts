/** Reads text back from a dot display by comparing its cells with the font's, dot for dot. */
export interface GlyphCells {
  /** Four rows of text from 128 × 64 dots; a cell that is no glyph reads U+FFFD. Blanks at the end are left out. */
  rows(dots: Uint8Array): string[];
}

const WIDTH = 128;
const COLUMNS = 16;
const NO_GLYPH = '\ufffd';

/** `font` is `board/fonts/unifont-gb2312.bin`; `make-unifont.ts` beside it has the format. */
export function glyphCells(font: Buffer): GlyphCells {
  const narrowCount = font.readUInt16BE(4);
  const wideCount = font.readUInt16BE(6);
  const narrow = table(font, 8, narrowCount, 16);
  const wide = table(font, 8 + narrowCount * 18, wideCount, 32);
  // A wide blank is read as two spaces.
  wide.delete('0'.repeat(64));
  return {
    rows: (dots) => [0, 1, 2, 3].map((row) => readRow(dots, row, narrow, wide).trimEnd()),
  };
}

function table(font: Buffer, start: number, count: number, bytes: number): Map<string, string> {
  const cells = new Map<string, string>();
  for (let n = 0; n < count; n++) {
    const dots = font.toString('hex', start + 2 * count + n * bytes, start + 2 * count + (n + 1) * bytes);
    // Signs of the same shape (wide Latin and Greek capitals) are read as the first of them.
    if (!cells.has(dots)) cells.set(dots, String.fromCharCode(font.readUInt16BE(start + 2 * n)));
  }
  return cells;
}

/** Cuts the row into cells so that the fewest cells are no glyph; prefers wide cells where it makes no difference. */
function readRow(
  dots: Uint8Array,
  row: number,
  narrow: ReadonlyMap<string, string>,
  wide: ReadonlyMap<string, string>,
): string {
  interface Reading {
    text: string;
    unknown: number;
  }
  const readings: Reading[] = [];
  readings[COLUMNS] = { text: '', unknown: 0 };
  for (let column = COLUMNS - 1; column >= 0; column--) {
    const after = readings[column + 1] ?? { text: '', unknown: 0 };
    const half = narrow.get(cellAt(dots, row, column, 8));
    let best = { text: (half ?? NO_GLYPH) + after.text, unknown: after.unknown + (half ? 0 : 1) };
    const full = column + 1 < COLUMNS ? wide.get(cellAt(dots, row, column, 16)) : undefined;
    const afterFull = readings[column + 2];
    if (full && afterFull && afterFull.unknown <= best.unknown) {
      best = { text: full + afterFull.text, unknown: afterFull.unknown };
    }
    readings[column] = best;
  }
  return readings[0]?.text ?? '';
}

function cellAt(dots: Uint8Array, row: number, column: number, width: 8 | 16): string {
  let hex = '';
  for (let y = row * 16; y < row * 16 + 16; y++) {
    for (let x = column * 8; x < column * 8 + width; x += 4) {
      const at = y * WIDTH + x;
      const nibble = [0, 1, 2, 3].reduce((bits, n) => (bits << 1) | (dots[at + n] ?? 0), 0);
      hex += nibble.toString(16);
    }
  }
  return hex;
}
