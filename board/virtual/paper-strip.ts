import { encodeQR } from 'qr';
import type { Command } from './escpos.ts';
import { CELL_HEIGHT, type Glyph } from './paper-font.ts';

/** One row of dots across the head, the leftmost in the most significant bit of the first byte. */
export type DotRow = Uint8Array;

/** What a command puts on paper: rows of dots, and the text in them; `cut` ends the slip. */
export interface Printed {
  readonly rows: readonly DotRow[];
  readonly text: string | null;
  readonly cut: boolean;
}

export interface Composer {
  /** Carries out one command; null where nothing comes onto paper. */
  take(command: Command): Printed | null;
  /** As after power-on: empty line, plain style. */
  reset(): void;
}

type Style = ReturnType<typeof plainStyle>;

interface Placed {
  readonly glyph: Glyph;
  readonly character: string;
  /** The style at that time; style objects are replaced as a whole and never changed. */
  readonly style: Readonly<Style>;
}

/** One feed of the default line spacing (ESC 2): 1/6 inch is 34 dots at 203 dpi, Epson's 80 mm models take 30. */
const LINE_SPACING = 30;

/** Capacity of a version 40 symbol at the highest correction level, in bytes; longer data is not printed at all. */
const LONGEST_QR = 1273;

/** Puts characters into lines and lines into dots. `dots`: the width of the head; without a font the rows stay blank. */
export function composer(dots: number, font: ((character: string) => Glyph) | null): Composer {
  let line: Placed[] = [];
  let lineWidth = 0;
  let style: Readonly<Style> = plainStyle();
  let code = { module: 3, correction: 'low' as 'low' | 'medium' | 'quartile' | 'high', data: '' };

  const noDots: DotRow = new Uint8Array(Math.ceil(dots / 8));

  const offset = (width: number) =>
    style.align === 'centre' ? Math.floor((dots - width) / 2) : style.align === 'right' ? dots - width : 0;

  function blank(count: number): DotRow[] {
    if (font === null) return new Array(count).fill(noDots);
    return Array.from({ length: count }, () => new Uint8Array(Math.ceil(dots / 8)));
  }

  /** Prints the line's characters on a common baseline, then feeds the rest of the line spacing. */
  function printLine(): Printed {
    const height = Math.max(CELL_HEIGHT, ...line.map((placed) => CELL_HEIGHT * placed.style.high));
    const rows = blank(Math.max(height, line.length === 0 ? style.spacing : height + (style.spacing - CELL_HEIGHT)));
    let x = offset(lineWidth);
    for (const placed of font === null ? [] : line) {
      stamp(rows, placed, x, height);
      x += widthOf(placed);
    }
    const text = line.map(({ character }) => character).join('');
    line = [];
    lineWidth = 0;
    return { rows, text: text.trimEnd(), cut: false };
  }

  function character(text: string): Printed | null {
    const placed = { glyph: font === null ? blankGlyph(text) : font(text), character: text, style };
    const width = widthOf(placed);
    const printed = lineWidth + width > dots ? printLine() : null;
    line.push(placed);
    lineWidth += width;
    return printed;
  }

  function picture(
    width: number,
    height: number,
    dark: (x: number, y: number) => boolean,
    text: string | null,
  ): Printed {
    const rows = blank(height);
    const left = Math.max(0, offset(width));
    if (font === null) return { rows, text, cut: false };
    rows.forEach((row, y) => {
      for (let x = 0; x < Math.min(width, dots); x++) if (dark(x, y)) burn(row, left + x);
    });
    return { rows, text, cut: false };
  }

  function printQr(): Printed {
    const modules = qrModules(code.data, code.correction);
    const side = modules.length * code.module;
    return picture(
      side,
      side,
      (x, y) => modules[Math.floor(y / code.module)]?.[Math.floor(x / code.module)] ?? false,
      `[QR ${code.data}]`,
    );
  }

  return {
    take(command) {
      switch (command.do) {
        case 'text':
          return character(command.character);
        case 'tab':
          return character(' ');
        case 'line-feed':
          return printLine();
        case 'initialise':
          line = [];
          lineWidth = 0;
          style = plainStyle();
          return null;
        case 'size':
          style = { ...style, wide: command.wide, high: command.high };
          return null;
        case 'bold':
          style = { ...style, bold: command.on };
          return null;
        case 'underline':
          style = { ...style, underline: command.dots };
          return null;
        case 'align':
          style = { ...style, align: command.to };
          return null;
        case 'line-spacing':
          style = { ...style, spacing: command.dots };
          return null;
        case 'feed-lines': {
          const before = line.length === 0 ? [] : [...printLine().rows];
          return { rows: [...before, ...blank(command.lines * style.spacing)], text: null, cut: false };
        }
        case 'feed-dots':
          return { rows: blank(command.dots), text: null, cut: false };
        case 'cut':
          return { rows: [], text: null, cut: true };
        case 'raster': {
          const { across, dots: bits, wide, high } = command;
          const dark = (x: number, y: number) => {
            const byte = bits[Math.floor(y / high) * across + (Math.floor(x / wide) >> 3)] ?? 0;
            return ((byte >> (7 - (Math.floor(x / wide) & 7))) & 1) === 1;
          };
          return picture(across * 8 * wide, command.rows * high, dark, null);
        }
        case 'qr-module':
          code = { ...code, module: command.dots };
          return null;
        case 'qr-correction':
          code = { ...code, correction: command.level };
          return null;
        case 'qr-store':
          code = { ...code, data: command.data };
          return null;
        case 'qr-print':
          return code.data === '' || code.data.length > LONGEST_QR ? null : printQr();
        default:
          return null;
      }
    },
    reset() {
      line = [];
      lineWidth = 0;
      style = plainStyle();
      code = { module: 3, correction: 'low', data: '' };
    },
  };
}

/** The modules without the quiet zone, as the blank paper serves as one. */
function qrModules(data: string, ecc: 'low' | 'medium' | 'quartile' | 'high'): boolean[][] {
  const framed = encodeQR(data, 'raw', { ecc, border: 1 });
  return framed.slice(1, -1).map((row) => row.slice(1, -1));
}

const NO_ROWS = new Uint32Array(CELL_HEIGHT);

/** A glyph of the character's width without any dots. */
function blankGlyph(character: string): Glyph {
  return { width: character < '\u0080' ? 12 : 24, rows: NO_ROWS };
}

function widthOf({ glyph, style }: Placed): number {
  return glyph.width * style.wide;
}

function plainStyle() {
  return {
    wide: 1,
    high: 1,
    bold: false,
    underline: 0,
    align: 'left' as 'left' | 'centre' | 'right',
    spacing: LINE_SPACING,
  };
}

function burn(row: DotRow, x: number): void {
  const byte = x >> 3;
  if (byte < row.length) row[byte] = (row[byte] ?? 0) | (0x80 >> (x & 7));
}

/** Draws one character; bold ones are drawn twice, one dot apart. */
function stamp(
  rows: readonly DotRow[],
  { glyph, style: { wide, high, bold, underline } }: Placed,
  left: number,
  height: number,
): void {
  const top = height - CELL_HEIGHT * high;
  for (let y = 0; y < CELL_HEIGHT * high; y++) {
    const row = rows[top + y];
    if (row === undefined) continue;
    const bits = glyph.rows[Math.floor(y / high)] ?? 0;
    const inked = underline > 0 && y >= CELL_HEIGHT * high - underline;
    if (bits === 0 && !inked) continue;
    for (let x = 0; x < glyph.width * wide; x++) {
      const bit = (bits >> (glyph.width - 1 - Math.floor(x / wide))) & 1;
      if (bit === 0 && !inked) continue;
      burn(row, left + x);
      if (bold) burn(row, left + x + 1);
    }
  }
}
