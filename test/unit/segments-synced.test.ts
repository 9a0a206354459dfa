import fs, { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import type { Unlinked } from '../../src/recorder/happening.ts';
import { masked } from '../../src/values/masked.ts';

/** The files that the disk was asked to sync; where `refuses`, it says no. */
const synced: string[] = [];
let refuses = false;
const { fdatasync } = fs;
Object.assign(fs, {
  fdatasync(handle: number, done: (error: Error | null) => void) {
    synced.push(basename(readlinkSync(`/proc/self/fd/${handle}`)));
    if (refuses) setImmediate(done, Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'fdatasync' }));
    else fdatasync(handle, done);
  },
});
syncBuiltinESMExports();
// It takes hold of the calls as it is loaded.
const { openSegments } = await import('../../src/recorder/segments.ts');

/** Of a record of which a line fills a file, which is left with the third one, whoever is waiting. */
function record(t: Test) {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-segments-'));
  const segments = openSegments(dir, 16 * 400);
  t.teardown(() => {
    segments.close();
    rmSync(dir, { recursive: true, force: true });
  });
  let n = 0;
  const write = (mayTurn: boolean) => {
    const made: Unlinked = { n: ++n, at: ' '.repeat(220), up: 0, kind: 'key', key: masked('1') };
    return segments.write([made], mayTurn);
  };
  const sync = async () => {
    synced.length = 0;
    await segments.sync();
    return [...synced];
  };
  return { dir, segments, write, sync };
}

const openIn = (dir: string): string[] =>
  readdirSync('/proc/self/fd').flatMap((handle) => {
    try {
      const file = readlinkSync(`/proc/self/fd/${handle}`);
      return dirname(file) === dir ? [basename(file)] : [];
    } catch (error) {
      // That of the list itself is closed by now.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    }
  });
const names = (dir: string) => readdirSync(dir).sort();

t.test('a file that was left while a request was in hand is synced with the next one, once', async (t) => {
  const { dir, write, sync } = record(t);
  for (let line = 0; line < 3; line++) await write(false);
  t.equal(names(dir).length, 2);
  t.same(await sync(), names(dir), 'the oldest first');
  t.same(openIn(dir), names(dir).slice(1));
  t.same(await sync(), names(dir).slice(1));
  synced.length = 0;
  await write(true);
  t.equal(synced.length, 1, 'one that is left when nothing is in hand is synced at once');
  t.same(await sync(), names(dir).slice(-1));
});

t.test('a file whose sync the disk has refused is synced again the next time', async (t) => {
  const { dir, write, segments, sync } = record(t);
  for (let line = 0; line < 3; line++) await write(false);
  refuses = true;
  await t.rejects(segments.sync(), { code: 'EIO' });
  refuses = false;
  t.same(await sync(), names(dir));
  for (let line = 0; line < 3; line++) await write(false);
  segments.close();
  t.same(openIn(dir), [], 'and what was never synced is closed at the end');
});

t.test('however long a request is in hand, no more files are held than there are', async (t) => {
  const { dir, write, sync } = record(t);
  for (let line = 0; line < 60; line++) await write(false);
  t.equal(names(dir).length, 16);
  t.ok(openIn(dir).length <= 17, `${openIn(dir).length} are open`);
  const done = await sync();
  for (const name of names(dir)) t.ok(done.includes(name), name);
  t.same(openIn(dir), names(dir).slice(-1));
});
