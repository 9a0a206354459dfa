/**
 * The virtual board's interface to the far ends of its wires. The far ends are models of devices, each in its own file;
 * the program presses keys, swipes cards, and shows what came over the wires. It never reaches into the terminal.
 */

export const KEYS = [
  '1',
  '2',
  '3',
  'cancel',
  '4',
  '5',
  '6',
  'clear',
  '7',
  '8',
  '9',
  'menu',
  '*',
  '0',
  '#',
  'enter',
] as const;
export type KeyName = (typeof KEYS)[number];

/** The faults of devices that the far ends can simulate. */
export const DEVICE_FAULTS = [
  'paper-out',
  'cover-open',
  'printer-off',
  'reader-off',
  'display-off',
  'stuck-key',
] as const;
export type DeviceFault = (typeof DEVICE_FAULTS)[number];

/** Stops what a `watch…` began. */
export type Unwatch = () => void;

export interface FarEnds {
  /** Closes or opens one switch of the key matrix. */
  key(key: KeyName, down: boolean): void;
  /** How often the terminal has scanned the whole keypad. */
  looks(): number;
  readonly panel: Panel;
  readonly display: DisplayGlass;
  readonly paper: Paper;
  /** The newest sounds of buzzer and loudspeaker, oldest first. */
  sounds(): readonly Sound[];
  watchSounds(heard: (sound: Sound) => void): Unwatch;
  /** Swipes a card; rejects where the reader is without power or is not waiting for a card. */
  swipe(stripe: Stripe): Promise<void>;
  fault(fault: DeviceFault, on: boolean): void;
  /** The devices' power supply. Off: panel black, display dark, reader and printer reset; the paper's state stays. */
  power(on: boolean): void;
  /** Sizes and addresses of what crosses the local wires, never contents. */
  watchWires(crossed: (crossing: Crossing) => void): Unwatch;
  close(): Promise<void>;
}

export interface Panel {
  readonly width: number;
  readonly height: number;
  /** XRGB8888, 4 bytes a pixel, rows without gaps; black while nothing drives it. */
  readonly pixels: Uint8Array;
  /** `rectangles` holds x1, y1, x2, y2 (inclusive) for each. */
  watch(changed: (rectangles: Int32Array) => void): Unwatch;
}

export interface DisplayGlass {
  readonly width: number;
  readonly height: number;
  readonly lit: boolean;
  /** One byte a pixel, 0 or 1. */
  pixels(): Uint8Array;
  /** The text, recognised by exact match of the glyph cells. */
  rows(): readonly string[];
  watch(changed: () => void): Unwatch;
}

export interface Slip {
  /** From 1, in the order of printing. */
  readonly n: number;
  readonly text: string;
  readonly cut: boolean;
}

export interface Paper {
  /** The slips that are kept, from this number on. */
  slips(from?: number): readonly Slip[];
  /** PNG, or null where no slip has that number. */
  picture(n: number): Promise<Uint8Array | null>;
  watch(printed: (slip: Slip) => void): Unwatch;
}

export interface Sound {
  readonly n: number;
  /** ISO 8601. */
  readonly at: string;
  readonly sound: 'beep' | 'voice';
  readonly duration_ms: number;
  readonly hz?: number;
}

/** A card's magnetic stripe as encoded text, without sentinels and check characters. */
export interface Stripe {
  readonly track1: string | null;
  readonly track2: string;
  readonly track3: string | null;
  /** A worn stripe: a character is read with wrong parity. */
  readonly worn: boolean;
}

export interface Crossing {
  /** `i2c`, `lines`, `panel`, `tty-printer` … */
  readonly wire: string;
  readonly direction: 'out' | 'in';
  readonly bytes: number;
  /** The address on the bus, the size of a rectangle: never contents that could be secret. */
  readonly text?: string;
}
