import type { I2c } from '../../board/buses.ts';
import type { Clock } from '../values/clock.ts';
import { exclusive } from '../values/exclusive.ts';
import type { Problem } from '../values/problem.ts';
import type { Glyphs } from './glyphs.ts';

/**
 * The customer's display: an SSD1306 with 128 × 64 dots, four rows of 16 columns. Section numbers are those of Solomon
 * Systech's datasheet, rev. 1.1. A display that does not answer costs a sale nothing: it is drawn again when it does.
 */
export interface CustomerDisplay {
  /** Switches it on, and from now on looks every two seconds whether it has lost its power. */
  start(): Promise<void>;
  /**
   * Up to four rows; a hanzi takes two of the 16 columns, and what does not fit is cut. `discreet`: the rows are the
   * customer's private data, which no record keeps.
   */
  show(rows: readonly string[], discreet?: boolean): Promise<void>;
  /** Null when it acknowledges and says that it is on. */
  check(): Promise<Problem | null>;
  /** Switches it off and stops looking after it. */
  close(): Promise<void>;
}

const DISPLAY_ROWS = 4;

const WIDTH = 128;
const PAGES = 8;
const LOOK_AGAIN_MS = 2_000;

/** 8.1.5.2: the control byte says what follows, commands or data for the display's memory. */
const COMMANDS = 0x00;
const DATA = 0x40;

// biome-ignore format: one command a line, as the datasheet's table has them.
const SETTINGS = [
  0xae,       // 10.1.12: display off, so that nobody sees it being set up
  0xd5, 0x80, // 10.1.16: clock divide ratio 1, oscillator as after reset
  0xa8, 0x3f, // 10.1.11: 64 rows
  0xd3, 0x00, // 10.1.15: no vertical offset
  0x40,       // 10.1.6: memory row 0 is the top row
  0x8d, 0x14, // Application note, 2: charge pump on at the next display-on
  0x20, 0x00, // 10.1.3: horizontal addressing
  0xa1,       // 10.1.8: column 127 is SEG0: the glass is mounted so
  0xc8,       // 10.1.14: rows are scanned from COM63 to COM0
  0xda, 0x12, // 10.1.18: COM pins alternate, as a glass of 64 rows is wired
  0x81, 0xcf, // 10.1.7: contrast
  0xd9, 0xf1, // 10.1.17: pre-charge 1 clock, discharge 15, for the charge pump's voltage
  0xdb, 0x40, // 10.1.19: VCOMH
  0x2e,       // 10.2.3: no scrolling
  0xa4,       // 10.1.9: show the memory
  0xa6,       // 10.1.10: a 1 is a lit dot
] as const;
const DISPLAY_ON = 0xaf;
const DISPLAY_OFF = 0xae;
const COLUMN_RANGE = 0x21;
const PAGE_RANGE = 0x22;
/** 8.1.5, status register: D6 is 1 while the display is off, as it is after a loss of power. */
const STATUS_OFF = 0x40;

export function customerDisplay(i2c: I2c, address: number, glyphs: Glyphs, clock: Clock): CustomerDisplay {
  const alone = exclusive();
  const stop = new AbortController();
  let wanted: Uint8Array = new Uint8Array(WIDTH * PAGES);
  /** What the chip's memory holds; null when that is not known, and the chip must be set up. */
  let held: Uint8Array | null = null;
  let lastError: unknown = null;
  let waiting: Promise<void> | null = null;
  let watching: Promise<void> | null = null;

  const command = (...bytes: number[]) => i2c.write(address, Uint8Array.of(COMMANDS, ...bytes));
  const isOn = async () => (((await i2c.read(address, 1))[0] ?? STATUS_OFF) & STATUS_OFF) === 0;

  const draw = async (picture: Uint8Array, window: Window) => {
    await command(COLUMN_RANGE, window.left, window.right, PAGE_RANGE, window.top, window.bottom);
    await i2c.write(address, cut(picture, window));
  };
  const update = async () => {
    waiting = null;
    const picture = wanted;
    try {
      if (held === null || !(await isOn())) {
        held = null;
        await command(...SETTINGS);
        await draw(picture, { left: 0, right: WIDTH - 1, top: 0, bottom: PAGES - 1 });
        await command(DISPLAY_ON);
      } else {
        for (const window of changes(held, picture)) await draw(picture, window);
      }
      held = picture;
      lastError = null;
    } catch (error) {
      // Unplugged or without power: the next look sets it up again.
      held = null;
      lastError = error;
    }
  };
  /** All updates that wait for the one under way become one: only the newest picture counts. */
  const refresh = (): Promise<void> => {
    waiting ??= alone(update);
    return waiting;
  };
  const watch = async () => {
    while (!stop.signal.aborted) {
      await clock.sleep(LOOK_AGAIN_MS, stop.signal).catch(() => undefined);
      if (!stop.signal.aborted) await refresh();
    }
  };

  return {
    async start() {
      await refresh();
      watching ??= watch();
    },
    show(rows) {
      wanted = picture(rows, glyphs);
      return refresh();
    },
    async check() {
      await refresh();
      if (lastError !== null) return { kind: 'device-lost', device: 'display' };
      const on = await alone(isOn).catch(() => null);
      if (on === null) return { kind: 'device-lost', device: 'display' };
      return on ? null : { kind: 'device-garbled', device: 'display', why: 'it says that it is off after display-on' };
    },
    async close() {
      stop.abort();
      await watching;
      // A display that is gone is dark already.
      await alone(() => command(DISPLAY_OFF)).catch(() => undefined);
    },
  };
}

interface Window {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** The rows as the chip's memory holds them: eight pages of 128 columns, a byte for eight dots. */
function picture(rows: readonly string[], glyphs: Glyphs): Uint8Array {
  const dots = new Uint8Array(WIDTH * PAGES);
  for (const [row, text] of rows.slice(0, DISPLAY_ROWS).entries()) {
    let left = 0;
    for (const sign of text) {
      const cell = glyphs.cell(sign);
      if (left + cell.width > WIDTH) break;
      dots.set(cell.upper, 2 * row * WIDTH + left);
      dots.set(cell.lower, (2 * row + 1) * WIDTH + left);
      left += cell.width;
    }
  }
  return dots;
}

/** A window for each row of text that differs: from its first to its last changed column, both of its pages. */
function changes(before: Uint8Array, after: Uint8Array): Window[] {
  const windows: Window[] = [];
  for (let top = 0; top < PAGES; top += 2) {
    const differs = (x: number) => [top, top + 1].some((page) => before[page * WIDTH + x] !== after[page * WIDTH + x]);
    let left = 0;
    while (left < WIDTH && !differs(left)) left += 1;
    if (left === WIDTH) continue;
    let right = WIDTH - 1;
    while (!differs(right)) right -= 1;
    windows.push({ left, right, top, bottom: top + 1 });
  }
  return windows;
}

/** The window's bytes as they go to the chip: the control byte for data, then page after page. */
function cut(picture: Uint8Array, { left, right, top, bottom }: Window): Uint8Array {
  const columns = right + 1 - left;
  const bytes = new Uint8Array(1 + (bottom + 1 - top) * columns);
  bytes[0] = DATA;
  for (let page = top; page <= bottom; page++) {
    const from = page * WIDTH + left;
    bytes.set(picture.subarray(from, from + columns), 1 + (page - top) * columns);
  }
  return bytes;
}
