import type { ByteLine } from '../buses.ts';
import { type Command, escposReader } from './escpos.ts';
import { type Glyph, paperFont } from './paper-font.ts';
import { type PaperRoll, paperRoll } from './paper-roll.ts';
import { composer, type Printed } from './paper-strip.ts';

/**
 * The far end of the printer's line: a model of a serial thermal printer with a Chinese ROM, written from Epson's
 * ESC/POS reference. Bytes that arrive wait in a buffer that can overflow; commands are read a few lines ahead of the
 * mechanism, which takes time and stops in mid-line without paper. All of that is lost with the power.
 */
export interface PrinterFarEnd extends Pick<PaperRoll, 'slips' | 'picture' | 'watch'> {
  paperOut(on: boolean): void;
  coverOpen(on: boolean): void;
  headHot(on: boolean): void;
  /** Off: silent, buffers and unfinished print are lost, the paper stays. On: ignores its input until it has booted. */
  power(on: boolean): void;
  /** Bytes that came while the buffer was full, and were lost as in a real one. */
  readonly lost: number;
  close(): void;
}

export interface PrinterFarEndOptions {
  /** 384 for 58 mm, 576 for 80 mm. */
  readonly dots?: 384 | 576;
  readonly speed_mm_s?: number;
  readonly buffer_bytes?: number;
  /** The time from power-on until it takes input. */
  readonly boot_ms?: number;
  /** False for a printer, of which there are many, that knows GS r but not GS ( H. */
  readonly process_ids?: boolean;
  /** False for a printer that does not clear its buffers on command (DLE DC4, function 8). */
  readonly clears?: boolean;
  /** The model's own time; the system's by default. */
  readonly timers?: Timers;
  /** The character generator; by default loaded from the font packages. Null prints texts without dots. */
  readonly font?: ((character: string) => Glyph) | null;
}

export interface Timers {
  setTimeout(act: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

const DOTS_PER_MM = 8;
/** The mechanism's step: shorter than a line takes, longer than a timer's jitter. */
const STEP_MS = 20;
/** How many lines and feeds are read ahead of the mechanism; GS r is answered when read, so that much too early. */
const AHEAD = 3;

const systemTimers: Timers = {
  setTimeout: (act, ms) => setTimeout(act, ms),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

export function printerFarEnd(line: ByteLine, options: PrinterFarEndOptions = {}): PrinterFarEnd {
  const { dots = 384, speed_mm_s = 120, buffer_bytes = 4096, boot_ms = 1000 } = options;
  const { process_ids = true, clears = true, timers = systemTimers, font = paperFont() } = options;
  const paper = composer(dots, font);
  const reader = escposReader();
  const roll = paperRoll(dots);
  const buffer = byteQueue(buffer_bytes);
  let realTime: number[] = [];
  let on = true;
  let out = false;
  let open = false;
  let hot = false;
  /** Printing was broken off in mid-line by the cover. */
  let broken = false;
  let automatic = 0;
  let lost = 0;
  /** What is still to be printed, or to be done once the paper has got there, in the order of the commands. */
  let motions: Motion[] = [];
  let timer: unknown = null;
  let boot: unknown = null;

  const stopped = () => out || open || hot;

  function say(bytes: readonly number[] | Uint8Array): void {
    // Without a listener the bytes are lost, as on a real line.
    if (on) line.write(Uint8Array.from(bytes)).catch(() => undefined);
  }

  /** Moves the paper by as many rows as fit into one step, then comes back. */
  function step(): void {
    timer = null;
    if (!on) return;
    let budget = Math.max(1, Math.round((speed_mm_s * DOTS_PER_MM * STEP_MS) / 1000));
    while (budget > 0 && !stopped()) {
      while (motions.length < AHEAD && nextCommand());
      const [motion] = motions;
      if (motion === undefined) return;
      const rows = motion.rows.slice(motion.next, motion.next + budget);
      if (rows.length > 0) roll.burn(rows);
      motion.next += rows.length;
      budget -= rows.length;
      if (motion.next < motion.rows.length) continue;
      motions.shift();
      motion.end();
    }
    wake();
  }

  function move({ rows, text, cut }: Printed): void {
    const end = () => {
      if (text !== null) roll.read(text);
      if (cut) roll.cut();
    };
    motions.push({ rows, next: 0, end });
  }

  /** False where the buffer holds no whole command. */
  function nextCommand(): boolean {
    const read = reader.read(buffer.bytes());
    if (read === null) return false;
    buffer.drop(read.used);
    carryOut(read.command);
    return true;
  }

  function carryOut(command: Command): void {
    // GS ( H, function 48: the answer is sent when everything before it is on paper.
    if (command.do === 'say-process' && process_ids) {
      // Copies the id now: the command's bytes lie in the buffer and may be overwritten before the answer is sent.
      const answer = [0x37, 0x22, ...command.id, 0x00];
      motions.push({ rows: [], next: 0, end: () => say(answer) });
    }
    // GS r: the answer is sent when the command is read from the buffer.
    if (command.do === 'say-paper') say([out ? 0x0c : 0x00]);
    if (command.do === 'automatic-status') {
      automatic = command.mask;
      if (automatic !== 0) sayAutomatic();
    }
    const printed = paper.take(command);
    if (printed !== null) move(printed);
  }

  function wake(): void {
    if (timer === null && on && !stopped() && (motions.length > 0 || buffer.length > 0))
      timer = timers.setTimeout(step, STEP_MS);
  }

  /** DLE EOT n. */
  function status(n: number): number {
    const fixed = 0x12;
    if (n === 1) return fixed | (out || open ? 0x08 : 0);
    if (n === 2) return fixed | (open ? 0x04 : 0) | (out ? 0x20 : 0) | (hot || broken ? 0x40 : 0);
    if (n === 3) return fixed | (hot || broken ? 0x40 : 0);
    return fixed | (out ? 0x6c : 0);
  }

  /** GS a: four bytes at every change. */
  function sayAutomatic(): void {
    say([0x10 | (out || open ? 0x08 : 0) | (open ? 0x20 : 0), hot || broken ? 0x40 : 0, out ? 0x0f : 0, 0x0f]);
  }

  /** Real-time commands act as soon as they arrive, before anything in the buffer, and are removed from the data. */
  function arrive(byte: number): void {
    if (realTime.length === 0 && byte !== REAL_TIME_LEADS) {
      store(byte);
      return;
    }
    realTime.push(byte);
    const match = REAL_TIME.find((pattern) => realTime.every((value, index) => (pattern[index] ?? value) === value));
    if (match === undefined) {
      for (const held of realTime.splice(0)) store(held);
      return;
    }
    if (realTime.length < match.length) return;
    const [, kind, n = 0] = realTime.splice(0);
    if (kind === 0x04) say([status(n)]);
    if (kind === 0x14 && clears) clear();
  }

  function store(byte: number): void {
    if (!buffer.put(byte)) lost++;
  }

  /** DLE DC4, function 8. */
  function clear(): void {
    forget();
    say([0x37, 0x25, 0x00]);
  }

  function forget(): void {
    buffer.clear();
    motions = [];
    broken = false;
    paper.reset();
    reader.reset();
  }

  function changed(): void {
    if (!stopped()) broken = false;
    if (on && automatic !== 0) sayAutomatic();
    wake();
  }

  const unlisten = line.listen((chunk) => {
    if (!on || boot !== null) return;
    for (const byte of chunk) arrive(byte);
    wake();
  });

  return {
    paperOut(to) {
      if (out && !to) roll.replace();
      out = to;
      changed();
    },
    coverOpen(to) {
      if (to && motions.length > 0) broken = true;
      open = to;
      changed();
    },
    headHot(to) {
      hot = to;
      changed();
    },
    power(to) {
      if (to === on) return;
      on = to;
      if (timer !== null) timers.clearTimeout(timer);
      timer = null;
      if (boot !== null) timers.clearTimeout(boot);
      boot = null;
      realTime = [];
      automatic = 0;
      forget();
      if (!on || boot_ms === 0) return;
      boot = timers.setTimeout(() => {
        boot = null;
      }, boot_ms);
    },
    slips: roll.slips,
    picture: roll.picture,
    watch: roll.watch,
    get lost() {
      return lost;
    },
    close() {
      unlisten();
      for (const waiting of [timer, boot]) if (waiting !== null) timers.clearTimeout(waiting);
      on = false;
    },
  };
}

interface Motion {
  readonly rows: Printed['rows'];
  next: number;
  readonly end: () => void;
}

/** A queue of at most `most` bytes. */
function byteQueue(most: number) {
  const held = Buffer.alloc(2 * most);
  let from = 0;
  let to = 0;
  return {
    get length() {
      return to - from;
    },
    bytes: () => held.subarray(from, to),
    /** False where there is no room. */
    put(byte: number): boolean {
      if (to - from >= most) return false;
      if (to === held.length) {
        held.copyWithin(0, from, to);
        to -= from;
        from = 0;
      }
      held[to++] = byte;
      return true;
    },
    drop(count: number): void {
      from += count;
    },
    clear(): void {
      from = to = 0;
    },
  };
}

/** The first byte of all real-time commands. */
const REAL_TIME_LEADS = 0x10;

/** DLE EOT 1 … 4 and DLE DC4 function 8, byte by byte. */
const REAL_TIME: readonly (readonly number[])[] = [
  [0x10, 0x04, 0x01],
  [0x10, 0x04, 0x02],
  [0x10, 0x04, 0x03],
  [0x10, 0x04, 0x04],
  [0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08],
];
