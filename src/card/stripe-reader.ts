import type { ByteLine } from '../../board/buses.ts';
import { type Clock, tied, within } from '../values/clock.ts';
import { exclusive } from '../values/exclusive.ts';
import { inbox } from '../values/inbox.ts';
import { Fault } from '../values/problem.ts';
import { readStripe, type StripeRead } from './stripe-card.ts';
import { type FrameRead, frameStart, LONGEST_FRAME, readFrame } from './swipe-frame.ts';

/** A serial stripe reader that speaks the MSR605/MSR206 command set (MSR605 Programmer's Manual, Rev. B). */
export interface StripeReader {
  /**
   * The next swipe. A reader that is silent or unplugged is tried again until it is back; `well` tells meanwhile.
   * Rejects only with the signal's reason. A swipe that nobody waits for is never kept for later.
   */
  next(signal: AbortSignal): Promise<StripeRead>;
  /** Resets the reader, hears its answer, asks what it is. Throws a Fault: device-silent, device-garbled, device-lost. */
  check(): Promise<ReaderIdentity>;
  /** Whether the last exchange with the reader went well; false before the first. */
  readonly well: boolean;
  /** Ends a waiting `next` and leaves the reader in its initial state. The line stays open: it is the caller's. */
  close(): Promise<void>;
}

export interface ReaderIdentity {
  readonly model: string;
  readonly firmware: string;
}

const ESC = 0x1b;
const RESET = [ESC, 0x61];
const COMMUNICATION_TEST = { ask: [ESC, 0x65], expect: [ESC, 0x79] };
/** Eight bits a character: the reader passes on the bits as they come, and the decoding is ours. */
const RAW_BITS = { ask: [ESC, 0x6f, 8, 8, 8], expect: [ESC, 0x30, 8, 8, 8] };
/** Track 2 has 75 bits an inch (ISO/IEC 7811-6). */
const TRACK_2_DENSITY = { ask: [ESC, 0x62, 0x4b], expect: [ESC, 0x30] };
const MODEL = [ESC, 0x74];
const FIRMWARE = [ESC, 0x76];
const READ_RAW = [ESC, 0x6d];

/** An answer takes some 10 ms at 9600 baud. */
const ANSWER_MS = 400;
/** A reader that waits for a card says nothing, so it is asked now and then whether it is still there. */
const BEAT_MS = 3000;
const RETRY_MS = 500;
/** The longest frame takes 0.8 s at 9600 baud. */
const FRAME_MS = 1500;
/** An answer without a terminator is over when the line has been quiet for this long. */
const QUIET_MS = 50;

export function stripeReader(line: ByteLine, clock: Clock): StripeReader {
  const arrived = inbox(clock, 2 * LONGEST_FRAME);
  const unlisten = line.listen(arrived.push);
  const alone = exclusive();
  const ended = new AbortController();
  let well = false;
  let greeted = false;
  let hurry = new AbortController();

  async function send(bytes: readonly number[]): Promise<void> {
    const writing = async () => {
      try {
        await line.write(Uint8Array.from(bytes));
      } catch (cause) {
        throw new Fault({ kind: 'device-lost', device: 'stripe-reader' }, { cause });
      }
      return true;
    };
    if ((await within(clock, ANSWER_MS, writing)) === null) throw silent();
  }

  async function ask({ ask, expect }: { ask: readonly number[]; expect: readonly number[] }): Promise<void> {
    arrived.clear();
    await send(ask);
    const answer = await take(expect.length);
    if (expect.some((byte, index) => answer[index] !== byte)) {
      throw new Fault({ kind: 'device-garbled', device: 'stripe-reader', why: 'the answer to another command' });
    }
  }

  async function take(length: number): Promise<Uint8Array> {
    const answer = await arrived.heard(ANSWER_MS, (bytes) =>
      bytes.length < length ? null : { found: bytes.slice(0, length), used: length },
    );
    if (answer === null) throw silent();
    return answer;
  }

  /** Manual, section 8: reset, communication test, settings. */
  async function greet(): Promise<void> {
    well = greeted = false;
    await send(RESET);
    await ask(COMMUNICATION_TEST);
    await configure();
    well = greeted = true;
  }

  async function configure(): Promise<void> {
    await ask(RAW_BITS);
    await ask(TRACK_2_DENSITY);
  }

  async function identify(): Promise<ReaderIdentity> {
    await greet();
    arrived.clear();
    await send(MODEL);
    const model = readable(await take(3));
    await send(FIRMWARE);
    let firmware = readable(await take(2));
    for (let more: string | null = ''; more !== null && firmware.length < 32; firmware += more ?? '') {
      more = await arrived.heard(QUIET_MS, (bytes) =>
        bytes.length === 0 ? null : { found: readable(bytes), used: bytes.length },
      );
    }
    return { model, firmware };
  }

  /** Arms the reader for one swipe. Null when none came within a beat, or when `check` wants the reader. */
  async function oneSwipe(signal: AbortSignal): Promise<StripeRead | null> {
    // A reader that had no power for a moment answers as before, and has forgotten its settings.
    if (greeted) await configure();
    else await greet();
    arrived.clear();
    await send(READ_RAW);
    const { signal: stop, over } = tied(signal, hurry.signal);
    try {
      const begun = await arrived.heard(BEAT_MS, frameBegun, stop);
      if (begun === null) return null;
      const frame = await arrived.heard(FRAME_MS, wholeFrame, signal);
      return frame === null ? { read: 'unreadable', why: 'format' } : swiped(frame);
    } catch (error) {
      if (!stop.aborted) throw error;
      return null;
    } finally {
      over();
      await disarm();
    }
  }

  /** Ends the reader's wait for a card; its answer shows that it is still there. */
  async function disarm(): Promise<void> {
    try {
      await send(RESET);
      await ask(COMMUNICATION_TEST);
    } catch (error) {
      // A swipe that was read stays read; the next one greets the reader anew.
      if (!(error instanceof Fault)) throw error;
      well = greeted = false;
    }
  }

  async function next(outer: AbortSignal): Promise<StripeRead> {
    const { signal, over } = tied(outer, ended.signal);
    try {
      return await untilSwiped(signal);
    } finally {
      over();
    }
  }

  async function untilSwiped(signal: AbortSignal): Promise<StripeRead> {
    for (;;) {
      signal.throwIfAborted();
      try {
        const read = await alone(() => oneSwipe(signal));
        if (read !== null) return read;
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        well = greeted = false;
        await clock.sleep(RETRY_MS, signal);
      }
    }
  }

  async function check(): Promise<ReaderIdentity> {
    hurry.abort(new DOMException('the self-check wants the reader', 'AbortError'));
    return alone(async () => {
      hurry = new AbortController();
      try {
        return await identify();
      } catch (error) {
        well = greeted = false;
        throw error;
      }
    });
  }

  return {
    next,
    check,
    get well() {
      return well;
    },
    async close() {
      ended.abort(new DOMException('the stripe reader was closed', 'AbortError'));
      await alone(async () => unlisten());
    },
  };
}

/** Matches once a frame's first bytes have come: noise on the line is no swipe. */
function frameBegun(bytes: Uint8Array): { found: true; used: 0 } | null {
  return frameStart(bytes) < 0 ? null : { found: true, used: 0 };
}

function wholeFrame(bytes: Uint8Array): { found: Exclude<FrameRead, { state: 'partial' }>; used: number } | null {
  const frame = readFrame(bytes);
  return frame.state === 'partial' ? null : { found: frame, used: frame.used };
}

function swiped(frame: Exclude<FrameRead, { state: 'partial' }>): StripeRead {
  if (frame.state === 'broken') return { read: 'unreadable', why: 'format' };
  // The status tells of the reader's own decoding, which raw mode does not ask for: parity and LRC are the judge here.
  const read = readStripe(frame.swipe);
  for (const track of Object.values(frame.swipe)) track.fill(0);
  return read;
}

function silent(): Fault {
  return new Fault({ kind: 'device-silent', device: 'stripe-reader', waited_ms: ANSWER_MS });
}

/** The printable ASCII of an answer: a device's word goes to a screen. */
function readable(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.filter((byte) => byte >= 0x20 && byte < 0x7f));
}
