import { createCanvas } from '@napi-rs/canvas';
import type { DotRow } from './paper-strip.ts';

/** Paper is wider than the head: 58 mm are 464 dots at 203 dpi, 80 mm are 640. */
const PAPER_DOTS: Readonly<Record<number, number>> = { 384: 464, 576: 640 };
const PAPER = [251, 250, 246] as const;
const BURNT = [34, 33, 40] as const;
/** Blank paper above the first line: the distance between head and knife. */
const ABOVE = 44;
const BELOW = 30;
/** Width of the teeth that the tear bar, or the knife's partial cut, leaves in the edge. */
const TEETH = 8;

/** A PNG picture of a slip, one pixel a dot. `cut`: its lower edge is cut; otherwise it still hangs in the printer. */
export function paperPicture(rows: readonly DotRow[], dots: number, cut: boolean): Uint8Array {
  const width = PAPER_DOTS[dots] ?? dots + 64;
  const left = Math.floor((width - dots) / 2);
  const height = ABOVE + rows.length + (cut ? BELOW : 0);
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  const image = context.createImageData(width, height);
  const { data } = image;
  for (let y = 0; y < height; y++) {
    const row = rows[y - ABOVE];
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      const dot = x - left;
      const burnt =
        row !== undefined && dot >= 0 && dot < dots && (((row[dot >> 3] ?? 0) >> (7 - (dot & 7))) & 1) === 1;
      // Slight variations in colour, as of uneven coating, make the picture look like paper.
      const grain = ((x * 7919 + y * 104_729) % 5) - 2;
      const colour = burnt ? BURNT : PAPER;
      data[at] = colour[0] + grain * (burnt ? 3 : 1);
      data[at + 1] = colour[1] + grain * (burnt ? 3 : 1);
      data[at + 2] = colour[2] + grain * (burnt ? 3 : 1);
      data[at + 3] = torn(x, y) || (cut && torn(x, height - 1 - y)) ? 0 : 255;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas.toBuffer('image/png');
}

function torn(x: number, fromEdge: number): boolean {
  const across = x % TEETH;
  return fromEdge < Math.abs(across - TEETH / 2);
}
