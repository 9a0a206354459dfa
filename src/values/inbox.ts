import { type Clock, within } from './clock.ts';

/** What has arrived on a line and not been read yet, and a wait for more of it. Bounded: the oldest bytes go first. */
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

export function inbox(clock: Clock, most: number): Inbox {
  let bytes = new Uint8Array(0);
  let arrived: () => void = () => undefined;

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
    heard: (ms, read, signal) =>
      within(
        clock,
        ms,
        async (stop) => {
          for (;;) {
            stop.throwIfAborted();
            const answer = read(bytes);
            if (answer !== null) {
              keep(answer.used);
              return answer.found;
            }
            await new Promise<void>((resolve) => {
              arrived = resolve;
              stop.addEventListener('abort', () => resolve(), { once: true });
            });
          }
        },
        signal,
      ),
  };
}
