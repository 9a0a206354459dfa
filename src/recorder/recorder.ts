import type { Clock } from '../values/clock.ts';
import type { Happening, Recorded, Unlinked } from './happening.ts';
import { isDiskError, type Segments } from './segments.ts';

/**
 * The flight recorder: a chain of records in which each carries the SHA-256 of the one before. `note` only pushes to a
 * list; the disk is written in the background, so a full or broken disk costs records, never a sale.
 */
export interface Recorder {
  note(happening: Happening): void;
  /** The records after `n`, oldest first, as far back as memory keeps them. */
  since(n: number): readonly Recorded[];
  /** Calls `heard` with each record as it is made, until the returned function is called. */
  watch(heard: (record: Recorded) => void): () => void;
  /** Writes pending records to the disk until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** Notes the end, writes and syncs all. */
  close(): Promise<void>;
  /** Writes pending records at once, for a program that ends with an error. */
  spill(): void;
}

export interface RecorderParts {
  readonly segments: Segments;
  readonly clock: Clock;
  /** True while no request is in hand: only then is the disk synced and a full file left: no sale waits for it. */
  readonly quiet: () => boolean;
}

/** A killed process loses at most the records of this long; a power cut also loses what is not synced. */
const WRITE_MS = 250;
/** Records that money depends on are handed to the kernel at once; whoever noted them does not wait. */
const URGENT: ReadonlySet<Happening['kind']> = new Set(['begin', 'entry', 'host']);
const SYNC_MS = 5000;
/** How long to wait before a disk that refused is tried again. */
const REFUSED_MS = 5000;
const MOST_PENDING = 4000;
const AT_HAND = 1000;

export function openRecorder({ segments, clock, quiet }: RecorderParts): Recorder {
  const watchers = new Set<(record: Recorded) => void>();
  const atHand: Recorded[] = [];
  let pending: Unlinked[] = [];
  let lost = 0;
  let n = segments.last?.n ?? 0;
  let arrived = Promise.withResolvers<void>();
  let urgent = Promise.withResolvers<void>();
  /** When the oldest unsynced write was made; null when everything is synced. */
  let unsynced_ms: number | null = null;

  function note(happening: Happening): void {
    n += 1;
    const made: Recorded = {
      n,
      at: new Date(clock.now()).toISOString(),
      up: Math.round(clock.monotonic()),
      ...happening,
    };
    atHand.push(made);
    if (atHand.length > AT_HAND) atHand.shift();
    // When the disk takes nothing for long, new records are dropped; the next one that is kept says how many.
    if (pending.length >= MOST_PENDING) lost += 1;
    else {
      pending.push(lost > 0 ? { ...made, lost } : made);
      lost = 0;
    }
    arrived.resolve();
    if (URGENT.has(happening.kind)) urgent.resolve();
    for (const heard of watchers) heard(made);
  }

  function settled(count: number): void {
    pending = pending.slice(count);
    unsynced_ms ??= clock.monotonic();
  }

  async function write(): Promise<void> {
    while (pending.length > 0) settled(await segments.write(pending, quiet()));
  }

  async function sync(): Promise<void> {
    await segments.sync();
    unsynced_ms = null;
  }

  return {
    note,
    since: (after) => atHand.filter((made) => made.n > after),
    watch(heard) {
      watchers.add(heard);
      return () => watchers.delete(heard);
    },
    async run(signal) {
      const wake = () => {
        arrived.resolve();
        urgent.resolve();
      };
      signal.addEventListener('abort', wake, { once: true });
      while (!signal.aborted) {
        try {
          if (pending.length === 0 && unsynced_ms === null) await arrived.promise;
          arrived = Promise.withResolvers();
          await rest(WRITE_MS, urgent.promise);
          if (signal.aborted) return;
          urgent = Promise.withResolvers();
          await write();
          if (unsynced_ms !== null && clock.monotonic() - unsynced_ms > SYNC_MS && quiet()) await sync();
          else if (unsynced_ms !== null && pending.length === 0) await rest(SYNC_MS, arrived.promise);
        } catch (error) {
          if (signal.aborted) return;
          if (!isDiskError(error)) throw error;
          await clock.sleep(REFUSED_MS, signal).catch(() => undefined);
        }
      }
    },
    async close() {
      note({ kind: 'end' });
      try {
        await write();
        await sync();
      } catch (error) {
        // If the disk refuses the `end` record, the chain simply ends without it.
        if (!isDiskError(error)) throw error;
      }
      segments.close();
    },
    spill() {
      if (pending.length === 0) return;
      try {
        segments.spill(pending);
        settled(pending.length);
      } catch (error) {
        if (!isDiskError(error)) throw error;
      }
    },
  };

  /** Waits `ms`, or less where `call` resolves first. */
  async function rest(ms: number, call: Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const callOff = clock.after(ms, resolve);
    call.then(resolve);
    await promise;
    callOff();
  }
}
