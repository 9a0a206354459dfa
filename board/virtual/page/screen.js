import { hear } from './live.js';
import { text, whenLanguageChanges } from './texts.js';

/** The terminal's framebuffer, drawn rectangle by rectangle, and its texts for screen readers. */

const canvas = document.querySelector('#screen');
const context = canvas.getContext('2d', { alpha: false });
const spoken = document.querySelector('#spoken');
let seen = null;

export function showScreen() {
  hear('whole', ({ panel, screen }) => {
    if (canvas.width !== panel.width || canvas.height !== panel.height) {
      canvas.width = panel.width;
      canvas.height = panel.height;
    }
    name(screen);
  });
  hear('screen-pixels', draw);
  hear('screen', ({ screen }) => name(screen));
  whenLanguageChanges(() => name(seen));
}

/** `u8 1 | u8 0 | u16be x, y, width, height | XRGB8888 rows`, blue first in memory. */
function draw(message) {
  const view = new DataView(message);
  if (view.getUint8(0) !== 1) return;
  const [x, y, width, height] = [2, 4, 6, 8].map((at) => view.getUint16(at));
  const from = new Uint8Array(message, 10);
  const image = new ImageData(width, height);
  const to = image.data;
  for (let at = 0; at < to.length; at += 4) {
    to[at] = from[at + 2];
    to[at + 1] = from[at + 1];
    to[at + 2] = from[at];
    to[at + 3] = 255;
  }
  context.putImageData(image, x, y);
}

function name(screen) {
  const words = screen === null ? '' : screen.texts.filter((part) => part !== '').join(text('comma'));
  canvas.setAttribute('aria-label', words === '' ? text('screen.dark') : text('screen', { texts: words }));
  canvas.dataset.screen = screen?.screen ?? '';
  // Screen readers say each screen once, when it appears, and not again for each digit of an amount.
  if (screen !== null && screen.screen !== seen?.screen) spoken.textContent = words;
  seen = screen;
}
