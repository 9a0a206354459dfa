import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { openBankLink } from '../../board/virtual/bank-link.ts';
import { askLine } from '../../board/virtual/json-lines.ts';

/** A local socket that answers each question so. */
async function served(t: Test, answer: (socket: Socket) => void): Promise<{ dir: string; path: string }> {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-lines-'));
  const path = join(dir, 'control.sock');
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => answer(socket));
  });
  server.listen(path);
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    rmSync(dir, { recursive: true });
  });
  return { dir, path };
}

t.test('an answer comes together from its pieces, however long they are in coming', async (t) => {
  const { path } = await served(t, async (socket) => {
    for (const piece of ['{"rows":', '["a', '柜台"', ']}', '\n{"rest":1']) {
      socket.write(piece);
      await sleep(60);
    }
  });
  t.same(await askLine(path, {}, { timeout_ms: 150 }), { rows: ['a柜台'] });
});

t.test('what nobody reads to its end, and what never comes, have each their name', async (t) => {
  const long = await served(t, (socket) => void socket.write('x'.repeat(2000)));
  await t.rejects(askLine(long.path, {}, { timeout_ms: 1000, most: 1000 }), { name: 'NoAnswer', why: 'long' });
  const late = await served(t, () => undefined);
  await t.rejects(askLine(late.path, {}, { timeout_ms: 20 }), { name: 'NoAnswer', why: 'late' });
  const garbled = await served(t, (socket) => void socket.write('no\n'));
  await t.rejects(askLine(garbled.path, {}, { timeout_ms: 1000 }), { name: 'NoAnswer', why: 'garbled' });
});

t.test('of an answer that is too long the bank is not said to be away', async (t) => {
  const { dir } = await served(t, (socket) => void socket.write(Buffer.alloc(81_000_000, 'x')));
  const published = join(dir, 'bank.json');
  writeFileSync(published, JSON.stringify({ control: 'control.sock' }));
  await t.rejects(openBankLink(published).book('cases', 100_000), {
    ...{ status: 502, message: 'the answer is too long', remedy: 'Ask with a smaller limit.' },
  });
});

t.test('an answer as long as it may be is read', async (t) => {
  const row = JSON.stringify({ trace: '000001', more: 'x'.repeat(580) });
  const { dir } = await served(
    t,
    (socket) => void socket.write(`{"transactions":[${`${row},`.repeat(99_999)}${row}]}\n`),
  );
  const published = join(dir, 'bank.json');
  writeFileSync(published, JSON.stringify({ control: 'control.sock' }));
  t.equal(((await openBankLink(published).book('transactions', 100_000)) as unknown[]).length, 100_000);
});
