import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { lastingLine } from '../../board/lasting-line.ts';
import { serialLine } from '../../board/serial.ts';
import { printerFarEnd } from '../../board/virtual/printer.ts';
import { stripeFarEnd } from '../../board/virtual/stripe.ts';
import { stripeReader } from '../../src/card/stripe-reader.ts';
import { printer } from '../../src/receipt/printer.ts';
import { systemClock } from '../../src/values/clock.ts';

/** Two PTYs tied together: the kernel's line discipline between driver and far end, as on a board. */
async function ptyPair() {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-pty-'));
  const paths = [join(folder, 'near'), join(folder, 'far')] as const;
  const socat = spawn(
    'socat',
    paths.map((path) => `PTY,link=${path},raw,echo=0`),
    { stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => socat.once('exit', resolve));
  while (!paths.every((path) => existsSync(path))) await systemClock.sleep(10);
  return {
    near: () => serialLine(paths[0], 115_200),
    far: () => serialLine(paths[1], 115_200),
    async [Symbol.asyncDispose]() {
      socat.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

t.test('a stripe crosses a real tty', async (t) => {
  await using pty = await ptyPair();
  const far = await pty.far();
  const farEnd = stripeFarEnd(far);
  const near = lastingLine(pty.near);
  const reader = stripeReader(near, systemClock);
  t.same(await reader.check(), { model: '3S', firmware: 'REVT2.10' });
  for (const backwards of [false, true]) {
    const swipe = reader.next(AbortSignal.timeout(10_000));
    t.equal(await farEnd.swipe({ track2: '6222020010011234=30121200000000000' }, { backwards }), 'read');
    t.match(await swipe, { read: 'card', card: { expiry: '3012' } });
  }
  await reader.close();
  await near.close();
  farEnd.close();
  await far.close();
});

t.test('a slip crosses a real tty', async (t) => {
  await using pty = await ptyPair();
  const far = await pty.far();
  const farEnd = printerFarEnd(far, { speed_mm_s: 800 });
  const near = lastingLine(pty.near);
  const paper = printer({ line: near, clock: systemClock, columns: 32, dots: 384 });
  t.match(await paper.check(), { online: true });
  const rows = Array.from({ length: 40 }, (_, n) => ({ kind: 'pair', label: `第${n}行`, value: '￥128.50' }) as const);
  t.same(await paper.print([...rows, { kind: 'cut' }]), { printed: true });
  t.match(farEnd.slips(), [{ n: 1, text: /^第0行 +￥128.50\n第1行/, cut: true }]);
  t.equal(farEnd.lost, 0);
  await paper.close();
  await near.close();
  farEnd.close();
  await far.close();
});
