import type { Align, AmountNode, Colour, Gap, TextSize, Tone } from '../screen.ts';

export type ThemeName = 'light' | 'dark';

/** Colours as 0xRRGGBB. Every text colour keeps 4.5:1 on every ground of its theme; a test computes it. */
export interface Theme {
  readonly text: Readonly<Record<Colour, number>>;
  /** The ground of the body, by the screen's tone. */
  readonly ground: Readonly<Record<Tone, number>>;
  readonly card: number;
  readonly line: number;
  /** The dots between a name and its state. */
  readonly leader: number;
  /** Marks on a badge. */
  readonly onBadge: number;
  /** The keys' own colours, the same in both themes, with the mark that each key carries. */
  readonly keys: Readonly<
    Record<'cancel' | 'clear' | 'menu' | 'enter', { readonly key: number; readonly mark: number }>
  >;
}

const keys: Theme['keys'] = {
  cancel: { key: 0xd6332a, mark: 0xffffff },
  clear: { key: 0xe8b100, mark: 0x15181c },
  menu: { key: 0x6a7078, mark: 0xffffff },
  enter: { key: 0x0a7a57, mark: 0xffffff },
};

export const themes: Readonly<Record<ThemeName, Theme>> = {
  light: {
    text: { ink: 0x15181c, muted: 0x636971, done: 0x0a7a57, refused: 0xb3261e, attention: 0x8a5c00 },
    ground: { plain: 0xf6f6f2, done: 0xe3f1eb, refused: 0xfbe9e7, attention: 0xfff4d6 },
    card: 0xffffff,
    line: 0xdedfd8,
    leader: 0xa9aca4,
    onBadge: 0xffffff,
    keys,
  },
  dark: {
    text: { ink: 0xecede8, muted: 0x9aa1a9, done: 0x4fc79b, refused: 0xff8a80, attention: 0xf2bc4b },
    ground: { plain: 0x14171a, done: 0x10271f, refused: 0x2e1614, attention: 0x2b2210 },
    card: 0x1e2226,
    line: 0x353b41,
    leader: 0x5a626a,
    onBadge: 0x14171a,
    keys,
  },
};

/** In logical pixels, on a panel of 480×320. */
export const textSizes = {
  status: 14,
  body: 16,
  lead: 18,
  title: 20,
  result: 28,
  headline: 34,
} as const satisfies Partial<Record<TextSize, number>>;

/** A card's number stands on one line of either panel. */
export const numberSizes = { wide: 34, narrow: 23 } as const;

/** Wide and narrow panels: an amount of ¥50,000.00 fits beside a badge on both. */
export const amountSizes: Readonly<Record<AmountNode['size'], { readonly wide: number; readonly narrow: number }>> = {
  small: { wide: 28, narrow: 24 },
  medium: { wide: 40, narrow: 40 },
  large: { wide: 48, narrow: 36 },
  huge: { wide: 56, narrow: 48 },
};

export const gaps: Readonly<Record<Gap, number>> = { hair: 1, small: 6, medium: 10, large: 18 };

export const places: Readonly<Record<Align, 'START' | 'CENTER' | 'END'>> = {
  start: 'START',
  centre: 'CENTER',
  end: 'END',
};

/** LVGL draws a line of Chinese well at this height, in em. */
export const LINE_HEIGHT = 1.28;
