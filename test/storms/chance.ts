/** The chance of a storm: the same seed, the same storm. */
export interface Chance {
  /** A whole number from 0 up to, and not with, `below`. */
  below(below: number): number;
  /** True so many times out of a hundred. */
  percent(share: number): boolean;
  pick<T>(among: readonly T[]): T;
  /** `node:crypto`'s shape. */
  readonly bytes: (count: number) => Uint8Array;
  /** Starts again from this name. */
  reseed(name: string): void;
  /** A separate chance, the same for the same name: drawing from it does not change this one. */
  fork(name: string): Chance;
}

/** Mulberry32: 32 bits of state are plenty for what a storm draws. */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (most: number) => Math.floor((next() / 2 ** 32) * most);
  return {
    below,
    percent: (share) => below(100) < share,
    pick<T>(among: readonly T[]): T {
      return among[below(among.length)] as T;
    },
    bytes(count) {
      const drawn = new Uint8Array(count);
      for (let at = 0; at < count; at++) drawn[at] = next() & 0xff;
      return drawn;
    },
    reseed(name) {
      state = hashed(name);
    },
    fork: (name) => chance(hashed(`${seed} ${name}`)),
  };
}

/** FNV-1a, 32 bits. */
export function hashed(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
