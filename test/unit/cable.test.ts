import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { ByteLine } from '../../board/buses.ts';
import { serialLine } from '../../board/serial.ts';
import { cable } from '../../board/virtual/pty.ts';

async function bench() {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-cable-'));
  const path = join(folder, 'tty-test');
  const restarts: string[] = [];
  const far = await cable({ path, onRestart: (why) => restarts.push(why) });
  return {
    path,
    far,
    restarts,
    async [Symbol.asyncDispose]() {
      await far.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The next `count` bytes that arrive. */
function heard(line: ByteLine, count: number): Promise<number[]> {
  const bytes: number[] = [];
  return new Promise((resolve) => {
    const stop = line.listen((chunk) => {
      bytes.push(...chunk);
      if (bytes.length < count) return;
      stop();
      resolve(bytes);
    });
  });
}

const everyByte = Uint8Array.from({ length: 256 }, (_, n) => n);

t.test('every byte crosses as it is, both ways', async (t) => {
  await using on = await bench();
  const line = await serialLine(on.path, 9_600);
  const atFar = heard(on.far, 256);
  await line.write(everyByte);
  t.same(await atFar, [...everyByte]);
  const atTerminal = heard(line, 256);
  await on.far.write(everyByte);
  t.same(await atTerminal, [...everyByte]);
  await line.close();
  await line.closed;
});

t.test('a byte is heard at once on a loop that has nothing else to do', async (t) => {
  await using on = await bench();
  const line = await serialLine(on.path, 9_600);
  const took: number[] = [];
  for (let n = 0; n < 20; n++) {
    const byte = heard(on.far, 1);
    const began = performance.now();
    await line.write(Uint8Array.of(n));
    t.same(await byte, [n]);
    took.push(performance.now() - began);
  }
  took.sort((a, b) => a - b);
  t.ok((took[10] ?? 99) < 10, `half of them within ${took[10]} ms`);
  await line.close();
});

t.test(
  'a terminal that dies and comes back finds the cable, and nothing that was said to its former self',
  async (t) => {
    await using on = await bench();
    const first = await serialLine(on.path, 9_600);
    await first.close();
    await on.far.write(Uint8Array.of(1, 2, 3));
    await sleep(200);
    const second = await serialLine(on.path, 9_600);
    const fresh = heard(second, 1);
    await on.far.write(Uint8Array.of(9));
    t.same(await fresh, [9]);
    await second.close();
  },
);

t.test('an unplugged cable takes the tty away, and a line on it ends', async (t) => {
  await using on = await bench();
  const line = await serialLine(on.path, 9_600);
  const cpu = process.cpuUsage();
  await on.far.unplug();
  await line.closed;
  t.notOk(existsSync(on.path));
  await on.far.write(Uint8Array.of(1));
  await t.rejects(line.write(Uint8Array.of(1)), { message: /tty-test: the line is gone/ });
  await t.rejects(serialLine(on.path, 9_600), {
    message: /tty-test: cannot be opened; is it a serial line, plugged in/,
  });
  await sleep(200);
  const { user, system } = process.cpuUsage(cpu);
  t.ok(user + system < 150_000, `a line that hung up does not spin: ${(user + system) / 1000} ms`);
  await on.far.plug();
  const again = await serialLine(on.path, 9_600);
  const byte = heard(on.far, 1);
  await again.write(Uint8Array.of(7));
  t.same(await byte, [7]);
  await again.close();
});

t.test('socat that dies is started again', async (t) => {
  await using on = await bench();
  const line = await serialLine(on.path, 9_600);
  const pid = Number(execFileSync('pgrep', ['-f', `^socat.*link=${on.path}`], { encoding: 'utf8' }));
  process.kill(pid, 'SIGKILL');
  await line.closed;
  for (let tries = 0; tries < 300 && on.restarts.length === 0; tries++) await sleep(10);
  t.match(on.restarts, [/socat ended \(SIGKILL\)/]);
  const again = await serialLine(on.path, 9_600);
  const byte = heard(on.far, 1);
  await again.write(Uint8Array.of(5));
  t.same(await byte, [5]);
  await again.close();
});

t.test('what is no serial line is said with its path', async (t) => {
  await t.rejects(serialLine('/dev/null', 9_600), { message: /^\/dev\/null: / });
});
