import { PrinterTypes, ThermalPrinter } from 'node-thermal-printer';
import type { LaidRow } from './layout.ts';
import { gb18030 } from './paper-text.ts';
import type { Mark } from './table.ts';

/**
 * A printer takes a receipt in pieces: each ends at a line, is confirmed by the printer, and fits its buffer easily. At
 * 9600 baud one is under way for less than half a second: no printer loses its power and is back within that, so none
 * can lose the middle of a piece and confirm its end.
 */
const PIECE_BYTES = 256;

/** `FS &`: codes from 81h up are Chinese, two or four bytes each. `ESC @` undoes it. */
const CHINESE = Buffer.from([0x1c, 0x26]);

/** The rows as ESC/POS, cut into pieces that each begin and end in the printer's initial text style. */
export function pieces(rows: readonly LaidRow[]): Uint8Array[] {
  const done: Uint8Array[] = [];
  const paper = blankPaper();
  paper.add(Buffer.from([0x1b, 0x40]));
  paper.add(CHINESE);
  for (const row of rows.flatMap(inBands)) {
    write(paper, row);
    const sofar = paper.getBuffer();
    if (sofar.length < PIECE_BYTES) continue;
    done.push(sofar);
    paper.clear();
  }
  const rest = paper.getBuffer() as Buffer | null;
  if (rest !== null) done.push(rest);
  return done;
}

/** Cuts a picture into bands no longer than a piece; on paper they follow one another without a seam. */
function inBands(row: LaidRow): LaidRow[] {
  if (row.kind !== 'mark') return [row];
  const { width, height, dots } = row.mark;
  const across = Math.ceil(width / 8);
  const rows = Math.max(1, Math.floor((PIECE_BYTES - 32) / across));
  return Array.from({ length: Math.ceil(height / rows) }, (_, band) => {
    const from = band * rows;
    const to = Math.min(height, from + rows);
    return { kind: 'mark', mark: { width, height: to - from, dots: dots.subarray(from * across, to * across) } };
  });
}

/** The package builds the commands; its own interfaces (files, sockets) stay out, as our line carries the bytes. */
function blankPaper(): ThermalPrinter {
  const nothing: unknown = { execute: async () => undefined };
  return new ThermalPrinter({ type: PrinterTypes.EPSON, interface: nothing as string });
}

function write(paper: ThermalPrinter, row: LaidRow): void {
  switch (row.kind) {
    case 'line':
      // The package's (height, width) end up in GS !'s width and height, so they are handed over the other way round.
      if (row.wide + row.high > 2) paper.setTextSize(row.wide - 1, row.high - 1);
      if (row.bold) paper.bold(true);
      paper.add(Buffer.from(gb18030(row.text)));
      if (row.bold) paper.bold(false);
      paper.newLine();
      if (row.wide + row.high > 2) paper.setTextSize(0, 0);
      return;
    case 'qr':
      paper.alignCenter();
      // The package counts characters, not bytes: ASCII alone comes out right.
      paper.printQR(row.data.replace(/[^!-~]/g, encodeURIComponent), { model: 2, cellSize: 5, correction: 'M' });
      paper.alignLeft();
      return;
    case 'mark':
      paper.alignCenter();
      paper.add(raster(row.mark));
      paper.alignLeft();
      return;
    case 'gap':
      paper.add(Buffer.from([0x1b, 0x4a, row.dots]));
      return;
    case 'feed':
      paper.add(Buffer.from([0x1b, 0x64, row.lines]));
      return;
    case 'cut':
      paper.partialCut({ verticalTabAmount: 0 });
      paper.add(CHINESE);
      return;
  }
}

/** `GS v 0`: the package takes pictures as PNG files only. */
function raster({ width, height, dots }: Mark): Buffer {
  const across = Math.ceil(width / 8);
  const head = Buffer.from([0x1d, 0x76, 0x30, 0, across & 0xff, across >> 8, height & 0xff, height >> 8]);
  return Buffer.concat([head, dots]);
}
