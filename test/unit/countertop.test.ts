import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { CountertopError, startCountertop } from '../../board/countertop.ts';

const launcher = join(import.meta.dirname, '..', '..', 'board', 'countertop.ts');

function folder(t: Test): string {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-top-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  return dir;
}

/** The processes that were started for `dir`, by the names of their programs. */
function processesOf(dir: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      const ours = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`GUITAI_DIR=${dir}`);
      return ours && words[0] !== ''
        ? [
            words
              .find((word) => /\.ts$|socat$/.test(word))
              ?.split('/')
              .slice(-2)
              .join('/') ?? pid,
          ]
        : [];
    } catch {
      // It ended while it was looked at, or belongs to somebody else.
      return [];
    }
  });
}

async function until(holds: () => boolean, ms = 10_000): Promise<boolean> {
  const deadline = Date.now() + ms;
  while (!holds() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 25));
  return holds();
}

async function refusal(starting: Promise<unknown>): Promise<CountertopError> {
  const error = await starting.then(
    () => null,
    (reason) => reason,
  );
  if (!(error instanceof CountertopError)) throw new Error(`not refused: ${error}`);
  return error;
}

t.test('a countertop starts, refuses a second one beside it by name, and leaves nothing behind', async (t) => {
  const dir = folder(t);
  const said: string[] = [];
  const countertop = await startCountertop({ dir, port: 0, say: (line) => said.push(line) });
  t.match(said.join('\n'), /the bank is open[\s\S]*the virtual board is up/);
  const state = await (await fetch(`${countertop.url}/api/state`)).json();
  t.match(state, { power: 'on' });
  const ledger = await (await fetch(`${countertop.url}/api/bank/ledger`)).json();
  t.match(ledger, { sum: 0 }, 'the bank answers through the board');

  const second = await refusal(startCountertop({ dir, port: 0 }));
  t.match(second.message, new RegExp(`process ${process.pid}, ${dir}\\); its page is ${countertop.url}`));
  t.match(second.remedy, /GUITAI_DIR=.* GUITAI_PORT=/);

  await countertop.close();
  t.same(processesOf(dir), []);
  t.notOk(existsSync(join(dir, 'countertop.json')));
});

t.test('nothing is started where the port is taken or the folder is too deep for a socket', async (t) => {
  const dir = folder(t);
  const stranger = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => stranger.once('listening', resolve));
  t.teardown(() => stranger.close());
  const { port } = stranger.address() as AddressInfo;
  const taken = await refusal(startCountertop({ dir, port }));
  t.match(taken.message, new RegExp(`port ${port} cannot be used: another program has it`));
  t.match(taken.remedy, /GUITAI_PORT/);
  t.notOk(existsSync(join(dir, 'bank')), 'no bank was started');

  const deep = await refusal(startCountertop({ dir: join(dir, 'x'.repeat(100)), port: 0 }));
  t.match(deep.message, /path is too long/);
  t.match(deep.remedy, /GUITAI_DIR/);
  t.same(processesOf(dir), []);
});

t.test('a launcher that is killed takes every part with it, and its folder can be used again', async (t) => {
  const dir = folder(t);
  const child = spawn(process.execPath, [launcher], {
    env: { ...process.env, GUITAI_DIR: dir, GUITAI_PORT: '0' },
    stdio: 'ignore',
  });
  t.ok(await until(() => existsSync(join(dir, 'board', 'page.json')), 30_000), 'it came up');
  t.ok(processesOf(dir).includes('bank/main.ts'));
  t.ok(processesOf(dir).includes('virtual/main.ts'));
  child.kill('SIGKILL');
  t.ok(await until(() => processesOf(dir).length === 0), `all gone: ${processesOf(dir)}`);
  const again = await startCountertop({ dir, port: 0 });
  await again.close();
});

t.test('Ctrl-C ends all of it with a clean exit, and a part that dies is named with its words', async (t) => {
  const dir = folder(t);
  const child = spawn(process.execPath, [launcher], {
    env: { ...process.env, GUITAI_DIR: dir, GUITAI_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  t.ok(await until(() => said.includes('Ctrl-C'), 30_000), said);
  child.kill('SIGINT');
  const [code] = await new Promise<[number | null]>((resolve) => child.once('exit', (...end) => resolve([end[0]])));
  t.equal(code, 0, said);
  t.same(processesOf(dir), []);

  writeFileSync(join(dir, 'bank', 'bank.db'), 'this is no database');
  const broken = await refusal(startCountertop({ dir, port: 0 }));
  t.match(broken.message, /(bank|factory) stopped by itself \(code 1\)\n +\S/);
  t.match(broken.remedy, /\.log/);
  t.same(processesOf(dir), []);
});
