/**
 * A screen is data: a pure function of `screens/` makes it from what is known, `renderer.ts` turns it into LVGL objects.
 * There are no coordinates here: sizes are roles, and the renderer scales them to the panel.
 */
export interface Screen {
  /** Which screen this is, for scripts and tests: `sale.approved`. */
  readonly id: string;
  readonly tone: Tone;
  readonly bar: Bar;
  readonly body: readonly Node[];
  readonly foot: Foot;
  /** Its amounts are the customer's own business: no record keeps them. */
  readonly discreet?: boolean;
  /**
   * `open`: digits choose here, or are shown as they are typed. Elsewhere a digit may be a secret's, typed too early.
   */
  readonly digits?: 'open';
}

/** What the colour says before a word is read; the words say it too. */
export type Tone = 'plain' | 'done' | 'refused' | 'attention';

/** The status bar: where the operator is, and what he should know at every moment. */
export interface Bar {
  readonly place: string;
  readonly items: readonly BarItem[];
}

export interface BarItem {
  readonly key: string;
  readonly text?: string;
  readonly icon?: BarIcon;
  readonly colour?: Colour;
  /** Framed, as the word LAB is. */
  readonly framed?: boolean;
  /** Left out where the panel is narrow. */
  readonly wide?: boolean;
}

/** The line, by shape as well as colour (full, half or empty disc), and the paper. */
export type BarIcon = 'disc' | 'half-disc' | 'ring' | 'paper';

/** What the function keys do here. A key that is not named does nothing. */
export interface Foot {
  readonly cancel?: string;
  readonly clear?: string;
  readonly menu?: string;
  readonly enter?: string;
  /** A quiet line in the first free place. */
  readonly note?: string;
}

export type Colour = 'ink' | 'muted' | 'done' | 'refused' | 'attention';

/** In logical pixels on a 480×320 panel: status 14, body 16, lead 18, title 20, result 28, headline 34; a card's number 34. */
export type TextSize = 'number' | 'status' | 'body' | 'lead' | 'title' | 'result' | 'headline';

export type Align = 'start' | 'centre' | 'end';

export type Icon = 'stripe' | 'chip' | 'tap';

export type Mark = 'check' | 'cross' | 'question' | 'bang' | 'lock';

interface Keyed {
  /** Tells siblings of one kind apart across two trees of the same screen; by default the place among its siblings. */
  readonly key?: string;
}

export interface TextNode extends Keyed {
  readonly node: 'text';
  readonly text: string;
  readonly size?: TextSize;
  readonly colour?: Colour;
  readonly align?: Align;
  readonly strong?: boolean;
  /** Takes the width that its siblings in a `line` leave. */
  readonly grow?: boolean;
}

/** Money: the currency sign stands apart, smaller and muted. 28, 40, 48 or 56 logical pixels. */
export interface AmountNode extends Keyed {
  readonly node: 'amount';
  /** `1,284.00` */
  readonly yuan: string;
  readonly size: 'small' | 'medium' | 'large' | 'huge';
  readonly align?: Align;
}

/** A name, a dotted leader, and what is known of it. */
export interface RowNode extends Keyed {
  readonly node: 'row';
  readonly name: string;
  readonly state: string;
  readonly colour: Colour;
}

export interface TilesNode extends Keyed {
  readonly node: 'tiles';
  readonly columns: number;
  readonly tiles: readonly Tile[];
}

export interface Tile {
  readonly key: string;
  readonly text: string;
  /** The digit that chooses it, above the text. */
  readonly digit?: string;
  /** Or a picture above a centred text. */
  readonly icon?: Icon;
  /** Framed: what the green key does. */
  readonly chosen?: boolean;
  /** Greyed: not to be had now. */
  readonly dark?: boolean;
}

/** One dot for each digit typed and no empty rings: the length is a secret. */
export interface DotsNode extends Keyed {
  readonly node: 'dots';
  readonly count: number;
}

export interface IconsNode extends Keyed {
  readonly node: 'icons';
  readonly icons: readonly { readonly icon: Icon; readonly dark?: boolean }[];
}

/** A disc of the tone's colour with a mark in it. */
export interface BadgeNode extends Keyed {
  readonly node: 'badge';
  readonly mark: Mark;
  readonly colour: Exclude<Colour, 'ink' | 'muted'>;
}

/** How much of a wait is over, 0 to 1; `null` where nobody can know: then it turns. */
export interface RingNode extends Keyed {
  readonly node: 'ring';
  readonly part: number | null;
  readonly text?: string;
}

export interface NoticeNode extends Keyed {
  readonly node: 'notice';
  readonly align?: Align;
  readonly colour: Exclude<Colour, 'ink' | 'muted'>;
  readonly lines: readonly string[];
}

/** Paragraphs with a bullet each; a strong one stands out by weight. */
export interface ListNode extends Keyed {
  readonly node: 'list';
  readonly items: readonly string[];
}

export interface QrNode extends Keyed {
  readonly node: 'qr';
  readonly data: string;
}

/** Children under one another. */
export interface ColumnNode extends Keyed {
  readonly node: 'column';
  readonly children: readonly Node[];
  readonly gap?: Gap;
  readonly align?: Align;
  readonly justify?: Align;
  /** Takes the room that its siblings leave. */
  readonly grow?: boolean;
}

/** Children beside one another. */
export interface LineNode extends Keyed {
  readonly node: 'line';
  readonly children: readonly Node[];
  readonly gap?: Gap;
  /** `apart` pushes the first and the last to the edges. */
  readonly justify?: Align | 'apart';
  /** Under one another where the panel is narrow. */
  readonly stack?: boolean;
}

/** 1, 6, 10 and 18 logical pixels. */
export type Gap = 'hair' | 'small' | 'medium' | 'large';

/** Room that grows. */
export interface SpaceNode extends Keyed {
  readonly node: 'space';
}

export type Node =
  | TextNode
  | AmountNode
  | RowNode
  | TilesNode
  | DotsNode
  | IconsNode
  | BadgeNode
  | RingNode
  | NoticeNode
  | ListNode
  | QrNode
  | ColumnNode
  | LineNode
  | SpaceNode;

/** Every text of a tree, in the order in which the screen is read: bar, body, foot. */
export function textsOf(screen: Screen): string[] {
  const bar = [screen.bar.place, ...screen.bar.items.map((item) => item.text)];
  const foot = footCells(screen.foot).map((cell) => cell?.text);
  return [...bar, ...screen.body.flatMap(textsOfNode), ...foot].filter(
    (text) => text !== undefined && text !== '',
  ) as string[];
}

/** Whether secret digits (a PIN, a password) are typed on it. */
export function takesSecret(screen: Screen): boolean {
  const hasDots = (node: Node): boolean => node.node === 'dots' || ('children' in node && node.children.some(hasDots));
  return screen.body.some(hasDots);
}

export type FootKey = 'cancel' | 'clear' | 'menu' | 'enter';

/** The foot's three places, as the keys stand on the keypad: red to the left, green to the right. */
export function footCells(foot: Foot): (null | { key: FootKey | null; text: string })[] {
  const cells: (null | { key: FootKey | null; text: string })[] = [
    foot.cancel === undefined ? null : { key: 'cancel', text: foot.cancel },
    foot.clear === undefined ? null : { key: 'clear', text: foot.clear },
    foot.enter === undefined ? null : { key: 'enter', text: foot.enter },
  ];
  if (foot.menu !== undefined) cells[cells[1] === null ? 1 : 2] = { key: 'menu', text: foot.menu };
  if (foot.note !== undefined) {
    const free = foot.cancel === undefined ? 0 : cells.indexOf(null);
    if (free >= 0 && cells[free] === null) cells[free] = { key: null, text: foot.note };
  }
  return cells;
}

function textsOfNode(node: Node): (string | undefined)[] {
  switch (node.node) {
    case 'text':
      return [node.text];
    case 'amount':
      return [`¥${node.yuan}`];
    case 'row':
      return [node.name, node.state];
    case 'tiles':
      return node.tiles.flatMap((tile) => [tile.digit, tile.text]);
    case 'ring':
      return [node.text];
    case 'notice':
      return [...node.lines];
    case 'list':
      return [...node.items];
    case 'column':
    case 'line':
      return node.children.flatMap(textsOfNode);
    case 'dots':
    case 'icons':
    case 'badge':
    case 'qr':
    case 'space':
      return [];
  }
}
