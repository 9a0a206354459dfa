import type { Mark } from './table.ts';

/** Guitai's mark, 10 × 7 mm: a slip with its check mark on a counter (柜台). Drawn in dots, as the head prints it. */
export const guitaiMark: Mark = drawn(80, 56, (x, y) => slip(x, y) || checked(x, y) || counter(x, y));

/** A sheet with an outline of three dots, standing on the counter, its upper edge torn off a roll. */
function slip(x: number, y: number): boolean {
  const top = 3 + Math.abs(((x - 24) % 8) - 4);
  const within = x >= 24 && x < 57 && y >= top && y < 41;
  const inside = x >= 27 && x < 54 && y >= top + 4;
  return within && !inside;
}

function checked(x: number, y: number): boolean {
  return near(x, y, 32, 25, 38, 32) || near(x, y, 38, 32, 49, 16);
}

/** The board with rounded ends, and two legs. */
function counter(x: number, y: number): boolean {
  const end = Math.max(0, 6 - x, x - 73);
  const board = end * end + (y - 44) * (y - 44) <= 36 && y >= 41 && y < 48;
  const legs = y >= 48 && ((x >= 10 && x < 17) || (x >= 63 && x < 70));
  return board || legs;
}

/** Within two and a half dots of the line between two points. */
function near(x: number, y: number, x1: number, y1: number, x2: number, y2: number): boolean {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const along = Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(x - x1 - along * dx, y - y1 - along * dy) <= 2.5;
}

function drawn(width: number, height: number, dark: (x: number, y: number) => boolean): Mark {
  const across = Math.ceil(width / 8);
  const dots = new Uint8Array(across * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (dark(x, y)) dots[y * across + (x >> 3)] = (dots[y * across + (x >> 3)] ?? 0) | (0x80 >> (x & 7));
    }
  }
  return { width, height, dots };
}
