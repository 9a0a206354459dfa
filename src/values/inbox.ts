import { type Clock, within } from './clock.ts';

/**
 * Bytes that have arrived on a line and were not read yet, and a wait for more. Bounded: the oldest bytes are dropped
 * first.
 */
export interface Inbox {
  push(chunk: Uint8Array): void;
  /** Overwrites and drops what is there. */
  clear(): void;
  /**
   * Asks `read` about the bytes, now and whenever more arrive, until it answers something else than null; `used` bytes
   * are then dropped. Null after `ms`. Rejects with the signal's reason.
   */
  heard<T>(
    ms: number,
    read: (bytes: Uint8Array) => { found: T; used: number } | null,
    signal?: AbortSignal,
  ): Promise<T | null>;
}

const nobodyWaits = (): void => undefined;

export function inbox(clock: Clock, most: number): Inbox {
  let bytes = new Uint8Array(0);
  let arrived = nobodyWaits;

  function keep(from: number): void {
    const rest = bytes.slice(from);
    bytes.fill(0);
    bytes = rest;
  }

  return {
    push(chunk) {
      const joined = new Uint8Array(bytes.length + chunk.length);
      joined.set(bytes);
      joined.set(chunk, bytes.length);
      bytes.fill(0);
      bytes = joined;
      if (bytes.length > most) keep(bytes.length - most);
      arrived();
    },
    clear: () => keep(bytes.length),
    async heard(ms, read, signal) {
      const taken = () => {
        const answer = read(bytes);
        if (answer !== null) keep(answer.used);
        return answer;
      };
      signal?.throwIfAborted();
      const there = taken();
      if (there !== null) return there.found;
      const heard = await within(
        clock,
        ms,
        (stop) =>
          new Promise<ReturnType<typeof taken>>((resolve, reject) => {
            arrived = () => {
              if (stop.aborted) return;
              try {
                const answer = taken();
                if (answer === null) return;
                // Bytes that come in the same moment are the next caller's.
                arrived = nobodyWaits;
                resolve(answer);
              } catch (error) {
                reject(error);
              }
            };
          }),
        signal,
      );
      return heard?.found ?? null;
    },
  };
}
