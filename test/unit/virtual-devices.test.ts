import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { BoardDescription } from '../../board/buses.ts';
import { socketBoard } from '../../board/socket.ts';
import { virtualDevices } from '../../board/virtual/devices.ts';
import type { Crossing } from '../../board/virtual/far-ends.ts';
import { customerDisplay } from '../../src/customer/display.ts';
import { readGlyphs } from '../../src/customer/glyphs.ts';
import { keypad } from '../../src/operator/keypad.ts';
import { systemClock } from '../../src/values/clock.ts';
import { font } from '../display-bench.ts';

const description = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../firmware-config/boards/virtual.json'), 'utf8'),
) as BoardDescription;

/** All far ends, and a terminal's drivers on a board of their own socket. */
async function bench() {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-devices-'));
  mkdirSync(join(dir, 'board'));
  const devices = await virtualDevices({ dir, description });
  const crossings: Crossing[] = [];
  devices.watchWires((crossing) => crossings.push(crossing));
  const board = await socketBoard(dir);
  const pad = await keypad(board.lines, description.keypad, systemClock);
  const display = customerDisplay(await board.i2c(1), description.display.address, readGlyphs(font), systemClock);
  await display.start();
  return {
    dir,
    devices,
    crossings,
    board,
    pad,
    display,
    async [Symbol.asyncDispose]() {
      await pad.close();
      await display.close();
      await board.close();
      await devices.close();
      rmSync(dir, { recursive: true });
    },
  };
}

t.test('keys with real bounce, the display and its faults, through the real socket', async (t) => {
  await using on = await bench();
  t.equal(await on.pad.check(), null);
  for (const key of ['1', '2', '8', 'enter'] as const) {
    on.devices.key(key, true);
    t.match(await on.pad.next(), { key, held: false });
    await systemClock.sleep(40);
    on.devices.key(key, false);
    await systemClock.sleep(40);
  }
  await on.display.show(['应付', '¥128.50']);
  t.same(on.devices.display.rows(), ['应付', '¥128.50', '', '']);
  t.ok(on.devices.display.lit);

  on.devices.fault('display-off', true);
  t.notOk(on.devices.display.lit);
  await on.display.show(['请刷卡']);
  t.match(await on.display.check(), { kind: 'device-lost', device: 'display' });
  on.devices.fault('display-off', false);
  t.equal(await on.display.check(), null);
  t.same(on.devices.display.rows(), ['请刷卡', '', '', '']);
  t.ok(on.crossings.some(({ wire }) => wire === 'i2c'));
  t.notOk(
    on.crossings.some(({ wire, text }) => wire === 'lines' && /line [0-7]\b/.test(text ?? '')),
    'the log tells of no key',
  );
});

t.test('a stuck key leaves the others to work with', async (t) => {
  await using on = await bench();
  on.devices.fault('stuck-key', true);
  t.match(await on.pad.next(), { key: '#' });
  on.devices.key('5', true);
  t.match(await on.pad.next(), { key: '5' });
  on.devices.key('5', false);
  on.devices.fault('stuck-key', false);
});

t.test('the plug takes panel, display, reader and printer with it, and gives them back', async (t) => {
  await using on = await bench();
  const panel = await on.board.framebuffer();
  await on.display.show(['在']);
  const drawn = Promise.withResolvers<void>();
  const unwatch = on.devices.panel.watch(() => drawn.resolve());
  panel.present(new Uint8Array(480 * 320 * 4).fill(9), Int32Array.of(0, 0, 479, 319));
  await drawn.promise;
  unwatch();
  t.equal(on.devices.panel.pixels[0], 9);
  on.devices.power(false);
  t.equal(on.devices.panel.pixels[0], 0);
  t.same(on.devices.display.rows(), ['', '', '', '']);
  const swiped = () => on.devices.swipe({ track1: null, track2: '0', track3: null, worn: false });
  await t.rejects(swiped(), { message: /is off/, facts: { problem: { kind: 'no-card-now' } } }, 'nobody asks for one');
  on.devices.power(true);
  on.devices.fault('reader-off', true);
  await t.rejects(swiped(), { message: /is off/, facts: { problem: { kind: 'reader-off' } } });
  on.devices.fault('reader-off', false);
  await t.rejects(swiped(), { message: /not waiting/, facts: { problem: { kind: 'no-card-now' } } });
  await on.display.check();
  t.same(on.devices.display.rows(), ['在', '', '', '']);
});

t.test('the printer answers over its tty, and is silent when it is off', async (t) => {
  await using on = await bench();
  const line = await on.board.serial(description.printer.tty, description.printer.baud);
  const answers: number[] = [];
  line.listen((bytes) => answers.push(...bytes));
  const ask = async () => {
    await line.write(Uint8Array.of(0x10, 0x04, 0x01));
    await systemClock.sleep(100);
    return answers.splice(0);
  };
  t.same(await ask(), [0x12]);
  on.devices.fault('printer-off', true);
  t.same(await ask(), []);
  on.devices.fault('printer-off', false);
  t.same(await ask(), [0x12]);
  await line.close();
});

t.test('closing the virtual devices removes the links to their ttys', async (t) => {
  const on = await bench();
  const links = [description.stripe.tty, description.printer.tty].map((tty) => join(on.dir, tty));
  t.ok(links.every((link) => existsSync(link)));
  await on.pad.close();
  await on.display.close();
  await on.board.close();
  await on.devices.close();
  t.notOk(links.some((link) => existsSync(link)));
  rmSync(on.dir, { recursive: true });
});
