import { read, write } from 'node:fs';
import { promisify } from 'node:util';
import { SerialPort } from 'serialport';
import type { ByteLine } from './buses.ts';

const readSome = promisify(read);
const writeSome = promisify(write);

/** More than any of the devices sends at once. */
const CHUNK_BYTES = 4_096;

/**
 * Opens a tty or a PTY, 8N1. What arrived before is thrown away: it was meant for whoever had the line then.
 *
 * serialport opens, sets up and drains the port; bytes are moved here. serialport's own stream would keep what is
 * written to a closed port until that is open again, and would read a line that hung up in an endless loop.
 */
export async function serialLine(path: string, baud: number): Promise<ByteLine> {
  const port = await openedPort(path, baud);
  const wait = poll(port);
  const receivers = new Set<(bytes: Uint8Array) => void>();
  const ended = Promise.withResolvers<void>();
  let open = true;
  let writing: Promise<void> = Promise.resolve();

  const close = async () => {
    if (!open) return ended.promise;
    open = false;
    // A port that is gone already cannot be closed again, and needs not be.
    await port.close().catch(() => undefined);
    ended.resolve();
  };
  const lost = (cause: unknown): Error => {
    void close();
    return new Error(`${path}: the line is gone; is the device plugged in?`, { cause });
  };
  const receive = async () => {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    while (open) {
      const count = await tried(() => readSome(fdOf(port), chunk, 0, CHUNK_BYTES, null), wait.readable);
      // A tty that hung up reads as the end of a file.
      if (count.bytesRead === 0) throw new Error('the line hung up');
      for (const each of receivers) each(chunk.subarray(0, count.bytesRead));
    }
  };
  const send = async (bytes: Uint8Array) => {
    try {
      for (let sent = 0; sent < bytes.length; ) {
        const rest = bytes.subarray(sent);
        sent += (await tried(() => writeSome(fdOf(port), rest), wait.writable)).bytesWritten;
      }
      await port.drain();
    } catch (cause) {
      throw lost(cause);
    }
  };
  receive().catch(lost);
  return {
    write(bytes) {
      const copy = Uint8Array.from(bytes);
      const mine = writing.then(() => send(copy));
      // The caller hears of a failure; the next write fails by itself.
      writing = mine.catch(() => undefined);
      return mine;
    },
    listen(receiver) {
      receivers.add(receiver);
      return () => void receivers.delete(receiver);
    },
    closed: ended.promise,
    close,
  };
}

/** The part of serialport's Linux binding that is used here. */
interface Port {
  readonly fd: number | null;
  readonly poller: {
    once(event: 'readable' | 'writable', told: (error: Error | null) => void): void;
    poll(events: number): void;
  };
  flush(): Promise<void>;
  drain(): Promise<void>;
  close(): Promise<void>;
}

async function openedPort(path: string, baudRate: number): Promise<Port> {
  let port: Port;
  try {
    // No modem signals: a PTY has none (ENOTTY), and a reader must not be reset by DTR.
    port = (await SerialPort.binding.open({ path, baudRate, hupcl: false, rtscts: false })) as unknown as Port;
  } catch (cause) {
    throw new Error(`${path}: cannot be opened; is it a serial line, plugged in, and this user in the group dialout?`, {
      cause,
    });
  }
  await port.flush();
  return port;
}

function fdOf({ fd }: Port): number {
  if (fd === null) throw new Error('the line is closed');
  return fd;
}

/** Does `work`; as often as the kernel says to try later, waits for `ready` and does it again. */
async function tried<T>(work: () => Promise<T>, ready: () => Promise<void>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'EAGAIN' && code !== 'EWOULDBLOCK' && code !== 'EINTR') throw error;
    }
    await ready();
  }
}

const READABLE = 1;
const WRITABLE = 2;

/**
 * Waits until the port can be read or written. serialport 13's poller forgets one wait when the other begins, and its
 * callbacks run no promise jobs (node ≥ 26.4, serialport/bindings-cpp#239): a chunk would lie there until something
 * else happens, so `setImmediate` makes something happen.
 */
function poll(port: Port) {
  let waited = 0;
  const wait = (event: 'readable' | 'writable', flag: number) => () =>
    new Promise<void>((resolve, reject) => {
      // A closed port's poller is freed memory.
      if (port.fd === null) return reject(new Error('the line is closed'));
      waited |= flag;
      port.poller.once(event, (error) => {
        waited &= ~flag;
        setImmediate(() => (error ? reject(error) : resolve()));
      });
      port.poller.poll(waited);
    });
  return { readable: wait('readable', READABLE), writable: wait('writable', WRITABLE) };
}
