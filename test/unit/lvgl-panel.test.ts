import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPanel } from 'lvgl-bindings';
import t from 'tap';

const folder = mkdtempSync(join(tmpdir(), 'panel-'));
t.teardown(() => rmSync(folder, { recursive: true }));

/** A picture of 3 × 2 pixels, each with its own colour, as B, G, R, X. */
const [width, height] = [3, 2];
const colors = [0xff0000, 0x00ff00, 0x0000ff, 0xffffff, 0x204080, 0xf8fcf8];
const picture = new Uint8Array(Uint32Array.from(colors).buffer);
const whole = Int32Array.of(0, 0, width - 1, height - 1);

const bytesOf = { 32: 4, 24: 3, 16: 2 } as const;
/** The bytes of a colour as the panel's memory holds them, least significant first; RGB565 for 16 bits. */
function packed(color: number, bits: 16 | 24 | 32): number[] {
  const [r, g, b] = [color >> 16, (color >> 8) & 255, color & 255];
  if (bits !== 16) return [b, g, r, 0].slice(0, bytesOf[bits]);
  const word = ((r >> 3) << 11) | ((g >> 2) << 5) | (b >> 3);
  return [word & 255, word >> 8];
}

/** What a viewer sees, row by row, when the panel is turned: the indices of `colors`. */
const seen = {
  0: [
    [0, 1, 2],
    [3, 4, 5],
  ],
  90: [
    [3, 0],
    [4, 1],
    [5, 2],
  ],
  180: [
    [5, 4, 3],
    [2, 1, 0],
  ],
  270: [
    [2, 5],
    [1, 4],
    [0, 3],
  ],
} as const;

for (const bits of [16, 24, 32] as const) {
  for (const rotation of [0, 90, 180, 270] as const) {
    t.test(`a picture lands on a panel of ${bits} bits per pixel, turned by ${rotation}°`, async (t) => {
      const path = join(folder, `panel-${bits}-${rotation}`);
      const rows = seen[rotation];
      const [columns, stride] = [rows[0].length, rows[0].length * bytesOf[bits] + 5];
      const panel = openPanel(path, { rotation, width: columns, height: rows.length, bitsPerPixel: bits, stride });
      t.match(panel, { width, height, bitsPerPixel: bits, stride });
      panel.present(picture, whole);
      panel.close();
      const expected = rows.flatMap((row) => [...row.flatMap((i) => packed(colors[i] ?? 0, bits)), 0, 0, 0, 0, 0]);
      t.strictSame([...readFileSync(path)], expected);
    });
  }
}

t.test('only the given rectangles are copied, and what lies outside is cut off', async (t) => {
  const path = join(folder, 'part');
  const panel = openPanel(path, { width, height });
  panel.present(picture, Int32Array.of(1, 1, 1, 1, 2, -5, 90, 0));
  const memory = readFileSync(path);
  t.strictSame(
    colors.map((_, i) => memory.readUInt32LE(i * 4)),
    [0, 0, 0x0000ff, 0, 0x204080, 0],
  );
  panel.present(picture, Int32Array.of(2, 1, 0, 0, 5, 5, 9, 9));
  t.strictSame([...readFileSync(path)], [...memory], 'an empty rectangle and one beyond the edge copy nothing');
  panel.close();
});

t.test('a picture of another size, a wrong geometry and a missing folder are refused', async (t) => {
  const panel = openPanel(join(folder, 'refusals'), { width, height });
  t.throws(() => panel.present(new Uint8Array(4), whole), { code: 'LV_EARG' });
  panel.close();
  t.throws(() => panel.present(picture, whole), { code: 'LV_ESTALE' });
  t.throws(() => openPanel(join(folder, 'x'), { width: 0, height: 5 }), { code: 'LV_EARG' });
  t.throws(() => openPanel(join(folder, 'x'), { width: 8, height: 5, stride: 31 }), { code: 'LV_EARG' });
  t.throws(() => openPanel(join(folder, 'absent', 'x'), { width, height }), { code: 'LV_EFILE' });
});
