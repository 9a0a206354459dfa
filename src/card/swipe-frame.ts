import type { RawSwipe } from './stripe-card.ts';

/**
 * The reader's answer to a raw read, byte by byte (MSR605 Programmer's Manual, section 7, raw data block):
 * `ESC s`, for each track `ESC 01|02|03`, a length and that many bytes, then `? FS ESC status`.
 */
export type FrameRead =
  | { state: 'partial' }
  /** `used` bytes belong to the frame, noise before it included. */
  | { state: 'complete'; swipe: RawSwipe; status: number; used: number }
  | { state: 'broken'; used: number };

const ESC = 0x1b;
const EMPTY = new Uint8Array(0);

/** The longest frame there is: three tracks of 255 bytes. */
export const LONGEST_FRAME = 2 + 3 * (3 + 255) + 4;

export function readFrame(bytes: Uint8Array): FrameRead {
  const start = frameStart(bytes);
  if (start < 0) return { state: 'partial' };
  const tracks: [Uint8Array, Uint8Array, Uint8Array] = [EMPTY, EMPTY, EMPTY];
  let at = start + 2;
  for (let previous = 0; ; ) {
    const [lead, second, third, fourth] = bytes.subarray(at, at + 4);
    if (lead === 0x3f) {
      if (fourth === undefined) return { state: 'partial' };
      if (second !== 0x1c || third !== ESC) return { state: 'broken', used: at + 1 };
      const [track1, track2, track3] = tracks;
      return { state: 'complete', swipe: { track1, track2, track3 }, status: fourth, used: at + 4 };
    }
    if (lead === undefined || second === undefined || third === undefined) return { state: 'partial' };
    if (lead !== ESC || second <= previous || second > 3) return { state: 'broken', used: at + 1 };
    if (at + 3 + third > bytes.length) return { state: 'partial' };
    tracks[second - 1] = bytes.slice(at + 3, at + 3 + third);
    previous = second;
    at += 3 + third;
  }
}

/** Where `ESC s` stands, or -1. */
export function frameStart(bytes: Uint8Array): number {
  for (let at = 0; at + 1 < bytes.length; at++) if (bytes[at] === ESC && bytes[at + 1] === 0x73) return at;
  return -1;
}
