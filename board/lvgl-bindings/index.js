// LVGL for Node. `lv` carries LVGL's functions without their prefix, in camel case; beside it stand what makes them
// pleasant: displays, a loop that sleeps while nothing changes, typefaces, panels.
import { fileURLToPath } from 'node:url';
import { dispatchEvents, forgetHandlers, listen } from './events.js';
import { NO_TIMER_READY } from './generated/constants.js';
import { native } from './native.js';

export * from './generated/constants.js';

/** LVGL joins the areas of a frame to at most 32 rectangles (LV_INV_BUF_SIZE). */
const MOST_RECTANGLES = 32;

/** What only this package's own modules call. */
const OWN = new Set(['setWake', 'listen', 'takeEvents', 'panelOpen', 'panelGetInfo', 'panelPresent', 'panelClose']);

export const lv = Object.freeze({
  ...Object.fromEntries(Object.entries(native).filter(([name]) => !OWN.has(name))),
  tick() {
    const next_ms = native.tick();
    dispatchEvents();
    return next_ms;
  },
  keypadSend(keypad, key, pressed) {
    native.keypadSend(keypad, key, pressed);
    dispatchEvents();
  },
  pointerSend(pointer, x, y, pressed) {
    native.pointerSend(pointer, x, y, pressed);
    dispatchEvents();
  },
  deinit() {
    native.deinit();
    forgetHandlers();
  },
  on: listen,
  onResume,
});

const wakers = new Set();
let wakeScheduled = false;

function onResume(waker) {
  wakers.add(waker);
  return () => wakers.delete(waker);
}

// The addon calls this from within a call into LVGL, so the wakers run later, outside of it.
native.setWake(() => {
  if (wakeScheduled) return;
  wakeScheduled = true;
  setImmediate(() => {
    wakeScheduled = false;
    for (const waker of [...wakers]) waker();
  });
});

export function createDisplay(width, height) {
  native.init();
  const handle = native.displayCreate(width, height);
  const rectangles = new Int32Array(MOST_RECTANGLES * 4);
  return Object.freeze({
    handle,
    width,
    height,
    pixels: new Uint8Array(native.displayGetPixels(handle)),
    takeDirty: () => rectangles.subarray(0, native.displayTakeDirty(handle, rectangles) * 4),
    delete: () => native.displayDelete(handle),
  });
}

export function startLoop(display, frame) {
  let timer;
  let stopped = false;
  const turn = () => {
    clearTimeout(timer);
    if (stopped) return;
    const next_ms = lv.tick();
    const dirty = display.takeDirty();
    if (dirty.length > 0) frame(dirty);
    if (next_ms !== NO_TIMER_READY && !stopped) timer = setTimeout(turn, next_ms);
  };
  const forget = onResume(turn);
  timer = setTimeout(turn, 0);
  return () => {
    stopped = true;
    clearTimeout(timer);
    forget();
  };
}

export function openTypeface(path, { lineHeight, fallback } = {}) {
  native.init();
  const handle = native.typefaceOpen(path);
  const sizes = new Map();
  const made = (pixels) => {
    const font = native.fontCreate(handle, pixels);
    if (lineHeight !== undefined) setLineHeight(font, Math.round(pixels * lineHeight));
    if (fallback !== undefined) native.fontSetFallback(font, fallback.size(pixels));
    sizes.set(pixels, font);
    return font;
  };
  return Object.freeze({ size: (pixels) => sizes.get(pixels) ?? made(pixels) });
}

/** Takes away or adds the same space above and below the text. */
function setLineHeight(font, height) {
  const spare = height - native.fontGetLineHeight(font);
  native.fontSetLine(font, height, Math.max(0, native.fontGetBaseLine(font) + Math.floor(spare / 2)));
}

export function openPanel(path, { rotation = 0, width = 800, height = 480, bitsPerPixel = 32, stride = 0 } = {}) {
  const handle = native.panelOpen(path, rotation, width, height, bitsPerPixel, stride);
  return Object.freeze({
    ...native.panelGetInfo(handle),
    present: (pixels, rectangles) => native.panelPresent(handle, pixels, rectangles),
    close: () => native.panelClose(handle),
  });
}

const font = (name) => fileURLToPath(new URL(`./fonts/${name}`, import.meta.url));

export const FONT = Object.freeze({
  REGULAR: font('noto-sans-sc-regular.ttf'),
  MEDIUM: font('noto-sans-sc-medium.ttf'),
  SYMBOLS: font('noto-sans-symbols.ttf'),
});

/** Icons of Montserrat, in the built-in size that is nearest. */
export const builtinTypeface = Object.freeze({
  size: (pixels) =>
    native.fontBuiltin([14, 16, 20, 28].reduce((a, b) => (Math.abs(b - pixels) < Math.abs(a - pixels) ? b : a))),
});
