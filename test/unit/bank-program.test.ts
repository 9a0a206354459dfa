import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Bank } from '../../bank/bank.ts';
import { codeOf, factory, type Lab, saleRequest, shakeHands, signIn } from './bank-terminal.ts';

const PROGRAM = join(import.meta.dirname, '../../bank/main.ts');

function folder(t: Test): string {
  const dir = mkdtempSync(join(tmpdir(), 'gt-bank-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function run(t: Test, args: string[], dir: string): { child: ChildProcess; said(): string } {
  const child = spawn(process.execPath, [PROGRAM, ...args], { env: { ...process.env, GUITAI_DIR: dir } });
  t.teardown(() => child.kill('SIGKILL'));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  return { child, said: () => said };
}

async function listening(t: Test, dir: string, args: string[] = []): Promise<{ child: ChildProcess; lab: Lab }> {
  const { child, said } = run(t, args, dir);
  while (!said().includes('"event":"listening"')) {
    if (child.exitCode !== null) throw new Error(said());
    await once(child.stdout ?? child, 'data');
  }
  const addresses = JSON.parse(readFileSync(join(dir, 'bank', 'bank.json'), 'utf8')) as Bank['addresses'];
  // Only what the wires show: this bank is another process.
  return { child, lab: { dir, bank: { addresses } } as Lab };
}

t.test('the program serves, survives a kill with all that it answered, and stops cleanly', async (t) => {
  const dir = folder(t);
  const first = await listening(t, dir);
  const device = await factory(first.lab);
  const shaken = await shakeHands(first.lab, device);
  if (shaken.end !== 'loaded') return t.fail(shaken.end);
  const keys = await signIn(first.lab, shaken.tmk);
  t.equal(await codeOf(first.lab, keys, saleRequest(keys, { trace: '000002' })), '00');
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  t.ok(existsSync(join(dir, 'bank', 'bank.json')), 'a killed bank cannot tidy up');

  const second = await listening(t, dir);
  t.equal(
    await codeOf(second.lab, keys, saleRequest(keys, { trace: '000002' })),
    '94',
    'it knows the sale, and the keys',
  );
  t.equal(await codeOf(second.lab, keys, saleRequest(keys, { trace: '000003' })), '00');
  const { said, child } = run(t, [], dir);
  await once(child, 'exit');
  t.equal(child.exitCode, 1);
  t.match(said(), /a bank runs here already/);
  // As a Ctrl-C that a launcher passes on once more.
  second.child.kill('SIGINT');
  second.child.kill('SIGTERM');
  t.same(await once(second.child, 'exit'), [0, null]);
  t.notOk(existsSync(join(dir, 'bank', 'bank.json')));
  t.notOk(existsSync(join(dir, 'bank', 'control.sock')));
});

t.test('the command line says what it takes', async (t) => {
  const dir = folder(t);
  for (const [args, code, text] of [
    [['--help'], 0, /--key-centre PORT/],
    [['provision', '--help'], 0, /device\.key/],
    [['--port', '1'], 1, /Unknown option '--port'/],
    [['--primary', '99999'], 1, /--primary 99999: a port is a number to 65535/],
    [['provision'], 1, /--serial is missing/],
    [['provision', '--serial', 'GT-V-000001'], 0, /"written":\["root\.crt","device\.key","device\.crt"\]/],
    [['--seed', join(dir, 'none')], 1, /issuers\.json cannot be read/],
  ] as const) {
    const { child, said } = run(t, [...args], dir);
    await once(child, 'close');
    t.equal(child.exitCode, code, args.join(' '));
    t.match(said(), text);
  }
  t.ok(existsSync(join(dir, 'terminal', 'identity', 'device.key')));
});

t.test('a bank and a factory that begin at once agree on one root and one key', async (t) => {
  const dir = folder(t);
  const factories = [1, 2].map((n) =>
    run(t, ['provision', '--serial', `GT-V-00000${n}`, '--dir', join(dir, `id${n}`)], dir),
  );
  const { lab, child } = await listening(t, dir);
  for (const { child } of factories) if (child.exitCode === null) await once(child, 'exit');
  t.same(
    factories.map(({ child }) => child.exitCode),
    [0, 0],
  );
  const roots = [1, 2].map((n) => readFileSync(join(dir, `id${n}`, 'root.crt'), 'utf8'));
  t.equal(roots[0], roots[1]);
  t.equal((await shakeHands(lab, await factory(lab))).end, 'loaded');
  child.kill('SIGTERM');
  await once(child, 'exit');
  const again = await listening(t, dir);
  t.equal((await shakeHands(again.lab, await factory(again.lab))).end, 'loaded', 'the books open again');
});
