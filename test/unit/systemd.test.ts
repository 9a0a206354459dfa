import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { launching } from '../../board/virtual/terminal-process.ts';
import { notify, watchdogInterval_ms } from '../../systemd/notify/notify.ts';

const unit = join(import.meta.dirname, '../../systemd/guitai.service');

/** A folder in which the paths of the unit exist, so that verify speaks of the unit and not of this machine. */
function verify(text: string): { status: number | null; said: string } {
  const root = mkdtempSync(join(tmpdir(), 'guitai-unit-'));
  try {
    mkdirSync(join(root, 'units'));
    copyFileSync('/bin/true', join(root, 'node'));
    const file = join(root, 'units/guitai.service');
    writeFileSync(file, text.replace('/usr/lib/guitai/node/bin/node', join(root, 'node')));
    const run = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
    return {
      status: run.status,
      said: run.stderr
        .split('\n')
        .filter((line) => line.includes('guitai'))
        .join('\n'),
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

t.test('systemd-analyze finds nothing to say of the unit', async (t) => {
  t.same(verify(readFileSync(unit, 'utf8')), { status: 0, said: '' });
});

t.test('systemd-analyze names a misspelt key of the unit', async (t) => {
  t.match(verify(readFileSync(unit, 'utf8').replace('WatchdogSec', 'WatchdogSecs')).said, /WatchdogSecs/);
});

t.test('the unit is as closed as its devices allow', async (t) => {
  const report = execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', unit], {
    encoding: 'utf8',
  });
  const exposure = Number(/exposure level[^:]*: ([\d.]+)/.exec(report)?.[1]);
  t.ok(exposure <= 2, `exposure ${exposure}`);
});

t.test('the virtual board starts the terminal as the unit does', async (t) => {
  const text = readFileSync(unit, 'utf8');
  t.match(text, `/node ${launching.words.join(' ')} /usr/lib/guitai/src/main.ts\n`);
  const environment = Object.entries(launching.environment).map(([name, value]) => `${name}=${value}`);
  t.match(text, `\nEnvironment=${environment.join(' ')}\n`);
});

t.test('a state reaches the socket that systemd names', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-notify-'));
  const path = join(folder, 'notify.sock');
  // Node has no datagram sockets for Unix paths: socat stands in for systemd.
  const script = `
    socat -u UNIX-RECV:'${path}' - & far=$!
    for _ in $(seq 100); do [ -S '${path}' ] && break; sleep 0.02; done
    NOTIFY_SOCKET='${path}' '${process.execPath}' --input-type=module -e "
      const { notify } = await import('${join(import.meta.dirname, '../../systemd/notify/notify.ts')}');
      if (!notify('READY=1\\nSTATUS=idle')) process.exit(1);"
    sleep 0.1; kill $far`;
  const run = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  rmSync(folder, { recursive: true, force: true });
  t.equal(run.stdout, 'READY=1\nSTATUS=idle');
});

t.test('outside systemd nothing is sent, and a broken socket is an error', async (t) => {
  const before = process.env.NOTIFY_SOCKET;
  t.teardown(() => {
    if (before === undefined) delete process.env.NOTIFY_SOCKET;
    else process.env.NOTIFY_SOCKET = before;
  });
  delete process.env.NOTIFY_SOCKET;
  t.equal(notify('READY=1'), false);
  process.env.NOTIFY_SOCKET = 'relative/path';
  t.throws(() => notify('READY=1'), /absolute path/);
  process.env.NOTIFY_SOCKET = join(tmpdir(), 'guitai-nobody-listens.sock');
  t.throws(() => notify('READY=1'), /No such file/);
  t.throws(() => notify('x'.repeat(5000)), /4095/);
});

t.test('the watchdog interval is for this process alone', async (t) => {
  t.equal(watchdogInterval_ms({ WATCHDOG_USEC: '10000000' }, 7), 10_000);
  t.equal(watchdogInterval_ms({ WATCHDOG_USEC: '10000000', WATCHDOG_PID: '8' }, 7), null);
  t.equal(watchdogInterval_ms({ WATCHDOG_USEC: 'soon' }, 7), null);
  t.equal(watchdogInterval_ms({}, 7), null);
});
