/**
 * All paper on one picture, to be looked at: `node test/paper/sheet.ts FILE.png [32|48] [zh-CN|en] [NAME…]`. Without
 * names every sample is printed, by the same far end as on a virtual board. `node test/paper/sheet.ts --golden` writes
 * the texts that `test/golden/paper.test.ts` compares.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { paperFont } from '../../board/virtual/paper-font.ts';
import { paperPicture } from '../../board/virtual/paper-picture.ts';
import { type Language, languages, texts } from '../../src/config/texts.ts';
import { goldenOf } from './golden.ts';
import { printed } from './printed.ts';
import { paperSamples } from './samples.ts';

const GAP = 24;
const HEIGHT = 2400;

if (process.argv[2] === '--golden') {
  for (const language of languages) {
    for (const columns of [32, 48] as const) {
      writeFileSync(join(import.meta.dirname, `${language}-${columns}.txt`), goldenOf(language, columns));
    }
  }
} else {
  const [file = 'paper.png', width = '32', language = 'zh-CN', ...names] = process.argv.slice(2);
  await draw(file, width === '48' ? 48 : 32, language as Language, names);
}

/** Slip under slip, column beside column. */
async function draw(file: string, columns: 32 | 48, language: Language, names: readonly string[]): Promise<void> {
  const font = paperFont();
  const text = texts(language);
  const chosen = Object.entries(paperSamples).filter(([name]) => names.length === 0 || names.includes(name));
  const images = await Promise.all(
    chosen.map(([, make]) =>
      loadImage(Buffer.from(paperPicture(printed(make(text), columns, font).rows, columns * 12, true))),
    ),
  );
  const placed: { image: (typeof images)[number]; x: number; y: number }[] = [];
  let [x, y] = [GAP, GAP];
  for (const image of images) {
    if (y > GAP && y + image.height > HEIGHT) [x, y] = [x + image.width + GAP, GAP];
    placed.push({ image, x, y });
    y += image.height + GAP;
  }
  const right = Math.max(...placed.map((one) => one.x + one.image.width)) + GAP;
  const bottom = Math.max(...placed.map((one) => one.y + one.image.height)) + GAP;
  const canvas = createCanvas(right, bottom);
  const context = canvas.getContext('2d');
  context.fillStyle = '#8a8f93';
  context.fillRect(0, 0, right, bottom);
  for (const one of placed) context.drawImage(one.image, one.x, one.y);
  writeFileSync(file, canvas.toBuffer('image/png'));
}
