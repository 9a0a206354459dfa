import { lv, type Obj, RADIUS_CIRCLE } from 'lvgl-bindings';
import type { BarIcon, FootKey, Icon, Mark } from '../screen.ts';
import { border, box, fill, IS_PICTURE, label, type Pen, round, stroke } from './pen.ts';

const MAIN = 0;

/** A card with its stripe, a card with its chip, or waves: 56×42 logical pixels. A dark one is struck through. */
export function icon(pen: Pen, parent: Obj, which: Icon, dark: boolean): Obj {
  const colour = dark ? pen.theme.text.muted : pen.theme.text.ink;
  const frame = sized(pen, box(parent), 56, 42);
  if (which === 'tap') waves(pen, frame, colour);
  else card(pen, frame, which, colour);
  if (dark) stroke(pen, frame, [8, 39, 48, 3], 2, colour);
  return frame;
}

function card(pen: Pen, frame: Obj, which: 'stripe' | 'chip', colour: number): void {
  const outline = sized(pen, box(frame), 52, 34);
  lv.objSetPos(outline, pen.px(2), pen.px(4));
  round(border(outline, colour, Math.max(1, pen.px(2))), pen.px(5));
  const detail = which === 'stripe' ? { x: 0, y: 6, width: 48, height: 7 } : { x: 8, y: 8, width: 12, height: 10 };
  const inside = sized(pen, fill(box(outline), colour), detail.width, detail.height);
  lv.objSetPos(inside, pen.px(detail.x), pen.px(detail.y));
  if (which === 'chip') round(inside, pen.px(2));
}

function waves(pen: Pen, frame: Obj, colour: number): void {
  for (const radius of [11, 20, 29]) {
    const wave = arc(pen, frame, radius, 2.5, colour);
    lv.arcSetBgAngles(wave, 318, 42);
    lv.objSetPos(wave, pen.px(16) - pen.px(radius), pen.px(21) - pen.px(radius));
  }
}

/** An arc of a circle with its own radius, in logical pixels; the caller sets its angles. */
export function arc(pen: Pen, parent: Obj, radius: number, width: number, colour: number): Obj {
  const object = lv.arcCreate(parent);
  lv.objRemoveStyleAll(object);
  lv.objSetSize(object, pen.px(radius) * 2, pen.px(radius) * 2);
  lv.objSetStyleArcWidth(object, Math.max(1, pen.px(width)), MAIN);
  lv.objSetStyleArcColor(object, colour, MAIN);
  lv.objSetStyleArcRounded(object, true, MAIN);
  return object;
}

const BADGE = 72;
const BADGE_NARROW = 52;

/** A disc with a mark. */
export function badge(pen: Pen, parent: Obj, mark: Mark, colour: number): Obj {
  const size = pen.narrow ? BADGE_NARROW : BADGE;
  const disc = sized(pen, round(fill(box(parent), colour), RADIUS_CIRCLE), size, size);
  const on = pen.theme.onBadge;
  const at = (part: number) => part * size;
  if (mark === 'check') stroke(pen, disc, [at(0.31), at(0.52), at(0.45), at(0.66), at(0.7), at(0.36)], 4, on);
  if (mark === 'cross') {
    stroke(pen, disc, [at(0.35), at(0.35), at(0.65), at(0.65)], 4, on);
    stroke(pen, disc, [at(0.65), at(0.35), at(0.35), at(0.65)], 4, on);
  }
  if (mark === 'question' || mark === 'bang') {
    const sign = label(pen, disc, mark === 'bang' ? '!' : '?', { size: size * 0.6, colour: on, strong: true });
    lv.objAddFlag(sign, IS_PICTURE);
    lv.objCenter(sign);
  }
  if (mark === 'lock') padlock(pen, disc, size, on);
  return disc;
}

function padlock(pen: Pen, disc: Obj, size: number, colour: number): void {
  const body = sized(pen, round(fill(box(disc), colour), pen.px(3)), size * 0.44, size * 0.32);
  lv.objSetPos(body, pen.px(size * 0.28), pen.px(size * 0.46));
  const shackle = arc(pen, disc, size * 0.15, 4, colour);
  lv.arcSetBgAngles(shackle, 180, 360);
  lv.objSetPos(shackle, pen.px(size * 0.5) - pen.px(size * 0.15), pen.px(size * 0.28));
}

/** The line as a full, half or empty disc; the paper as a slip with its tear. */
export function barIcon(pen: Pen, parent: Obj, which: BarIcon, colour: number): Obj {
  const frame = sized(pen, box(parent), 10, 14);
  if (which === 'paper') {
    stroke(pen, frame, [1, 12, 1, 2, 9, 2, 9, 12, 7, 10, 5, 12, 3, 10, 1, 12], 1.4, colour);
    stroke(pen, frame, [3, 5, 7, 5], 1.2, colour);
    return frame;
  }
  const disc = sized(pen, round(border(box(frame), colour, Math.max(1, pen.px(1.6))), RADIUS_CIRCLE), 10, 10);
  lv.objSetPos(disc, 0, pen.px(2));
  if (which === 'disc') fill(disc, colour);
  if (which === 'half-disc') {
    const half = arc(pen, frame, 5, 5, colour);
    lv.objSetStyleArcRounded(half, false, MAIN);
    lv.arcSetBgAngles(half, 90, 270);
    lv.objSetPos(half, 0, pen.px(2));
  }
  return frame;
}

/** A key of the keypad, with the mark that it carries: a person who sees no colours finds it too. */
export function keycap(pen: Pen, parent: Obj, key: FootKey): Obj {
  const { key: colour, mark } = pen.theme.keys[key];
  const cap = sized(pen, round(fill(box(parent), colour), pen.px(4)), 18, 18);
  if (key === 'cancel') {
    stroke(pen, cap, [6, 6, 12, 12], 2, mark);
    stroke(pen, cap, [12, 6, 6, 12], 2, mark);
  }
  if (key === 'clear') stroke(pen, cap, [9, 5, 9, 13], 2, mark);
  if (key === 'menu') for (const y of [6, 9, 12]) stroke(pen, cap, [5, y, 13, y], 1.5, mark);
  if (key === 'enter') {
    const ring = sized(pen, round(border(box(cap), mark, Math.max(1, pen.px(2))), RADIUS_CIRCLE), 10, 10);
    lv.objCenter(ring);
  }
  return cap;
}

function sized(pen: Pen, object: Obj, width: number, height: number): Obj {
  lv.objSetSize(object, pen.px(width), pen.px(height));
  return object;
}
