import {
  BORDER_SIDE,
  FLEX_ALIGN,
  FLEX_FLOW,
  type Font,
  LABEL_LONG_MODE,
  lv,
  OBJ_FLAG,
  type Obj,
  OPA,
  SIZE_CONTENT,
  TEXT_ALIGN,
} from 'lvgl-bindings';
import type { Align, Colour, Tone } from '../screen.ts';
import type { Paragraphs } from './paragraphs.ts';
import { places, type Theme } from './theme.ts';

export interface Typeface {
  size(pixels: number): Font;
}

/** What drawing needs to know of the panel and the theme. */
export interface Pen {
  readonly theme: Theme;
  /** The screen's tone: it gives the ground that things are drawn on. */
  readonly tone: Tone;
  /** The panel's width in its own pixels. */
  readonly width: number;
  /** Whether the panel is less than 400 logical pixels wide. */
  readonly narrow: boolean;
  /** Converts logical pixels into the panel's own. */
  px(logical: number): number;
  font(logical: number, strong?: boolean): Font;
  readonly paragraphs: Paragraphs;
  /** The rings that turn: the renderer keeps them turning while they are there. */
  readonly turning: Set<Obj>;
  /** What can be shown of a text: without control characters, and with 〓 for what no font has. */
  printable(text: string): string;
}

/** Marks an object whose labels read as one text: `¥` and `128.50`. */
export const READS_AS_ONE = OBJ_FLAG.USER_1;
/** Marks a label that is a picture: the `?` on a badge. */
export const IS_PICTURE = OBJ_FLAG.USER_2;

const MAIN = 0;

/** An empty, invisible rectangle that takes part in layouts and in nothing else. */
export function box(parent: Obj): Obj {
  const object = lv.objCreate(parent);
  lv.objRemoveStyleAll(object);
  lv.objRemoveFlag(object, OBJ_FLAG.SCROLLABLE | OBJ_FLAG.CLICKABLE);
  lv.objSetSize(object, SIZE_CONTENT, SIZE_CONTENT);
  return object;
}

export function fullWidth(object: Obj): Obj {
  lv.objSetWidth(object, lv.pct(100));
  return object;
}

export interface Flow {
  readonly direction: 'column' | 'line';
  readonly gap?: number;
  readonly justify?: Align | 'apart';
  readonly align?: Align;
}

export function flow(object: Obj, { direction, gap = 0, justify = 'start', align = 'start' }: Flow): Obj {
  lv.objSetFlexFlow(object, direction === 'column' ? FLEX_FLOW.COLUMN : FLEX_FLOW.ROW);
  const main = justify === 'apart' ? FLEX_ALIGN.SPACE_BETWEEN : FLEX_ALIGN[places[justify]];
  const cross = FLEX_ALIGN[places[align]];
  lv.objSetFlexAlign(object, main, cross, cross);
  lv.objSetStylePadRow(object, gap, MAIN);
  lv.objSetStylePadColumn(object, gap, MAIN);
  return object;
}

export function pad(object: Obj, vertical: number, horizontal: number): Obj {
  lv.objSetStylePadTop(object, vertical, MAIN);
  lv.objSetStylePadBottom(object, vertical, MAIN);
  lv.objSetStylePadLeft(object, horizontal, MAIN);
  lv.objSetStylePadRight(object, horizontal, MAIN);
  return object;
}

export function fill(object: Obj, colour: number): Obj {
  lv.objSetStyleBgColor(object, colour, MAIN);
  lv.objSetStyleBgOpa(object, OPA.COVER, MAIN);
  return object;
}

export function border(object: Obj, colour: number, width: number, side: number = BORDER_SIDE.FULL): Obj {
  lv.objSetStyleBorderColor(object, colour, MAIN);
  lv.objSetStyleBorderWidth(object, width, MAIN);
  lv.objSetStyleBorderSide(object, side, MAIN);
  lv.objSetStyleBorderOpa(object, OPA.COVER, MAIN);
  return object;
}

export function round(object: Obj, radius: number): Obj {
  lv.objSetStyleRadius(object, radius, MAIN);
  return object;
}

export interface Lettering {
  readonly size: number;
  readonly colour: Colour | number;
  readonly strong?: boolean;
  readonly align?: Align;
  /** Extra space between lines, in em. */
  readonly leading?: number;
}

export function label(pen: Pen, parent: Obj, text: string, { size, colour, strong, align, leading }: Lettering): Obj {
  const object = lv.labelCreate(parent);
  lv.objRemoveStyleAll(object);
  lv.labelSetLongMode(object, LABEL_LONG_MODE.WRAP);
  lv.labelSetText(object, pen.printable(text));
  lv.objSetStyleTextFont(object, pen.font(size, strong), MAIN);
  lv.objSetStyleTextColor(object, typeof colour === 'number' ? colour : pen.theme.text[colour], MAIN);
  if (align !== undefined && align !== 'start') {
    lv.objSetStyleTextAlign(object, align === 'centre' ? TEXT_ALIGN.CENTER : TEXT_ALIGN.RIGHT, MAIN);
  }
  if (leading !== undefined) lv.objSetStyleTextLineSpace(object, pen.px(size * leading), MAIN);
  return object;
}

/** A label that may take several lines; its width is its parent's or what the flow gives it. */
export function paragraph(pen: Pen, parent: Obj, text: string, lettering: Lettering): Obj {
  const object = label(pen, parent, text, lettering);
  pen.paragraphs.add(object, pen.printable(text), pen.font(lettering.size, lettering.strong));
  return object;
}

/** Sets a label's text where it changed, so that nothing else is drawn again. */
export function write(pen: Pen, object: Obj, text: string): void {
  const shown = pen.printable(text);
  if (!pen.paragraphs.write(object, shown) && lv.labelGetText(object) !== shown) lv.labelSetText(object, shown);
}

export function tint(pen: Pen, object: Obj, colour: Colour): void {
  lv.objSetStyleTextColor(object, pen.theme.text[colour], MAIN);
}

/** A stroke through points, x and y of each in logical pixels, inside its parent. */
export function stroke(pen: Pen, parent: Obj, points: readonly number[], width: number, colour: number): Obj {
  const object = lv.lineCreate(parent);
  lv.objRemoveStyleAll(object);
  lv.lineSetPoints(
    object,
    Int32Array.from(points, (logical) => pen.px(logical)),
  );
  lv.objSetStyleLineWidth(object, Math.max(1, pen.px(width)), MAIN);
  lv.objSetStyleLineColor(object, colour, MAIN);
  lv.objSetStyleLineRounded(object, true, MAIN);
  return object;
}
