import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { startBoard } from '../../board/virtual/board.ts';
import { plainDevices } from './plain-devices.ts';

/** A terminal that stays on and answers nobody. */
const silent = { program: '-e', words: ['setInterval(() => undefined, 1000)'] };

async function board(t: Test, power = true) {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-api-'));
  const plain = plainDevices();
  const started = await startBoard({ dir, port: 0, devices: async () => plain.devices, terminal: silent, power });
  t.teardown(async () => {
    await started.close();
    rmSync(dir, { recursive: true });
  });
  return { ...plain, dir, url: started.url, close: started.close };
}

interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string | object;
}

function ask(url: string, path: string, { method, headers = {}, body }: Asked = {}) {
  const { port } = new URL(url);
  return new Promise<{
    status: number;
    headers: NodeJS.Dict<string | string[]>;
    json: Record<string, unknown>;
    bytes: Buffer;
  }>((resolve, reject) => {
    const json = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const asking = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: { ...json, ...headers },
      },
      async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        const bytes = Buffer.concat(chunks);
        const isJson = response.headers['content-type']?.startsWith('application/json');
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          json: isJson ? JSON.parse(bytes.toString()) : {},
          bytes,
        });
      },
    );
    asking.on('error', reject);
    asking.end(typeof body === 'object' ? JSON.stringify(body) : body);
  });
}

t.test('only this machine under its own names is answered', async (t) => {
  const { url } = await board(t, false);
  const { port } = new URL(url);
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]) {
    t.equal((await ask(url, '/api/state', { headers: { Host: host } })).status, 200, host);
  }
  for (const host of [
    '127.0.0.1',
    `127.0.0.1:${Number(port) + 1}`,
    `evil.example:${port}`,
    `127.0.0.1:${port}.evil.example`,
    `x.localhost:${port}`,
  ]) {
    const { status, json } = await ask(url, '/api/state', { headers: { Host: host } });
    t.equal(status, 403, host);
    t.match(json, { error: 'foreign Host', remedy: String, field: 'Host' });
  }
});

t.test('a page of another origin is refused, a script without an origin is not', async (t) => {
  const { url } = await board(t, false);
  const { port } = new URL(url);
  t.equal((await ask(url, '/api/state', { headers: { Origin: `http://localhost:${port}` } })).status, 200);
  for (const origin of [
    'null',
    `https://127.0.0.1:${port}`,
    'http://127.0.0.1',
    `http://127.0.0.1:${Number(port) + 1}`,
    'http://evil.example',
  ]) {
    t.match(
      await ask(url, '/api/state', { headers: { Origin: origin } }),
      { status: 403, json: { field: 'Origin' } },
      origin,
    );
  }
  t.equal((await ask(url, '/api/state', { headers: { 'Sec-Fetch-Site': 'cross-site' } })).status, 403);
  t.equal((await ask(url, '/api/state', { headers: { 'Sec-Fetch-Site': 'same-origin' } })).status, 200);
  const link = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
  t.equal((await ask(url, '/', { headers: link })).status, 200, 'a link to the page may be followed');
  t.equal((await ask(url, '/', { headers: { ...link, 'Sec-Fetch-Dest': 'iframe' } })).status, 403, 'a frame may not');
});

t.test('a request that is not what the table says is refused by name', async (t) => {
  const { url, noted } = await board(t);
  const cases: [string, Asked, number, object][] = [
    ['/api/press', { body: '{"keys":["1"]' }, 400, { error: 'the body is not JSON' }],
    ['/api/press', { body: '[]' }, 400, { error: 'the body must be a JSON object' }],
    ['/api/press', { body: { keys: ['1', 'ok'] } }, 400, { field: 'keys[1]' }],
    ['/api/press', { body: { keys: [] } }, 400, { field: 'keys' }],
    ['/api/press', { body: { keys: Array(65).fill('1') } }, 400, { field: 'keys' }],
    ['/api/press', { body: {} }, 400, { field: 'keys', error: /missing/ }],
    ['/api/press', { body: { keys: ['1'], hold_ms: 39 } }, 400, { field: 'hold_ms' }],
    ['/api/press', { body: { keys: ['1'], hold_ms: '2000' } }, 400, { field: 'hold_ms' }],
    ['/api/press', { body: { keys: ['1'], pin: 1 } }, 400, { error: 'unknown field "pin"', field: 'pin' }],
    ['/api/press', { body: `{"keys":["${'1'.repeat(70_000)}"]}` }, 413, {}],
    ['/api/press', { body: '{}', headers: { 'Content-Type': 'text/plain' } }, 415, { field: 'Content-Type' }],
    ['/api/press', { body: '{}', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }, 415, {}],
    ['/api/press', {}, 405, { remedy: 'Use POST.' }],
    ['/api/state', { method: 'DELETE' }, 405, { remedy: 'Use GET.' }],
    ['/api/nothing', {}, 404, { error: 'no such call' }],
    ['/api/card', { body: { card: 'nobody', how: 'swipe' } }, 404, { field: 'card' }],
    ['/api/card', { body: { card: 'boc-debit', how: 'throw' } }, 400, { field: 'how' }],
    ['/api/card', { body: { card: 'boc-debit', how: 'insert' } }, 409, { error: 'not fitted yet: no chip reader' }],
    [
      '/api/card',
      { body: { card: 'boc-debit', how: 'tap' } },
      409,
      { error: /not fitted yet/, problem: { kind: 'not-fitted' } },
    ],
    [
      '/api/card',
      { body: { apdu: 'tcp://127.0.0.1:1', atr: '3B', how: 'insert' } },
      409,
      { error: 'not fitted yet: no chip reader' },
    ],
    ['/api/scan', { body: { code: '28123' } }, 409, { error: 'not fitted yet: no scanner' }],
    ['/api/fault', { body: { fault: 'paper-jam', on: true } }, 400, { field: 'fault' }],
    ['/api/fault', { body: { fault: 'paper-out', on: 'yes' } }, 400, { field: 'on' }],
    [
      '/api/fault',
      { body: { fault: 'slow', on: true } },
      503,
      { error: 'the bank does not answer', problem: { kind: 'bank-away' } },
    ],
    ['/api/power', { body: { on: 1 } }, 400, { field: 'on' }],
    ['/api/paper?since=x', {}, 400, {}],
    ['/api/paper/2.png', {}, 404, {}],
    ['/api/paper/..png', {}, 404, {}],
    ['/api/bank/keys', {}, 404, {}],
    ['/api/bank/voice', { body: { card: 'boc-debit', amount: 0 } }, 400, { field: 'amount' }],
    ['/api/bank/voice', { body: { amount: 100 } }, 400, { field: 'card' }],
    ['/api/bank/voice', { body: { card: 'boc-debit', amount: 100 } }, 503, { error: 'the bank does not answer' }],
    ['/api/bank/ruling', { body: { batch: '000001', trace: '000002', money: 'maybe' } }, 400, { field: 'money' }],
    [
      '/api/bank/ruling',
      { body: { batch: '000001', trace: '000002', money: 'charged', person: 'Li' } },
      503,
      { error: 'the bank does not answer' },
    ],
    [
      '/api/bank/ruling',
      { body: { batch: '000001', trace: '000002', money: 'charged', person: '' } },
      400,
      { field: 'person' },
    ],
    ['/api/bank/cut-over', { body: { lasts_s: 601 } }, 400, { field: 'lasts_s' }],
    ['/api/bank/cut-over', { body: {} }, 503, { error: 'the bank does not answer' }],
    ['/api/bank/case', { body: { answer: 'the slip' } }, 400, { field: 'id' }],
    ['/api/bank/case', { body: { id: 1, decide: 'forget' } }, 400, { field: 'decide' }],
    ['/api/bank/case', { body: { id: 1, decide: 'credit', people: ['Li', ''] } }, 400, { field: 'people[1]' }],
    ['/api/bank/case', { body: { id: 1 } }, 503, { error: 'the bank does not answer' }],
    ['/api/bank/batch', { body: { batch: '000009', people: ['Li', 'Wang'] } }, 400, { field: 'reference' }],
    ['/api/bank/batch', { body: { batch: '000009', people: ['Li', 'Wang'], reference: 'letter' } }, 503, {}],
    ['/api/bank/dispute', { body: { batch: '000001', trace: '000002', terminal_amount: -1 } }, 400, {}],
    ['/api/bank/dispute', { body: { batch: '000001', trace: '000002', terminal_amount: 0 } }, 503, {}],
    ['/api/bank/day', {}, 503, {}],
    ['/api/bank/reconciliation.csv', {}, 503, {}],
    ['/api/bank/ledger', {}, 503, { error: 'the bank does not answer' }],
    ['/api/screen', {}, 503, { error: 'the terminal is not up yet' }],
    ['/api/screen?wait=sale.approved&timeout_ms=30', {}, 504, { error: /did not come within 30 ms/ }],
    ['/api/screen?wait=A%00&timeout_ms=30', {}, 400, { field: 'wait' }],
    ['/api/screen?wait=idle&timeout_ms=-1', {}, 400, { field: 'timeout_ms' }],
    ['/api/wire?since=x', {}, 400, { field: 'since' }],
    ['/page-server.ts', {}, 404, {}],
    ['/../board.ts', {}, 404, {}],
    ['/%2e%2e/wallet.json', {}, 404, {}],
  ];
  for (const [path, asked, status, json] of cases) {
    const answered = await ask(url, path, asked);
    t.match(
      answered,
      { status, json: { error: String, remedy: String, ...json } },
      `${path} ${JSON.stringify(asked).slice(0, 60)}`,
    );
  }
  t.same(noted.keys, [], 'no key moved');
});

t.test('a refusal says no digits again that were sent, and nothing that moves a terminal', async (t) => {
  const { url } = await board(t);
  const number = '6222020010011234';
  const wide = [...number].map((digit) => String.fromCharCode(0xff10 + Number(digit))).join('');
  const cases: [string, Asked][] = [
    ['/api/press', { body: { keys: ['123456'] } }],
    ['/api/press', { body: { keys: [...'123456'], hold_ms: [...'123456'] } }],
    ['/api/press', { body: { keys: number } }],
    ['/api/press', { body: { keys: ['1'], [number]: 1 } }],
    ['/api/press', { body: { keys: [wide] } }],
    ['/api/card', { body: { card: number, how: number } }],
    ['/api/card', { body: { card: 'boc-debit', how: '6222 0200 1001 1234' } }],
    ['/api/fault', { body: { fault: `6222.0200.1001.1234\u009b2J`, on: true } }],
    ['/api/bank/case', { body: { id: number } }],
    [`/api/screen?wait=${number}&timeout_ms=30`, {}],
  ];
  for (const [path, asked] of cases) {
    const { status, bytes } = await ask(url, path, asked);
    t.ok(status >= 400 && status < 500, path);
    const plain = bytes
      .toString()
      .normalize('NFKC')
      .replaceAll(/[^\p{L}\p{N}]/gu, '');
    t.notMatch(plain.replace('64kB', ''), /1234|6222/, bytes.toString());
    t.notMatch(bytes.toString(), /[\u0080-\u009f]/);
  }
});

t.test('whoever turns the plug while another does comes after them', async (t) => {
  const { url, noted } = await board(t);
  const turn = (on: boolean) => ask(url, '/api/power', { body: { on } });
  const both = await Promise.all([turn(false), turn(true)]);
  t.same(
    both.map(({ json }) => json),
    [{ power: 'off' }, { power: 'on' }],
  );
  t.match((await ask(url, '/api/state')).json, { power: 'on' });
  t.same(noted.power, [true, false, true]);
});

t.test('keys go down for 40 ms and up for 40 ms, whoever asks at the same time', async (t) => {
  const { url, noted } = await board(t);
  const both = [
    ask(url, '/api/press', { body: { keys: ['1', 'enter'] } }),
    ask(url, '/api/press', { body: { keys: ['menu'], hold_ms: 100 } }),
  ];
  for (const { status } of await Promise.all(both)) t.equal(status, 200);
  t.same(
    noted.keys.map(({ key, down }) => `${key}${down ? '↓' : '↑'}`),
    ['1↓', '1↑', 'enter↓', 'enter↑', 'menu↓', 'menu↑'],
  );
  const spans = noted.keys.slice(1).map(({ at_ms }, place) => at_ms - (noted.keys[place]?.at_ms ?? 0));
  for (const span of spans) t.ok(span >= 38, `${span.toFixed(1)} ms`);
  t.ok((spans.at(-1) ?? 0) >= 98, 'a held key is held');
});

t.test('the plug takes the process and its devices at once, and the state says so', async (t) => {
  const { url, noted } = await board(t);
  t.match((await ask(url, '/api/state')).json, { power: 'on', ready: false, flow: 'starting' });
  t.equal((await ask(url, '/api/power', { body: { on: false } })).status, 200);
  t.same((await ask(url, '/api/state')).json, { power: 'off' });
  t.match(await ask(url, '/api/press', { body: { keys: ['1'] } }), {
    status: 409,
    json: { error: 'the terminal is off', problem: { kind: 'no-power' } },
  });
  t.match(await ask(url, '/api/card', { body: { card: 'boc-debit', how: 'swipe' } }), { status: 409 });
  t.equal((await ask(url, '/api/power', { body: { on: true } })).status, 200);
  t.same(noted.power, [true, false, true]);
  t.equal((await ask(url, '/api/card', { body: { card: 'boc-debit', how: 'swipe' } })).status, 200);
  t.equal(noted.swipes[0]?.track2, '6222020010011234=30121201020000000123');
});

t.test('pictures are PNGs, and the wallet shows its PINs but no whole account number', async (t) => {
  const { url, draw, noted } = await board(t);
  draw(1, 0, 10, 20, 30);
  for (const path of ['/api/screen.png', '/api/display.png', '/api/paper/1.png']) {
    const { status, headers, bytes } = await ask(url, path);
    t.match(
      { status, type: headers['content-type'], magic: bytes.subarray(0, 4).toString('hex') },
      { status: 200, type: 'image/png', magic: '89504e47' },
      path,
    );
  }
  const { bytes } = await ask(url, '/api/cards');
  t.match(JSON.parse(bytes.toString())[0], {
    id: 'boc-debit',
    name: '中国银行 借记卡',
    pan: '622202******1234',
    pin: '123456',
    ways: ['swipe'],
  });
  t.notMatch(bytes.toString(), /\d{12}/);
  t.ok(noted.watching > 0);
});

t.test('a closed board watches nothing any more', async (t) => {
  const { close, noted } = await board(t);
  await close();
  t.equal(noted.watching, 0);
});
