import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openBankLink } from '../../board/virtual/bank-link.ts';
import { openLines } from '../../board/virtual/lines.ts';
import { WireLog } from '../../board/virtual/wire-log.ts';

/** A host that keeps its sockets, and the board's lines to it. */
async function lines(t: Test) {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-relay-'));
  const sockets: Socket[] = [];
  const host = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
  });
  host.listen(0, '127.0.0.1');
  await once(host, 'listening');
  const address = `tcp://127.0.0.1:${(host.address() as AddressInfo).port}`;
  const published = join(dir, 'bank.json');
  writeFileSync(published, JSON.stringify({ primary: address, backup: address, 'key-centre': address }));
  const log = new WireLog();
  const opened = await openLines(join(dir, 'lines.json'), openBankLink(published), log);
  t.teardown(async () => {
    await opened.close();
    for (const socket of sockets) socket.destroy();
    host.close();
    rmSync(dir, { recursive: true });
  });
  const portOf = (line: string) =>
    Number(new URL(JSON.parse(readFileSync(join(dir, 'lines.json'), 'utf8'))[line]).port);
  return { opened, log, sockets, host, portOf, published };
}

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 2000;
  while (!holds() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** The codes with which the sockets end. */
function ends(...sockets: (Socket | undefined)[]): Promise<unknown[]> {
  return Promise.all(
    sockets.map(
      (socket) => new Promise((resolve) => socket?.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))),
    ),
  );
}

/** Length, TPDU, header, MTI 0200, a bitmap of 2 3 4 11 64, and bytes that nobody may see. */
const message = Buffer.from(
  `0020${'6000030000'}${'603100310000'}0200${'7020000000000001'}${'62220200100112341234'}0`.padEnd(68, '0'),
  'hex',
);

t.test('bytes pass unchanged both ways, and the log knows the outside of a message alone', async (t) => {
  const { log, sockets, portOf } = await lines(t);
  const near = await dial(portOf('primary'));
  await until(() => sockets.length === 1);
  for (const byte of message) near.write(Uint8Array.of(byte));
  const [far] = sockets;
  t.ok(far);
  const arrived: Buffer[] = [];
  far?.on('data', (chunk: Buffer) => arrived.push(chunk));
  await until(() => Buffer.concat(arrived).length === message.length);
  t.same(Buffer.concat(arrived), message);
  far?.write(message);
  const [back] = await once(near, 'data');
  t.same(back, message);
  await until(() => log.since(0).some((row) => row.direction === 'in'));
  t.match(
    log.since(0).filter((row) => row.mti !== undefined),
    [
      { wire: 'primary', direction: 'out', bytes: 32, mti: '0200', fields: [2, 3, 4, 11, 64] },
      { wire: 'primary', direction: 'in', bytes: 32, mti: '0200' },
    ],
  );
  t.notMatch(JSON.stringify(log.since(0)), /6222|0011234/);
  near.end();
  await once(far as Socket, 'end');
  t.notOk(near.destroyed, 'one half closes, the other still carries');
  far?.end();
  await once(near, 'close');
});

t.test('a line that goes down cuts what it carries in both directions and refuses what is new', async (t) => {
  const { opened, log, sockets, portOf } = await lines(t);
  const port = portOf('primary');
  const near = await dial(port);
  const other = await dial(portOf('backup'));
  await until(() => sockets.length === 2);
  const [far] = sockets;
  const reset = ends(near, far);
  await opened.setDown('primary', true);
  t.same(await reset, ['ECONNRESET', 'ECONNRESET']);
  t.notOk(other.destroyed, 'the other line still stands');
  const refused = connect(port, '127.0.0.1');
  const [error] = await once(refused, 'error');
  t.equal((error as NodeJS.ErrnoException).code, 'ECONNREFUSED', 'refused before the first byte');
  t.ok(opened.isDown('primary'));
  t.ok(log.since(0).some((row) => row.event === 'cut'));
  await opened.setDown('primary', false);
  (await dial(portOf('primary'))).destroy();
  other.destroy();
});

t.test('a host that cuts is a cut at the terminal, a host that is away refuses', async (t) => {
  const { sockets, portOf, published, host, log } = await lines(t);
  const near = await dial(portOf('backup'));
  await until(() => sockets.length === 1);
  const cut = ends(near);
  sockets[0]?.resetAndDestroy();
  t.same(await cut, ['ECONNRESET']);
  writeFileSync(published, '{}');
  t.same(await ends(connect(portOf('backup'), '127.0.0.1')), ['ECONNRESET']);
  await until(() => log.since(0).some((row) => row.event === 'unreachable'));
  t.ok(log.since(0).some((row) => row.event === 'unreachable'));
  t.equal(host.listening, true);
});

t.test('a line broken and mended quickly ends as it was last asked', async (t) => {
  const { opened, portOf } = await lines(t);
  const asked = [true, false, true, false, true].map((down) => opened.setDown('backup', down));
  await Promise.all(asked);
  t.ok(opened.isDown('backup'));
  await opened.setDown('backup', false);
  (await dial(portOf('backup'))).destroy();
});
