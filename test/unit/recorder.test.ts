import { getEventListeners } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { packRecord, unpackRecord } from '../../src/recorder/export.ts';
import type { Unlinked } from '../../src/recorder/happening.ts';
import { checkLines, readSegments } from '../../src/recorder/reader.ts';
import { openRecorder, type Recorder } from '../../src/recorder/recorder.ts';
import { openSegments, type Segments } from '../../src/recorder/segments.ts';
import { fen } from '../../src/values/fen.ts';
import { masked } from '../../src/values/masked.ts';
import { virtualClock } from '../virtual-clock.ts';

const MB = 1 << 20;
const NOW = '2026-12-01T00:00:00.000Z';

function folder(t: Test): string {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-record-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Records `count` keys in a life of its own, ended as a program ends or as a plug that is pulled. */
async function life(dir: string, count: number, { most = MB, ends = true } = {}): Promise<void> {
  const recorder = openRecorder({ segments: openSegments(dir, most), clock: virtualClock(), quiet: () => true });
  press(recorder, count);
  if (ends) await recorder.close();
  else recorder.spill();
}

function press(recorder: Recorder, count: number): void {
  for (let n = 0; n < count; n++) recorder.note({ kind: 'key', key: masked(String(n % 10)) });
}

/** A recorder that runs over files in memory. */
function runs({ write, sync = async () => undefined, quiet = () => true }: Files) {
  const clock = virtualClock();
  const segments: Segments = { last: null, write, sync, spill: () => undefined, close: () => undefined };
  const recorder = openRecorder({ segments, clock, quiet });
  const stop = new AbortController();
  const running = recorder.run(stop.signal);
  const ended = async () => {
    stop.abort();
    await clock.advance(1);
    await running;
  };
  return { clock, recorder, signal: stop.signal, ended };
}

type Files = Pick<Segments, 'write'> & { readonly sync?: Segments['sync']; readonly quiet?: () => boolean };

const onlyFile = (dir: string): string => join(dir, readdirSync(dir)[0] ?? '');

t.test('each record carries the hash of the one before, through the lives of the terminal', async (t) => {
  const dir = folder(t);
  for (const count of [3, 4, 5]) await life(dir, count);
  const { records, broken, torn } = readSegments(dir);
  t.equal(broken, null);
  t.equal(torn, 0);
  t.same(
    records.map(({ n }) => n),
    Array.from({ length: 15 }, (_, at) => at + 1),
  );
  t.equal(records.filter(({ kind }) => kind === 'end').length, 3);
});

t.test('one altered byte anywhere names the record that it is in', async (t) => {
  const dir = folder(t);
  await life(dir, 6);
  const lines = readFileSync(onlyFile(dir), 'utf8').split('\n');
  const exported = unpackRecord(packRecord(readSegments(dir), NOW));
  t.equal(exported.broken, null);
  for (let line = 0; line < 7; line++) {
    for (const [from, to] of [
      ['"up":0', '"up":1'],
      ['"kind"', '"kInd"'],
      ['"n":', '"n":1'],
    ] as const) {
      const changed = lines.map((text, at) => (at === line ? text.replace(from, to) : text)).join('\n');
      const packed = packRecord({ ...exported, lines: changed }, NOW);
      t.equal(unpackRecord(packed).broken?.n, line + 1, `${from} in record ${line + 1}`);
    }
    const without = lines.filter((_, at) => at !== line).join('\n');
    const { broken } = unpackRecord(packRecord({ ...exported, lines: without }, NOW));
    t.equal(broken?.n, line + 1, `record ${line + 1} is gone`);
  }
});

t.test('a line that a power cut left unfinished is dropped, said, and the chain goes on', async (t) => {
  const dir = folder(t);
  await life(dir, 3);
  const whole = readFileSync(onlyFile(dir));
  // Longer than what comes after it, so that none of it may stay.
  writeFileSync(onlyFile(dir), Buffer.concat([whole.subarray(0, -20), Buffer.alloc(5000, 'x')]));
  t.match(readSegments(dir), { broken: null, records: { length: 3 } });
  t.ok(readSegments(dir).torn > 20);
  const segments = openSegments(dir, MB);
  t.match(segments.last, { n: 3, kind: 'key' });
  t.ok((segments.last?.torn ?? 0) > 20, 'the next life can say how much was lost');
  segments.close();
  await life(dir, 2);
  t.match(readSegments(dir), { broken: null, torn: 0, records: { length: 6 } });
});

t.test('a first line that was torn leaves a chain that begins anew', async (t) => {
  const dir = folder(t);
  writeFileSync(join(dir, '000000000001.jsonl'), '{"n":1,"ki');
  await life(dir, 2);
  t.match(readSegments(dir), { broken: null, records: { length: 3 } });
});

t.test('the files stay within their bound, and what is left is a chain', async (t) => {
  const dir = folder(t);
  const most = MB;
  for (let lives = 0; lives < 4; lives++) await life(dir, 3000, { most });
  const sizes = readdirSync(dir).map((name) => statSync(join(dir, name)).size);
  t.ok(sizes.length <= 16);
  t.ok(sizes.reduce((sum, size) => sum + size, 0) <= most);
  const { records, broken } = readSegments(dir);
  t.equal(broken, null);
  t.equal(records.at(-1)?.n, 4 * 3001);
  t.ok((records[0]?.n ?? 0) > 1, 'the oldest have made room');
});

t.test('a program that ends by a bug writes what it has, once', async (t) => {
  const dir = folder(t);
  const segments = openSegments(dir, MB);
  const recorder = openRecorder({ segments, clock: virtualClock(), quiet: () => true });
  press(recorder, 20);
  // A write is on its way to the kernel when the program ends.
  const underway = recorder.close();
  recorder.spill();
  await underway.catch(() => undefined);
  await life(dir, 1, { ends: false });
  const { records, broken } = readSegments(dir);
  t.equal(broken, null);
  t.equal(records.length, 22);
});

t.test('the recorder writes in batches behind the flows, and syncs only while no request is in hand', async (t) => {
  const did: string[] = [];
  let quiet = false;
  const { clock, recorder, signal, ended } = runs({
    write: async ({ length }) => {
      did.push(`write ${length}`);
      return length;
    },
    sync: async () => void did.push('sync'),
    quiet: () => quiet,
  });
  await clock.advance(20_000);
  t.equal(clock.sleeping, 0, 'while nothing happens it does not wake the processor');
  press(recorder, 3);
  t.same(did, [], 'noting touches no disk');
  await clock.advance(300);
  press(recorder, 2);
  await clock.advance(300);
  t.same(did, ['write 3', 'write 2']);
  await clock.advance(30_000);
  t.same(did, ['write 3', 'write 2'], 'a sale does not wait behind a sync');
  quiet = true;
  await clock.advance(6000);
  t.same(did, ['write 3', 'write 2', 'sync']);
  for (let turn = 0; turn < 5; turn++) {
    press(recorder, 1);
    await clock.advance(20_000);
  }
  t.equal(getEventListeners(signal, 'abort').length, 1, 'and leaves nothing on a signal that lives for weeks');
  await ended();
  t.equal(clock.sleeping, 0);
});

t.test('a full file is left only while no request is in hand', async (t) => {
  const did: string[] = [];
  let quiet = false;
  const { clock, recorder, ended } = runs({
    write: async (made, mayTurn) => {
      did.push(`${made[0]?.n} ${mayTurn}`);
      return made.length;
    },
    sync: async () => void did.push('sync'),
    quiet: () => quiet,
  });
  await clock.advance(1);
  for (const state of [false, true, false]) {
    quiet = state;
    press(recorder, 2);
    await clock.advance(300);
  }
  t.same(did, ['1 false', '3 true', '5 false']);
  await ended();
  await recorder.close();
  t.same(did.slice(3), ['7 false', 'sync'], 'the end is synced whatever is in hand');
});

t.test('what money hangs on does not wait for the next batch', async (t) => {
  const did: number[] = [];
  const { clock, recorder, ended } = runs({
    write: async ({ length }) => {
      did.push(length);
      return length;
    },
  });
  await clock.advance(1);
  press(recorder, 2);
  await clock.advance(1);
  t.same(did, []);
  const entry = { type: masked('sale'), batch: masked('000001'), trace: masked('000002'), amount: fen(100) };
  recorder.note({ kind: 'entry', ...entry, event: masked('sent'), detail: {} });
  await clock.advance(1);
  t.same(did, [3]);
  await ended();
});

t.test('a disk that refuses costs records, says how many, and never a sale', async (t) => {
  const written: Unlinked[] = [];
  let full = true;
  const { clock, recorder, ended } = runs({
    async write(made) {
      if (full) throw Object.assign(new Error('ENOSPC'), { syscall: 'write' });
      const batch = made.slice(0, 300);
      written.push(...batch);
      return batch.length;
    },
  });
  await clock.advance(1);
  press(recorder, 5000);
  await clock.advance(1000);
  full = false;
  await clock.advance(20_000);
  press(recorder, 1);
  await clock.advance(1000);
  t.same(
    written.map(({ n }) => n),
    [...Array.from({ length: 4000 }, (_, at) => at + 1), 5001],
    'batch by batch, none twice',
  );
  t.equal(written.at(-1)?.lost, 1000, 'the first that found room again says how many did not');
  await ended();
});

t.test('a folder that cannot be written leaves the record in memory', async (t) => {
  const dir = folder(t);
  writeFileSync(join(dir, 'file'), '');
  const segments = openSegments(join(dir, 'file', 'record'), MB);
  const recorder = openRecorder({ segments, clock: virtualClock(), quiet: () => true });
  press(recorder, 3);
  await recorder.close();
  t.equal(recorder.since(0).length, 4);
});

t.test('what watches hears each record, and memory is bounded', async (t) => {
  const recorder = openRecorder({ segments: openSegments(folder(t), MB), clock: virtualClock(), quiet: () => true });
  const heard: number[] = [];
  const stop = recorder.watch(({ n }) => heard.push(n));
  press(recorder, 3);
  stop();
  press(recorder, 5000);
  t.same(heard, [1, 2, 3]);
  t.ok(recorder.since(0).length <= 1000);
  t.equal(recorder.since(5002).length, 1);
  await recorder.close();
});

t.test('a file that is no record is refused by name', async (t) => {
  t.throws(() => unpackRecord(Buffer.from('hello\n')), { name: 'RecordError', message: /no manifest/ });
  const packed = packRecord({ ...checkLines(''), lines: '' }, NOW);
  t.equal(unpackRecord(packed).records.length, 0);
  t.throws(() => unpackRecord(packed.subarray(0, 20)), { message: /cannot be decompressed/ });
});
