import { readFileSync } from 'node:fs';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Connect, Stream } from '../values/stream.ts';

export interface ConnectSettings {
  /** The folder of `lines.json`, which names the published addresses; read at each connection. */
  readonly folder: string;
  /** PEM of the authorities that a TLS host's certificate may come from; the system's where there are none. */
  readonly authorities?: readonly string[];
  /** SHA-256 fingerprints of the host's certificate, a current and a backup one; any where there are none. */
  readonly pins?: readonly string[];
}

/** `tcp://host:port`, `tls://host:port`, or `published:name` from `lines.json`. Rejects with a plain Error. */
export function lineConnect(settings: ConnectSettings): Connect {
  return async (address, signal) => {
    signal.throwIfAborted();
    const { protocol, hostname, port } = new URL(published(settings.folder, address));
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    if (protocol === 'tcp:') return streamOf(await opened(connectTcp({ host, port: Number(port) }), 'connect', signal));
    if (protocol !== 'tls:') throw new Error(`${protocol} is no protocol of a line`);
    const authorities = settings.authorities === undefined ? {} : { ca: [...settings.authorities] };
    // A server name is never an address (RFC 6066, 3).
    const named = isIP(host) === 0 ? { servername: host } : {};
    const socket = connectTls({ host, port: Number(port), minVersion: 'TLSv1.2', ...named, ...authorities });
    const secured = await opened(socket, 'secureConnect', signal);
    if (!isPinned(secured, settings.pins ?? [])) {
      secured.destroy();
      throw new Error('the certificate of the host is not the one that this terminal expects');
    }
    return streamOf(secured);
  };
}

function published(folder: string, address: string): string {
  const name = /^published:(.+)$/.exec(address)?.[1];
  if (name === undefined) return address;
  const lines: unknown = JSON.parse(readFileSync(join(folder, 'lines.json'), 'utf8'));
  const found = typeof lines === 'object' && lines !== null ? (lines as Record<string, unknown>)[name] : undefined;
  if (typeof found !== 'string' || found.startsWith('published:')) throw new Error(`no line ${name} is published`);
  return found;
}

function isPinned(socket: TLSSocket, pins: readonly string[]): boolean {
  if (pins.length === 0) return true;
  const { fingerprint256 } = socket.getPeerCertificate();
  return pins.some((pin) => pin.replaceAll(':', '').toUpperCase() === fingerprint256?.replaceAll(':', ''));
}

function opened<Kind extends Socket>(
  socket: Kind,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<Kind> {
  return new Promise((resolve, reject) => {
    const settle = (work: () => void) => {
      signal.removeEventListener('abort', abort);
      socket.off('error', fail);
      work();
    };
    const fail = (error: Error) => {
      socket.destroy();
      settle(() => reject(error));
    };
    const abort = () => {
      socket.destroy();
      settle(() => reject(signal.reason));
    };
    socket.once('error', fail);
    signal.addEventListener('abort', abort, { once: true });
    socket.once(event, () => settle(() => resolve(socket)));
  });
}

/** A socket as a stream. Bytes that arrive before someone listens wait in the socket. */
export function streamOf(socket: Socket): Stream {
  socket.setNoDelay(true);
  // Whatever breaks a connection ends it: 'close' follows, and that is what callers hear of.
  socket.on('error', () => socket.destroy());
  const closed = new Promise<void>((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
  return {
    closed,
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => (error === null || error === undefined ? resolve() : reject(error)));
      }),
    listen(receive) {
      socket.on('data', receive);
      return () => {
        socket.off('data', receive);
      };
    },
    async close() {
      socket.destroy();
      await closed;
    },
  };
}
