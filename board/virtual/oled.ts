import type { I2cDevice } from './wires.ts';

/**
 * An SSD1306 (Solomon Systech, datasheet rev. 1.1) on a glass of 128 × 64 dots, as the usual modules carry it: COM pins
 * alternate, and the module's upper left is at SEG127 and COM63.
 */
export interface Oled extends I2cDevice {
  power(on: boolean): void;
  /** Whether dots can light up: power on, display on, and the charge pump on before the last display-on. */
  readonly lit: boolean;
  readonly contrast: number;
  readonly inverted: boolean;
  /** 128 × 64 bytes from the upper left; 1 is a lit dot. */
  pixels(): Uint8Array;
  watch(changed: () => void): () => void;
  /** The newest 20 bytes that the datasheet does not list as commands. */
  readonly strangeCommands: readonly number[];
}

const WIDTH = 128;
const HEIGHT = 64;
const PAGES = 8;

type Addressing = 'horizontal' | 'vertical' | 'page';

/** The registers after reset: the datasheet's table 9-1, "RESET" values. */
const afterReset = {
  on: false,
  pump: false,
  pumping: false,
  allOn: false,
  inverted: false,
  contrast: 0x7f,
  rows: 64,
  offset: 0,
  startLine: 0,
  mirrored: true,
  upsideDown: true,
  alternate: true,
  swapped: false,
  addressing: 'page' as Addressing,
  firstColumn: 0,
  lastColumn: 127,
  firstPage: 0,
  lastPage: 7,
  startColumn: 0,
  column: 0,
  page: 0,
};

type Registers = typeof afterReset;

/** Commands by their first byte: how many bytes follow, and what they do (table 9-1). */
// biome-ignore format: one command a line.
const commands: readonly [from: number, to: number, follow: number, act: (r: Registers, first: number, args: readonly number[]) => void][] = [
  [0x00, 0x0f, 0, (r, first) => { r.startColumn = r.column = (r.startColumn & 0x70) | (first & 0x0f); }],
  [0x10, 0x17, 0, (r, first) => { r.startColumn = r.column = (r.startColumn & 0x0f) | ((first & 0x07) << 4); }],
  [0x20, 0x20, 1, (r, _, [mode = 2]) => { r.addressing = (['horizontal', 'vertical', 'page', 'page'] as const)[mode & 3] ?? 'page'; }],
  [0x21, 0x21, 2, (r, _, [first = 0, last = 0]) => { r.column = r.firstColumn = first & 0x7f; r.lastColumn = last & 0x7f; }],
  [0x22, 0x22, 2, (r, _, [first = 0, last = 0]) => { r.page = r.firstPage = first & 7; r.lastPage = last & 7; }],
  // Scrolling commands are read but have no effect.
  [0x26, 0x27, 6, () => undefined],
  [0x29, 0x2a, 5, () => undefined],
  [0x2e, 0x2f, 0, () => undefined],
  [0x40, 0x7f, 0, (r, first) => { r.startLine = first & 0x3f; }],
  [0x81, 0x81, 1, (r, _, [contrast = 0]) => { r.contrast = contrast; }],
  [0x8d, 0x8d, 1, (r, _, [pump = 0]) => { r.pump = (pump & 0x04) !== 0; if (!r.pump) r.pumping = false; }],
  [0xa0, 0xa1, 0, (r, first) => { r.mirrored = first === 0xa0; }],
  [0xa3, 0xa3, 2, () => undefined],
  [0xa4, 0xa5, 0, (r, first) => { r.allOn = first === 0xa5; }],
  [0xa6, 0xa7, 0, (r, first) => { r.inverted = first === 0xa7; }],
  [0xa8, 0xa8, 1, (r, _, [ratio = 63]) => { if ((ratio & 0x3f) >= 15) r.rows = (ratio & 0x3f) + 1; }],
  // As in the application note, the charge pump (8Dh 14h) must be switched on before the display (AFh).
  [0xae, 0xaf, 0, (r, first) => { r.on = first === 0xaf; if (r.on) r.pumping = r.pump; }],
  [0xb0, 0xb7, 0, (r, first) => { r.page = first & 7; }],
  [0xc0, 0xc0, 0, (r) => { r.upsideDown = true; }],
  [0xc8, 0xc8, 0, (r) => { r.upsideDown = false; }],
  [0xd3, 0xd3, 1, (r, _, [offset = 0]) => { r.offset = offset & 0x3f; }],
  [0xd5, 0xd5, 1, () => undefined],
  [0xd9, 0xd9, 1, () => undefined],
  [0xda, 0xda, 1, (r, _, [pins = 0x12]) => { r.alternate = (pins & 0x10) !== 0; r.swapped = (pins & 0x20) !== 0; }],
  [0xdb, 0xdb, 1, () => undefined],
  [0xe3, 0xe3, 0, () => undefined],
];

export function oled(bus: number, address: number): Oled {
  const memory = new Uint8Array(WIDTH * PAGES);
  const registers: Registers = { ...afterReset };
  const watchers = new Set<() => void>();
  const strange: number[] = [];
  let powered = false;
  let begun: number[] = [];

  const command = (byte: number) => {
    begun.push(byte);
    const [first = 0, ...args] = begun;
    const known = commands.find(([from, to]) => first >= from && first <= to);
    if (known && args.length < known[2]) return;
    begun = [];
    if (known) known[3](registers, first, args);
    else strange.splice(0, Math.max(0, strange.push(first) - 20));
  };
  const data = (byte: number) => {
    memory[registers.page * WIDTH + registers.column] = byte;
    advance(registers);
  };
  /** 8.1.5.2: a control byte, Co in bit 7 and D/C# in bit 6; without Co all bytes that follow are of its kind. */
  const transfer = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length; ) {
      const control = bytes[at] as number;
      const take = control & 0x40 ? data : command;
      const end = control & 0x80 ? Math.min(at + 2, bytes.length) : bytes.length;
      for (let next = at + 1; next < end; next++) take(bytes[next] as number);
      at = end;
    }
  };
  const chip: Oled = {
    bus,
    address,
    write(bytes) {
      if (!powered) return false;
      transfer(bytes);
      for (const changed of watchers) changed();
      return true;
    },
    // The status register: bit 6 is 1 while the display is off; the low bits are those that real chips return.
    read: (length) => (powered ? new Uint8Array(length).fill(registers.on ? 0x03 : 0x43) : null),
    power(on) {
      if (on === powered) return;
      powered = on;
      begun = [];
      memory.fill(0);
      Object.assign(registers, afterReset);
      for (const changed of watchers) changed();
    },
    get lit() {
      return powered && registers.on && registers.pumping;
    },
    get contrast() {
      return registers.contrast;
    },
    get inverted() {
      return registers.inverted;
    },
    pixels() {
      const dots = new Uint8Array(WIDTH * HEIGHT);
      if (!chip.lit) return dots;
      for (let y = 0; y < HEIGHT; y++) {
        for (let x = 0; x < WIDTH; x++) dots[y * WIDTH + x] = dotAt(memory, registers, x, y);
      }
      return dots;
    },
    watch(changed) {
      watchers.add(changed);
      return () => void watchers.delete(changed);
    },
    strangeCommands: strange,
  };
  return chip;
}

/** 10.1.3: where the memory pointer goes after a byte. */
function advance(registers: Registers): void {
  const { addressing, firstColumn, lastColumn, firstPage, lastPage, startColumn } = registers;
  if (addressing === 'page') {
    registers.column = registers.column === WIDTH - 1 ? startColumn : registers.column + 1;
    return;
  }
  const columnEnds = registers.column === lastColumn;
  const pageEnds = registers.page === lastPage;
  const nextColumn = columnEnds ? firstColumn : (registers.column + 1) % WIDTH;
  const nextPage = pageEnds ? firstPage : (registers.page + 1) % PAGES;
  if (addressing === 'horizontal') {
    registers.column = nextColumn;
    if (columnEnds) registers.page = nextPage;
  } else {
    registers.page = nextPage;
    if (pageEnds) registers.column = nextColumn;
  }
}

/** Whether the dot at this place of the glass is lit, with scan direction, shift and wiring as the registers say. */
function dotAt(memory: Uint8Array, registers: Registers, x: number, y: number): number {
  const wired = registers.alternate ? y : y < 32 ? 2 * y : 2 * (y - 32) + 1;
  const common = registers.swapped ? wired ^ 1 : wired;
  const scanned = registers.upsideDown ? HEIGHT - 1 - common : common;
  if (scanned >= registers.rows) return 0;
  if (registers.allOn) return 1;
  const row = (scanned + registers.startLine + registers.offset) % HEIGHT;
  const column = registers.mirrored ? WIDTH - 1 - x : x;
  const dot = ((memory[(row >> 3) * WIDTH + column] ?? 0) >> (row & 7)) & 1;
  return registers.inverted ? 1 - dot : dot;
}
