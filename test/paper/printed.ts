import { escposReader } from '../../board/virtual/escpos.ts';
import type { Glyph } from '../../board/virtual/paper-font.ts';
import { composer, type DotRow } from '../../board/virtual/paper-strip.ts';
import { pieces } from '../../src/receipt/commands.ts';
import { layOut } from '../../src/receipt/layout.ts';
import type { ReceiptTable } from '../../src/receipt/table.ts';

/** What the printer's far end makes of a table: its lines as they were printed, and its dots. */
export function printed(table: ReceiptTable, columns: 32 | 48, font: (character: string) => Glyph) {
  const reader = escposReader();
  const strip = composer(columns * 12, font);
  const lines: string[] = [];
  const rows: DotRow[] = [];
  let bytes: Uint8Array = Buffer.concat(pieces(layOut(table, columns)));
  for (let next = reader.read(bytes); next !== null; next = reader.read(bytes)) {
    bytes = bytes.subarray(next.used);
    const done = strip.take(next.command);
    if (done === null) continue;
    rows.push(...done.rows);
    if (done.text !== null) lines.push(done.text);
    if (done.cut) lines.push('✂');
  }
  return { lines, rows };
}
