/** The customer display's font: cells of 8 × 16 dots for ASCII and ¥, of 16 × 16 for everything else. */
export interface Glyphs {
  /** The sign's cell, or the empty square's where the font lacks it. */
  cell(sign: string): Cell;
}

export interface Cell {
  readonly width: 8 | 16;
  /** Dots as the SSD1306 takes them: a byte for eight dots of a column, the top one lowest; upper half, then lower half. */
  readonly upper: Uint8Array;
  readonly lower: Uint8Array;
}

const MISSING = '□';

/** Reads `board/fonts/unifont-gb2312.bin`; `board/fonts/make-unifont.ts` has the format. */
export function readGlyphs(file: Uint8Array): Glyphs {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 8 || view.getUint32(0) !== 0x47544631)
    throw new Error('the display font is damaged; install it again');
  const narrow = view.getUint16(4);
  const wide = view.getUint16(6);
  const wideAt = 8 + narrow * 18;
  const find = (sign: string): Cell | null => {
    const code = sign.codePointAt(0) ?? 0;
    const half = position(view, 8, narrow, code);
    if (half >= 0) return cellOf(file.subarray(8 + narrow * 2 + half * 16), 8);
    const full = position(view, wideAt, wide, code);
    return full >= 0 ? cellOf(file.subarray(wideAt + wide * 2 + full * 32), 16) : null;
  };
  /** A cache, since the same signs are shown again and again; it holds at most the whole font. */
  const known = new Map<string, Cell>();
  return {
    cell(sign) {
      const cell = known.get(sign) ?? find(sign);
      if (cell !== null) known.set(sign, cell);
      const shown = cell ?? find(MISSING);
      if (shown === null) throw new Error('the display font lacks its empty square; install it again');
      return shown;
    },
  };
}

/** Binary search among `count` ascending code points; -1 where `code` is none of them. */
function position(view: DataView, start: number, count: number, code: number): number {
  let low = 0;
  let high = count - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = view.getUint16(start + 2 * middle);
    if (found === code) return middle;
    if (found < code) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** Rows of dots become columns of dots. */
function cellOf(rows: Uint8Array, width: 8 | 16): Cell {
  const half = (firstRow: number): Uint8Array =>
    Uint8Array.from({ length: width }, (_, x) => {
      let column = 0;
      for (let y = 0; y < 8; y++) {
        const byte = rows[((firstRow + y) * width + x) >> 3] ?? 0;
        column |= ((byte >> (7 - (x & 7))) & 1) << y;
      }
      return column;
    });
  return { width, upper: half(0), lower: half(8) };
}
