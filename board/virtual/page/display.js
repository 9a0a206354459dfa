import { hear } from './live.js';
import { text, whenLanguageChanges } from './texts.js';

/** The customer display: each of its 128 × 64 dots as a small square. */

const canvas = document.querySelector('#display');
const DOT = 4;
let facts = null;

export function showDisplay() {
  hear('whole', ({ display }) => draw(display));
  hear('display', draw);
  whenLanguageChanges(name);
}

function draw(display) {
  facts = display;
  const { width, height, bits } = display;
  canvas.width = width * DOT;
  canvas.height = height * DOT;
  const context = canvas.getContext('2d');
  const bytes = Uint8Array.from(atob(bits), (character) => character.charCodeAt(0));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const on = (bytes[at >> 3] & (0x80 >> (at & 7))) !== 0;
      context.fillStyle = on ? '#59F0C4' : '#062923';
      context.fillRect(x * DOT, y * DOT, DOT - (on ? 0.4 : 1), DOT - (on ? 0.4 : 1));
    }
  }
  name();
}

function name() {
  const words = (facts?.rows ?? []).filter((row) => row.trim() !== '').join('，');
  canvas.setAttribute('aria-label', words === '' ? text('display.dark') : `${text('display')}：${words}`);
}
