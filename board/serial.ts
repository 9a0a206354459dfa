import type { EventEmitter } from 'node:events';
import { SerialPort } from 'serialport';
import type { ByteLine } from './buses.ts';

/** Opens a tty or a PTY, 8N1. What arrived before is thrown away: it was meant for whoever had the line then. */
export async function serialLine(path: string, baud: number): Promise<ByteLine> {
  // No modem signals: a PTY has none (ENOTTY), and a reader must not be reset by DTR.
  const port = new SerialPort({ path, baudRate: baud, autoOpen: false, hupcl: false, rtscts: false });
  const ended = Promise.withResolvers<void>();
  // The error that a lost line ends with comes with 'close', which tells all there is to tell.
  port.on('error', () => ended.resolve());
  port.on('close', () => ended.resolve());
  await called((done) => port.open(done)).catch((cause) => {
    throw new Error(`${path}: cannot be opened; is the device plugged in, and may this user open it (group dialout)?`, {
      cause,
    });
  });
  await called((done) => port.flush(done)).catch(async (cause) => {
    await called((done) => port.close(done)).catch(() => undefined);
    throw new Error(`${path}: is no serial line; correct its path in the board description`, { cause });
  });
  attendPoller(port);
  // Without a listener bytes are lost, as on a wire; and an unplugged line is noticed all the same.
  port.resume();
  return {
    async write(bytes) {
      await called((done) => port.write(Buffer.from(bytes), undefined, done));
      await called((done) => port.drain(done));
    },
    listen(receive) {
      port.on('data', receive);
      return () => port.off('data', receive);
    },
    closed: ended.promise,
    async close() {
      if (port.isOpen) await called((done) => port.close(done));
      ended.resolve();
    },
  };
}

/**
 * serialport 13 calls back from its poller without running the promises that the call resolves (node ≥ 26.4,
 * serialport/bindings-cpp#239): a chunk would lie there until something else happens. An immediate is something else.
 */
function attendPoller(port: SerialPort): void {
  const { poller } = port.port as unknown as { poller: EventEmitter };
  const rouse = () => void setImmediate(() => undefined);
  poller.on('readable', rouse).on('writable', rouse);
}

function called(start: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
}
