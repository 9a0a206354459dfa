import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type Dialect, glancer } from './frame-glance.ts';
import type { WireLog } from './wire-log.ts';

/** One of the terminal's lines to the outside: a TCP port of its own that can be cut and restored. */
export interface Relay {
  readonly name: string;
  /** Where the terminal connects. It changes only if another program takes the port while the line is down. */
  readonly address: () => string;
  readonly down: boolean;
  /** A line that goes down refuses new connections and resets the present ones (RST) in both directions. */
  setDown(down: boolean): Promise<void>;
  close(): Promise<void>;
}

export interface RelayOptions {
  readonly name: string;
  readonly dialect: Dialect;
  /** Asked at each connection, as the far end may have restarted on another port. Null where nobody is there. */
  readonly target: () => { host: string; port: number } | null;
  readonly log: WireLog;
  /** Called when `address()` has changed. */
  readonly moved?: () => void;
}

/** More than a terminal ever opens; limits what other programs can hold open. */
const MOST_CONNECTIONS = 64;
const CONNECT_MS = 3000;

export async function openRelay(options: RelayOptions): Promise<Relay> {
  const pairs = new Set<Pair>();
  let server = await listen(options, pairs, 0);
  let port = (server.address() as AddressInfo).port;
  let down = false;
  let changing = Promise.resolve();

  const cutAll = () => {
    for (const pair of pairs) pair.cut();
  };
  const apply = async (wanted: boolean) => {
    if (wanted === down) return;
    if (wanted) {
      // With the listener closed, the kernel refuses connections: the terminal knows before its first byte is sent.
      const closed = closeServer(server);
      cutAll();
      await closed;
    } else {
      server = await listen(options, pairs, port).catch(() => listen(options, pairs, 0));
      const opened = (server.address() as AddressInfo).port;
      if (opened !== port) {
        port = opened;
        options.moved?.();
      }
    }
    down = wanted;
  };

  return {
    name: options.name,
    address: () => `tcp://127.0.0.1:${port}`,
    get down() {
      return down;
    },
    setDown(wanted) {
      changing = changing.catch(() => undefined).then(() => apply(wanted));
      return changing;
    },
    async close() {
      await changing.catch(() => undefined);
      const closed = down ? Promise.resolve() : closeServer(server);
      cutAll();
      await closed;
    },
  };
}

interface Pair {
  cut(): void;
}

function listen(options: RelayOptions, pairs: Set<Pair>, port: number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => carry(near, options, pairs));
  server.maxConnections = MOST_CONNECTIONS;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

function carry(near: Socket, options: RelayOptions, pairs: Set<Pair>): void {
  const { name, dialect, log } = options;
  const event = (what: 'open' | 'closed' | 'cut' | 'unreachable') =>
    log.append({ wire: name, direction: 'out', bytes: 0, event: what });
  const target = options.target();
  if (target === null) {
    near.on('error', () => undefined);
    near.resetAndDestroy();
    event('unreachable');
    return;
  }

  const far = connect({ ...target, allowHalfOpen: true, noDelay: true });
  let ended: 'open' | 'closed' | 'cut' | 'unreachable' = 'unreachable';
  const pair: Pair = {
    cut() {
      if (!pairs.delete(pair)) return;
      if (ended !== 'unreachable') ended = 'cut';
      near.resetAndDestroy();
      far.resetAndDestroy();
      event(ended);
    },
  };
  const finish = () => {
    if (!near.destroyed || !far.destroyed || !pairs.delete(pair)) return;
    event('closed');
  };
  pairs.add(pair);
  far.setTimeout(CONNECT_MS, () => pair.cut());
  far.once('connect', () => {
    far.setTimeout(0);
    ended = 'open';
    event('open');
  });
  // A reset or failure on one side resets the other side too, so that no half of a broken line looks alive.
  for (const socket of [near, far]) {
    socket.on('error', () => pair.cut());
    socket.on('close', finish);
  }
  pass(
    near,
    far,
    glancer(dialect, (glance) => log.append({ wire: name, direction: 'out', ...glance })),
  );
  pass(
    far,
    near,
    glancer(dialect, (glance) => log.append({ wire: name, direction: 'in', ...glance })),
  );
}

function pass(from: Socket, to: Socket, look: (chunk: Uint8Array) => void): void {
  from.on('data', look);
  from.pipe(to);
}
