import { inspect } from 'node:util';
import type { Pan } from '../values/pan.ts';
import type { Algorithm, BlockCipher } from './ciphers.ts';

/** Which of the two public shapes an acquirer takes under SM4 (unionpay.md 6): `a` zero-padded, `b` 16-byte fields. */
export type Sm4PinShape = 'a' | 'b';

/** An enciphered PIN. It prints as its size alone. */
export class PinBlock {
  readonly algorithm: Algorithm;
  /** The check value of the key: once the bank has given another one, the block opens to a wrong PIN. */
  readonly kcv: string;
  readonly #bytes: Uint8Array;

  constructor(algorithm: Algorithm, kcv: string, bytes: Uint8Array) {
    this.algorithm = algorithm;
    this.kcv = kcv;
    this.#bytes = bytes;
  }

  /** 8 bytes for field 52; 16 under SM4, for tag A1 of field 59. For `host/` alone. */
  reveal(): Uint8Array {
    return this.#bytes;
  }

  toJSON(): string {
    return `(PIN block, ${this.algorithm})`;
  }

  [inspect.custom](): string {
    return `PinBlock(${this.algorithm})`;
  }
}

/**
 * The digits of a PIN while they are typed. They live in one buffer, have no text form, and are overwritten by `block`
 * and by `wipe`: nothing but the count can be read back. ISO 9564-1: 4 to 12 digits.
 */
export interface PinEntry {
  readonly count: number;
  /** Takes one digit, 0 to 9; a thirteenth is not taken. */
  digit(digit: number): void;
  /** Takes the last digit back. */
  back(): void;
  clear(): void;
  /** The PIN enciphered for this card, or null where fewer than four digits were typed. The entry is empty afterwards. */
  block(pan: Pan): PinBlock | null;
  wipe(): void;
}

const LEAST = 4;
const MOST = 12;

export function pinEntry(key: () => BlockCipher, shape: Sm4PinShape): PinEntry {
  const digits = Buffer.alloc(MOST);
  let count = 0;
  const wipe = () => {
    digits.fill(0);
    count = 0;
  };
  return {
    get count() {
      return count;
    },
    digit(digit) {
      if (!Number.isInteger(digit) || digit < 0 || digit > 9) throw new RangeError('a PIN has digits only');
      if (count < MOST) digits[count++] = digit;
    },
    back() {
      if (count > 0) digits[--count] = 0;
    },
    clear: wipe,
    wipe,
    block(pan) {
      if (count < LEAST) {
        wipe();
        return null;
      }
      const cipher = key();
      const clear = clearBlock(digits.subarray(0, count), pan, cipher.algorithm === 'sm4' ? shape : null);
      const enciphered = Uint8Array.from(cipher.encrypt(clear));
      clear.fill(0);
      wipe();
      return new PinBlock(cipher.algorithm, cipher.kcv, enciphered);
    },
  };
}

/** ISO 9564-1 format 0; `sm4` says how the 16 bytes of an SM4 block are made from it. */
function clearBlock(digits: Uint8Array, pan: Pan, sm4: Sm4PinShape | null): Buffer {
  const size = sm4 === 'b' ? 16 : 8;
  const field = Buffer.alloc(size, 0xff);
  field[0] = digits.length;
  digits.forEach((digit, i) => {
    const byte = field[1 + (i >> 1)] ?? 0;
    field[1 + (i >> 1)] = i % 2 === 0 ? (digit << 4) | (byte & 0x0f) : (byte & 0xf0) | digit;
  });
  // The twelve digits before the check digit, right-justified.
  const account = Buffer.from(pan.reveal().slice(-13, -1).padStart(12, '0'), 'hex');
  account.forEach((byte, i) => {
    const place = size - account.length + i;
    field[place] = (field[place] ?? 0) ^ byte;
  });
  if (sm4 !== 'a') return field;
  const padded = Buffer.alloc(16);
  padded.set(field);
  field.fill(0);
  return padded;
}
