import type { ByteLine } from '../../board/buses.ts';

/** A serial line whose far end stays while terminals come and go at the near one. */
export interface SerialCable {
  readonly far: ByteLine;
  /** The port of a terminal with power; `sent` sees what is written before the far end does, and may hold it back. */
  near(sent: (bytes: Uint8Array, pass: (bytes: Uint8Array) => void) => void, isDead: () => boolean): ByteLine;
}

/** Never settles. Each caller gets a promise of its own, so that its waiters are freed with their terminal. */
export const never = (): Promise<void> => new Promise(() => undefined);

export function serialCable(): SerialCable {
  let toFar: (bytes: Uint8Array) => void = () => undefined;
  let toNear: ((bytes: Uint8Array) => void) | null = null;

  return {
    far: {
      async write(bytes) {
        const copy = bytes.slice();
        // One turn later, so that the answer does not interrupt whoever is still speaking.
        await null;
        toNear?.(copy);
      },
      listen(receive) {
        toFar = receive;
        return () => {
          toFar = () => undefined;
        };
      },
      closed: never(),
      close: async () => undefined,
    },
    near(sent, isDead) {
      const ears = new Set<(bytes: Uint8Array) => void>();
      toNear = (bytes) => {
        if (!isDead()) for (const receive of ears) receive(bytes);
      };
      return {
        async write(bytes) {
          if (isDead()) throw new Error('the power is off');
          sent(bytes, (passed) => {
            const copy = passed.slice();
            queueMicrotask(() => toFar(copy));
          });
        },
        listen(receive) {
          ears.add(receive);
          return () => ears.delete(receive);
        },
        closed: never(),
        close: async () => undefined,
      };
    },
  };
}
