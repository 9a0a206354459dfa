import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { I2c, Level } from '../../board/buses.ts';
import { gpioNumber } from '../../board/gpio-chips.ts';
import { type GpioLine, gpioLines } from '../../board/gpio-lines.ts';
import { aplay, countedI2c, lastingI2c } from '../../board/linux.ts';

/** A sysfs as a Raspberry Pi 4 has it on kernel 6.6. */
function sysfs() {
  const root = mkdtempSync(join(tmpdir(), 'guitai-gpio-'));
  for (const [base, label, lines] of [
    [512, 'pinctrl-bcm2711', 58],
    [570, 'raspberrypi-exp-gpio', 8],
  ] as const) {
    const folder = join(root, `gpiochip${base}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'label'), `${label}\n`);
    writeFileSync(join(folder, 'base'), `${base}\n`);
    writeFileSync(join(folder, 'ngpio'), `${lines}\n`);
  }
  writeFileSync(join(root, 'export'), '');
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

t.test('a pin is its chip and line; the kernel number is found by label and base', async (t) => {
  using fake = sysfs();
  t.equal(gpioNumber({ chip: 'pinctrl-bcm2711', line: 17 }, fake.root), 529);
  t.equal(gpioNumber({ chip: 'raspberrypi-exp-gpio', line: 0 }, fake.root), 570);
  t.throws(() => gpioNumber({ chip: 'pinctrl-rp1', line: 17 }, fake.root), {
    message:
      /no gpiochip is labelled pinctrl-rp1 \(there are: pinctrl-bcm2711, raspberrypi-exp-gpio\); correct the board/,
  });
  t.throws(() => gpioNumber({ chip: 'pinctrl-bcm2711', line: 58 }, fake.root), { message: /lines 0 to 57, not 58/ });
  t.throws(() => gpioNumber({ chip: 'x', line: 0 }, join(fake.root, 'none')), { message: /CONFIG_GPIO_SYSFS/ });
});

/** Remembers what was done to each kernel number. */
function fakeGpio() {
  const done: string[] = [];
  const edges = new Map<number, (error: Error | null, level: Level) => void>();
  const levels = new Map<number, Level>();
  const open = (number: number, direction: string, edge?: string): GpioLine => {
    if (number === 540) throw new Error('EBUSY');
    done.push([number, direction, edge].filter(Boolean).join(' '));
    return {
      readSync: () => levels.get(number) ?? 1,
      writeSync: (level) => done.push(`${number}=${level}`),
      setDirection: (to) => done.push(`${number} ${to}`),
      watch: (told) => void edges.set(number, told),
      unwatchAll: () => void edges.delete(number),
      unexport: () => done.push(`${number} unexport`),
    };
  };
  return { done, edges, levels, open };
}

const pin = (line: number) => ({ chip: 'pinctrl-bcm2711', line });

t.test('an open-drain output is let go by making it an input, and driven low by making it an output', async (t) => {
  using fake = sysfs();
  const gpio = fakeGpio();
  const lines = gpioLines(gpio.open, fake.root);
  const rows = await lines.outputs([pin(5), pin(6)], 0, 'open-drain');
  await rows.write([0, 1]);
  await rows.write([1, 0]);
  await rows.write([1, 0]);
  t.same(gpio.done, ['517 low', '518 low', '518 in', '517 in', '518 low']);
  lines.close();
  t.same(gpio.done.slice(5), ['517 unexport', '518 unexport']);
});

t.test('a push-pull output writes its level, and only when it changes', async (t) => {
  using fake = sysfs();
  const gpio = fakeGpio();
  const buzzer = await gpioLines(gpio.open, fake.root).outputs([pin(18)], 0);
  await buzzer.write([1]);
  await buzzer.write([1]);
  await buzzer.write([0]);
  t.same(gpio.done, ['530 low', '530=1', '530=0']);
});

t.test('inputs tell their edges by place, until nobody listens', async (t) => {
  using fake = sysfs();
  const gpio = fakeGpio();
  const inputs = await gpioLines(gpio.open, fake.root).inputs([pin(12), pin(16)]);
  t.same(gpio.done, ['524 in both', '528 in both']);
  gpio.levels.set(528, 0);
  t.same(await inputs.read(), [1, 0]);
  const heard: [number, Level][] = [];
  const unwatch = inputs.watch((place, level) => heard.push([place, level]));
  gpio.edges.get(528)?.(null, 0);
  gpio.edges.get(524)?.(new Error('EIO'), 0);
  unwatch();
  gpio.edges.get(528)?.(null, 1);
  t.same(heard, [[1, 0]]);
});

t.test('a line that is taken is named by its file and its pin', async (t) => {
  using fake = sysfs();
  const lines = gpioLines(fakeGpio().open, fake.root);
  await t.rejects(lines.inputs([pin(28)]), {
    message: /gpio540 \(pinctrl-bcm2711 line 28\): cannot be opened.*group gpio/,
  });
});

t.test('an I²C transfer that moved fewer bytes than it should was not acknowledged', async (t) => {
  let moved = 2;
  const bus = countedI2c(
    {
      i2cWrite: async (_, __, buffer) => ({ bytesWritten: moved, buffer }),
      i2cRead: async (_, __, buffer) => ({ bytesRead: moved, buffer: buffer.fill(7) }),
    },
    '/dev/i2c-1',
  );
  await bus.write(0x3c, Uint8Array.of(1, 2));
  t.same([...(await bus.read(0x3c, 2))], [7, 7]);
  moved = 0;
  await t.rejects(bus.write(0x3c, Uint8Array.of(1, 2)), { message: /\/dev\/i2c-1: no acknowledge from 0x3c/ });
  await t.rejects(bus.read(0x3c, 2), { message: /no acknowledge from 0x3c/ });
  const throwing = countedI2c(
    { i2cWrite: () => Promise.reject(new Error('EREMOTEIO')), i2cRead: () => Promise.reject(new Error('EREMOTEIO')) },
    '/dev/i2c-1',
  );
  await t.rejects(throwing.write(0x3c, Uint8Array.of(1)), {
    message: /no acknowledge/,
    cause: { message: 'EREMOTEIO' },
  });
  await t.rejects(throwing.read(0x3c, 1), { message: /no acknowledge/, cause: { message: 'EREMOTEIO' } });
});

t.test('an I²C bus that is not there fails its transfers, and is looked for at each', async (t) => {
  let there = false;
  let opened = 0;
  const said: string[] = [];
  const open = async (): Promise<I2c> => {
    opened++;
    if (!there) throw new Error('/dev/i2c-1: cannot be opened');
    return { write: async () => undefined, read: async (_, length) => new Uint8Array(length) };
  };
  const bus = lastingI2c(open, ({ message }) => said.push(message));
  t.equal(opened, 0, 'whoever has it may begin without it');
  await t.rejects(bus.write(0x3c, Uint8Array.of(1)), { message: /cannot be opened/ });
  await t.rejects(bus.read(0x3c, 1), { message: /cannot be opened/ });
  there = true;
  await bus.write(0x3c, Uint8Array.of(1));
  t.equal((await bus.read(0x3c, 2)).length, 2);
  t.equal(opened, 3, 'once it is there it stays open');
  t.same(said, ['/dev/i2c-1: cannot be opened'], 'whoever installs it reads why, once');
});

t.test('a clip reaches the player as raw samples; a player that fails or is missing is named', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-aplay-'));
  const player = join(folder, 'player');
  const got = join(folder, 'got');
  writeFileSync(player, `#!/bin/sh\necho "$@" > ${got}.words\ncat > ${got}\n`);
  chmodSync(player, 0o755);
  const samples = Int16Array.of(1, -2, 300);
  await aplay('default', player).play(samples, 16_000);
  t.equal(readFileSync(`${got}.words`, 'utf8').trim(), '-q -D default -t raw -f S16_LE -c 1 -r 16000');
  t.same(new Int16Array(new Uint8Array(readFileSync(got)).buffer), samples);
  writeFileSync(player, '#!/bin/sh\necho no such device >&2\nexit 1\n');
  await t.rejects(aplay('hw:9', player).play(new Int16Array(100_000), 16_000), { message: /hw:9: no such device/ });
  await t.rejects(aplay('default', join(folder, 'none')).play(samples, 16_000), { message: /install alsa-utils/ });
  rmSync(folder, { recursive: true });
});
