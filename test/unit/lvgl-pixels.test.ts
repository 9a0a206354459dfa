import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { ALIGN, builtinTypeface, createDisplay, FONT, lv, OPA, openTypeface, STATE } from 'lvgl-bindings';
import t from 'tap';
import { part, pixelAt } from './lvgl-picture.ts';

const width = 240;
const display = createDisplay(width, 160);
const folder = mkdtempSync(join(tmpdir(), 'lvgl-'));
const symbols = openTypeface(FONT.SYMBOLS, { fallback: builtinTypeface });
const regular = openTypeface(FONT.REGULAR, { fallback: symbols });
const medium = openTypeface(FONT.MEDIUM, { fallback: symbols });
t.teardown(() => {
  lv.deinit();
  rmSync(folder, { recursive: true });
});
t.beforeEach(() => {
  lv.objClean(lv.screenActive());
  draw();
});

/** Renders at once what waits for the next frame. */
function draw(): number[] {
  lv.displayRefreshNow(display.handle);
  return [...display.takeDirty()];
}

function box(x: number, y: number, size: number, color: number) {
  const object = lv.objCreate(lv.screenActive());
  lv.objRemoveStyleAll(object);
  lv.objSetPos(object, x, y);
  lv.objSetSize(object, size, size);
  lv.objSetStyleBgColor(object, color, STATE.DEFAULT);
  lv.objSetStyleBgOpa(object, OPA.COVER, STATE.DEFAULT);
  return object;
}

t.test('the pixels are drawn in place and the changed rectangle is told, no more and no less', async (t) => {
  const object = box(20, 30, 10, 0);
  draw();
  lv.objSetStyleBgColor(object, 0x336699, STATE.DEFAULT);
  t.strictSame(draw(), [20, 30, 29, 39]);
  t.equal(pixelAt(display.pixels, width, 20, 30), 0x336699);
  t.equal(pixelAt(display.pixels, width, 29, 39), 0x336699);
  t.not(pixelAt(display.pixels, width, 30, 39), 0x336699);
  t.strictSame(draw(), []);
  lv.objSetPos(object, 100, 100);
  t.strictSame(draw().sort(), [20, 30, 29, 39, 100, 100, 109, 109].sort());
});

t.test('rectangles that nobody takes become one that holds them all', async (t) => {
  for (let i = 0; i < 40; i++) {
    box(i * 3, i * 3, 2, 0);
    lv.displayRefreshNow(display.handle);
  }
  const dirty = [...display.takeDirty()];
  t.ok(dirty.length <= 32 * 4);
  const covered = (x: number, y: number) =>
    dirty.some(
      (_, i) =>
        i % 4 === 0 &&
        x >= (dirty[i] ?? 0) &&
        y >= (dirty[i + 1] ?? 0) &&
        x <= (dirty[i + 2] ?? 0) &&
        y <= (dirty[i + 3] ?? 0),
    );
  t.ok(covered(0, 0) && covered(118, 118));
});

t.test('every character of GB2312 has a glyph in both weights', async (t) => {
  const decoder = new TextDecoder('gb18030');
  const characters: string[] = [];
  for (let row = 1; row <= 87; row++) {
    for (let cell = 1; cell <= 94; cell++) {
      const character = decoder.decode(Uint8Array.of(0xa0 + row, 0xa0 + cell));
      // Rows 10 to 15, and cells that GB2312 leaves empty, decode to private use or to nothing.
      if ((row < 10 || row > 15) && /^[^\p{Co}\ufffd]$/u.test(character)) characters.push(character);
    }
  }
  const hanzi = characters.filter((c) => /\p{Script=Han}/u.test(c) && c >= '一');
  t.equal(hanzi.length, 6763, 'GB2312-80 has 3,755 and 3,008 hanzi');
  for (const path of [FONT.REGULAR, FONT.MEDIUM]) {
    const font = openTypeface(path).size(16);
    t.strictSame(
      characters.filter((c) => !lv.fontHasGlyph(font, c.codePointAt(0) ?? 0)),
      [],
    );
  }
});

t.test('what a screen needs beside hanzi is covered by the chain of fallbacks', async (t) => {
  const font = regular.size(16);
  const needed = '0123456789.,-¥￥✓✔✕✖✗●◐○·…×÷←↑→↓⌫⏎■□▲▼★—–“”‘’€镕堃\uf00c';
  t.strictSame(
    [...needed].filter((c) => !lv.fontHasGlyph(font, c.codePointAt(0) ?? 0)),
    [],
  );
  t.equal(lv.fontHasGlyph(font, 0x1f600), false, 'and an emoji is not');
});

t.test('Chinese text is drawn: two hanzi differ from each other and from an empty box', async (t) => {
  const drawn = ['或', '卡', '\u{10ffff}'].map((text) => {
    lv.objClean(lv.screenActive());
    const label = lv.labelCreate(lv.screenActive());
    lv.objSetStyleTextFont(label, regular.size(32), STATE.DEFAULT);
    lv.labelSetText(label, text);
    draw();
    return part(display.pixels, width, [0, 0, 39, 39]);
  });
  t.equal(new Set(drawn).size, 3);
});

t.test('digits share one width, the line is 1.2 em, and the medium weight is darker', async (t) => {
  const font = regular.size(20);
  const widths = [...'0123456789'].map((digit) => lv.textGetSize(digit.repeat(10), font, 0, 0).x);
  t.equal(new Set(widths).size, 1);
  t.equal(lv.fontGetLineHeight(font), 24);
  t.equal(lv.textGetSize('柜台 terminal', font, 0, 0, 60).y > 24, true, 'wraps at the width');
  const ink = [regular, medium].map((face) => {
    lv.objClean(lv.screenActive());
    const label = lv.labelCreate(lv.screenActive());
    lv.objSetStyleTextFont(label, face.size(32), STATE.DEFAULT);
    lv.labelSetText(label, '柜台');
    draw();
    return display.pixels.reduce((sum, value) => sum + value, 0);
  });
  t.ok((ink[1] ?? 0) < (ink[0] ?? 0));
});

t.test('a line height can be given, and a fallback cannot lead back to its font', async (t) => {
  t.equal(lv.fontGetLineHeight(openTypeface(FONT.REGULAR, { lineHeight: 1.5 }).size(20)), 30);
  const [a, b] = [openTypeface(FONT.REGULAR).size(11), openTypeface(FONT.REGULAR).size(12)];
  lv.fontSetFallback(a, b);
  t.throws(() => lv.fontSetFallback(b, a), { code: 'LV_EARG' });
  t.throws(() => lv.fontSetFallback(lv.fontBuiltin(14), a), { code: 'LV_EARG' }, 'built-in fonts are read-only');
});

t.test('a file that is no font is refused', async (t) => {
  const path = join(folder, 'no-font.ttf');
  writeFileSync(path, 'this is not a font');
  t.throws(() => openTypeface(path), { code: 'LV_EFILE', message: /not a TrueType font/ });
  t.throws(() => openTypeface(join(folder, 'absent.ttf')), { code: 'LV_EFILE' });
});

t.test('a PNG shows its colours from memory and from a file', async (t) => {
  const canvas = createCanvas(8, 8);
  const context = canvas.getContext('2d');
  context.fillStyle = '#2090e0';
  context.fillRect(0, 0, 8, 8);
  const bytes = new Uint8Array(canvas.toBuffer('image/png'));
  const path = join(folder, 'picture.png');
  writeFileSync(path, bytes);
  const [memory, file] = [lv.imageCreate(lv.screenActive()), lv.imageCreate(lv.screenActive())];
  lv.imageSetPng(memory, bytes);
  lv.imageSetFile(file, path);
  lv.objSetPos(file, 20, 0);
  bytes.fill(0);
  draw();
  t.equal(pixelAt(display.pixels, width, 4, 4), 0x2090e0);
  t.equal(pixelAt(display.pixels, width, 24, 4), 0x2090e0);
  t.throws(() => lv.imageSetPng(memory, new Uint8Array(20)), { code: 'LV_EARG' });
  t.throws(() => lv.imageSetFile(file, join(folder, 'absent.png')), { code: 'LV_EFILE' });
});

t.test('raw pixels are shown, and a new picture replaces the old one', async (t) => {
  const image = lv.imageCreate(lv.screenActive());
  for (const color of [0x102030, 0xa0b0c0]) {
    const pixels = new Uint8Array(4 * 4 * 4);
    new Uint32Array(pixels.buffer).fill(0xff000000 + color);
    lv.imageSetPixels(image, 4, 4, pixels);
    draw();
    t.equal(pixelAt(display.pixels, width, 2, 2), color);
  }
  t.throws(() => lv.imageSetPixels(image, 4, 4, new Uint8Array(5)), { code: 'LV_EARG' });
});

t.test('a canvas shows what JavaScript drew into it', async (t) => {
  const canvas = lv.canvasCreate(lv.screenActive());
  const pixels = new Uint32Array(lv.canvasAllocate(canvas, 10, 10));
  pixels.fill(0xff00ff00);
  lv.objInvalidate(canvas);
  draw();
  t.equal(pixelAt(display.pixels, width, 5, 5), 0x00ff00);
  lv.objDelete(canvas);
  pixels.fill(0);
  t.equal(pixels[5], 0, 'the memory outlives the canvas');
});

t.test('a line runs through its points', async (t) => {
  const line = lv.lineCreate(lv.screenActive());
  lv.lineSetPoints(line, Int32Array.of(5, 10, 60, 10));
  lv.objSetStyleLineWidth(line, 4, STATE.DEFAULT);
  lv.objSetStyleLineColor(line, 0xcc0000, STATE.DEFAULT);
  draw();
  t.equal(pixelAt(display.pixels, width, 30, 10), 0xcc0000);
});

t.test('a QR code has its finder pattern, and too much data is refused', async (t) => {
  const code = lv.qrcodeCreate(lv.screenActive());
  lv.qrcodeSetSize(code, 84);
  t.equal(lv.qrcodeUpdate(code, new TextEncoder().encode('https://example.invalid/支付')), true);
  draw();
  const { pixels } = lv.objTakeSnapshot(code);
  const row = Array.from({ length: 84 }, (_, x) => pixelAt(pixels, 84, x, 42));
  t.strictSame(new Set(row), new Set([0x000000, 0xffffff]));
  // ISO/IEC 18004: the upper left corner is a ring of seven dark modules around one light ring and a dark heart.
  const corner = Array.from({ length: 84 }, (_, i) => i).find((i) => pixelAt(pixels, 84, i, i) === 0x000000) ?? 84;
  const module = Array.from({ length: 84 }, (_, i) => i).findIndex(
    (i) => pixelAt(pixels, 84, corner + i, corner + i) === 0xffffff,
  );
  const finder = Array.from(
    { length: 8 },
    (_, i) => pixelAt(pixels, 84, corner + i * module, corner + 3 * module) === 0,
  );
  t.strictSame(finder, [true, false, true, true, true, false, true, false]);
  t.equal(lv.qrcodeUpdate(code, new Uint8Array(3000)), false);
});

t.test('a grid keeps its columns, a button map its texts', async (t) => {
  const grid = lv.objCreate(lv.screenActive());
  lv.objRemoveStyleAll(grid);
  lv.objSetSize(grid, 200, 100);
  lv.objSetGrid(grid, Int32Array.of(50, lv.gridFr(1)), Int32Array.of(40, 60));
  const cell = lv.objCreate(grid);
  lv.objSetGridCell(cell, 3, 1, 1, 3, 1, 1);
  lv.objUpdateLayout(grid);
  t.strictSame([lv.objGetX(cell), lv.objGetY(cell), lv.objGetWidth(cell), lv.objGetHeight(cell)], [50, 40, 150, 60]);
  const matrix = lv.buttonmatrixCreate(lv.screenActive());
  lv.buttonmatrixSetMap(matrix, ['1', '2', '\n', '确认']);
  t.equal(lv.buttonmatrixGetButtonText(matrix, 2), '确认');
  t.throws(() => lv.buttonmatrixSetMap(matrix, ['']), { code: 'LV_EARG' });
});

t.test('a snapshot holds the object alone', async (t) => {
  const object = box(50, 50, 10, 0x445566);
  box(55, 55, 10, 0xff0000);
  const { width: w, height: h, pixels } = lv.objTakeSnapshot(object);
  t.strictSame([w, h, pixels.length], [10, 10, 400]);
  t.equal(pixelAt(pixels, 10, 9, 9), 0x445566);
});

t.test('text is aligned where it is asked to be', async (t) => {
  const label = lv.labelCreate(lv.screenActive());
  lv.objSetStyleTextFont(label, medium.size(24), STATE.DEFAULT);
  lv.labelSetText(label, '¥128.50');
  lv.objAlign(label, ALIGN.CENTER, 0, 0);
  lv.objUpdateLayout(label);
  t.ok(Math.abs(lv.objGetX(label) * 2 + lv.objGetWidth(label) - width) <= 1);
});
