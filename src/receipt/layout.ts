import { columnsOf, paperText, wrapped } from './paper-text.ts';
import type { Align, Mark, ReceiptRow, ReceiptTable } from './table.ts';

/** A table as the printer takes it: lines of cells that fit the paper, and what is not text. */
export type LaidRow =
  | { readonly kind: 'line'; readonly text: string; readonly wide: 1 | 2; readonly high: 1 | 2; readonly bold: boolean }
  | { readonly kind: 'qr'; readonly data: string }
  | { readonly kind: 'mark'; readonly mark: Mark }
  | { readonly kind: 'feed'; readonly lines: number }
  | { readonly kind: 'gap'; readonly dots: number }
  | { readonly kind: 'cut' };

/** The space between large characters or pictures and what follows. */
const GAP: LaidRow = { kind: 'gap', dots: 8 };

/** `columns`: how many half-width characters the paper takes, 32 on 58 mm and 48 on 80 mm. */
export function layOut(table: ReceiptTable, columns: number): readonly LaidRow[] {
  return table.flatMap((row) => laid(row, columns));
}

function laid(row: ReceiptRow, columns: number): LaidRow[] {
  switch (row.kind) {
    case 'title':
      return [...title(row.text, columns), GAP];
    case 'text':
      return indented(plain(row.text, columns - (row.indent ?? 0), row.align ?? 'left', row.bold ?? false), row.indent);
    case 'pair':
      return pair(row.label, row.value, columns, row.bold ?? false);
    case 'prominent':
      return [...plain(row.label, columns, 'left', false), ...prominent(row.value, columns), GAP];
    case 'amount':
      return [...plain(row.label, columns, 'left', false), ...large(row.value, columns, 'right'), GAP];
    case 'columns':
      return cells(row.cells, columns, row.bold ?? false);
    case 'rule':
      return [line('-'.repeat(columns))];
    case 'signature':
      return [...plain(row.label, columns, 'left', false), { kind: 'feed', lines: 2 }, line('_'.repeat(columns))];
    case 'fill':
      return fill(row.label, columns);
    case 'qr':
      return [
        GAP,
        { kind: 'qr', data: row.data },
        GAP,
        ...(row.caption === undefined ? [] : plain(row.caption, columns, 'centre', false)),
      ];
    case 'mark':
      return [row, GAP];
    case 'gap':
    case 'feed':
    case 'cut':
      return [row];
  }
}

function line(text: string, wide: 1 | 2 = 1, high: 1 | 2 = 1, bold = false): LaidRow {
  return { kind: 'line', text, wide, high, bold };
}

function plain(text: string, columns: number, align: Align, bold: boolean): LaidRow[] {
  return wrapped(paperText(text), columns).map((part) => line(aligned(part, columns, align), 1, 1, bold));
}

function indented(lines: LaidRow[], indent = 0): LaidRow[] {
  if (indent === 0) return lines;
  return lines.map((row) => (row.kind === 'line' ? { ...row, text: `${' '.repeat(indent)}${row.text}` } : row));
}

/** A value that two people compare: twice as high, and twice as wide where there is room to spare. */
function prominent(text: string, columns: number): LaidRow[] {
  const printable = paperText(text);
  if (columns > 32 && columnsOf(printable) * 2 <= columns) return large(text, columns, 'right');
  return wrapped(printable, columns).map((part) => line(aligned(part, columns, 'right'), 1, 2, true));
}

/** Two words that are too long for one line of large characters may have a line each: 重打印凭证 DUPLICATE. */
function title(text: string, columns: number): LaidRow[] {
  const words = paperText(text).trim().split(' ');
  const fit = words.every((word) => columnsOf(word) <= Math.floor(columns / 2));
  if (words.length !== 2 || !fit || columnsOf(paperText(text)) * 2 <= columns) return large(text, columns, 'centre');
  return words.flatMap((word) => large(word, columns, 'centre'));
}

/** Twice as wide and high where it fits on a line, else twice as high. */
function large(text: string, columns: number, align: Align): LaidRow[] {
  const printable = paperText(text);
  const half = Math.floor(columns / 2);
  if (columnsOf(printable) <= half) return [line(aligned(printable, half, align), 2, 2, true)];
  return wrapped(printable, columns).map((part) => line(aligned(part, columns, align), 1, 2, true));
}

function pair(label: string, value: string, columns: number, bold: boolean): LaidRow[] {
  const right = paperText(value);
  const room = columns - columnsOf(right) - 1;
  const full = paperText(label);
  // If that makes the pair fit on one line, the space before a bracket is dropped.
  const left = columnsOf(full) <= room ? full : full.replace(' (', '(');
  const gap = columns - columnsOf(left) - columnsOf(right);
  if (gap >= 1) return [line(`${left}${' '.repeat(gap)}${right}`, 1, 1, bold)];
  return [...plain(label, columns, 'left', bold), ...plain(value, columns, 'right', bold)];
}

/** A line to write on: beside the label where that leaves eight columns, else below it; above it, room for the hand. */
function fill(label: string, columns: number): LaidRow[] {
  const lines = wrapped(paperText(label), columns);
  const last = lines.pop() ?? '';
  const room = columns - columnsOf(last) - 1;
  const above = lines.map((part) => line(part));
  const written = room >= 8 ? [line(`${last} ${'_'.repeat(room)}`)] : [line(last), line('_'.repeat(columns))];
  return [{ kind: 'feed', lines: 1 }, ...above, ...written];
}

function cells(
  row: readonly { text: string; share: number; align?: Align }[],
  columns: number,
  bold: boolean,
): LaidRow[] {
  const shares = row.reduce((sum, cell) => sum + cell.share, 0);
  // One column of space between the cells; the rest of the division goes to the last cell.
  const room = columns - (row.length - 1);
  let left = room;
  const widths = row.map((cell, index) => {
    const width = index === row.length - 1 ? left : Math.max(2, Math.floor((room * cell.share) / shares));
    left -= width;
    return width;
  });
  const texts = row.map((cell, index) => wrapped(paperText(cell.text), widths[index] ?? 2));
  const deepest = Math.max(...texts.map((lines) => lines.length));
  return Array.from({ length: deepest }, (_, depth) =>
    line(
      row
        .map((cell, index) => filled(texts[index]?.[depth] ?? '', widths[index] ?? 2, cell.align ?? 'left'))
        .join(' ')
        .trimEnd(),
      1,
      1,
      bold,
    ),
  );
}

/** Fills the text up to the width of its column, so that the next column begins where it should. */
function filled(text: string, columns: number, align: Align): string {
  const placed = aligned(text, columns, align);
  return `${placed}${' '.repeat(Math.max(0, columns - columnsOf(placed)))}`;
}

function aligned(text: string, columns: number, align: Align): string {
  const spare = columns - columnsOf(text);
  if (align === 'left' || spare <= 0) return text;
  return `${' '.repeat(align === 'right' ? spare : Math.floor(spare / 2))}${text}`;
}
