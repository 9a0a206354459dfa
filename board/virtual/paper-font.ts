import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';

/** The printer's character generator: 12 × 24 dots for ASCII, 24 × 24 for everything else. */
export interface Glyph {
  readonly width: 12 | 24;
  /** 24 rows; the leftmost dot in the most significant of `width` bits. */
  readonly rows: Uint32Array;
}

export const CELL_HEIGHT = 24;

const require = createRequire(import.meta.url);
const LATIN = { package: '@fontsource/noto-sans-mono', file: 'files/noto-sans-mono-latin-500-normal.woff2' };
const HANZI = { package: '@fontsource/noto-sans-sc', sheet: '400.css' };
/** A pixel darker than this becomes a printed dot: the head prints no greys. */
const BURNT = 118;

/** Loads the font's slices (4 MB in all) only when a character needs one, by the ranges in their style sheet. */
export function paperFont(): (character: string) => Glyph {
  const canvas = createCanvas(CELL_HEIGHT, CELL_HEIGHT);
  const context = canvas.getContext('2d');
  const glyphs = new Map<string, Glyph>();
  const slices = fontSlices();
  GlobalFonts.registerFromPath(join(folderOf(LATIN.package), LATIN.file), 'paper-latin');

  function familyOf(character: string): string {
    const code = character.codePointAt(0) ?? 0;
    const slice = slices.find(({ ranges }) => ranges.some(([from, to]) => code >= from && code <= to));
    if (slice === undefined) return '';
    if (!slice.loaded) {
      GlobalFonts.registerFromPath(slice.file, slice.family);
      slice.loaded = true;
    }
    return slice.family;
  }

  function drawn(character: string): Glyph {
    const half = character < '\u0080';
    const width = half ? 12 : 24;
    const family = half ? 'paper-latin' : familyOf(character);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = '#fff';
    context.fillRect(0, 0, CELL_HEIGHT, CELL_HEIGHT);
    context.fillStyle = '#000';
    context.textBaseline = 'alphabetic';
    if (family !== '') {
      // Letters of receipt printers are tall and narrow: size 20 makes them 12 dots wide, the factor 1.18 tall enough.
      if (half) context.setTransform(1, 0, 0, 1.18, 0, 0);
      context.font = half ? '20px paper-latin' : `24px ${family}`;
      context.fillText(character, 0, half ? 16.2 : 20.6);
    } else {
      context.fillRect(3, 3, 18, 18);
      context.clearRect(5, 5, 14, 14);
      context.fillStyle = '#fff';
      context.fillRect(5, 5, 14, 14);
    }
    const { data } = context.getImageData(0, 0, CELL_HEIGHT, CELL_HEIGHT);
    const rows = new Uint32Array(CELL_HEIGHT);
    for (let y = 0; y < CELL_HEIGHT; y++) {
      for (let x = 0; x < width; x++) {
        const dark = 255 - (data[(y * CELL_HEIGHT + x) * 4] ?? 255);
        if (dark > BURNT) rows[y] = (rows[y] ?? 0) | (1 << (width - 1 - x));
      }
    }
    return { width, rows };
  }

  return (character) => {
    const known = glyphs.get(character);
    if (known !== undefined) return known;
    const glyph = drawn(character);
    glyphs.set(character, glyph);
    return glyph;
  };
}

interface Slice {
  readonly family: string;
  readonly file: string;
  readonly ranges: readonly (readonly [number, number])[];
  loaded: boolean;
}

function fontSlices(): Slice[] {
  const folder = folderOf(HANZI.package);
  const sheet = readFileSync(join(folder, HANZI.sheet), 'utf8');
  const faces = sheet.matchAll(/src: url\(\.\/(files\/[\w-]+\.woff2)\)[^;]*;\s*unicode-range: ([^;]+);/g);
  return [...faces].map(([, file = '', ranges = ''], index) => ({
    family: `paper-hanzi-${index}`,
    file: join(folder, file),
    ranges: ranges.split(',').map((range) => {
      const [from = 0, to = from] = range
        .trim()
        .replace(/^U\+/i, '')
        .split('-')
        .map((code) => Number.parseInt(code, 16));
      return [from, to] as const;
    }),
    loaded: false,
  }));
}

function folderOf(name: string): string {
  return dirname(require.resolve(`${name}/package.json`));
}
