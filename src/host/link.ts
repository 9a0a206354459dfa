import { type Clock, tied, within } from '../values/clock.ts';
import { Fault } from '../values/problem.ts';
import { type Connect, type Frames, framesOf, type Stream } from '../values/stream.ts';
import { type Message, MessageError, MOST_BYTES, unpack } from './codec.ts';
import type { HostSettings } from './settings.ts';

export type LineName = 'primary' | 'backup';

/** What came back, or why nothing did. Everything but `answer` leaves open what the host has done. */
export type Exchanged =
  | { end: 'answer'; bytes: Uint8Array; message: Message }
  | { end: 'silent'; waited_ms: number }
  | { end: 'line-lost' }
  | { end: 'garbled'; field: string; why: string };

/** One thing that crossed the line, masked. */
export interface WireEvent {
  readonly direction: 'out' | 'in';
  readonly line: LineName;
  readonly mti: string;
  /** The fields as they may be shown. */
  readonly fields: Readonly<Record<string, string>>;
  /** Why it is not the answer that was waited for. */
  readonly note: string | null;
}

/** The way to the acquirer: a connection for each exchange (a short link), the primary line first. */
export interface Link {
  /**
   * Sends one message and waits for its answer. Connects first; a Fault of kind `line-down` means that nothing was
   * sent. `beforeFirstByte` runs once a connection stands and before anything is written: when it throws, nothing is
   * sent either. From there on the message is on its way, and no other line is tried (money.md 1).
   */
  exchange(outgoing: Outgoing, signal?: AbortSignal): Promise<Exchanged>;
  /** Where the last exchange went. */
  readonly line: LineName | 'down';
  /** How many answers came that nobody was waiting for: late ones, and those to another trace. */
  readonly discarded: number;
  /** Ends the wait for late answers. */
  close(): void;
}

export interface Outgoing {
  /** For the log: what the frame says. */
  readonly message: Message;
  readonly frame: Uint8Array;
  readonly beforeFirstByte?: () => void;
  /**
   * For a message that may be sent again: without an answer it is, each time this long has passed, on a connection of
   * its own. Whichever is answered first counts.
   */
  readonly again_ms?: number;
  /** Told of an answer that comes after the wait was given up. */
  readonly late?: (bytes: Uint8Array, message: Message) => void;
}

export interface LinkTools {
  readonly connect: Connect;
  readonly clock: Clock;
  readonly onWire?: (event: WireEvent) => void;
}

/** How many times one exchange sends its message at most; after that it only waits. */
const MOST_TOLD = 8;
/** After this many answers to other traces the far end is not speaking with us: the exchange counts as garbled. */
const MOST_STRANGERS = 16;

export function openLink(settings: HostSettings, { connect, clock, onWire }: LinkTools): Link {
  const lateWaits = new AbortController();
  let line: LineName | 'down' = 'down';
  let discarded = 0;

  return {
    get line() {
      return line;
    },
    get discarded() {
      return discarded;
    },
    close: () => lateWaits.abort(new DOMException('the link is closed', 'AbortError')),
    async exchange(outgoing, signal) {
      const [stream, name] = await reach(signal);
      line = name;
      const frames = framesOf(stream, MOST_BYTES);
      const call: Call = { stream, frames, name, outgoing };
      let waitsOn = false;
      try {
        outgoing.beforeFirstByte?.();
        const { message } = outgoing;
        onWire?.({ direction: 'out', line: name, mti: message.mti, fields: message.masked(), note: null });
        const end = await converse(call, signal);
        if (end.end === 'silent') nothing(name, `no answer within ${end.waited_ms} ms`);
        if (end.end === 'line-lost') nothing(name, 'the line closed before the answer');
        waitsOn = end.end === 'silent' && outgoing.late !== undefined;
        if (waitsOn) void awaitLate(call);
        return end;
      } finally {
        if (!waitsOn) await hangUp(call);
      }
    },
  };

  function nothing(name: LineName, note: string): void {
    onWire?.({ direction: 'in', line: name, mti: '', fields: {}, note });
  }

  async function reach(signal?: AbortSignal): Promise<[Stream, LineName]> {
    const causes: unknown[] = [];
    for (const name of ['primary', 'backup'] as const) {
      try {
        const stream = await within(
          clock,
          settings.network.connect_timeout_ms,
          async (stop) => {
            const opened = await connect(settings.network[name], stop);
            // A connection that stands only after its deadline is of no use to anybody.
            if (stop.aborted) await opened.close();
            return opened;
          },
          signal,
        );
        if (stream !== null) return [stream, name];
        causes.push(new Error(`no connection within ${settings.network.connect_timeout_ms} ms`));
      } catch (cause) {
        if (signal?.aborted === true) throw cause;
        causes.push(cause);
      }
      nothing(name, 'not reached');
    }
    line = 'down';
    const tried = [settings.network.primary, settings.network.backup];
    throw new Fault(
      { kind: 'line-down', tried },
      { cause: new AggregateError(causes, 'neither line could be reached') },
    );
  }

  async function converse(call: Call, signal?: AbortSignal): Promise<Exchanged> {
    const limit_ms = settings.network.answer_timeout_ms;
    const heard = await within(
      clock,
      limit_ms,
      (stop) =>
        call.outgoing.again_ms === undefined ? told(call, stop) : toldAgain(call, call.outgoing.again_ms, stop),
      signal,
    );
    return heard ?? { end: 'silent', waited_ms: limit_ms };
  }

  async function told(call: Call, stop: AbortSignal): Promise<Exchanged> {
    try {
      await call.stream.write(call.outgoing.frame);
    } catch (cause) {
      // Some of the frame may have left, so nobody knows what the host has done.
      if (cause instanceof Error) return { end: 'line-lost' };
      throw cause;
    }
    return answer(call, stop);
  }

  /**
   * Sends the same message again on new connections until one of them is answered; if all end without an answer, tells
   * how the last one ended.
   */
  async function toldAgain(first: Call, again_ms: number, stop: AbortSignal): Promise<Exchanged> {
    const { signal: end, over } = tied(stop);
    const heard = Promise.withResolvers<Exchanged>();
    const more: Promise<Call | null>[] = [];
    let open = 0;
    const tell = (call: Call) => {
      open++;
      told(call, end).then((exchanged) => {
        open--;
        if (exchanged.end === 'answer' || open === 0) heard.resolve(exchanged);
      }, heard.reject);
    };
    tell(first);
    try {
      for (let times = 1; times < MOST_TOLD; times++) {
        const waited = clock.sleep(again_ms, end).then(() => null);
        // The sleep that loses is aborted below and rejects with that abort.
        waited.catch(() => undefined);
        const exchanged = await Promise.race([heard.promise, waited]);
        if (exchanged !== null) return exchanged;
        const calling = anotherCall(first.outgoing, end);
        more.push(calling);
        // A connection that is slow to stand must not delay an answer that comes meanwhile.
        const called = await Promise.race([heard.promise, calling]);
        if (called === null) continue;
        if ('end' in called) return called;
        announceAgain(called);
        tell(called);
      }
      return await heard.promise;
    } finally {
      over();
      // A connection that does not stand yet is aborted by `over` and rejects.
      const calls = await Promise.all(more.map((calling) => calling.catch(() => null)));
      await Promise.all(calls.map((call) => call && hangUp(call)));
    }
  }

  /** Opens one more connection; null if no line can be reached now: the earlier ones are still waited for. */
  async function anotherCall(outgoing: Outgoing, signal: AbortSignal): Promise<Call | null> {
    try {
      const [stream, name] = await reach(signal);
      return { stream, frames: framesOf(stream, MOST_BYTES), name, outgoing };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return null;
    }
  }

  function announceAgain({ name, outgoing: { message } }: Call): void {
    line = name;
    onWire?.({ direction: 'out', line: name, mti: message.mti, fields: message.masked(), note: 'again' });
  }

  async function answer(call: Call, stop: AbortSignal): Promise<Exchanged> {
    for (let strangers = 0; strangers < MOST_STRANGERS; strangers++) {
      const read = await call.frames.next(stop);
      if (read.read === 'closed') return { end: 'line-lost' };
      if (read.read === 'garbled') return garbled(call, 'frame', read.why);
      const message = unpacked(read.bytes);
      if (message instanceof MessageError) return garbled(call, message.field, message.why);
      if (isFor(call.outgoing.message, message)) {
        onWire?.({ direction: 'in', line: call.name, mti: message.mti, fields: message.masked(), note: null });
        return { end: 'answer', bytes: read.bytes, message };
      }
      discard(call, message, 'an answer to something else');
    }
    return garbled(call, 'F11', `${MOST_STRANGERS} answers to something else`);
  }

  function garbled(call: Call, field: string, why: string): Exchanged {
    onWire?.({ direction: 'in', line: call.name, mti: '', fields: {}, note: `garbled: ${field}: ${why}` });
    return { end: 'garbled', field, why };
  }

  function discard(call: Call, message: Message, note: string): void {
    discarded += 1;
    onWire?.({ direction: 'in', line: call.name, mti: message.mti, fields: message.masked(), note });
  }

  /** A late answer changes nothing, but it is evidence: the line is kept open for one more answer timeout. */
  async function awaitLate(call: Call): Promise<void> {
    try {
      const read = await within(
        clock,
        settings.network.answer_timeout_ms,
        (stop) => call.frames.next(stop),
        lateWaits.signal,
      );
      const message = read?.read === 'frame' ? unpacked(read.bytes) : null;
      if (read?.read !== 'frame' || message === null || message instanceof MessageError) return;
      discard(call, message, 'a late answer');
      if (isFor(call.outgoing.message, message)) call.outgoing.late?.(read.bytes, message);
    } catch (error) {
      if (!lateWaits.signal.aborted) throw error;
    } finally {
      await hangUp(call);
    }
  }
}

interface Call {
  readonly stream: Stream;
  readonly frames: Frames;
  readonly name: LineName;
  readonly outgoing: Outgoing;
}

async function hangUp({ stream, frames }: Call): Promise<void> {
  frames.stop();
  await stream.close();
}

function unpacked(bytes: Uint8Array): Message | MessageError {
  try {
    return unpack(bytes);
  } catch (error) {
    if (error instanceof MessageError) return error;
    throw error;
  }
}

/** Whether it answers this request at all: an answer to another trace is somebody else's. */
function isFor(asked: Message, heard: Message): boolean {
  return asked.trace === undefined || heard.trace === undefined || heard.trace === asked.trace;
}
