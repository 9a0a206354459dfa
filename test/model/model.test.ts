import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';

const model = join(import.meta.dirname, 'money.pml');
const run = promisify(execFile);

/** What spin searches, as -D switches of money.pml. */
interface Question {
  readonly size: readonly string[];
  /** An LTL claim under weak fairness; null: the assertions alone, in a world that never becomes steady. */
  readonly claim: 'settles' | null;
  readonly broken?: readonly string[];
  /** With fewer states than this, something keeps the model from moving. */
  readonly least?: number;
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

/** Two sales under way at once. */
const sales = ['SALES=2', 'TRACES=2', 'BATCHES=1'];
const oneSale = ['SALES=1', 'TRACES=1', 'BATCHES=2'];
const voids = [...sales, 'VOID'];
const refunds = [...sales, 'REFUND'];
/** A sale, and an offline approval after it. */
const advices = [...sales, 'ADVICE'];
/** One trace for both, through two batches: the wrap. */
const settlement = ['SALES=2', 'TRACES=1', 'BATCHES=2', 'SETTLEMENT'];
const inOneBatch = ['SALES=2', 'TRACES=2', 'BATCHES=2', 'SETTLEMENT'];
const refundsSettled = [...inOneBatch, 'REFUND'];
const oneSettled = [...oneSale, 'SETTLEMENT'];
const adviceSettled = [...oneSettled, 'ADVICE'];
const restored = ['SALES=2', 'TRACES=1', 'BATCHES=1', 'RESTORED'];
const collision = [...restored, 'TELLS_NO_NEWEST'];

const holds: Record<string, Question> = {
  'two sales: no order of events breaks a rule': { size: sales, claim: null, least: 3_000_000 },
  'two sales at a bank that keeps no tombstones': {
    ...{ size: [...sales, 'OTHER_BANK', 'NOTHING_TWICE'], claim: null, least: 600_000 },
  },
  'two voids of one sale': { size: voids, claim: null, least: 300_000 },
  'and at a bank that keeps no tombstones': { size: [...voids, 'OTHER_BANK'], claim: null, least: 350_000 },
  'two refunds of one original, and their settlement': { size: refundsSettled, claim: null, least: 400_000 },
  'a sale, and an offline approval after it': { size: advices, claim: null, least: 600_000 },
  'and their settlement': {
    ...{ size: [...inOneBatch, 'ADVICE', 'NOTHING_TWICE'], claim: null, least: 600_000 },
  },
  'two sales, one trace, and the settlement between': { size: settlement, claim: null, least: 2_500_000 },
  'two sales of one batch, and their settlement': {
    ...{ size: [...inOneBatch, 'NOTHING_TWICE'], claim: null, least: 2_000_000 },
  },
  'a journal put back from a backup': { size: restored, claim: null, least: 20_000 },
  'and a bank that tells of no newest': { size: collision, claim: null, least: 120_000 },
  'a sale in a world that becomes steady comes to its end': { size: oneSale, claim: 'settles', least: 40_000 },
  'and so do two sales': { size: [...sales, 'NOTHING_TWICE'], claim: 'settles', least: 1_000_000 },
  'and two voids': { size: [...voids, 'NOTHING_TWICE'], claim: 'settles', least: 50_000 },
  'and two refunds': { size: refunds, claim: 'settles', least: 20_000 },
  'and an offline approval after a sale': { size: [...advices, 'NOTHING_TWICE'], claim: 'settles', least: 300_000 },
  'and a settlement': { size: oneSettled, claim: 'settles', least: 200_000 },
  'and a settlement with an offline approval': { size: adviceSettled, claim: 'settles', least: 30_000 },
  'and a trace that the bank has from another': {
    ...{ size: [...collision, 'NOTHING_TWICE'], claim: 'settles', least: 40_000 },
  },
};

const breaks: Record<string, Question> = {
  // 1
  'the first byte leaves before the row is on the disk': broken('SENT_BEFORE_DISK'),
  'the other line is tried after the first byte': broken('FAILS_OVER_AFTER_FIRST_BYTE'),
  'the bank posts a sale that comes twice': broken('HOST_KNOWS_NO_DUPLICATES_OF_SALES'),
  // 2
  'a reversal is cleared without an acknowledgement': broken('CLEARED_WITHOUT_ACKNOWLEDGEMENT'),
  'the bank refuses and keeps no row of it': broken('REFUSAL_LEAVES_NO_ROW'),
  // 3
  'the bank keeps no tombstone': broken('NO_TOMBSTONE'),
  'an inquiry that finds nothing means "not charged"': broken('NONE_IS_NOT_CHARGED', [...sales, 'OTHER_BANK']),
  // 4
  'a late answer revives a row': broken('REVIVED_BY_LATE_ANSWER'),
  // 5
  'a decline is believed under a wrong MAC': broken('DECLINE_WITHOUT_MAC'),
  // 6
  '94 is reversed blindly': { ...broken('REVERSES_94_BLINDLY', [...collision, 'NOTHING_TWICE']), claim: 'settles' },
  // 7
  'the sale of a void that was reversed stays voided': broken('VOID_STICKS', voids),
  'a second void does not wait for the first': broken('SECOND_VOID_TOO_SOON', voids),
  'a second void does not wait for the first one’s confirmation': broken('VOIDS_OVER_UNCONFIRMED', [
    ...voids,
    'OTHER_BANK',
  ]),
  // 8
  'a second refund does not wait for the first': broken('SECOND_REFUND_TOO_SOON', refunds),
  'the bank posts a refund each time that it is said': broken('HOST_KNOWS_NO_DUPLICATES', refunds),
  'a refund is said again with other bytes': { ...broken('OTHER_BYTES', refunds), claim: 'settles' },
  'and 94 is taken for its yes': { size: refunds, claim: null, broken: ['OTHER_BYTES', 'DUPLICATE_IS_YES'] },
  // 10
  'the bank posts an advice each time that it is told': broken('HOST_KNOWS_NO_DUPLICATES', advices),
  'an offline approval takes the trace of the first': broken('OFFLINE_TAKES_FIRSTS_TRACE', advices),
  'an offline approval forgets what the first owes': broken('OFFLINE_FORGETS_FIRST', advices),
  'a late answer approves what was approved offline': broken('REVIVED_BY_LATE_ANSWER', advices),
  'the bank refuses an advice and tells nobody': broken('REFUSED_ADVICE_UNFOLLOWED', advices),
  // 11
  'a trace that is held is taken again': broken('TAKES_HELD_TRACE'),
  'a trace is free while its reversal is unconfirmed': broken('FREES_UNCONFIRMED_TRACE', settlement),
  // 12
  'a sign-in does not ask for the bank’s newest': broken('SIGNS_IN_BLINDLY', restored),
  // 13
  'a batch closes with money owed in it': broken('CLOSES_OWING', settlement),
  'a batch closes with an advice owed in it': broken('CLOSES_OWING_ADVICE', adviceSettled),
  'a batch closes here before the bank': broken('CLOSES_HERE_FIRST', oneSettled),
  'a sale begins while the batch is settled': broken('SELLS_WHILE_SETTLING', refundsSettled),
  'a boot forgets what is owed': { ...broken('DEBT_FORGOTTEN_AT_BOOT', oneSale), claim: 'settles' },
  // 14
  'a boot reverses what was completed': broken('REVERSES_COMPLETED_AT_BOOT', oneSale),
};

function broken(broken: string, size = sales): Question {
  return { size, claim: null, broken: [broken] };
}

/** At most two searches at a time, so that each has a core of its own. */
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

async function search({ size, claim, broken, least = 0 }: Question): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-model-'));
  const inside = { cwd: folder, maxBuffer: 1 << 24 };
  try {
    const switches = [...size, ...(claim === null ? ['NEVER_STEADY'] : []), ...(broken ?? [])];
    await run('spin', ['-a', ...switches.map((name) => `-D${name}`), model], inside);
    // A power cut is a rendezvous in an escape, which partial order reduction does not know.
    const search = claim === null ? ['-DSAFETY', '-DNOCLAIM'] : ['-DNFAIR=3'];
    // With few states, as where something is broken, compiling takes longer than searching.
    const speed = least >= 1_000_000 ? '-O2' : '-O0';
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

// All searches are queued at once, and each test waits for its own.
const answersOf = (questions: Record<string, Question>) =>
  Object.entries(questions).map(([name, question]) => ({ name, question, verdict: asked(question) }));
const sound = answersOf(holds);
const mutants = answersOf(breaks);
// A search that fails is reported by its own test, perhaps later: until then nobody handles its rejection.
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
    t.ok(states >= (question.least ?? 10_000), `${states} states are a world`);
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
