import type { FarEnds, KeyName } from './far-ends.ts';

/** One finger on the keypad: presses come one after another, whoever asks for them. */
export interface Finger {
  /** Presses `keys` in turn; resolves after the last release. */
  press(keys: readonly KeyName[], hold_ms?: number): Promise<void>;
  /** A key that a person holds down on the page until `lift`. */
  hold(key: KeyName): void;
  lift(key: KeyName): void;
  watch(moved: (key: KeyName, down: boolean) => void): () => void;
  close(): void;
}

/** The keypad driver locks out 20 ms after an edge; a person is slower than both. */
const DOWN_MS = 40;
const UP_MS = 40;

export function finger(devices: Pick<FarEnds, 'key'>): Finger {
  const watchers = new Set<(key: KeyName, down: boolean) => void>();
  const held = new Map<KeyName, number>();
  let queue: Promise<void> = Promise.resolve();
  let closed = false;

  const move = (key: KeyName, down: boolean) => {
    if (closed) return;
    devices.key(key, down);
    for (const moved of watchers) moved(key, down);
  };
  const pressAll = async (keys: readonly KeyName[], hold_ms: number) => {
    for (const [place, key] of keys.entries()) {
      if (place > 0) await pause(UP_MS);
      move(key, true);
      await pause(hold_ms);
      move(key, false);
    }
  };

  return {
    press(keys, hold_ms = DOWN_MS) {
      const pressed = queue.then(() => pressAll(keys, hold_ms));
      // The pause after the last release belongs to the next press, not to the one that is answered.
      queue = pressed.then(() => pause(UP_MS));
      return pressed;
    },
    hold(key) {
      if (held.has(key)) return;
      held.set(key, performance.now());
      move(key, true);
    },
    lift(key) {
      const since = held.get(key);
      if (since === undefined) return;
      // A click of the mouse can be shorter than any press of a finger.
      const left = Math.max(0, DOWN_MS - (performance.now() - since));
      setTimeout(() => {
        held.delete(key);
        move(key, false);
      }, left);
    },
    watch(moved) {
      watchers.add(moved);
      return () => watchers.delete(moved);
    },
    close() {
      for (const key of held.keys()) move(key, false);
      closed = true;
      held.clear();
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
