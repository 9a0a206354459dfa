import type { ByteLine } from '../buses.ts';

/**
 * The far end of the stripe reader's line: a model of the MSR605, written from its Programmer's Manual (Rev. B),
 * through which cards can be swiped. It encodes the stripes itself, after ISO/IEC 7811-6.
 */
export interface StripeFarEnd {
  /**
   * Swipes a card. Like a person, it first waits for the lamp that shows that the reader is listening, for
   * `patience_ms` at most. Each track is the text between the sentinels: `6222020010011234=3012120…`.
   */
  swipe(stripes: Stripes, options?: SwipeOptions): Promise<'read' | 'not-listening' | 'off'>;
  /** Off: silent, its settings and the present command are lost. */
  power(on: boolean): void;
  readonly listening: boolean;
  close(): void;
}

export interface Stripes {
  readonly track1?: string | null;
  readonly track2?: string | null;
  readonly track3?: string | null;
}

export interface SwipeOptions {
  /**
   * `parity`: one bit of each track is wrong; `lrc`: one character is wrong, with good parity; `noise`: a scratched
   * stripe.
   */
  readonly garble?: 'parity' | 'lrc' | 'noise';
  readonly backwards?: boolean;
  readonly patience_ms?: number;
}

const ESC = 0x1b;
const OK = 0x30;
const INVALID = 0x34;
/** Clocking zeros before the data, by the manual's defaults for tracks 1, 2 and 3; as many follow the data. */
const LEADING_ZEROS = [61, 22, 61] as const;
const BITS = [7, 5, 5] as const;
const FIRST_CODE = [0x20, 0x30, 0x30] as const;
const START = ['%', ';', ';'] as const;
/** Bytes that follow a command's letter. */
const PARAMETERS: Readonly<Record<string, number>> = { z: 2, o: 3, b: 1, c: 1 };

export function stripeFarEnd(line: ByteLine): StripeFarEnd {
  let on = true;
  let listening = false;
  let wholeBytes = false;
  let command: number[] = [];
  const lit: (() => void)[] = [];

  const say = (...bytes: number[]) => {
    // Where the line is gone, the reader's bytes are lost.
    if (on) line.write(Uint8Array.from(bytes)).catch(() => undefined);
  };

  const commands: Readonly<Record<string, (parameters: readonly number[]) => void>> = {
    a: () => {
      listening = false;
    },
    e: () => say(ESC, 0x79),
    t: () => say(ESC, 0x33, 0x53),
    v: () => say(ESC, ...Buffer.from('REVT2.10')),
    l: () => say(ESC, LEADING_ZEROS[0], LEADING_ZEROS[1]),
    z: () => say(ESC, OK),
    b: ([density]) => say(ESC, density !== undefined && DENSITIES.has(density) ? OK : 0x41),
    o: (bits) => {
      wholeBytes = bits.every((count) => count === 8);
      say(ESC, OK, ...bits);
    },
    m: () => {
      listening = true;
      for (const go of lit.splice(0)) go();
    },
  };

  const unlisten = line.listen((chunk) => {
    if (!on) return;
    for (const byte of chunk) {
      if (command.length === 0 && byte !== ESC) continue;
      command.push(byte);
      const letter = String.fromCharCode(command[1] ?? 0);
      if (command.length < 2 + (PARAMETERS[letter] ?? 0)) continue;
      const parameters = command.slice(2);
      command = [];
      const act = commands[letter];
      // While it waits for a card it ignores all commands but the reset.
      if (listening && letter !== 'a') continue;
      if (act === undefined) say(ESC, INVALID);
      else act(parameters);
    }
  });

  async function lamp(patience_ms: number): Promise<void> {
    if (listening) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patience_ms);
      lit.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  return {
    async swipe(stripes, { garble, backwards = false, patience_ms = 1000 } = {}) {
      if (on) await lamp(patience_ms);
      if (!on) return 'off';
      if (!listening) return 'not-listening';
      listening = false;
      const texts = [stripes.track1, stripes.track2, stripes.track3];
      const raw = texts.flatMap((text, index) => {
        const bytes = text == null ? [] : pulled(encode(index, text, garble), backwards);
        // Without the 8-bit setting a real reader packs the bits by its own table; the model then returns no data.
        return [ESC, index + 1, wholeBytes ? bytes.length : 0, ...(wholeBytes ? bytes : [])];
      });
      say(ESC, 0x73, ...raw, 0x3f, 0x1c, ESC, OK);
      return 'read';
    },
    power(to) {
      if (to === on) return;
      on = to;
      listening = wholeBytes = false;
      command = [];
      if (!to) for (const go of lit.splice(0)) go();
    },
    get listening() {
      return on && listening;
    },
    close() {
      unlisten();
      for (const go of lit.splice(0)) go();
    },
  };
}

const DENSITIES = new Set([0xd2, 0x4b, 0xa1, 0xa0, 0xc1, 0xc0]);

/** The bits of a track, in the order in which they lie on the stripe. */
function encode(index: number, text: string, garble: SwipeOptions['garble']): number[] {
  const width = BITS[index] ?? 5;
  const codes = [...`${START[index]}${text}?`].map((character) => character.charCodeAt(0) - (FIRST_CODE[index] ?? 0));
  const lrc = codes.reduce((sum, code) => sum ^ code, 0);
  const middle = Math.floor(codes.length / 2);
  if (garble === 'lrc') codes[middle] = (codes[middle] ?? 0) ^ 1;
  const data = [...codes, lrc].flatMap((code) => character(code, width));
  if (garble === 'parity') data[middle * width] = 1 - (data[middle * width] ?? 0);
  // A scratch across the stripe: every third bit of a stretch is lost.
  if (garble === 'noise') for (let at = width * 3; at < data.length - width; at += 3) data[at] = 0;
  const zeros: number[] = new Array(LEADING_ZEROS[index] ?? 22).fill(0);
  return [...zeros, ...data, ...zeros];
}

/** The bits of a character: least significant bit first, then odd parity. */
function character(code: number, width: number): number[] {
  const bits: number[] = [];
  let ones = 0;
  for (let bit = 0; bit < width - 1; bit++) {
    const value = Math.floor(code / 2 ** bit) % 2;
    bits.push(value);
    ones += value;
  }
  bits.push(ones % 2 === 0 ? 1 : 0);
  return bits;
}

/** Packs the bits into bytes; the first bit to pass the head is the most significant one. */
function pulled(bits: readonly number[], backwards: boolean): number[] {
  const passing = backwards ? [...bits].reverse() : bits;
  const bytes: number[] = [];
  for (let at = 0; at < passing.length; at += 8) {
    bytes.push(
      Number.parseInt(
        passing
          .slice(at, at + 8)
          .join('')
          .padEnd(8, '0'),
        2,
      ),
    );
  }
  return bytes;
}
