import { isDeepStrictEqual } from 'node:util';
import { BORDER_SIDE, lv, type Obj } from 'lvgl-bindings';
import { type Bar, type BarItem, type Foot, footCells } from '../screen.ts';
import { barIcon, keycap } from './icons.ts';
import { border, box, fill, flow, fullHeight, fullWidth, label, letter, type Pen, pad, round } from './pen.ts';
import { textSizes } from './theme.ts';

const BAR_HEIGHT = 28;
const FOOT_HEIGHT = 40;
const MARGIN = 12;

/** The status bar. Only what differs from the bar before is drawn again. */
export function barAt(pen: Pen, parent: Obj): (bar: Bar) => void {
  const object = fill(fullWidth(box(parent)), pen.theme.ground.plain);
  lv.objSetHeight(object, pen.px(BAR_HEIGHT));
  border(object, pen.theme.line, 1, BORDER_SIDE.BOTTOM);
  flow(pad(object, 0, pen.px(MARGIN)), { direction: 'line', gap: pen.px(10), align: 'centre' });
  const place = label(pen, object, '', { size: textSizes.status, colour: 'ink', strong: true });
  lv.objSetFlexGrow(place, 1);
  let standing: { item: BarItem; object: Obj; text: Obj | null }[] = [];
  return (bar) => {
    letter(pen, place, bar.place, 'ink');
    const items = fitting(pen, bar);
    const same = items.length === standing.length && items.every((item, i) => alike(item, standing[i]?.item));
    if (same) {
      items.forEach((item, i) => {
        const text = standing[i]?.text;
        if (text) letter(pen, text, item.text ?? '', item.colour ?? 'muted');
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

/** Leaves out what may be left out, the last first, until the rest stands beside the place on one line. */
function fitting(pen: Pen, bar: Bar): readonly BarItem[] {
  const room = pen.width - 2 * pen.px(MARGIN) - widthOf(pen, bar.place);
  let items = bar.items;
  while (items.reduce((sum, item) => sum + itemWidth(pen, item), 0) > room) {
    const last = items.findLastIndex((item) => item.wide);
    if (last < 0) break;
    items = items.filter((_, i) => i !== last);
  }
  return items;
}

function itemWidth(pen: Pen, { text, icon, framed }: BarItem): number {
  const words = text === undefined ? 0 : widthOf(pen, text);
  return pen.px(10) + words + (icon === undefined ? 0 : pen.px(15)) + (framed ? pen.px(10) : 0);
}

function widthOf(pen: Pen, text: string): number {
  return lv.textGetSize(pen.printable(text), pen.font(textSizes.status, true), 0, 0).x;
}

/** What the keys do, red to the left and green to the right. */
export function footAt(pen: Pen, parent: Obj): (foot: Foot) => void {
  const object = fill(fullWidth(box(parent)), pen.theme.ground.plain);
  lv.objSetHeight(object, pen.px(FOOT_HEIGHT));
  border(object, pen.theme.line, 1, BORDER_SIDE.TOP);
  pad(object, 0, pen.px(20));
  let before: Foot | null = null;
  let note: Obj | null = null;
  return (foot) => {
    if (isDeepStrictEqual(foot, before)) return;
    const sameKeys = before !== null && isDeepStrictEqual({ ...foot, note: '' }, { ...before, note: '' });
    before = foot;
    if (sameKeys && note !== null && foot.note !== undefined) {
      letter(pen, note, foot.note, 'muted');
      return;
    }
    lv.objClean(object);
    const cells = footCells(foot).filter((cell) => cell !== null);
    const alone = cells.length === 1 && cells[0]?.key === null;
    const justify = alone ? 'centre' : cells.length === 1 && foot.cancel === undefined ? 'end' : 'apart';
    flow(object, { direction: 'line', justify, align: 'centre' });
    note = null;
    for (const { key, text } of cells) {
      const cell = fullHeight(
        flow(box(object), { direction: 'line', gap: pen.px(8), justify: 'centre', align: 'centre' }),
      );
      if (key !== null) keycap(pen, cell, key);
      const words = label(pen, cell, text, { size: textSizes.body, colour: key === null ? 'muted' : 'ink' });
      if (key === null) note = words;
    }
  };
}
