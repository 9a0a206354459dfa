import type { ByteLine } from '../board/buses.ts';

/** Two ends of one serial line in this process: what one writes, the other hears a turn of the event loop later. */
export function linePair(): [ByteLine & Severable, ByteLine & Severable] {
  const ends = [new Set<(bytes: Uint8Array) => void>(), new Set<(bytes: Uint8Array) => void>()] as const;
  const gone = Promise.withResolvers<void>();
  let cut = false;

  function end(mine: 0 | 1, far: 0 | 1): ByteLine & Severable {
    return {
      async write(bytes) {
        if (cut) throw new Error('the line is closed');
        const copy = bytes.slice();
        await new Promise<void>((resolve) => setImmediate(resolve));
        for (const receive of ends[far]) receive(copy);
      },
      listen(receive) {
        ends[mine].add(receive);
        return () => ends[mine].delete(receive);
      },
      closed: gone.promise,
      close: async () => sever(),
      sever,
    };
  }
  function sever(): void {
    cut = true;
    gone.resolve();
  }
  return [end(0, 1), end(1, 0)];
}

export interface Severable {
  /** Pulls the plug: writes fail from now on. */
  sever(): void;
}
