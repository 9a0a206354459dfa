import { copyFileSync, mkdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { dirname } from 'node:path';
import t from 'tap';
import type { Entry } from '../../src/journal/entry.ts';
import { type Journal, openJournal } from '../../src/journal/journal.ts';
import type { EntryType } from '../../src/journal/types.ts';
import { filesIn, journalIn, owing, problemOf, saleOf, scoped, silence, testFolder } from '../journal-bench.ts';
import { stormDisk } from '../storms/disk.ts';
import { meter } from '../storms/faults.ts';

const disk = stormDisk();
/** Power cuts, and null: the program alone starts anew, and reads what the system has in memory. */
const RESTARTS = [null, 1, 2, 3, 4, 5, 6];
/** More calls than a commit makes. */
const CALLS = 12;
/** Of programs that have ended. To close one writes through it: not before the disk is another's. */
const ended: Journal[] = [];

/** A terminal with an empty disk, of whose armed calls each fails. */
function empty(): void {
  const failing = Object.assign(
    meter(() => undefined),
    { numbered: () => 'io-error' as const },
  );
  disk.wipe({ meter: failing, strike: () => undefined, isDead: () => false });
  for (const journal of ended.splice(0)) journal.close();
}

t.teardown(empty);

function opened(): Journal {
  const journal = openJournal({ disk: disk.journal, random: (bytes) => new Uint8Array(bytes).fill(5) });
  ended.push(journal);
  return journal;
}

function restarted(seed: number | null): Journal {
  if (seed !== null) {
    disk.unplug();
    disk.plug(seed);
  }
  return opened();
}

/** The entry after a write of which these calls failed, counted from its own; null where none of them was made. */
function failed(write: (entry: Entry) => void, type: EntryType, calls: readonly number[]) {
  empty();
  const journal = opened();
  const entry = journal.begin(saleOf(100, { type, copies: [] }));
  disk.arm(calls);
  const problem = problemOf(() => write(entry));
  disk.arm([]);
  if (problem === null) return null;
  entry.handOver();
  return { journal, entry, problem };
}

const asking = {
  'what the counter accepts': { type: 'offline', write: (entry: Entry) => entry.accepted(), debt: 'advise' },
  'a refund that is about to leave': { type: 'refund', write: (entry: Entry) => entry.sent(), debt: 'repeat' },
} as const;

for (const [name, { type, write, debt }] of Object.entries(asking)) {
  t.test(`${name} is not so at any start once the disk has refused it`, async (t) => {
    let refusals = 0;
    for (const seed of RESTARTS) {
      for (let call = 1; call <= CALLS; call++) {
        const left = failed(write, type, [call]);
        if (left === null) continue;
        refusals++;
        t.match(left.entry, { isDoubted: false, state: 'declined', debts: [] }, `call ${call}`);
        const found = restarted(seed).entry(1);
        t.match(found, { state: 'declined', debts: [] }, `call ${call}, restart ${seed}`);
      }
    }
    t.ok(refusals >= 3 * RESTARTS.length, 'its frame’s header and page, and its sync');
  });

  t.test(`${name} is unknown where the disk refuses to make sure of it, until it does`, async (t) => {
    const seen = new Set<string>();
    for (const seed of RESTARTS) {
      for (let call = 1; call <= CALLS; call++) {
        const left = failed(write, type, [call, call + 1, call + 2, call + 3]);
        if (left === null) continue;
        const { isDoubted, state } = left.entry;
        t.equal(state, isDoubted ? 'unknown' : 'declined', 'nobody is told less than what may come');
        const found = restarted(seed).entry(1);
        t.ok(isDoubted || found?.debt === 'nothing', `call ${call}, restart ${seed}`);
        seen.add(`${isDoubted} ${found?.debt}`);

        const mended = failed(write, type, [call, call + 1, call + 2, call + 3]);
        mended?.journal.checkWritable();
        t.match(
          mended?.entry,
          { isDoubted: false, state: 'declined' },
          'the disk takes something else: nothing of it is left',
        );
        t.match(restarted(seed).entry(1), { state: 'declined', debts: [] }, `call ${call}, restart ${seed}, mended`);
      }
    }
    t.ok(seen.has(`true ${debt}`), 'it does come true');
    t.ok(seen.has('true nothing'), 'and it does not');
  });
}

t.test('a doubt is over with the next commit, and does not come back with another one', async (t) => {
  const { journal, entry } = doubted();
  const other = journal.begin(saleOf(200, { type: 'offline', copies: [] }));
  t.equal(entry.isDoubted, false);
  t.equal(entry.state, 'declined');
  for (let call = 1; call <= CALLS && !other.isDoubted; call++) {
    disk.arm([call, call + 1, call + 2, call + 3]);
    problemOf(() => other.accepted());
    disk.arm([]);
  }
  t.equal(other.isDoubted, true);
  t.match(entry, { isDoubted: false, state: 'declined' });
});

/** An offline sale of which the disk may have taken that the counter has finished with it. */
function doubted() {
  for (let call = 1; call <= CALLS; call++) {
    const left = failed((entry) => entry.accepted(), 'offline', [call, call + 1, call + 2, call + 3]);
    if (left?.entry.isDoubted) return left;
  }
  throw new Error('nothing is in doubt');
}

t.test('a sale of which no byte has left is not charged, whatever the disk has taken of it', async (t) => {
  for (let call = 1; call <= CALLS; call++) {
    const left = failed((entry) => entry.sent(), 'sale', [call, call + 1, call + 2, call + 3]);
    if (left === null) continue;
    t.match(left.entry, { isDoubted: false, state: 'declined' });
    t.notOk(['repeat', 'advise'].includes(restarted(null).entry(1)?.debt ?? ''), 'its reversal moves no money');
  }
});

t.test('the log is written anew at the start, as far as it says something', async (t) => {
  const folder = testFolder(t);
  const other = testFolder(t);
  const journal = journalIn(folder);
  owing(journal, 100);
  for (const [at, to] of Object.entries(filesIn(folder)).map(
    ([key, at]) => [at, filesIn(other)[key as 'file']] as const,
  )) {
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
    copyFileSync(at, to);
  }
  const wal = `${filesIn(other).file}-wal`;
  copyFileSync(`${filesIn(folder).file}-wal`, wal);
  journal.close();
  const said = readFileSync(wal);
  utimesSync(wal, 1, 1);
  using again = scoped(journalIn(other));
  t.ok(statSync(wal).mtimeMs > 1000, 'what no sync has brought to the disk is brought there now');
  t.equal(readFileSync(wal).compare(said), 0, 'and it says what it said');
  t.match(again.debts(), [{ debt: 'reverse' }]);
});

t.test('nothing is told again before what two people may have ruled is made sure of', async (t) => {
  empty();
  const journal = opened();
  const entry = journal.begin(saleOf(100, { type: 'offline', copies: [] }));
  entry.accepted();
  entry.told(silence);
  const ruling = { money: 'not charged', people: ['00', '99'], reference: 'BANK-1' } as const;
  const rule = () => problemOf(() => entry.ruled(ruling));
  let stopped = 0;
  for (let call = 1; call <= CALLS; call++) {
    disk.arm([call, call + 1, call + 2, call + 3]);
    const refused = rule();
    if (refused === null) break;
    disk.arm([1, 2, 3, 4]);
    if (problemOf(() => entry.makeSure()) !== null) stopped++;
    disk.arm([]);
    entry.makeSure();
    t.equal(restarted(null).entry(1)?.debt, 'advise', 'the ruling is gone');
  }
  t.ok(stopped > 0);
});
