import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { Level } from '../../board/buses.ts';
import { socketBoard } from '../../board/socket.ts';
import { channels, frame, frameReader, ops } from '../../board/wire-frames.ts';
import { rawTerminal, wiresBench } from '../wires-bench.ts';

const pin = (line: number) => ({ chip: 'virtual', line });
const hello = frame(channels.board, ops.board.hello, [0, 1]);

t.test('levels cross the socket in the order of the calls, and edges come by themselves', async (t) => {
  await using bench = await wiresBench();
  const board = await socketBoard(bench.dir);
  const rows = await board.lines.outputs([pin(0), pin(1), pin(2), pin(3)], 0, 'open-drain');
  const columns = await board.lines.inputs([pin(4), pin(5), pin(6), pin(7)]);
  const edges: [number, Level][] = [];
  const unwatch = columns.watch((place, level) => edges.push([place, level]));
  t.same(await columns.read(), [1, 1, 1, 1]);
  bench.keys.press('5');
  t.same(await columns.read(), [1, 0, 1, 1]);
  t.same(edges, [[1, 0]]);
  rows.write([1, 0, 1, 1]);
  const second = columns.read();
  rows.write([0, 1, 1, 1]);
  const first = columns.read();
  t.same(await Promise.all([second, first]), [
    [1, 0, 1, 1],
    [1, 1, 1, 1],
  ]);
  unwatch();
  bench.keys.release('5');
  await columns.read();
  t.same(edges, [
    [1, 0],
    [1, 1],
  ]);
  t.notOk(
    bench.events.some((event) => event.wire === 'lines'),
    'which key it was is in no log',
  );
  await board.close();
});

t.test('I²C answers, and an absent chip does not acknowledge', async (t) => {
  await using bench = await wiresBench();
  const board = await socketBoard(bench.dir);
  const bus = await board.i2c(1);
  await bus.write(0x3c, Uint8Array.of(0x00, 0x81, 0x55));
  t.equal(bench.chip.contrast, 0x55);
  t.same([...(await bus.read(0x3c, 1))], [0x43]);
  await t.rejects(bus.write(0x3d, Uint8Array.of(0)), { message: /no acknowledge from 0x3d/ });
  await t.rejects((await board.i2c(0)).read(0x3c, 1), { message: /I²C bus 0/ });
  await board.close();
});

t.test('pixels arrive where they belong, and a wrong rectangle is no pixel', async (t) => {
  await using bench = await wiresBench();
  const board = await socketBoard(bench.dir);
  const panel = await board.framebuffer();
  t.same([panel.width, panel.height], [48, 32]);
  const shadow = Uint8Array.from({ length: 48 * 32 * 4 }, (_, n) => n % 251);
  const seen: number[][] = [];
  const arrived = Promise.withResolvers<void>();
  bench.panel.watch((rectangles) => {
    seen.push([...rectangles]);
    if (seen.length === 2) arrived.resolve();
  });
  panel.present(shadow, Int32Array.of(3, 4, 10, 9, 47, 31, 47, 31));
  await arrived.promise;
  t.same(seen, [
    [3, 4, 10, 9],
    [47, 31, 47, 31],
  ]);
  for (const [x, y, shown] of [
    [3, 4, true],
    [10, 9, true],
    [11, 9, false],
    [2, 4, false],
    [47, 31, true],
  ] as const) {
    const at = (y * 48 + x) * 4;
    const expected = shown ? [...shadow.subarray(at, at + 4)] : [0, 0, 0, 0];
    t.same([...bench.panel.pixels.subarray(at, at + 4)], expected, `${x},${y}`);
  }
  await board.close();
});

t.test('sound arrives with its length', async (t) => {
  await using bench = await wiresBench();
  const board = await socketBoard(bench.dir);
  const speaker = await board.speaker();
  await speaker.play(new Int16Array(8_000), 16_000);
  const buzzer = await board.lines.outputs([pin(8)], 0);
  await buzzer.write([1]);
  await sleep(30);
  await buzzer.write([0]);
  await speaker.play(new Int16Array(1_600), 16_000);
  const [voice, beep, last] = bench.heard.list();
  t.match(voice, { n: 1, sound: 'voice', duration_ms: 500 });
  t.match(beep, { n: 2, sound: 'beep' });
  t.ok((beep?.duration_ms ?? 0) >= 25);
  t.equal(last?.duration_ms, 100);
  await board.close();
});

t.test('the devices have power before the terminal goes on, and lose it with the terminal', async (t) => {
  await using bench = await wiresBench();
  const board = await socketBoard(bench.dir);
  t.same(bench.power, [true]);
  (await board.framebuffer()).present(new Uint8Array(48 * 32 * 4).fill(255), Int32Array.of(0, 0, 47, 31));
  await (await board.i2c(1)).write(0x3c, Uint8Array.of(0, 0xe3));
  t.equal(bench.panel.pixels[0], 255);
  await board.close();
  await board.closed;
  await sleep(20);
  t.same(bench.power, [true, false]);
  t.equal(bench.panel.pixels[0], 0, 'the panel is black');
  t.equal(bench.chip.read(1), null, 'the chip is silent');
  const again = await socketBoard(bench.dir);
  t.same(bench.power, [true, false, true]);
  await again.close();
});

t.test('a board that ends is told to the terminal, and ends its waits by name', async (t) => {
  const bench = await wiresBench();
  const board = await socketBoard(bench.dir);
  const columns = await board.lines.inputs([pin(4)]);
  const asked = columns.read();
  await bench[Symbol.asyncDispose]();
  await t.rejects(asked, { message: /wires\.sock: the virtual board has ended; start the virtual board again/ });
  await board.closed;
  await t.rejects(columns.read(), { message: /virtual board has ended/ });
});

t.test('a second terminal is refused while the first one works on', async (t) => {
  await using bench = await wiresBench();
  const board = await socketBoard(bench.dir);
  await t.rejects(socketBoard(bench.dir), { message: /another terminal is connected/ });
  t.same([...(await (await board.i2c(1)).read(0x3c, 1))], [0x43]);
  t.same(bench.power, [true]);
  await board.close();
});

t.test('nobody there is said with the path and the remedy', async (t) => {
  await t.rejects(socketBoard('/nonexistent'), {
    message: '/nonexistent/board/wires.sock: no virtual board listens there; start it first (make run)',
  });
});

t.test('what no terminal sends is refused by name', async (t) => {
  const cases: readonly [what: string, bytes: Buffer, why: RegExp][] = [
    ['another version', frame(channels.board, ops.board.hello, [0, 9]), /version 9/],
    ['a frame before hello', frame(channels.lines, ops.lines.read, [4]), /before hello/],
    ['an unknown op', Buffer.concat([hello, frame(9, 9)]), /no such frame: channel 9, op 9/],
    [
      'a line that is not claimed',
      Buffer.concat([hello, frame(channels.lines, ops.lines.write, [0, 1])]),
      /line 0 is not claimed/,
    ],
    [
      'a line claimed twice',
      Buffer.concat([hello, frame(channels.lines, ops.lines.inputs, [4, 4])]),
      /line 4 is claimed twice/,
    ],
    ['a frame of 1 byte', Buffer.concat([hello, Buffer.from([0, 0, 0, 1, 0])]), /a frame of 1 bytes/],
    ['a frame of 4 GB', Buffer.from([0xff, 0xff, 0xff, 0xff]), /4294967295 bytes/],
    [
      'pixels beside the panel',
      Buffer.concat([
        hello,
        frame(channels.panel, ops.panel.rectangle, [0, 47, 0, 0, 0, 2, 0, 1, ...new Array(8).fill(0)]),
      ]),
      /2×1 at 47,0/,
    ],
    [
      'pixels that are missing',
      Buffer.concat([hello, frame(channels.panel, ops.panel.rectangle, [0, 0, 0, 0, 0, 2, 0, 1, 0])]),
      /1 bytes of pixels/,
    ],
    ['half a header', Buffer.concat([hello, frame(channels.i2c, ops.i2c.read, [1])]), /channel 2, op 2/],
    ['no sound that exists', Buffer.concat([hello, frame(channels.speaker, ops.speaker.play, [0, 0, 0, 0])]), /0 Hz/],
  ];
  await using bench = await wiresBench();
  for (const [what, bytes, why] of cases) {
    const answers = await rawTerminal(bench.path, bytes);
    t.match(answers.at(-1), { channel: channels.board, op: ops.board.refused, text: why }, what);
    t.match(bench.refused.at(-1), why);
  }
  const board = await socketBoard(bench.dir);
  t.ok(board, 'and a good one is served after all of them');
  await board.close();
});

t.test('a board that reads slowly gets fewer rectangles, and in the end the newest pixels', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-slow-'));
  mkdirSync(join(dir, 'board'));
  const [width, height] = [480, 320];
  const glass = Buffer.alloc(width * height * 4);
  const far = Promise.withResolvers<Socket>();
  let rectangles = 0;
  const server = createServer((socket) => {
    const read = frameReader((channel, op, payload) => {
      if (channel === channels.board) socket.write(frame(channel, op));
      else if (op === ops.panel.size)
        socket.write(frame(channel, op, [width >> 8, width & 255, height >> 8, height & 255]));
      else {
        rectangles += 1;
        const [x, y, columns, rows] = [0, 2, 4, 6].map((at) => payload.readUInt16BE(at)) as [
          number,
          number,
          number,
          number,
        ];
        for (let row = 0; row < rows; row++) {
          glass.set(payload.subarray(8 + row * columns * 4, 8 + (row + 1) * columns * 4), ((y + row) * width + x) * 4);
        }
      }
    });
    socket.on('data', (chunk: Buffer) => read(chunk));
    far.resolve(socket);
  });
  await new Promise<void>((resolve) => server.listen(join(dir, 'board', 'wires.sock'), resolve));
  const board = await socketBoard(dir);
  const panel = await board.framebuffer();
  const slow = await far.promise;
  slow.pause();
  const shadow = new Uint8Array(glass.length);
  for (let picture = 1; picture <= 40; picture++) {
    shadow.fill(picture);
    panel.present(shadow, Int32Array.of(0, 0, width - 1, height - 1));
    if (picture % 10 === 0) await sleep(5);
  }
  slow.resume();
  for (let tries = 0; tries < 100 && !glass.equals(shadow); tries++) await sleep(10);
  t.ok(glass.equals(shadow), 'the glass shows the last picture');
  t.ok(rectangles < 20, `${rectangles} rectangles for 40 pictures`);
  await board.close();
  await new Promise((resolve) => server.close(resolve));
  rmSync(dir, { recursive: true });
});

t.test('a board that answers nonsense ends the connection by name', async (t) => {
  for (const [what, bytes, why] of [
    ['a length that no frame has', Buffer.from([0xff, 0, 0, 0]), /garbled/],
    ['an answer that was not asked for', frame(channels.i2c, ops.i2c.read, [1]), /not asked for: channel 2, op 2/],
  ] as const) {
    const dir = mkdtempSync(join(tmpdir(), 'guitai-nonsense-'));
    mkdirSync(join(dir, 'board'));
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => socket.write(Buffer.concat([frame(channels.board, ops.board.hello), bytes])));
    });
    await new Promise<void>((resolve) => server.listen(join(dir, 'board', 'wires.sock'), resolve));
    const board = await socketBoard(dir);
    await board.closed;
    await t.rejects((await board.i2c(1)).read(0x3c, 1), { message: why }, what);
    await new Promise((resolve) => server.close(resolve));
    rmSync(dir, { recursive: true });
  }
});
