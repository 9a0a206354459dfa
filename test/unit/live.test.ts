import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import { startBoard } from '../../board/virtual/board.ts';
import { plainDevices } from './plain-devices.ts';

const silent = { program: '-e', words: ['setInterval(() => undefined, 1000)'] };

async function board(t: Test) {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-live-'));
  const plain = plainDevices();
  const started = await startBoard({ dir, port: 0, devices: async () => plain.devices, terminal: silent, power: true });
  t.teardown(async () => {
    await started.close();
    rmSync(dir, { recursive: true });
  });
  const index = await (await fetch(started.url)).text();
  const token = /name="token" content="([^"]+)"/.exec(index)?.[1] ?? '';
  return { ...plain, url: started.url, live: `${started.url.replace('http', 'ws')}/live`, token };
}

type Message = Record<string, unknown>;

/** An open page: its messages, and the next of a kind. */
async function page(t: Test, { live, url, token }: { live: string; url: string; token: string }) {
  const socket = new WebSocket(`${live}?token=${token}`, { origin: url });
  t.teardown(() => socket.terminate());
  const messages: Message[] = [];
  const pictures: Buffer[] = [];
  socket.on('message', (data, binary) => {
    if (binary) pictures.push(data as Buffer);
    else messages.push(JSON.parse(String(data)));
  });
  await once(socket, 'open');
  const next = async (what: string, holds: (message: Message) => boolean = () => true): Promise<Message> => {
    for (let look = 0; look < 400; look++) {
      const found = messages.find((message) => message.what === what && holds(message));
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`no ${what} among ${JSON.stringify(messages).slice(0, 400)}`);
  };
  return { socket, messages, pictures, next };
}

function refusal(live: string, options: { origin?: string; host?: string }): Promise<number> {
  return new Promise((resolve) => {
    const headers = options.host === undefined ? {} : { Host: options.host };
    const socket = new WebSocket(live, {
      ...(options.origin === undefined ? {} : { origin: options.origin }),
      headers,
    });
    socket.on('unexpected-response', (request, response) => {
      request.destroy();
      resolve(response.statusCode ?? 0);
    });
    socket.on('error', () => resolve(-1));
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
  });
}

t.test('only a page of the board itself, with its token, gets the live socket', async (t) => {
  const { live, url, token } = await board(t);
  t.equal(await refusal(`${live}?token=${token}`, { origin: url }), 101);
  t.equal(await refusal(`${live}?token=${token}`, {}), 403, 'no origin');
  t.equal(await refusal(`${live}?token=${token}`, { origin: 'http://evil.example' }), 403);
  t.equal(await refusal(`${live}?token=${token}`, { origin: url, host: 'evil.example' }), 403);
  t.equal(await refusal(live, { origin: url }), 403, 'no token');
  t.equal(await refusal(`${live}?token=${token.slice(1)}x`, { origin: url }), 403, 'wrong token');
  t.equal(await refusal(live.replace('/live', '/other'), { origin: url }), 404);
});

t.test('a page is told everything at once, then what changes; a second one sees the same', async (t) => {
  const opened = await board(t);
  const one = await page(t, opened);
  const whole = await one.next('whole');
  t.match(whole, {
    panel: { width: 4, height: 2 },
    state: { power: 'on' },
    display: { rows: ['欢迎光临'] },
    slips: [{ n: 1 }],
  });
  t.equal(Buffer.from(String((whole.display as Message).bits), 'base64')[0], 0x80);
  opened.draw(3, 1, 1, 2, 3);
  for (let look = 0; look < 100 && one.pictures.length < 2; look++)
    await new Promise((resolve) => setTimeout(resolve, 5));
  t.equal(one.pictures[0]?.length, 10 + 4 * 2 * 4, 'the whole panel');
  t.equal(one.pictures[1]?.toString('hex'), '0100' + '0003' + '0001' + '0001' + '0001' + '01020300', 'one pixel');
  const two = await page(t, opened);
  await two.next('whole');
  one.socket.send(JSON.stringify({ id: 1, do: 'fault', fault: 'cover-open', on: true }));
  t.match(await one.next('answer'), { id: 1, ok: true });
  const isOpen = ({ faults }: Message) =>
    (faults as Message[]).some(({ fault, on }) => fault === 'cover-open' && on === true);
  t.ok(await two.next('faults', isOpen));
  t.same(opened.noted.faults, [['cover-open', true]]);
});

t.test(
  'the live socket takes the same actions with the same refusals, and lets go of keys when a page goes',
  async (t) => {
    const opened = await board(t);
    const { socket, next } = await page(t, opened);
    const say = (message: object | string) =>
      socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    say({ id: 1, do: 'press', keys: ['1', 'ok'] });
    t.match(await next('answer', ({ id }) => id === 1), { ok: false, field: 'keys[1]', error: String, remedy: String });
    say({ id: 2, do: 'launch' });
    t.match(await next('answer', ({ id }) => id === 2), {
      ...{ ok: false, field: 'do', remedy: /\bkey\b.*\bpress\b.*\bbank\/voice\b.*\bbank\/ruling\b.*\breplay\b/ },
    });
    say('not JSON');
    t.match(await next('answer', ({ id }) => id === null), { ok: false });
    say({ id: 3, do: 'card', card: 'boc-debit', how: 'tap' });
    t.match(await next('answer', ({ id }) => id === 3), { ok: false, error: 'not fitted yet: no contactless reader' });
    say({ id: 4, do: 'power', on: true });
    t.match(await next('answer', ({ id }) => id === 4), { ok: true, power: 'on' }, 'and what the call answers');
    say({ do: 'key', key: 'menu', down: true });
    await next('key', ({ key, down }) => key === 'menu' && down === true);
    socket.close();
    for (let look = 0; look < 200 && opened.noted.keys.length < 2; look++)
      await new Promise((resolve) => setTimeout(resolve, 5));
    t.match(opened.noted.keys, [
      { key: 'menu', down: true },
      { key: 'menu', down: false },
    ]);
  },
);

t.test('a page that does not read loses pieces, not the board its memory, and then gets the whole again', async (t) => {
  const opened = await board(t);
  const { socket, messages, next } = await page(t, opened);
  await next('whole');
  socket.pause();
  // Names of 60 kB: more than a socket's buffers take, many times over.
  const before = process.memoryUsage().rss;
  for (let n = 0; n < 3000; n++)
    opened.hear({ n, at: new Date().toISOString(), sound: 'beep', duration_ms: 1, padding: 'x'.repeat(60_000) });
  t.ok(process.memoryUsage().rss - before < 150_000_000, 'what waits is bounded');
  messages.length = 0;
  socket.send(JSON.stringify({ id: 7, do: 'fault', fault: 'cover-open', on: true }));
  for (let look = 0; look < 400 && opened.noted.faults.length === 0; look++)
    await new Promise((resolve) => setTimeout(resolve, 5));
  socket.resume();
  await next('whole');
  t.match(await next('answer'), { id: 7, ok: true }, 'what it waits for is no piece');
  t.ok(messages.filter(({ what }) => what === 'sound').length < 500, 'pieces were left out');
});

t.test('no request for the WebSocket ends the board, however odd it is and however soon it is gone', async (t) => {
  const { url } = await board(t);
  const { host, port } = new URL(url);
  for (const [target, as] of [
    ['//', host],
    ['http://[', host],
    ['/live', 'evil.example'],
  ]) {
    for (let time = 0; time < 5; time++) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(
        `GET ${target} HTTP/1.1\r\nHost: ${as}\r\nOrigin: ${url}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      );
      if (time % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      socket.write('x'.repeat(100_000));
      socket.resetAndDestroy();
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.equal((await fetch(`${url}/api/sounds`)).status, 200);
});
