/**
 * Magnetic tracks as a table (ISO/IEC 7811-6, 7813, 4909): from the flux reversals' bits to text.
 *
 * A character is its code, least significant bit first, then an odd parity bit. A track is a run of clocking zeros, the
 * start sentinel, data, the end sentinel, the LRC character and zeros again. A card pulled through the other way gives
 * the same bits in reverse.
 */
export const TRACKS = {
  1: { bits: 7, base: 0x20, start: '%', end: '?', longest: 79 },
  2: { bits: 5, base: 0x30, start: ';', end: '?', longest: 40 },
  3: { bits: 5, base: 0x30, start: ';', end: '?', longest: 107 },
} as const;

type TrackFormat = (typeof TRACKS)[keyof typeof TRACKS];

export type Garble = 'no-data' | 'parity' | 'lrc' | 'format';

/** `text` is what stands between the sentinels. */
export type TrackRead = { read: 'text'; text: string } | { read: 'garbled'; why: Garble };

/** `raw` holds the bits in the order in which they passed the head, the first in the most significant place. */
export function decodeTrack(track: keyof typeof TRACKS, raw: Uint8Array): TrackRead {
  const format = TRACKS[track];
  const bits = bitsOf(raw);
  const there = decodeBits(format, bits);
  const back = decodeBits(format, bits.reverse());
  bits.fill(0);
  if (there.read === 'text' && back.read === 'text') return { read: 'garbled', why: 'format' };
  if (there.read === 'text') return there;
  if (back.read === 'text') return back;
  // The way that got further tells more: the wrong one seldom gets beyond the first character.
  return { read: 'garbled', why: there.characters >= back.characters ? there.why : back.why };
}

type BitsRead = { read: 'text'; text: string } | { read: 'garbled'; why: Garble; characters: number };

function decodeBits(format: TrackFormat, bits: Uint8Array): BitsRead {
  let furthest: BitsRead = { read: 'garbled', why: 'no-data', characters: 0 };
  for (let at = startFrom(format, bits, 0); at >= 0; at = startFrom(format, bits, at + 1)) {
    const read = decodeFrom(format, bits, at);
    if (read.read === 'text') return read;
    if (read.characters > furthest.characters) furthest = read;
  }
  return furthest;
}

/**
 * The next start sentinel that clocking zeros lead up to: nothing but zeros since the beginning, or a run of them too
 * long for data (every character's odd parity holds a one, so inside data at most 2 × (bits − 1) zeros stand together).
 */
function startFrom(format: TrackFormat, bits: Uint8Array, from: number): number {
  const sentinel = format.start.charCodeAt(0) - format.base;
  let zeros = 0;
  let onlyZeros = true;
  for (let at = 0; at + format.bits <= bits.length; at++) {
    if (bits[at] === 0) {
      zeros++;
      continue;
    }
    if (at >= from && (onlyZeros || zeros > 2 * (format.bits - 1)) && characterAt(format, bits, at) === sentinel)
      return at;
    onlyZeros = false;
    zeros = 0;
  }
  return -1;
}

function decodeFrom(format: TrackFormat, bits: Uint8Array, start: number): BitsRead {
  const end = format.end.charCodeAt(0) - format.base;
  let text = '';
  let lrc = 0;
  for (let count = 0; count < format.longest; count++) {
    const at = start + count * format.bits;
    if (at + format.bits > bits.length) return { read: 'garbled', why: 'format', characters: count };
    const code = characterAt(format, bits, at);
    if (code === null) return { read: 'garbled', why: 'parity', characters: count };
    lrc ^= code;
    if (count > 0 && code === end) return checkLrc(format, bits, at + format.bits, lrc, text);
    if (count > 0) text += String.fromCharCode(code + format.base);
  }
  return { read: 'garbled', why: 'format', characters: format.longest };
}

/** Each bit column from the start sentinel to the LRC holds an even number of ones; the LRC's parity is its own. */
function checkLrc(format: TrackFormat, bits: Uint8Array, at: number, lrc: number, text: string): BitsRead {
  const characters = text.length + 2;
  if (characters + 1 > format.longest) return { read: 'garbled', why: 'format', characters };
  if (at + format.bits > bits.length) return { read: 'garbled', why: 'lrc', characters };
  const found = characterAt(format, bits, at);
  if (found === null) return { read: 'garbled', why: 'parity', characters };
  if (found !== lrc) return { read: 'garbled', why: 'lrc', characters };
  // Read the wrong way, a track whose mirrored LRC is the start sentinel looks like an empty one: on tracks 2 and 3 the
  // end sentinel is its own mirror image and comes next.
  if (text === '') return { read: 'garbled', why: 'no-data', characters };
  return { read: 'text', text };
}

/** The character's code, or null where its parity is even. */
function characterAt(format: TrackFormat, bits: Uint8Array, at: number): number | null {
  let code = 0;
  let ones = 0;
  for (let bit = 0; bit < format.bits; bit++) {
    const value = bits[at + bit] ?? 0;
    ones += value;
    if (bit < format.bits - 1) code |= value << bit;
  }
  return ones % 2 === 1 ? code : null;
}

function bitsOf(raw: Uint8Array): Uint8Array {
  const bits = new Uint8Array(raw.length * 8);
  raw.forEach((byte, index) => {
    for (let bit = 0; bit < 8; bit++) bits[index * 8 + bit] = (byte >> (7 - bit)) & 1;
  });
  return bits;
}
