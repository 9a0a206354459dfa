import { MessageError } from './message.ts';

/**
 * Two digits a byte. An odd number of digits is padded with a 0 nibble: on the right, or on the left where `right` is 1
 * (a right-justified field).
 */

/** Writes `value` from `at`; no nibble over `most` (9 for decimal). Returns where the next byte goes. */
export function writeNibbles(
  value: string,
  right: number,
  most: number,
  output: Uint8Array,
  at: number,
  label: string,
): number {
  const size = value.length;
  let next = at;
  let i = 0;
  if ((right & size & 1) === 1) output[next++] = nibbleAt(value, i++, most, label);
  for (; i + 1 < size; i += 2) {
    output[next++] = (nibbleAt(value, i, most, label) << 4) | nibbleAt(value, i + 1, most, label);
  }
  if (i < size) output[next++] = nibbleAt(value, i, most, label) << 4;
  return next;
}

/** Nibble values of the characters 0–9 and A–F; 16 elsewhere. */
const nibbleOf = new Uint8Array(128).fill(16);
for (let nibble = 0; nibble < 16; nibble++) nibbleOf['0123456789ABCDEF'.charCodeAt(nibble)] = nibble;

function nibbleAt(value: string, place: number, most: number, label: string): number {
  const nibble = nibbleOf[value.charCodeAt(place)];
  if (nibble === undefined || nibble > most) {
    throw new MessageError(label, `the character at place ${place + 1} is no digit`);
  }
  return nibble;
}

/** The characters 0–9 and A–F of a byte's two nibbles. */
const highOf = Uint8Array.from({ length: 256 }, (_, byte) => '0123456789ABCDEF'.charCodeAt(byte >> 4));
const lowOf = Uint8Array.from({ length: 256 }, (_, byte) => '0123456789ABCDEF'.charCodeAt(byte & 15));
const NINE = 57;

/** Reads `size` digits, none over `most`, from `bytes` at `from`; the caller makes sure that `bytes` holds them all. */
export function readNibbles(
  bytes: Uint8Array,
  from: number,
  size: number,
  right: number,
  most: number,
  label: string,
): string {
  let at = from;
  let i = 0;
  let over = 0;
  const limit = most > 9 ? 255 : NINE;
  if ((right & size & 1) === 1) {
    const byte = bytes[at++] ?? 0;
    refusePadding(byte >> 4, label);
    over |= put(i++, lowOf[byte] ?? 0, limit);
  }
  for (; i + 1 < size; i += 2) {
    const byte = bytes[at++] ?? 0;
    over |= put(i, highOf[byte] ?? 0, limit) | put(i + 1, lowOf[byte] ?? 0, limit);
  }
  if (i < size) {
    const byte = bytes[at] ?? 0;
    refusePadding(byte & 15, label);
    over |= put(i, highOf[byte] ?? 0, limit);
  }
  if (over !== 0) refuseDigit(size, label);
  return gathered(size);
}

/** Gathers one character; 1 where it is over the limit. */
function put(place: number, character: number, limit: number): number {
  gathering[place] = character;
  return character > limit ? 1 : 0;
}

function refusePadding(nibble: number, label: string): void {
  if (nibble !== 0) throw new MessageError(label, `odd digit 0x${nibble.toString(16).toUpperCase()} where 0 pads`);
}

function refuseDigit(size: number, label: string): never {
  const place = gathering.subarray(0, size).findIndex((character) => character > NINE);
  throw new MessageError(label, `digit 0x${String.fromCharCode(gathering[place] ?? 0)} at place ${place + 1}`);
}

/** Reads `size` characters from `from`, one a byte. With `printable`, only ASCII from space to tilde. */
export function readCharacters(
  bytes: Uint8Array,
  from: number,
  size: number,
  printable: boolean,
  label: string,
): string {
  for (let i = 0; i < size; i++) {
    const byte = bytes[from + i] ?? 0;
    if (printable && (byte < 0x20 || byte > 0x7e)) {
      throw new MessageError(label, `byte 0x${byte.toString(16).padStart(2, '0')} at place ${i + 1} is not printable`);
    }
    gathering[i] = byte;
  }
  return gathered(size);
}

export function writeCharacters(
  value: string,
  printable: boolean,
  output: Uint8Array,
  at: number,
  label: string,
): number {
  for (let i = 0; i < value.length; i++) {
    const character = value.charCodeAt(i);
    if (printable ? character < 0x20 || character > 0x7e : character > 0xff) {
      throw new MessageError(label, `the character at place ${i + 1} cannot be sent`);
    }
    output[at + i] = character;
  }
  return at + value.length;
}

/**
 * Characters are gathered here and become a string of their own: a slice would keep a longer string, with a PAN in it,
 * alive.
 */
const gathering = Buffer.alloc(512);

/** Overwrites the characters of the last field read. */
export function forgetGathered(): void {
  gathering.fill(0);
}

type N = number;
const g = gathering as unknown as readonly [N, N, N, N, N, N, N, N, N, N, N, N, N, N, N];

/** The common sizes are spelled out: the general call costs four times as much. */
function gathered(size: number): string {
  const make = String.fromCharCode;
  switch (size) {
    case 2:
      return make(g[0], g[1]);
    case 3:
      return make(g[0], g[1], g[2]);
    case 4:
      return make(g[0], g[1], g[2], g[3]);
    case 6:
      return make(g[0], g[1], g[2], g[3], g[4], g[5]);
    case 8:
      return make(g[0], g[1], g[2], g[3], g[4], g[5], g[6], g[7]);
    case 10:
      return make(g[0], g[1], g[2], g[3], g[4], g[5], g[6], g[7], g[8], g[9]);
    case 12:
      return make(g[0], g[1], g[2], g[3], g[4], g[5], g[6], g[7], g[8], g[9], g[10], g[11]);
    case 15:
      return make(g[0], g[1], g[2], g[3], g[4], g[5], g[6], g[7], g[8], g[9], g[10], g[11], g[12], g[13], g[14]);
    default:
      return gathering.toString('latin1', 0, size);
  }
}
