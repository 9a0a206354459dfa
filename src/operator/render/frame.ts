import { isDeepStrictEqual } from 'node:util';
import { BORDER_SIDE, lv, type Obj } from 'lvgl-bindings';
import { type Align, type Bar, type BarItem, type Foot, type FootKey, footCells } from '../screen.ts';
import { barIcon, keycap } from './icons.ts';
import { border, box, fill, flow, fullWidth, label, type Pen, pad, paragraph, round, write } from './pen.ts';
import { textSizes } from './theme.ts';

const BAR_HEIGHT = 28;
const FOOT_HEIGHT = 40;
const MARGIN = 12;
const EDGE = 20;
/** The text size at which a note of two lines fits into the foot. */
const SMALL_NOTE = 13;

/** The status bar. Only what differs from the bar before is drawn again. */
export function barAt(pen: Pen, parent: Obj): (bar: Bar) => void {
  const object = fill(fullWidth(box(parent)), pen.theme.ground.plain);
  lv.objSetHeight(object, pen.px(BAR_HEIGHT));
  border(object, pen.theme.line, 1, BORDER_SIDE.BOTTOM);
  flow(pad(object, 0, pen.px(MARGIN)), { direction: 'line', gap: pen.px(10), align: 'centre' });
  const title = label(pen, object, '', { size: textSizes.status, colour: 'ink', strong: true });
  lv.objSetFlexGrow(title, 1);
  let standing: { item: BarItem; object: Obj; text: Obj | null }[] = [];
  return (bar) => {
    const { place, items } = fitting(pen, bar);
    write(pen, title, place);
    const same = items.length === standing.length && items.every((item, i) => alike(item, standing[i]?.item));
    if (same) {
      items.forEach((item, i) => {
        const text = standing[i]?.text;
        if (text) write(pen, text, item.text ?? '');
      });
      return;
    }
    for (const old of standing) lv.objDelete(old.object);
    standing = items.map((item) => ({ item, ...paintItem(pen, object, item) }));
  };
}

/** Whether two items differ in their words alone. */
function alike(one: BarItem, other: BarItem | undefined): boolean {
  return other !== undefined && isDeepStrictEqual({ ...one, text: '' }, { ...other, text: '' });
}

function paintItem(pen: Pen, parent: Obj, item: BarItem): { object: Obj; text: Obj | null } {
  const colour = item.colour ?? 'muted';
  const object = flow(box(parent), { direction: 'line', gap: pen.px(5), align: 'centre' });
  if (item.framed) {
    const plate = pad(round(border(object, pen.theme.text[colour], Math.max(1, pen.px(1))), pen.px(3)), 0, pen.px(4));
    const text = label(pen, plate, item.text ?? '', { size: 11, colour, strong: true });
    return { object, text };
  }
  if (item.icon !== undefined) barIcon(pen, object, item.icon, pen.theme.text[colour]);
  const text = item.text === undefined ? null : label(pen, object, item.text, { size: textSizes.status, colour });
  return { object, text };
}

/**
 * Makes the bar fit on one line: leaves out `wide` items, the last first; then the words of items that have an icon
 * too; then the end of the place.
 */
function fitting(pen: Pen, { place, items }: Bar): Bar {
  const room = pen.width - 2 * pen.px(MARGIN);
  const width = (of: readonly BarItem[]) => of.reduce((sum, item) => sum + itemWidth(pen, item), 0);
  const tooWide = (title: string) => width(items) + widthOf(pen, title) > room;
  while (tooWide(place) && items.some((item) => item.wide)) {
    const last = items.findLastIndex((item) => item.wide);
    items = items.filter((_, at) => at !== last);
  }
  while (tooWide(place) && items.some(hasBoth)) {
    const first = items.findIndex(hasBoth);
    items = items.map((item, at) => (at === first ? withoutText(item) : item));
  }
  if (!tooWide(place)) return { place, items };
  const kept = [...place];
  while (kept.length > 1 && tooWide(`${kept.join('')}…`)) kept.pop();
  return { place: `${kept.join('')}…`, items };
}

const hasBoth = (item: BarItem): boolean => item.text !== undefined && item.icon !== undefined;

function withoutText({ text: _, ...rest }: BarItem): BarItem {
  return rest;
}

function itemWidth(pen: Pen, { text, icon, framed }: BarItem): number {
  const words = text === undefined ? 0 : widthOf(pen, text);
  const picture = icon === undefined ? 0 : pen.px(text === undefined ? 10 : 15);
  return pen.px(10) + words + picture + (framed ? pen.px(4) : 0);
}

/** What the keys do, red to the left and green to the right. */
export function footAt(pen: Pen, parent: Obj): (foot: Foot) => void {
  const object = fill(fullWidth(box(parent)), pen.theme.ground.plain);
  lv.objSetHeight(object, pen.px(FOOT_HEIGHT));
  border(object, pen.theme.line, 1, BORDER_SIDE.TOP);
  pad(object, 0, pen.px(EDGE));
  let before: Foot | null = null;
  let note: Note | null = null;
  return (foot) => {
    if (isDeepStrictEqual(foot, before)) return;
    const sameKeys = before !== null && isDeepStrictEqual({ ...foot, note: '' }, { ...before, note: '' });
    before = foot;
    if (
      sameKeys &&
      note !== null &&
      foot.note !== undefined &&
      note.room !== null &&
      noteFits(pen, foot.note, note.room)
    ) {
      write(pen, note.label, foot.note);
      return;
    }
    lv.objClean(object);
    note = paintCells(pen, object, foot);
  };
}

interface Note {
  readonly label: Obj;
  /** The width that one line of the note may take; null where the note takes two lines. */
  readonly room: number | null;
}

/** Draws the keys and the note; returns the note, where there is one. */
function paintCells(pen: Pen, object: Obj, foot: Foot): Note | null {
  const cells = footCells(foot).filter((cell) => cell !== null);
  const noteAlone = cells.length === 1 && foot.note !== undefined;
  const greenAlone = cells.length === 1 && foot.cancel === undefined;
  const justify = noteAlone ? 'centre' : greenAlone ? 'end' : 'apart';
  flow(object, { direction: 'line', gap: pen.px(12), justify, align: 'centre' });
  let note: Note | null = null;
  for (const [place, { key, text }] of cells.entries()) {
    if (key === null) {
      const align = place === 0 ? 'start' : place === cells.length - 1 ? 'end' : 'centre';
      note = paintNote(pen, object, text, keysWidth(pen, cells), align);
      continue;
    }
    const cell = flow(box(object), { direction: 'line', gap: pen.px(8), align: 'centre' });
    keycap(pen, cell, key);
    label(pen, cell, text, { size: textSizes.body, colour: 'ink' });
  }
  return note;
}

/** A note that is too long for one line takes two, smaller. */
function paintNote(pen: Pen, parent: Obj, text: string, taken: number, align: Align): Note {
  const room = pen.width - 2 * pen.px(EDGE) - taken;
  if (noteFits(pen, text, room)) {
    return { label: label(pen, parent, text, { size: textSizes.body, colour: 'muted' }), room };
  }
  const note = paragraph(pen, parent, text, { size: SMALL_NOTE, colour: 'muted', align });
  lv.objSetFlexGrow(note, 1);
  return { label: note, room: null };
}

function noteFits(pen: Pen, text: string, room: number): boolean {
  return widthOf(pen, text, textSizes.body) <= room;
}

/** The width of the keys and of the gaps beside them. */
function keysWidth(pen: Pen, cells: readonly { readonly key: FootKey | null; readonly text: string }[]): number {
  const keys = cells.filter(({ key }) => key !== null);
  return keys.reduce((sum, { text }) => sum + pen.px(26 + 12) + widthOf(pen, text, textSizes.body), 0);
}

function widthOf(pen: Pen, text: string, size: number = textSizes.status): number {
  return lv.textGetSize(pen.printable(text), pen.font(size, true), 0, 0).x;
}
