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

/** `down_ms`: how long a key is down at least; `up_ms`: the least time before the next key. */
export interface FingerSpeed {
  readonly down_ms: number;
  readonly up_ms: number;
  /** Further wait after enough scans of the pad: the lock-out begins with the scan, which may have been late. */
  readonly rest_ms: number;
  /** How long to wait for the scans: after that nobody is scanning the pad. */
  readonly patience_ms: number;
}

/** A stalled disk may keep the terminal from scanning its pad, for a few seconds at most. */
const NOBODY_LOOKS_MS = 4000;

/** The keypad driver locks out 20 ms after an edge; a person is slower than both. */
const PERSON: FingerSpeed = { down_ms: 40, up_ms: 40, rest_ms: 30, patience_ms: NOBODY_LOOKS_MS };
/** For tests that type for hours. */
export const QUICK: FingerSpeed = { down_ms: 35, up_ms: 35, rest_ms: 15, patience_ms: NOBODY_LOOKS_MS };
/** A key that is held on the page is released after this: the page may be gone. */
const MOST_HOLD_MS = 10_000;
/** Presses that may wait for the finger. */
const MOST_WAITING = 64;

/** The key stays down, or up, until the pad has been scanned this often. */
const LOOKS = 2;

/** `powered`: false without a terminal, as then nobody scans the pad. */
export function finger(
  devices: Pick<FarEnds, 'key' | 'looks'>,
  powered: () => boolean = () => true,
  { down_ms, up_ms, rest_ms, patience_ms }: FingerSpeed = PERSON,
): Finger {
  const watchers = new Set<(key: KeyName, down: boolean) => void>();
  const lifts = new Map<KeyName, () => void>();
  let queue: Promise<void> = Promise.resolve();
  let waiting = 0;
  /** When the next key may go down. */
  let free_ms = Number.NEGATIVE_INFINITY;
  let closed = false;

  const move = (key: KeyName, down: boolean) => {
    if (closed) return;
    devices.key(key, down);
    for (const moved of watchers) moved(key, down);
  };
  const pressOne = async (key: KeyName, lifted: () => Promise<void>) => {
    await pause(free_ms - performance.now());
    move(key, true);
    await Promise.all([pause(down_ms), lifted(), felt().then(() => pause(rest_ms))]);
    move(key, false);
    free_ms = performance.now() + up_ms;
    await felt();
    free_ms = Math.max(free_ms, performance.now() + rest_ms);
  };
  /** Waits until the terminal has scanned the pad: on a busy machine that may take longer than a press. */
  const felt = async () => {
    const from = devices.looks();
    const until_ms = performance.now() + patience_ms;
    while (!closed && powered() && devices.looks() < from + LOOKS && performance.now() < until_ms) await pause(5);
  };
  const afterAll = (work: () => Promise<void>): Promise<void> => {
    const done = queue.then(work);
    queue = done;
    return done;
  };
  const letGo = () => {
    for (const lift of [...lifts.values()]) lift();
  };

  return {
    press: (keys, hold_ms = down_ms) =>
      afterAll(async () => {
        for (const key of keys) await pressOne(key, () => pause(hold_ms));
      }),
    hold(key) {
      // There is one finger: pressing the next key releases the one before.
      letGo();
      if (waiting >= MOST_WAITING) return;
      waiting++;
      const lifted = Promise.withResolvers<void>();
      const lift = () => {
        clearTimeout(timer);
        if (lifts.get(key) === lift) lifts.delete(key);
        lifted.resolve();
      };
      const timer = setTimeout(lift, MOST_HOLD_MS);
      lifts.set(key, lift);
      void afterAll(async () => {
        waiting--;
        await pressOne(key, () => lifted.promise);
      });
    },
    lift: (key) => lifts.get(key)?.(),
    watch(moved) {
      watchers.add(moved);
      return () => watchers.delete(moved);
    },
    close() {
      closed = true;
      letGo();
    },
  };
}

function pause(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
