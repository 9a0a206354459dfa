import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';

const program = join(import.meta.dirname, '../../bin/guitai.ts');
const reconcile = ['reconcile', '--people', '00,99', '--reference', '47'] as const;

function folder(t: Test): string {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-reconcile-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** With the words on its standard input. */
function reconciled(dir: string, passwords: string, more: readonly string[] = []) {
  const { promise, resolve } = Promise.withResolvers<{ code: number; out: string; err: string }>();
  const options = { cwd: dir, env: { ...process.env, GUITAI_DIR: dir } };
  const child = execFile(process.execPath, [...more, program, ...reconcile], options, (error, out, err) =>
    resolve({ code: Number(error?.code ?? 0), out, err }),
  );
  child.stdin?.end(passwords);
  return promise;
}

/** A terminal's folder that is another user's than root, as systemd makes it on a board. */
function another(t: Test, uid: number): string {
  const dir = folder(t);
  mkdirSync(join(dir, 'terminal', 'vault'), { recursive: true, mode: 0o700 });
  for (const part of [dir, join(dir, 'terminal'), join(dir, 'terminal', 'vault')]) {
    chmodSync(part, 0o700);
    chownSync(part, uid, uid);
  }
  return dir;
}

const asRoot = process.getuid?.() === 0 ? {} : { skip: 'root alone can be somebody else' };

t.test('what root reconciles is the terminal’s own, and so is a wrong password', asRoot, async (t) => {
  const dir = another(t, 4711);
  const owners = () =>
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map(({ name, parentPath }) => `${name} ${statSync(join(parentPath, name)).uid}`);
  t.match(await reconciled(dir, '123456\n1111\n'), { code: 2, err: /password of 99 is wrong/ });
  t.ok(owners().includes('operators.sealed 4711'));
  t.match(await reconciled(dir, '123456\n12345678\n'), { code: 0, out: /The next start/ });
  t.ok(owners().includes('reconciled.json 4711'));
  t.same(
    owners().filter((one) => !one.endsWith(' 4711')),
    [],
  );
});

/** Another user cannot even load the program where it lies in a private folder. */
const asStranger = isOpenToAll(program) ? asRoot : { skip: 'the sources are in a private folder' };

function isOpenToAll(path: string): boolean {
  const above = dirname(path);
  return (statSync(path).mode & 0o004) !== 0 && (above === path || isOpenToAll(above));
}

t.test('who may not read a terminal’s folder is told to be root, and not that there is none', asStranger, async (t) => {
  const dir = another(t, 4711);
  const stranger = ['--import', 'data:text/javascript,process.setgroups([]);process.setgid(4712);process.setuid(4712)'];
  const remedy = new RegExp(`own\\n → Run it as root: sudo GUITAI_DIR=${dir} guitai ${reconcile.join(' ')}\\n`);
  const kept = await reconciled(dir, '', stranger);
  t.match({ ...kept, err: kept.err.replaceAll('  ', ' ') }, { code: 2, err: remedy });
  chmodSync(dir, 0o755);
  const read = await reconciled(dir, '', stranger);
  t.match(
    { ...read, err: read.err.replaceAll('  ', ' ') },
    { code: 2, err: remedy },
    'to see it is not to write in it',
  );
});

t.test('nothing is reconciled under a terminal that runs', async (t) => {
  const dir = folder(t);
  mkdirSync(join(dir, 'terminal'));
  const server = createServer().listen(join(dir, 'status.sock'));
  await once(server, 'listening');
  t.match(await reconciled(dir, ''), { code: 2, err: /a terminal is running in .*\n {2}→ .*systemctl stop guitai\n$/ });
  server.close();
  writeFileSync(join(dir, 'status.sock'), '');
  t.match(await reconciled(dir, '1\n2\n'), { code: 2, err: /password of 00 is wrong/ }, 'what was left behind is none');
});
