/** One pixel of XRGB8888 or ARGB8888 memory as 0xRRGGBB. */
export function pixelAt(pixels: Uint8Array, width: number, x: number, y: number): number {
  const at = (y * width + x) * 4;
  const [blue = 0, green = 0, red = 0] = pixels.subarray(at, at + 3);
  return (red << 16) | (green << 8) | blue;
}

/** The part x1 y1 x2 y2 (inclusive) of a picture, as text that compares. */
export function part(
  pixels: Uint8Array,
  width: number,
  [x1, y1, x2, y2]: readonly [number, number, number, number],
): string {
  const rows: string[] = [];
  for (let y = y1; y <= y2; y++) {
    rows.push(Buffer.from(pixels.subarray((y * width + x1) * 4, (y * width + x2 + 1) * 4)).toString('base64'));
  }
  return rows.join('\n');
}
