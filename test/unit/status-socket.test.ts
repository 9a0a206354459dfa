import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { type StatusFacts, serveStatus } from '../../src/status/status.ts';
import { Fault } from '../../src/values/problem.ts';

function bench() {
  const watchers = new Set<() => void>();
  const seen = { screen: 'idle', texts: ['idle'] };
  const facts: StatusFacts = {
    state: () => ({ ready: true }),
    screen: () => seen,
    journal: () => [],
    checkup: () => [],
    wire: () => [],
    records: () => [],
    follow: () => () => undefined,
    watch(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
  };
  const show = (screen: string) => {
    seen.screen = screen;
    for (const changed of watchers) changed();
  };
  return { facts, show, watchers };
}

interface Tap {
  teardown(after: () => unknown): unknown;
}

async function served(t: Tap, facts: StatusFacts) {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-status-'));
  const path = join(folder, 'status.sock');
  const server = await serveStatus(path, facts);
  t.teardown(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  return async (): Promise<Socket> => {
    const socket = connect(path);
    t.teardown(() => socket.destroy());
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
}

t.test('a socket that cannot be made is told, and ends nothing', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-status-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const told = t.capture(console, 'error');
  for (const path of [join(folder, 'nowhere', 'status.sock'), folder]) {
    const server = await serveStatus(path, bench().facts);
    await server.close();
  }
  t.match(
    told().map(({ args }) => JSON.parse(String(args[0])).status),
    [
      { file: /nowhere/, why: /^listen E/ },
      { file: folder, why: /EISDIR/ },
    ],
  );
});

t.test('a row that cannot be read is said to who asks, and the next question is answered', async (t) => {
  const { facts } = bench();
  const journal = () => {
    throw new Fault({ kind: 'disk-broken', file: 'journal.db', why: 'disk I/O error' });
  };
  const socket = await (await served(t, { ...facts, journal }))();
  socket.setEncoding('utf8');
  let heard = '';
  socket.on('data', (chunk: string) => {
    heard += chunk;
  });
  socket.write('{"ask":"journal"}\n{"ask":"state"}\n');
  while (heard.split('\n').length < 3) await once(socket, 'data');
  const answers = heard.trim().split('\n');
  // One that fails is told a turn later.
  t.same(
    answers.map((line) => JSON.parse(line)).filter(({ error }) => error !== undefined),
    [{ error: 'disk-broken', remedy: 'ask again' }],
  );
  t.ok(answers.includes('{"ready":true}'));
});

t.test('a client too many that is gone before it hears so takes nothing with it', async (t) => {
  const open = await served(t, bench().facts);
  for (let client = 0; client < 16; client++) await open();
  for (let client = 0; client < 20; client++) {
    const socket = await open();
    socket.write('{"ask":"state"}\n'.repeat(100));
    socket.destroy();
  }
  await sleep(100);
  t.pass('the server stands');
});

t.test('a line that never ends is cut off, not gathered', async (t) => {
  const open = await served(t, bench().facts);
  const socket = await open();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const chunk = 'x'.repeat(64 * 1024);
  let sent = 0;
  while (!socket.destroyed && sent < 64 << 20) {
    socket.write(chunk);
    sent += chunk.length;
    if (socket.writableLength > 1 << 20) await Promise.race([closed, sleep(50)]);
    if (socket.writableLength > 8 << 20) break;
  }
  await Promise.race([closed, sleep(2000, undefined, { ref: false })]);
  t.ok(socket.destroyed, 'the client is hung up on');
});

t.test('a client is watched for once, however often it asks', async (t) => {
  const { facts, watchers } = bench();
  const open = await served(t, facts);
  const socket = await open();
  socket.write('{"ask":"watch"}\n'.repeat(1000));
  await sleep(100);
  t.equal(watchers.size, 1);
});

t.test('a watcher that does not read is hung up on before its news fill the memory', async (t) => {
  const { facts, show, watchers } = bench();
  const open = await served(t, { ...facts, state: () => ({ filler: 'x'.repeat(10_000) }) });
  const socket = await open();
  socket.pause();
  socket.write('{"ask":"watch"}\n');
  await sleep(50);
  for (let turn = 0; turn < 2000; turn++) show(`screen-${turn}`);
  await sleep(50);
  t.equal(watchers.size, 0);
});
