import { execFileSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { journalDisk } from '../../src/journal/disk.ts';
import { migrate, steps, versionOf } from '../../src/journal/schema.ts';
import { approval, filesIn, journalIn, problemOf, saleOf, testFolder } from '../journal-bench.ts';
import { virtualClock } from '../virtual-clock.ts';

const reconciled = { people: ['01', '00'], reference: 'BANK-1' } as const;

/** A folder whose terminal has traded. */
function traded(t: Teardown): { folder: string; file: string; marker: string } {
  const folder = testFolder(t);
  const journal = journalIn(folder);
  for (let sale = 1; sale <= 50; sale++) {
    const entry = journal.begin(saleOf(sale));
    entry.sent();
    entry.answered(approval);
    entry.completed();
  }
  journal.tidy();
  journal.close();
  return { folder, ...filesIn(folder) };
}

t.test('a journal that is gone locks payment until two people have reconciled', async (t) => {
  const { folder, file } = traded(t);
  rmSync(file);
  t.same(
    problemOf(() => journalIn(folder)),
    { kind: 'journal-missing', file, set_aside: null },
  );
  t.notOk(existsSync(file), 'and none is made in silence');
  t.match(
    problemOf(() => journalIn(folder)),
    { kind: 'journal-missing' },
    'at every start',
  );
  journalIn(folder, { reconciled }).close();
  const database = new DatabaseSync(file);
  t.match(database.prepare('SELECT kind, detail FROM incidents').get(), { kind: 'reconciled', detail: /BANK-1/ });
  database.close();
  journalIn(folder).close();
});

t.test('an empty file in its place is a missing journal', async (t) => {
  const { folder, file } = traded(t);
  truncateSync(file, 0);
  t.match(
    problemOf(() => journalIn(folder)),
    { kind: 'journal-missing' },
  );
});

t.test('a broken journal is set aside, said, and locks payment', async (t) => {
  const breakages = {
    'the header is gone': (file: string) => overwrite(file, 0, 100),
    'a page in the middle is gone': (file: string) => overwrite(file, 5 * 4096, 4096),
    'the schema is gone': (file: string) => overwrite(file, 100, 3000),
    'it ends early': (file: string) => truncateSync(file, statSync(file).size - 3 * 4096 - 100),
    'it is another program’s': (file: string) => {
      rmSync(file);
      const database = new DatabaseSync(file);
      database.exec('CREATE TABLE t (x)');
      database.close();
    },
  };
  for (const [name, damage] of Object.entries(breakages)) {
    const { folder, file } = traded(t);
    damage(file);
    const damaged = readFileSync(file);
    const problem = problemOf(() => journalIn(folder));
    t.match(problem, { kind: 'journal-broken', file }, name);
    const aside = problem?.kind === 'journal-broken' ? (problem.set_aside ?? '') : '';
    t.match(aside, /journal-broken-\d{8}T\d{6}\.db$/, name);
    t.same(readFileSync(aside).length, damaged.length, `${name}: kept whole`);
    t.same(
      problemOf(() => journalIn(folder)),
      { kind: 'journal-missing', file, set_aside: aside },
      `${name}: locked`,
    );
    const journal = journalIn(folder, { reconciled });
    t.equal(journal.last(), null);
    journal.close();
  }
});

t.test('of journals that are set aside in the same second, as on a board without a clock, each is kept', async (t) => {
  const { folder, file } = traded(t);
  const clock = virtualClock();
  const names = [1, 2, 3].map(() => {
    journalIn(folder, { clock, reconciled }).close();
    overwrite(file, 0, 100);
    const problem = problemOf(() => journalIn(folder, { clock }));
    return problem?.kind === 'journal-broken' ? problem.set_aside : null;
  });
  t.equal(new Set(names).size, 3);
  for (const name of names) t.ok(existsSync(name ?? ''));
  t.match(
    problemOf(() => journalIn(folder)),
    { kind: 'journal-missing', set_aside: names.at(-1) },
    'the newest is named',
  );
});

t.test('a journal broken before its first marker is not taken for a new terminal either', async (t) => {
  const { folder, file, marker } = traded(t);
  rmSync(marker);
  overwrite(file, 0, 100);
  t.match(
    problemOf(() => journalIn(folder)),
    { kind: 'journal-broken' },
  );
  t.match(
    problemOf(() => journalIn(folder)),
    { kind: 'journal-missing' },
  );
  rmSync(marker);
  t.match(
    problemOf(() => journalIn(folder)),
    { kind: 'journal-missing' },
    'what was set aside tells it too',
  );
});

t.test('a restored backup locks payment', async (t) => {
  const { folder, file } = traded(t);
  const backup = join(folder, 'backup.db');
  cpSync(file, backup);
  const journal = journalIn(folder);
  for (let sale = 0; sale < 50; sale++) journal.begin(saleOf(1)).handOver();
  journal.tidy();
  journal.close();
  cpSync(backup, file);
  t.match(
    problemOf(() => journalIn(folder)),
    { kind: 'journal-behind', found: /50 entries/, expected: /100 entries/ },
  );
  journalIn(folder, { reconciled }).close();
  t.equal(
    problemOf(() => journalIn(folder).close()),
    null,
  );
});

t.test('the journal of another terminal locks payment', async (t) => {
  const mine = traded(t);
  const other = traded(t);
  cpSync(other.file, mine.file);
  t.match(
    problemOf(() => journalIn(mine.folder)),
    { kind: 'journal-behind' },
  );
});

t.test('a marker that is gone or cannot be read is written again beside a sound journal', async (t) => {
  const { folder, marker } = traded(t);
  const before = readFileSync(marker, 'utf8');
  writeFileSync(marker, '{"journ');
  journalIn(folder).close();
  t.equal(readFileSync(marker, 'utf8'), before);
  rmSync(marker);
  journalIn(folder).close();
  t.equal(readFileSync(marker, 'utf8'), before);
});

t.test('a power cut while the first journal is made leaves a terminal that starts', async (t) => {
  for (const bytes of [0, 4096]) {
    const folder = testFolder(t);
    const { file } = filesIn(folder);
    mkdirSync(dirname(file), { recursive: true });
    if (bytes === 4096) {
      const database = new DatabaseSync(file);
      database.exec('PRAGMA journal_mode = WAL');
      database.close();
    } else writeFileSync(file, '');
    t.equal(statSync(file).size, bytes);
    journalIn(folder).close();
    t.equal(
      problemOf(() => journalIn(folder).close()),
      null,
    );
  }
});

t.test('a newer schema is brought forward, and the release before still reads and writes it', async (t) => {
  const { file } = traded(t);
  const next = [
    ...steps,
    `ALTER TABLE entries ADD COLUMN tip INTEGER NOT NULL DEFAULT 0; CREATE TABLE totals (batch INTEGER PRIMARY KEY) STRICT`,
  ];
  const database = new DatabaseSync(file);
  t.equal(versionOf(database), steps.length);
  migrate(database, file, next);
  t.equal(versionOf(database), next.length);
  t.equal(database.prepare('SELECT sum(tip) AS tips, count(*) AS entries FROM entries').get()?.entries, 50);
  migrate(database, file, next);
  t.equal(versionOf(database), next.length, 'once');
  database.close();
});

t.test('the release before opens what the next one has brought forward', async (t) => {
  const { folder, file } = traded(t);
  const database = new DatabaseSync(file);
  migrate(database, file, [...steps, 'ALTER TABLE entries ADD COLUMN tip INTEGER NOT NULL DEFAULT 0']);
  database.close();
  const journal = journalIn(folder);
  const entry = journal.begin(saleOf(77));
  entry.sent();
  t.equal(journal.last()?.amount, 77);
  journal.close();
});

t.test('a step that fails leaves the version before it', async (t) => {
  const { file } = traded(t);
  const database = new DatabaseSync(file);
  t.throws(
    () => migrate(database, file, [...steps, 'CREATE TABLE half (x); CREATE TABLE entries (x)']),
    /already exists/,
  );
  t.equal(versionOf(database), steps.length);
  t.throws(() => database.exec('SELECT * FROM half'), /no such table/);
  database.exec(`UPDATE facts SET value = '9' WHERE name = 'oldest_reader'; PRAGMA user_version = 9`);
  database.close();
});

t.test('a full disk refuses a sale before the card, and what is owed can still be settled', async (t) => {
  const mounted = mount(t, ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs']);
  if (mounted === null) {
    t.pass('not run: this process may not mount a file system');
    return;
  }
  const parts = { disk: journalDisk({ file: join(mounted, 'journal.db'), marker: join(mounted, 'vault', 'm.json') }) };
  const journal = journalIn(mounted, parts);
  journal.checkWritable();
  const owing = journal.begin(saleOf(1));
  owing.sent();
  owing.handOver();
  const filler = fill(join(mounted, 'filler'));
  t.match(
    problemOf(() => journal.checkWritable()),
    { kind: 'disk-full' },
  );
  owing.reversalBegun();
  owing.reversed('00');
  t.equal(owing.state, 'reversed', 'the log was laid out beforehand');
  let written = 0;
  const ran = problemOf(() => {
    for (; ; written++) journal.begin(saleOf(1)).handOver();
  });
  t.match(ran, { kind: 'disk-full' }, 'and when that is used up it is said');
  t.ok(written > 50, `${written} rows fitted`);
  t.equal(journal.rows({ limit: 1000 }).length, written + 1, 'what was refused is not there');
  const last = journal.last()?.id ?? 0;
  unlinkSync(filler);
  journal.checkWritable();
  t.equal(journal.begin(saleOf(2)).id, last + 1, 'with room again it goes on');
  journal.close();
  const again = journalIn(mounted, parts);
  t.equal(again.rows({ limit: 1000 }).length, written + 2);
  fill(filler);
  again.close();
  const problem = problemOf(() => journalIn(mounted, parts).close());
  t.equal(problem, null, 'and it opens on a full disk, to settle what is owed');
});

t.test('a read-only disk is said by name', async (t) => {
  const mounted = mount(t, ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs']);
  if (mounted === null) {
    t.pass('not run: this process may not mount a file system');
    return;
  }
  const files = { file: join(mounted, 'journal.db'), marker: join(mounted, 'vault', 'm.json') };
  const journal = journalIn(mounted, { disk: journalDisk(files) });
  journal.begin(saleOf(1)).handOver();
  journal.close();
  execFileSync('mount', ['-o', 'remount,ro', mounted]);
  t.match(
    problemOf(() => journalIn(mounted, { disk: journalDisk(files) })),
    { kind: 'disk-read-only' },
  );
  t.match(journalDisk(files).trouble(1), { kind: 'disk-read-only' });
  execFileSync('mount', ['-o', 'remount,rw', mounted]);
  const back = journalIn(mounted, { disk: journalDisk(files) });
  t.equal(back.rows({ limit: 9 }).length, 1);
  back.close();
});

t.test('a disk that turns bad in the middle of trade refuses the next sale', async (t) => {
  const folder = testFolder(t);
  const disk = journalDisk(filesIn(folder));
  let trouble: ReturnType<typeof disk.trouble> = null;
  const journal = journalIn(folder, { disk: { ...disk, trouble: () => trouble } });
  journal.checkWritable();
  trouble = { kind: 'disk-read-only', file: disk.file };
  t.match(
    problemOf(() => journal.checkWritable()),
    { kind: 'disk-read-only' },
  );
  journal.close();
});

function overwrite(file: string, at: number, bytes: number): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, new Uint8Array(bytes).fill(0x5a), 0, bytes, at);
  closeSync(handle);
}

/** Takes all the room that is left. */
function fill(file: string): string {
  const handle = openSync(file, 'w');
  for (const size of [1 << 20, 4096]) {
    const block = new Uint8Array(size);
    try {
      for (;;) writeSync(handle, block);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    }
  }
  closeSync(handle);
  return file;
}

/** A small file system of the test's own, or null where this process may not mount. */
function mount(t: Teardown, args: readonly string[]): string | null {
  const folder = testFolder(t);
  try {
    execFileSync('mount', [...args, folder], { stdio: 'ignore' });
  } catch (error) {
    if (!(error instanceof Error && 'status' in error)) throw error;
    return null;
  }
  t.teardown(() => execFileSync('umount', ['-l', folder]));
  return folder;
}

interface Teardown {
  teardown(after: () => void): unknown;
}
