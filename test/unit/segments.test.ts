import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Unlinked } from '../../src/recorder/happening.ts';
import { checkLines, readSegments } from '../../src/recorder/reader.ts';
import { openRecorder } from '../../src/recorder/recorder.ts';
import { hashOf, openSegments, type Tail } from '../../src/recorder/segments.ts';
import { masked } from '../../src/values/masked.ts';
import { virtualClock } from '../virtual-clock.ts';

const MB = 1 << 20;

function folder(t: Test): string {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-segments-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function made(n: number, at = ''): Unlinked {
  return { n, at, up: 0, kind: 'key', key: masked('1') };
}

/** A chain's next line. */
function lineAfter(before: string, n: number, at = ''): string {
  return JSON.stringify({ ...made(n, at), prev: hashOf(before) });
}

async function life(dir: string, count: number, most: number): Promise<void> {
  const recorder = openRecorder({ segments: openSegments(dir, most), clock: virtualClock(), quiet: () => true });
  for (let each = 0; each < count; each++) recorder.note({ kind: 'key', key: masked('1') });
  await recorder.close();
}

function lastOf(dir: string): Tail | null {
  const segments = openSegments(dir, MB);
  segments.close();
  return segments.last;
}

const newest = (dir: string): string => join(dir, readdirSync(dir).sort().at(-1) ?? '');

/** What a worn card does to the last line of a file. */
function damage(file: string): void {
  const lines = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, lines.with(-2, `#${lines.at(-2)?.slice(1)}`).join('\n'));
}

t.test('where the next file cannot be begun, its lines are written once it can, and into no other file', async (t) => {
  const dir = folder(t);
  const segments = openSegments(dir, 16 * 200);
  t.teardown(() => segments.close());
  const first = lineAfter('', 1);
  const second = lineAfter(first, 2);
  await segments.write([made(1)], true);
  // The disk took a part of it, and then had no room.
  appendFileSync(newest(dir), second.slice(0, 20));
  const inTheWay = join(dir, '000000000002.jsonl');
  mkdirSync(inTheWay);
  await t.rejects(segments.write([made(2)], true), { code: 'EISDIR' });
  rmdirSync(inTheWay);
  await segments.write([made(2)], true);
  t.match(readSegments(dir), { broken: null, torn: 0, lines: `${first}\n${second}\n` });
});

t.test('after a last line that was damaged the numbers go on', async (t) => {
  const dir = folder(t);
  await life(dir, 6, MB);
  damage(newest(dir));
  t.match(lastOf(dir), { n: 7, kind: '' });
  await life(dir, 2, MB);
  const { lines, broken } = readSegments(dir);
  t.equal(broken?.n, 7);
  t.match(checkLines(lines.split('\n').slice(7).join('\n')), {
    broken: null,
    records: [{ n: 8 }, { n: 9 }, { n: 10 }],
  });
});

t.test('a number that was damaged into a smaller one is none', async (t) => {
  const dir = folder(t);
  const sound = lineAfter('', 1001);
  writeFileSync(join(dir, '000000001001.jsonl'), `${sound}\n${lineAfter(sound, 2)}\n`);
  t.match(lastOf(dir), { n: 1002, kind: 'key', hash: hashOf(lineAfter(sound, 2)) });
});

t.test('a file in which nothing but a damaged line stands is numbered by its name', async (t) => {
  for (const torn of ['', '{"n":42']) {
    const dir = folder(t);
    writeFileSync(join(dir, '000000000041.jsonl'), `#\n${torn}`);
    t.match(lastOf(dir), { n: 41, torn: torn.length });
    writeFileSync(join(dir, '000000000042.jsonl'), torn);
    t.match(lastOf(dir), { n: 41, torn: torn.length }, 'by the file before');
    rmSync(join(dir, '000000000041.jsonl'));
    writeFileSync(join(dir, '000000000042.jsonl'), torn);
    t.match(lastOf(dir), { n: 41, torn: torn.length }, 'or by its own');
  }
});

t.test('after damage the oldest files make room for the newest', async (t) => {
  const dir = folder(t);
  const most = 16 * 100;
  // A life of four lines fills a file.
  for (let lives = 0; lives < 20; lives++) await life(dir, 3, most);
  damage(newest(dir));
  await life(dir, 3, most);
  const names = readdirSync(dir).sort();
  t.equal(names.length, 16);
  t.equal(names.at(-1), '000000000081.jsonl');
  t.match(readFileSync(newest(dir), 'utf8'), /"n":84,.*"kind":"end"/);
});

t.test('the file that was just begun stays, whatever the others are called', async (t) => {
  const dir = folder(t);
  for (let n = 101; n < 117; n++) writeFileSync(join(dir, `000000000${n}.jsonl`), `${lineAfter('', n)}\n`);
  writeFileSync(newest(dir), `${lineAfter('', 3)}\n`);
  const segments = openSegments(dir, 16 * 150);
  t.teardown(() => segments.close());
  await segments.write([made(4)], true);
  t.equal(readdirSync(dir).length, 16);
  t.ok(readdirSync(dir).includes('000000000004.jsonl'));
});

t.test(
  'a full file is left, and synced, only where it may be; else it takes what comes, up to twice its size',
  async (t) => {
    const dir = folder(t);
    const padding = (n: number) => ' '.repeat(199 - lineAfter('', n).length);
    const write = (n: number, mayTurn: boolean) => segments.write([made(n, padding(n))], mayTurn);
    const segments = openSegments(dir, 16 * 400);
    t.teardown(() => segments.close());
    const sizes = () =>
      readdirSync(dir)
        .sort()
        .map((name) => readFileSync(join(dir, name)).length);
    await write(1, false);
    t.same(sizes(), [200], 'the first one is begun at any time');
    await write(2, true);
    for (const n of [3, 4]) await write(n, false);
    t.same(sizes(), [800], 'a request is in hand');
    await write(5, true);
    t.same(sizes(), [800, 200], 'it was full');
    for (const n of [6, 7, 8, 9, 10]) await write(n, false);
    t.same(sizes(), [800, 800, 400], 'nothing grows for ever');
  },
);

t.test('a batch is written at a time, each line with the hash of the one before, whatever was refused', async (t) => {
  const dir = folder(t);
  const segments = openSegments(dir, MB);
  t.teardown(() => segments.close());
  let left = Array.from({ length: 1000 }, (_, at) => made(at + 1));
  const taken: number[] = [];
  while (left.length > 0) {
    taken.push(await segments.write(left, true));
    left = left.slice(taken.at(-1));
  }
  t.equal(taken.length, 4, `${taken} lines of about 120 bytes`);
  t.match(readSegments(dir), { broken: null, records: { length: 1000 } });
});
