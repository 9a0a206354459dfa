import { FLEX_ALIGN, FLEX_FLOW, GRID_ALIGN, lv, type Obj, PART, RADIUS_CIRCLE } from 'lvgl-bindings';
import type { AmountNode, Node, RingNode, RowNode, TextNode, TextSize, Tile, TilesNode } from '../screen.ts';
import { arc, badge, icon } from './icons.ts';
import {
  border,
  box,
  fill,
  flow,
  fullWidth,
  label,
  type Pen,
  pad,
  paragraph,
  READS_AS_ONE,
  round,
  tint,
  write,
} from './pen.ts';
import { amountSizes, gaps, numberSizes, textSizes } from './theme.ts';

/** A node that stands on the panel. `change` takes its successor; false where it must be drawn anew. */
export interface Standing<N extends Node = Node> {
  readonly object: Obj;
  change(next: N): boolean;
}

export type Direction = 'column' | 'line';

/** How a node of one kind is drawn; `direction` is the parent's. */
type Painter<N extends Node> = (pen: Pen, parent: Obj, node: N, direction: Direction) => Standing<N>;

export type PainterOf = { readonly [K in Leaf['node']]: Painter<Extract<Leaf, { node: K }>> };

/** Every node except the two kinds that hold children. */
export type Leaf = Exclude<Node, { node: 'column' } | { node: 'line' }>;

const MAIN = 0;
/** Rows and notices: eight rows and a notice of two lines stand on the smallest panel. */
const SMALL = 15;

const never = { change: () => false };

export const painters: PainterOf = {
  text: paintText,
  amount: paintAmount,
  row: paintRow,
  tiles: paintTiles,
  ring: paintRing,
  dots(pen, parent, node, direction) {
    const object = wide(flow(box(parent), { direction: 'line', gap: pen.px(10), justify: 'centre' }), direction);
    lv.objSetStyleMinHeight(object, pen.px(18), MAIN);
    let count = 0;
    const change = (next: { count: number }) => {
      for (; count < next.count; count++) {
        const dot = round(fill(box(object), pen.theme.text.ink), RADIUS_CIRCLE);
        lv.objSetSize(dot, pen.px(14), pen.px(14));
      }
      for (; count > next.count; count--) lv.objDelete(lv.objGetChild(object, -1) ?? object);
      return true;
    };
    change(node);
    return { object, change };
  },
  icons(pen, parent, node, direction) {
    const object = wide(flow(box(parent), { direction: 'line', gap: pen.px(22), justify: 'centre' }), direction);
    lv.objSetStylePadTop(object, pen.px(8), MAIN);
    for (const each of node.icons) icon(pen, object, each.icon, each.dark === true);
    return { object, ...never };
  },
  badge(pen, parent, node) {
    return { object: badge(pen, parent, node.mark, pen.theme.text[node.colour]), ...never };
  },
  notice(pen, parent, node, direction) {
    const { align = 'start' } = node;
    const ground = pen.tone === 'plain' ? pen.theme.ground[node.colour] : pen.theme.card;
    const object = wide(flow(box(parent), { direction: 'column', gap: pen.px(2) }), direction);
    pad(round(fill(object, ground), pen.px(6)), pen.px(5), pen.px(12));
    for (const line of node.lines) {
      fullWidth(paragraph(pen, object, line, { size: SMALL, colour: node.colour, align, leading: 0.08 }));
    }
    return { object, ...never };
  },
  list(pen, parent, node, direction) {
    const object = wide(flow(box(parent), { direction: 'column', gap: pen.px(4) }), direction);
    for (const item of node.items) {
      const line = fullWidth(flow(box(object), { direction: 'line', gap: pen.px(8) }));
      const bullet = round(fill(box(line), pen.theme.text.ink), RADIUS_CIRCLE);
      lv.objSetSize(bullet, pen.px(5), pen.px(5));
      lv.objSetStyleTranslateY(bullet, pen.px(9), MAIN);
      lv.objSetFlexGrow(paragraph(pen, line, item, { size: textSizes.lead, colour: 'ink', leading: 0.1 }), 1);
    }
    return { object, ...never };
  },
  qr(pen, parent, node) {
    const object = lv.qrcodeCreate(parent);
    lv.qrcodeSetSize(object, pen.px(140));
    // A code is read dark on light in both themes.
    lv.qrcodeSetDarkColor(object, 0x15181c);
    lv.qrcodeSetLightColor(object, 0xffffff);
    lv.qrcodeSetQuietZone(object, true);
    lv.qrcodeSetData(object, node.data);
    return { object, ...never };
  },
  space(_pen, parent) {
    const object = box(parent);
    lv.objSetFlexGrow(object, 1);
    return { object, change: () => true };
  },
};

/** In a column a node takes the whole width; in a line its own. */
export function wide(object: Obj, direction: Direction): Obj {
  return direction === 'column' ? fullWidth(object) : object;
}

function sizeOf(pen: Pen, size: TextSize): number {
  return size === 'number' ? numberSizes[pen.narrow ? 'narrow' : 'wide'] : textSizes[size];
}

/** Extra space between the lines of what is read as a paragraph, in em. */
const leadings: Partial<Record<TextSize, number>> = { body: 0.1, lead: 0.2 };

function paintText(pen: Pen, parent: Obj, node: TextNode, direction: Direction): Standing<TextNode> {
  const { text, size = 'body', colour = 'ink', strong = false, align = 'start', grow = false } = node;
  const leading = leadings[size] ?? 0;
  const draw = grow || direction === 'column' ? paragraph : label;
  const object = draw(pen, parent, text, { size: sizeOf(pen, size), colour, strong, align, leading });
  if (grow && direction === 'line') lv.objSetFlexGrow(object, 1);
  else wide(object, direction);
  let standing = colour;
  const change = (next: TextNode) => {
    const same =
      (next.size ?? 'body') === size &&
      (next.strong ?? false) === strong &&
      (next.align ?? 'start') === align &&
      (next.grow ?? false) === grow;
    if (!same) return false;
    write(pen, object, next.text);
    if ((next.colour ?? 'ink') !== standing) tint(pen, object, next.colour ?? 'ink');
    standing = next.colour ?? 'ink';
    return true;
  };
  return { object, change };
}

function paintAmount(pen: Pen, parent: Obj, node: AmountNode, direction: Direction): Standing<AmountNode> {
  const size = amountSizes[node.size][pen.narrow ? 'narrow' : 'wide'];
  const apart = node.size === 'huge';
  const object = flow(box(parent), { direction: 'line', gap: pen.px(6), justify: node.align ?? 'start', align: 'end' });
  wide(object, direction);
  lv.objAddFlag(object, READS_AS_ONE);
  const style = { size, colour: 'ink', strong: true } as const;
  if (apart) {
    const sign = label(pen, object, '¥', { size: size / 2, colour: 'muted' });
    // Puts the sign and the digits on one base line.
    const lift = lv.fontGetBaseLine(pen.font(size, true)) - lv.fontGetBaseLine(pen.font(size / 2));
    lv.objSetStylePadBottom(sign, lift, MAIN);
  }
  const signed = (yuan: string) => (apart ? yuan : `¥${yuan}`);
  const digits = label(pen, object, signed(node.yuan), style);
  const change = (next: AmountNode) => {
    const same = next.size === node.size && next.align === node.align;
    if (same) write(pen, digits, signed(next.yuan));
    return same;
  };
  return { object, change };
}

function paintRow(pen: Pen, parent: Obj, node: RowNode): Standing<RowNode> {
  const object = fullWidth(flow(box(parent), { direction: 'line', gap: pen.px(10), align: 'centre' }));
  if (pen.narrow) {
    // A state that is too long to stand beside its name stands under it, at the same right edge.
    lv.objSetFlexFlow(object, FLEX_FLOW.ROW_WRAP);
    lv.objSetFlexAlign(object, FLEX_ALIGN.END, FLEX_ALIGN.CENTER, FLEX_ALIGN.CENTER);
    lv.objSetStylePadRow(object, 0, MAIN);
  }
  const name = label(pen, object, node.name, { size: SMALL, colour: 'ink' });
  const leader = lv.lineCreate(object);
  lv.objRemoveStyleAll(leader);
  lv.lineSetPoints(leader, Int32Array.of(0, 0, lv.pct(100), 0));
  lv.objSetStyleLineWidth(leader, 1, MAIN);
  lv.objSetStyleLineColor(leader, pen.theme.leader, MAIN);
  lv.objSetStyleLineDashWidth(leader, 1, MAIN);
  lv.objSetStyleLineDashGap(leader, pen.px(4), MAIN);
  lv.objSetFlexGrow(leader, 1);
  const state = label(pen, object, node.state, { size: SMALL, colour: node.colour });
  let standing = node.colour;
  const change = (next: RowNode) => {
    write(pen, name, next.name);
    write(pen, state, next.state);
    if (next.colour !== standing) tint(pen, state, next.colour);
    standing = next.colour;
    return true;
  };
  return { object, change };
}

function paintTiles(pen: Pen, parent: Obj, node: TilesNode): Standing<TilesNode> {
  const object = fullWidth(box(parent));
  lv.objSetFlexGrow(object, 1);
  lv.objSetStylePadRow(object, pen.px(8), MAIN);
  lv.objSetStylePadColumn(object, pen.px(8), MAIN);
  // A narrow panel has room for three rows instead of two: wider tiles do not break their words.
  const two = pen.narrow && Math.ceil(node.tiles.length / node.columns) === 2;
  const columns = two ? Math.min(node.columns, 2) : node.columns;
  const rows = Math.ceil(node.tiles.length / columns);
  const share = lv.gridFr(1);
  lv.objSetGrid(object, new Int32Array(columns).fill(share), new Int32Array(rows).fill(share));
  node.tiles.forEach((tile, place) => {
    const painted = paintTile(pen, object, tile);
    lv.objSetGridCell(
      painted,
      GRID_ALIGN.STRETCH,
      place % columns,
      1,
      GRID_ALIGN.STRETCH,
      Math.floor(place / columns),
      1,
    );
  });
  return { object, ...never };
}

function paintTile(pen: Pen, parent: Obj, tile: Tile): Obj {
  const object = round(box(parent), pen.px(8));
  if (tile.dark) border(object, pen.theme.line, 1);
  else
    border(
      fill(object, pen.theme.card),
      tile.chosen ? pen.theme.text.done : pen.theme.line,
      tile.chosen ? pen.px(2) : 1,
    );
  const colour = tile.dark ? 'muted' : 'ink';
  pad(object, pen.px(8), pen.px(pen.narrow ? 8 : 12));
  if (tile.icon !== undefined) {
    flow(object, { direction: 'column', gap: pen.px(8), justify: 'centre', align: 'centre' });
    icon(pen, object, tile.icon, tile.dark === true);
    fullWidth(
      paragraph(pen, object, tile.text, {
        size: pen.narrow ? textSizes.lead : textSizes.title,
        colour,
        align: 'centre',
      }),
    );
    return object;
  }
  flow(object, { direction: 'column', justify: 'apart' });
  if (tile.digit !== undefined) label(pen, object, tile.digit, { size: textSizes.status, colour: 'muted' });
  fullWidth(paragraph(pen, object, tile.text, { size: pen.narrow ? textSizes.body : textSizes.lead, colour }));
  return object;
}

const RING = 34;

function paintRing(pen: Pen, parent: Obj, node: RingNode): Standing<RingNode> {
  const object = arc(pen, parent, RING, 6, pen.theme.line);
  lv.arcSetBgAngles(object, 0, 360);
  lv.arcSetRotation(object, 270);
  lv.objSetStyleArcWidth(object, pen.px(6), PART.INDICATOR);
  lv.objSetStyleArcColor(object, pen.theme.text.done, PART.INDICATOR);
  lv.objSetStyleArcRounded(object, true, PART.INDICATOR);
  const inside = label(pen, object, node.text ?? '', { size: textSizes.title, colour: 'ink', strong: true });
  lv.objCenter(inside);
  const draw = ({ part }: RingNode) => lv.arcSetAngles(object, 0, part === null ? 90 : Math.round(part * 360));
  draw(node);
  if (node.part === null) pen.turning.add(object);
  const change = (next: RingNode) => {
    if ((next.part === null) !== (node.part === null)) return false;
    draw(next);
    write(pen, inside, next.text ?? '');
    return true;
  };
  return { object, change };
}

export function gapOf(pen: Pen, gap: keyof typeof gaps): number {
  return pen.px(gaps[gap]);
}
