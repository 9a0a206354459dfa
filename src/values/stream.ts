/** Bytes to and from a far end: a TCP or TLS connection. The shape of a board's `ByteLine`, so either can stand in. */
export interface Stream {
  /** Resolves when the bytes have been handed to the network; rejects when the connection is gone. */
  write(bytes: Uint8Array): Promise<void>;
  /** Calls `receive` with every chunk until the returned function is called. The chunk may be reused. */
  listen(receive: (bytes: Uint8Array) => void): () => void;
  /** Resolves when the connection is gone: closed here, by the far end, or broken. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

/** Opens a connection to a configured address. Rejects when there is none, or with the signal's reason. */
export type Connect = (address: string, signal: AbortSignal) => Promise<Stream>;

export type FrameRead = { read: 'frame'; bytes: Uint8Array } | { read: 'closed' } | { read: 'garbled'; why: string };

/** Messages that come with two bytes of length before them, big-endian. */
export interface Frames {
  /** The next message, or why there will be none. Each has bytes of its own. Rejects with the signal's reason. */
  next(signal: AbortSignal): Promise<FrameRead>;
  /** Stops listening and overwrites what was not read. */
  stop(): void;
}

/** Reads messages of at most `most` bytes. Holds no more than two of them: a far end that talks on is garbled. */
export function framesOf(stream: Stream, most: number): Frames {
  const held = Buffer.alloc(2 * (most + 2));
  let filled = 0;
  let closed = false;
  let garbled: string | null = null;
  let wake: () => void = () => undefined;

  const unlisten = stream.listen((chunk) => {
    if (chunk.length > held.length - filled) garbled = `more than ${held.length} bytes that nobody asked for`;
    else held.set(chunk, filled);
    filled += garbled === null ? chunk.length : 0;
    wake();
  });
  stream.closed.then(() => {
    closed = true;
    wake();
  });

  function take(): FrameRead | null {
    const length = filled < 2 ? 0 : held.readUInt16BE(0);
    if (filled >= 2 && (length === 0 || length > most)) return { read: 'garbled', why: `a length of ${length}` };
    if (filled >= 2 && filled >= 2 + length) {
      const bytes = Uint8Array.from(held.subarray(2, 2 + length));
      held.copyWithin(0, 2 + length, filled);
      filled -= 2 + length;
      return { read: 'frame', bytes };
    }
    if (garbled !== null) return { read: 'garbled', why: garbled };
    if (closed) return filled === 0 ? { read: 'closed' } : { read: 'garbled', why: 'the line closed in a message' };
    return null;
  }

  return {
    async next(signal) {
      for (;;) {
        signal.throwIfAborted();
        const found = take();
        if (found !== null) return found;
        await new Promise<void>((resolve) => {
          const rouse = () => {
            signal.removeEventListener('abort', rouse);
            resolve();
          };
          wake = rouse;
          signal.addEventListener('abort', rouse, { once: true });
        });
      }
    },
    stop() {
      unlisten();
      held.fill(0);
      filled = 0;
    },
  };
}
