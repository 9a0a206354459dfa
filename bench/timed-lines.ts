import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Relays for the terminal's lines to the bank, which note the time at which bytes pass. */
export interface TimedLines {
  /** When, since `forget`, the first byte left the terminal and the last byte came for it; 0 where none did. */
  readonly firstOut: number;
  readonly lastIn: number;
  forget(): void;
  close(): Promise<void>;
}

/** Opens a relay for each address that the bank has published and writes their addresses to `file` for the terminal. */
export async function openTimedLines(file: string, published: string): Promise<TimedLines> {
  let firstOut = 0;
  let lastIn = 0;
  const passed = (direction: 'out' | 'in') => {
    const now = performance.now();
    if (direction === 'in') lastIn = now;
    else if (firstOut === 0) firstOut = now;
  };
  const doors: Record<string, string> = JSON.parse(readFileSync(published, 'utf8'));
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const addresses: Record<string, string> = {};
  for (const name of ['primary', 'backup', 'key-centre']) {
    const { hostname, port } = new URL(doors[name] ?? '');
    const server = createServer({ noDelay: true }, (near) => {
      const far = connect({ host: hostname, port: Number(port), noDelay: true });
      near.on('data', () => passed('out'));
      far.on('data', () => passed('in'));
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(from);
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => sockets.delete(from));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    addresses[name] = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  writeFileSync(file, JSON.stringify(addresses));
  return {
    get firstOut() {
      return firstOut;
    },
    get lastIn() {
      return lastIn;
    },
    forget() {
      firstOut = 0;
      lastIn = 0;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
