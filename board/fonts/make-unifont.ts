/**
 * Makes `unifont-gb2312.bin`, the customer display's glyphs, from GNU Unifont's `unifont.hex`:
 *
 *     apt-get download unifont && dpkg -x unifont_*.deb unifont
 *     node board/fonts/make-unifont.ts unifont/usr/share/unifont/unifont.hex
 *
 * The file: "GTF1", u16 narrow glyphs, u16 wide glyphs; the narrow ones' code points (u16, ascending), then their cells
 * of 8 × 16 dots; the wide ones' code points, then their cells of 16 × 16. A cell is its rows from the top, the leftmost
 * dot in the highest bit. Integers are big-endian.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One column wide on the display; everything else takes two, as on a receipt. */
const NARROW = [...Array.from({ length: 95 }, (_, n) => 0x20 + n), 0xa5];

/** Beside GB2312: the other readings of its codes A1A4 and A1AA, and signs that texts use. */
const MORE = '\u2015\u30fb€•–✓✕';

/** GB/T 2312-1980: the cells in use of each row of 94. */
const GB2312: readonly (readonly [row: number, first: number, last: number])[] = [
  [1, 1, 94],
  [2, 17, 66],
  [2, 69, 78],
  [2, 81, 92],
  [3, 1, 94],
  [4, 1, 83],
  [5, 1, 86],
  [6, 1, 24],
  [6, 33, 56],
  [7, 1, 33],
  [7, 49, 81],
  [8, 1, 26],
  [8, 37, 73],
  [9, 4, 79],
  ...Array.from({ length: 39 }, (_, n) => [16 + n, 1, 94] as const),
  [55, 1, 89],
  ...Array.from({ length: 32 }, (_, n) => [56 + n, 1, 94] as const),
];

function wideCodes(): number[] {
  const decoder = new TextDecoder('gbk');
  const codes = new Set([...MORE].map((sign) => sign.codePointAt(0) ?? 0));
  for (const [row, first, last] of GB2312) {
    for (let cell = first; cell <= last; cell++) {
      codes.add(decoder.decode(Uint8Array.of(0xa0 + row, 0xa0 + cell)).codePointAt(0) ?? 0);
    }
  }
  return [...codes].sort((a, b) => a - b);
}

function cellOf(glyphs: ReadonlyMap<number, Buffer>, code: number, bytes: 16 | 32): Buffer {
  const glyph = glyphs.get(code);
  if (glyph?.length === bytes) return glyph;
  if (glyph?.length !== 16) throw new Error(`no glyph of ${bytes} bytes for U+${code.toString(16)}`);
  // A half-width sign that takes two columns stands in their middle.
  const wide = Buffer.alloc(32);
  for (const [row, dots] of glyph.entries()) wide.writeUInt16BE(dots << 4, 2 * row);
  return wide;
}

const u16 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [place, value] of values.entries()) bytes.writeUInt16BE(value, 2 * place);
  return bytes;
};

const source = process.argv[2];
if (source === undefined) throw new Error('name the unifont.hex to read');
const glyphs = new Map(
  readFileSync(source, 'latin1')
    .trim()
    .split('\n')
    .map((line) => line.split(':'))
    .map(([code = '', dots = '']) => [Number.parseInt(code, 16), Buffer.from(dots, 'hex')]),
);
const wide = wideCodes();
const target = join(import.meta.dirname, 'unifont-gb2312.bin');
writeFileSync(
  target,
  Buffer.concat([
    Buffer.from('GTF1'),
    u16(NARROW.length, wide.length),
    u16(...NARROW),
    ...NARROW.map((code) => cellOf(glyphs, code, 16)),
    u16(...wide),
    ...wide.map((code) => cellOf(glyphs, code, 32)),
  ]),
);
console.log(`${target}: ${NARROW.length} narrow and ${wide.length} wide glyphs`);
