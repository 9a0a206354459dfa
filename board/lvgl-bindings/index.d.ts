import type { Display, Font, GeneratedApi, Group, Indev, Obj, Point, Style } from './generated/functions.js';

export * from './generated/constants.js';
export type * from './generated/functions.js';

/** What every function of `lv` throws; `code` tells what it is about. */
export interface LvglError extends Error {
  readonly code: /** An argument of the wrong type, or out of range. */
    | 'LV_EARG'
    /** A handle of something that was deleted, or of another kind. */
    | 'LV_ESTALE'
    /** An object of another widget class than the function is for. */
    | 'LV_ECLASS'
    /** An assertion inside LVGL. */
    | 'LV_EASSERT'
    /** `lv.init()` was not called; or an assertion ended LVGL while it drew, and the process must restart. */
    | 'LV_ESTATE'
    /** A file or device that cannot be opened or used. */
    | 'LV_EFILE';
}

/** An event as a handler gets it. `current` is the object that was listened to, `target` the one where it arose. */
export interface LvglEvent {
  readonly current: Obj;
  /** A member of EVENT. */
  readonly code: number;
  /** The key of EVENT.KEY (a member of KEY, or a code point); otherwise 0. */
  readonly key: number;
  readonly target: Obj;
}

/** A font file in memory. */
type Typeface = number & { readonly typeface: unique symbol };

/** The functions that are written by hand, beside those made from LVGL's headers. */
export interface Lv extends GeneratedApi {
  /** Starts LVGL. Calling it again does nothing. */
  init(): void;
  /** Ends LVGL; every handle becomes stale. The pixels of a display stay readable. */
  deinit(): void;
  /**
   * Renders what changed, runs what is due and calls the handlers of the events that arose.
   * Returns the milliseconds until more is due; NO_TIMER_READY when nothing is.
   */
  tick(): number;
  /** Draws what changed at once, whatever time is left of the refresh period: when the next pixel must not wait for a tick. */
  displayRefresh(display: Display): void;
  /** Calls `waker` when there is work for a tick again. Returns the function that ends it. */
  onResume(waker: () => void): () => void;
  /** Calls `handler` for each event of `code` (EVENT.ALL: all). Returns the function that ends it. */
  on(object: Obj, code: number, handler: (event: LvglEvent) => void): () => void;
  /** Sends an event: CLICKED, VALUE_CHANGED, READY, CANCEL or REFRESH. False when a handler deleted the object. */
  objSendEvent(object: Obj, code: number): boolean;
  isAlive(object: Obj): boolean;
  /** How many things JavaScript holds handles of. */
  handleCount(): number;

  /** A display of LVGL without the comfort of `createDisplay`. */
  displayCreate(width: number, height: number): Display;
  displayDelete(display: Display): void;
  /** The pixels themselves, not a copy: XRGB8888 (bytes B, G, R, X), rows without gaps. */
  displayGetPixels(display: Display): ArrayBuffer;
  /** Draws what changed at once, without waiting for the next frame's time. */
  displayRefreshNow(display: Display): void;
  /** Moves the changed rectangles into `rectangles`, x1 y1 x2 y2 each (inclusive), and returns their number. */
  displayTakeDirty(display: Display, rectangles: Int32Array): number;

  keypadCreate(display: Display): Indev;
  /** `key` is a member of KEY or a code point. Handlers are called before it returns. */
  keypadSend(keypad: Indev, key: number, pressed: boolean): void;
  pointerCreate(display: Display): Indev;
  /** Handlers are called before it returns. */
  pointerSend(pointer: Indev, x: number, y: number, pressed: boolean): void;
  indevSetGroup(indev: Indev, group: Group | null): void;
  indevDelete(indev: Indev): void;
  groupCreate(): Group;
  groupDelete(group: Group): void;

  /** `lv_label` for a label. */
  objGetClassName(object: Obj): string;
  objSetParent(object: Obj, parent: Obj): void;
  /** Columns and rows in pixels, `gridFr(n)` or GRID_CONTENT. */
  objSetGrid(object: Obj, columns: Int32Array, rows: Int32Array): void;
  /** The object with its children as ARGB8888 (bytes B, G, R, A), rows without gaps. */
  objTakeSnapshot(object: Obj): { width: number; height: number; pixels: Uint8Array<ArrayBuffer> };
  /** `points` are x, y of each point. */
  lineSetPoints(line: Obj, points: Int32Array): void;
  /** One text for each button; '\n' begins a new row. */
  buttonmatrixSetMap(matrix: Obj, texts: readonly string[]): void;
  /** A fixed text on the button, instead of the selected option. */
  dropdownSetText(dropdown: Obj, text: string): void;
  dropdownGetSelectedText(dropdown: Obj): string;
  rollerGetSelectedText(roller: Obj): string;
  /** `symbol` is a member of SYMBOL, or null. */
  listAddButton(list: Obj, symbol: string | null, text: string): Obj;
  /** False when the bytes do not fit into a code. Text: `qrcodeSetData`. */
  qrcodeUpdate(code: Obj, bytes: Uint8Array): boolean;
  /** A style that any number of objects share. It lives as long as LVGL does. */
  styleCreate(): Style;

  /** Shows the PNG file at an absolute path. */
  imageSetFile(image: Obj, path: string): void;
  /** Shows a PNG image. The bytes are copied. */
  imageSetPng(image: Obj, bytes: Uint8Array): void;
  /** Shows ARGB8888 pixels (bytes B, G, R, A), rows without gaps. The bytes are copied. */
  imageSetPixels(image: Obj, width: number, height: number, pixels: Uint8Array): void;
  /** Shows an icon: a member of SYMBOL. */
  imageSetSymbol(image: Obj, symbol: string): void;
  /** Gives a canvas its pixels, ARGB8888. Call `objInvalidate` after drawing into them. */
  canvasAllocate(canvas: Obj, width: number, height: number): ArrayBuffer;

  /** Maps a TrueType file into memory. The file must be trusted: LVGL does not check it. */
  typefaceOpen(path: string): Typeface;
  fontCreate(typeface: Typeface, size: number): Font;
  /** Montserrat: Latin letters and the icons of SYMBOL. */
  fontBuiltin(size: 14 | 16 | 20 | 28): Font;
  /** `fallback` draws what `font` lacks. */
  fontSetFallback(font: Font, fallback: Font): void;
  /** The height of a line, and the distance of the base line from its bottom. */
  fontSetLine(font: Font, height: number, baseLine: number): void;
  fontGetBaseLine(font: Font): number;
  /** Whether the font or a fallback can draw the code point. */
  fontHasGlyph(font: Font, codePoint: number): boolean;
  /** The size of `text` when it wraps at `width`; when left out, it wraps at its own line ends only. */
  textGetSize(text: string, font: Font, letterSpace: number, lineSpace: number, width?: number): Point;
}

export declare const lv: Lv;

export interface DisplayView {
  readonly handle: Display;
  readonly width: number;
  readonly height: number;
  /** LVGL's own pixels, not a copy: XRGB8888 (bytes B, G, R and one that means nothing), rows without gaps. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** The rectangles drawn since the last call, x1 y1 x2 y2 each (inclusive). One array is used again and again. */
  takeDirty(): Int32Array<ArrayBuffer>;
  delete(): void;
}

/** Starts LVGL if need be and makes a display in memory. */
export declare function createDisplay(width: number, height: number): DisplayView;

/**
 * Ticks when there is work and sleeps otherwise. After each tick that drew, `frame` gets the changed rectangles.
 * Returns the function that stops it. While the loop sleeps, it does not keep the process running.
 */
export declare function startLoop(
  display: DisplayView,
  frame: (rectangles: Int32Array<ArrayBuffer>) => void,
): () => void;

export interface SizedTypeface {
  /** The font of this size in pixels; made once. */
  size(pixels: number): Font;
}

/**
 * A font file that serves every size, mapped into memory once. `lineHeight` is in em; when left out, the file's own
 * holds (1.2 em for the fonts that come with the package). `fallback` draws what the font lacks.
 */
export declare function openTypeface(
  path: string,
  options?: { lineHeight?: number; fallback?: SizedTypeface },
): SizedTypeface;

/** LVGL's own Montserrat in 14, 16, 20 or 28 pixels, whichever is nearest: the icons of SYMBOL. */
export declare const builtinTypeface: SizedTypeface;

export interface Panel {
  /** As the viewer sees it, after rotation. */
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: number;
  readonly stride: number;
  /** Copies rectangles (x1 y1 x2 y2 each, inclusive) of an XRGB8888 image of the panel's size. */
  present(pixels: Uint8Array, rectangles: Int32Array): void;
  close(): void;
}

/**
 * Opens /dev/fb0, which tells its own geometry, or a plain file, for which the other options hold.
 * `rotation` turns the picture clockwise. 16 (RGB565), 24 and 32 bits per pixel are supported.
 */
export declare function openPanel(
  path: string,
  options?: {
    rotation?: 0 | 90 | 180 | 270;
    width?: number;
    height?: number;
    bitsPerPixel?: 16 | 24 | 32;
    stride?: number;
  },
): Panel;

/** Paths of the fonts that come with the package: Noto Sans SC with all of GB2312 in two weights; ✔ ✕ ✖ ⚠ ⌫ and others. */
export declare const FONT: { readonly REGULAR: string; readonly MEDIUM: string; readonly SYMBOLS: string };
