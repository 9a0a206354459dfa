import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';

const model = join(import.meta.dirname, 'money.pml');
const run = promisify(execFile);

/** What is looked at, as -D switches of money.pml. */
interface Question {
  readonly size: readonly string[];
  /** An LTL claim under weak fairness; null: the assertions alone, in a world that never becomes steady. */
  readonly claim: 'settles' | null;
  readonly broken?: string;
}

interface Verdict {
  readonly errors: number;
  readonly states: number;
  readonly seconds: number;
  readonly megabytes: number;
  /** What pan found, in its own words; empty where it found nothing. */
  readonly found: string;
  readonly said: string;
}

/** Two sales under way at once; and one trace for both, through two batches: the wrap. */
const twoTraces = ['SALES=2', 'TRACES=2', 'BATCHES=1'];
const twoBatches = ['SALES=2', 'TRACES=1', 'BATCHES=2'];
const oneSale = ['SALES=1', 'TRACES=1', 'BATCHES=2'];
const refunds = [...twoTraces, 'REFUND'];

const holds: Record<string, Question> = {
  'two sales, two traces: no order of events breaks a rule': { size: twoTraces, claim: null },
  'two sales, one trace, two batches: nor does the wrap': { size: twoBatches, claim: null },
  'two refunds of one original: nor do requests without a reversal': { size: refunds, claim: null },
  'a sale in a world that becomes steady comes to its end': { size: oneSale, claim: 'settles' },
  'and so do two sales': { size: [...twoTraces, 'NOTHING_TWICE'], claim: 'settles' },
  'and two refunds': { size: refunds, claim: 'settles' },
};

const breaks: Record<string, Question> = {
  'the first byte leaves before the row is on the disk': broken('SENT_BEFORE_DISK'),
  'the other line is tried after the first byte': broken('FAILS_OVER_AFTER_FIRST_BYTE'),
  'a decline is believed under a wrong MAC': broken('DECLINE_WITHOUT_MAC'),
  'a late answer revives a row': broken('REVIVED_BY_LATE_ANSWER'),
  'a reversal is cleared without an acknowledgement': broken('CLEARED_WITHOUT_ACKNOWLEDGEMENT'),
  'a trace that is held is taken again': broken('TAKES_HELD_TRACE'),
  'a batch closes with money owed in it': broken('CLOSES_OWING', twoBatches),
  'a batch closes without the bank': broken('CLOSES_WITHOUT_BANK', [...twoBatches, 'NOTHING_TWICE']),
  'the bank keeps no tombstone': broken('NO_TOMBSTONE'),
  'the bank refuses and keeps no row of it': broken('REFUSAL_LEAVES_NO_ROW'),
  'a second refund does not wait for the first': broken('SECOND_REFUND_TOO_SOON', refunds),
  'the bank knows no duplicates of a refund': broken('HOST_KNOWS_NO_DUPLICATES', refunds),
  'a boot forgets what is owed': {
    size: ['SALES=1', 'TRACES=1', 'BATCHES=1'],
    claim: 'settles',
    broken: 'DEBT_FORGOTTEN_AT_BOOT',
  },
};

function broken(broken: string, size = twoTraces): Question {
  return { size, claim: null, broken };
}

/** Two at a time: a search has a core of its own. */
const waiting: (() => void)[] = [];
let free = 2;
async function asked(question: Question): Promise<Verdict> {
  if (free === 0) await new Promise<void>((begin) => waiting.push(begin));
  else free--;
  try {
    return await search(question);
  } finally {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  }
}

async function search({ size, claim, broken }: Question): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-model-'));
  const inside = { cwd: folder, maxBuffer: 1 << 24 };
  try {
    const switches = [...size, ...(claim === null ? ['NEVER_STEADY'] : []), ...(broken === undefined ? [] : [broken])];
    await run('spin', ['-a', ...switches.map((name) => `-D${name}`), model], inside);
    // A power cut is a rendezvous in an escape, which partial order reduction does not know.
    const search = claim === null ? ['-DSAFETY', '-DNOCLAIM'] : ['-DNFAIR=3'];
    // What is broken is found among a few states: there compiling takes longer than looking.
    const speed = broken === undefined ? '-O2' : '-O0';
    await run('gcc', [speed, '-w', '-DNOREDUCE', '-DMEMLIM=1900', ...search, '-o', 'pan', 'pan.c'], inside);
    const how = claim === null ? [] : ['-a', '-f', '-N', claim];
    const room = broken === undefined ? ['-m200000', '-w24'] : ['-m20000', '-w20'];
    const { stdout } = await run(join(folder, 'pan'), [...room, ...how], inside);
    return verdictOf(stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function verdictOf(said: string): Verdict {
  const number = (pattern: RegExp): number => Number(pattern.exec(said)?.[1] ?? Number.NaN);
  return {
    errors: number(/errors: (\d+)/),
    states: number(/(\d[\d.e+]*) states, stored/),
    seconds: number(/elapsed time ([\d.]+)/),
    megabytes: number(/([\d.]+)\s+total actual memory/),
    found: /^pan:1: (.*)$/m.exec(said)?.[1] ?? '',
    said,
  };
}

function words({ states, seconds, megabytes }: Verdict): string {
  return `${states} states, ${seconds} s, ${megabytes} MB`;
}

// All of them are asked for at once, and each test waits for its own.
const answersOf = (questions: Record<string, Question>) =>
  Object.entries(questions).map(([name, question]) => ({ name, question, verdict: asked(question) }));
const sound = answersOf(holds);
const mutants = answersOf(breaks);
// One that fails is told of by its own test, perhaps later than it fails.
for (const { verdict } of [...sound, ...mutants]) verdict.catch(() => undefined);

for (const { name, question, verdict } of sound) {
  t.test(name, async (t) => {
    const heard = await verdict;
    const { errors, found, said, states, megabytes } = heard;
    t.equal(errors, 0, found);
    // Every state was visited: no depth, memory or time cut the search short, and no state was told by its hash alone.
    t.match(said, /^Full statespace search for:$/m);
    t.notMatch(said, /Search not completed|max search depth too small|out of memory|aborted/);
    t.match(
      said,
      question.claim === null ? /assertion violations\s+\+/ : /acceptance\s+cycles\s+\+ \(fairness enabled\)/,
    );
    t.ok(states > 10_000, `${states} states are a world`);
    t.ok(megabytes < 2000);
    t.comment(words(heard));
  });
}

for (const { name, verdict } of mutants) {
  t.test(`found: ${name}`, async (t) => {
    const heard = await verdict;
    t.ok(heard.errors > 0, 'a model that passes this has forgotten a ledger');
    t.match(heard.found, /^(assertion violated|acceptance cycle)/);
    t.comment(`${heard.found}: ${words(heard)}`);
  });
}
