import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { askSecrets } from '../../bin/secrets.ts';
import { readConfig } from '../../src/config/config.ts';
import { begun } from '../../src/flight/flight.ts';
import { readSegments } from '../../src/recorder/reader.ts';
import { openRecorder } from '../../src/recorder/recorder.ts';
import { openSegments } from '../../src/recorder/segments.ts';
import { batch, trace } from '../../src/values/trace.ts';
import { virtualClock } from '../virtual-clock.ts';

const program = join(import.meta.dirname, '../../bin/guitai.ts');
const shipped = readConfig(join(import.meta.dirname, '../../firmware-config'));

function folder(t: Test): string {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-program-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function run(cwd: string, words: readonly string[], env: Record<string, string> = {}) {
  const { promise, resolve } = Promise.withResolvers<{ code: number; out: string; err: string }>();
  const options = { cwd, env: { ...process.env, GUITAI_DIR: cwd, ...env } };
  const child = execFile(process.execPath, [program, ...words], options, (error, out, err) =>
    resolve({ code: Number(error?.code ?? 0), out, err }),
  );
  child.stdin?.end();
  return promise;
}

/** A terminal's folder in which one life was recorded. */
async function recordedIn(dir: string): Promise<string> {
  const record = join(dir, 'terminal', 'record');
  const recorder = openRecorder({ segments: openSegments(record, 1 << 20), clock: virtualClock(), quiet: () => true });
  const journal = { batch: batch('000001'), lastTrace: trace('000047'), debts: () => [] };
  recorder.note(begun({ config: shipped, version: '1', journal, last: null }));
  await recorder.close();
  return record;
}

t.test('an export is named by the serial number and the time', async (t) => {
  const dir = folder(t);
  await recordedIn(dir);
  const { code, out } = await run(dir, ['export']);
  t.equal(code, 0);
  t.match(out, /^guitai-GT-V-\w+-\d{4}-\d\d-\d\dT\d{6}\.jsonl\.gz: records 1 to 2, /);
  t.ok(readdirSync(dir).includes(out.split(':')[0] ?? ''));
  const nobody = folder(t);
  mkdirSync(join(nobody, 'terminal', 'record'), { recursive: true });
  t.match((await run(nobody, ['export'])).out, /^guitai-terminal-\d{4}-/, 'where no record says whose it is');
});

t.test('a segment that makes room while it is read is skipped', async (t) => {
  const record = await recordedIn(folder(t));
  const [file = ''] = readdirSync(record);
  writeFileSync(join(record, '000000000009.jsonl'), readFileSync(join(record, file)));
  rmSync(join(record, file));
  // As the name of a file is that has just gone.
  symlinkSync('nothing', join(record, file));
  t.match(readSegments(record), { broken: null, records: { length: 2 } });
});

t.test('what cannot be read or written is said in a line', async (t) => {
  const dir = folder(t);
  t.match(await run(dir, ['export']), { code: 2, err: /^guitai: .*: no terminal has recorded anything here\n {2}→ / });
  await recordedIn(dir);
  const elsewhere = await run(dir, ['export', join(dir, 'nowhere', 'record.gz')]);
  t.match(elsewhere, { code: 2, err: /^guitai: .*record\.gz: ENOENT \(open\)\n {2}→ [^\n]*\n$/ });
  const config = { GUITAI_CONFIG: join(dir, 'nothing') };
  const words = ['reconcile', '--people', '00,99', '--reference', '47'];
  t.match(await run(dir, words, config), { code: 2, err: /^guitai: firmware-config\/.*\n {2}→ [^\n]*\n$/ });
  rmSync(join(dir, 'terminal', 'record'), { recursive: true });
  writeFileSync(join(dir, 'terminal', 'record'), '');
  t.match(await run(dir, ['export']), { code: 2, err: /record: ENOTDIR \(scandir\)\n {2}→ [^\n]*\n$/ });
});

t.test('what a file says moves nothing in the terminal that shows it', async (t) => {
  const dir = folder(t);
  await recordedIn(dir);
  await run(dir, ['export', 'record.gz']);
  const [manifest = '', ...lines] = gunzipSync(readFileSync(join(dir, 'record.gz')))
    .toString()
    .split('\n');
  const begin = JSON.parse(lines[0] ?? '');
  begin.config.terminal.merchant['\u001b[2J\u009b'] = 1;
  delete begin.config.terminal.merchant.name;
  writeFileSync(join(dir, 'bad'), [manifest, JSON.stringify(begin), ''].join('\n'));
  const { code, err } = await run(dir, ['replay', 'bad\u001b[31m', '--check']);
  t.equal(code, 2);
  t.match(err, 'bad·[31m');
  for (const words of [err, (await run(dir, ['replay', 'bad', '--check'])).err]) {
    t.notMatch(words.replaceAll('\n', ''), /\p{Cc}/u);
    t.match(words, /^guitai: [^\n]*\n {2}→ [^\n]*\n$/);
  }
});

t.test('a replay that is called off while it is opened leaves nothing behind', async (t) => {
  const dir = folder(t);
  await recordedIn(dir);
  await run(dir, ['export', 'record.gz']);
  const tmp = folder(t);
  const child = spawn(process.execPath, [program, 'replay', 'record.gz', '--check'], {
    ...{ cwd: dir, env: { ...process.env, TMPDIR: tmp }, stdio: 'ignore' },
  });
  t.teardown(() => child.kill('SIGKILL'));
  while (readdirSync(tmp).length === 0 && child.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 5));
  t.match(readdirSync(tmp)[0], /^guitai-replay-/);
  child.kill('SIGINT');
  await once(child, 'exit');
  t.same(readdirSync(tmp), []);
});

/** A person's terminal, with how it is switched. */
function tty() {
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => void raw.push(on) });
  const said: string[] = [];
  let interrupted = 0;
  const parts = { input, say: (text: string) => void said.push(text), interrupted: () => void interrupted++ };
  return { raw, input, said, parts, interrupted: () => interrupted };
}

t.test('a password that is typed is echoed nowhere', async (t) => {
  const { raw, input, said, parts } = tty();
  const asked = askSecrets(['first: ', 'second: '], parts);
  t.same(raw, [true], 'the terminal itself echoes nothing');
  input.write('2468135\x7f7\r');
  await new Promise((resolve) => setTimeout(resolve, 20));
  input.write('11223344\r');
  t.same(await asked, ['2468137', '11223344']);
  t.same(said, ['first: ', '\n', 'second: ', '\n']);
  t.same(raw, [true, false], 'and is as it was before');
});

t.test('Ctrl-C ends the question, and gives the terminal back', async (t) => {
  const { raw, input, parts, interrupted } = tty();
  const asked = askSecrets(['first: '], parts);
  input.write('2468\x03');
  t.same(await asked, ['']);
  t.equal(interrupted(), 1);
  t.same(raw, [true, false]);
});

t.test('answers that are piped are read line by line', async (t) => {
  const input = new PassThrough();
  input.end('1111\n2222');
  const parts = { input, say: () => undefined, interrupted: () => undefined };
  t.same(await askSecrets(['a', 'b', 'c'], parts), ['1111', '2222', '']);
});
