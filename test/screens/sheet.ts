/**
 * All screens on one picture, to be looked at: `node test/screens/sheet.ts FILE.png [WIDTHxHEIGHT] [zh-CN|en] [light|dark] [ID…]`.
 * Without ids every sample is drawn, by the same renderer and the same LVGL as on a terminal.
 */
import { writeFileSync } from 'node:fs';
import { createCanvas } from '@napi-rs/canvas';
import { type Language, texts } from '../../src/config/texts.ts';
import type { ThemeName } from '../../src/operator/render/theme.ts';
import { screenRenderer } from '../../src/operator/renderer.ts';
import { samples, sentencesOf } from './samples.ts';

const GAP = 16;
const [file = 'screens.png', size = '480x320', language = 'zh-CN', theme = 'light', ...ids] = process.argv.slice(2);
const [width = 480, height = 320] = size.split('x').map(Number);
const columns = Math.max(1, Math.floor(2000 / (width + GAP)));

const chosen = Object.entries(samples).filter(([name]) => ids.length === 0 || ids.includes(name));
const rows = Math.ceil(chosen.length / columns);
const canvas = createCanvas(columns * (width + GAP) + GAP, rows * (height + GAP) + GAP);
const context = canvas.getContext('2d');
context.fillStyle = '#8a8f93';
context.fillRect(0, 0, canvas.width, canvas.height);

const pixels = new Uint8Array(width * height * 4);
const framebuffer = { width, height, present: (shadow: Uint8Array) => pixels.set(shadow) };
const renderer = screenRenderer({ framebuffer, theme: theme as ThemeName });
for (const [place, [, make]] of chosen.entries()) {
  renderer.show(make(texts(language as Language), sentencesOf(language as Language)));
  const image = context.createImageData(width, height);
  for (let at = 0; at < pixels.length; at += 4) {
    image.data.set([pixels[at + 2] ?? 0, pixels[at + 1] ?? 0, pixels[at] ?? 0, 255], at);
  }
  const column = place % columns;
  context.putImageData(image, GAP + column * (width + GAP), GAP + Math.floor(place / columns) * (height + GAP));
}
renderer.close();
writeFileSync(file, canvas.toBuffer('image/png'));
