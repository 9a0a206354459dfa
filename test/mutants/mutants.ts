import { join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';

/**
 * What `make mutants` breaks with Stryker, part by part, and the fast tests that must notice, the quickest first. One
 * part alone: `PART=outbox`. What survives is explained in README.md.
 */
const parts: Readonly<Record<string, { readonly mutate: readonly string[]; readonly tests: readonly string[] }>> = {
  rules: {
    mutate: ['src/journal/{progress,events,entry,types}.ts'],
    tests: [
      'debts',
      'entry',
      'refundable',
      'hold',
      'copies',
      'journal-batch',
      'journal-settlement',
      'outbox',
      'told-again',
      'journal',
    ],
  },
  journal: {
    mutate: ['src/journal/{sums,settlements,shelf,writes,reads,journal}.ts'],
    tests: [
      ...['journal-store', 'journal-batch', 'journal-settlement', 'journal-kept', 'journal-quiet', 'shelf', 'entry'],
      ...['journal', 'journal-slips', 'settlement-by-two', 'journal-archive', 'refund', 'journal-disk'],
    ],
  },
  archive: {
    mutate: ['src/journal/{archive,moving,keeping,batches}.ts'],
    tests: [
      ...['journal-keeping', 'journal-anew', 'journal-archive', 'journal-unread', 'batches', 'journal-quiet'],
      ...['journal-disk', 'settlement-by-two'],
    ],
  },
  outbox: {
    mutate: ['src/outbox/*.ts'],
    tests: [
      ...['bell', 'outbox-owed', 'outbox-rounds', 'outbox-background', 'outbox-alone', 'outbox-parked', 'outbox'],
      ...['outbox-tidies', 'sent-again', 'told-again', 'accept', 'advice'],
    ],
  },
  answers: {
    mutate: ['src/host/{answers,reversal,advice,inquiry,settlement,response-codes}.ts'],
    tests: ['answers', 'ends', 'inquiry-answer', 'settlement-messages'],
  },
  payment: {
    mutate: ['src/payment/{charge,accept,unsettled,same-card,inquire}.ts'],
    tests: [
      ...['accept', 'charge', 'unsettled', 'same-card', 'inquire', 'charged-at-the-counter', 'holds-at-the-counter'],
      ...['refund', 'sale', 'sale-counter', 'refund-at-the-counter', 'advice'],
    ],
  },
  charged: {
    mutate: ['src/charged/{answer,candidates,tell,evidence}.ts'],
    tests: ['charged', 'charged-taken', 'charged-at-the-counter'],
  },
  refund: {
    mutate: ['src/refund/{refundable,paid}.ts'],
    tests: ['refundable', 'paid', 'refund'],
  },
  settlement: {
    mutate: ['src/settlement/{steps,counting,differences}.ts'],
    tests: ['settlement-counted', 'settlement-steps', 'settling'],
  },
  bank: {
    mutate: ['bank/{trade,trades,ledger,decision,holds,reversal}.ts'],
    tests: [
      ...['bank-ledger', 'bank-trade', 'bank-reversal', 'bank-rulings', 'bank-refund', 'bank-preauth', 'bank-void'],
      ...['bank-advices', 'bank-cases'],
    ],
  },
  'bank-batches': {
    mutate: ['bank/{rulings,left-batch,settlement}.ts'],
    tests: ['bank-rulings', 'bank-batch-moved', 'bank-settling-steps', 'bank-counted-types', 'bank-reversal'],
  },
  'bank-cases': {
    mutate: ['bank/{correction,standing,cases,dispute,refund,void,inquiry}.ts'],
    tests: [
      ...['bank-corrections', 'bank-corrected', 'bank-case-desk', 'bank-cases', 'bank-refund', 'bank-void'],
      ...['bank-inquiry', 'bank-clearing', 'bank-left-batch'],
    ],
  },
};

type MutantResult = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

/** How many of a hundred mutants must be noticed. */
const LEAST_SCORE = 90;

async function run(chosen: readonly string[]): Promise<void> {
  const results: MutantResult[] = [];
  for (const name of chosen) results.push(...(await runPart(name)));
  const alive = results.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
  const dead = results.filter(({ status }) => status === 'Killed' || status === 'Timeout');
  for (const { fileName, location, replacement, status } of alive) {
    say(`${fileName}:${location.start.line}:${location.start.column} ${status}: ${replacement}`);
  }
  const score = (100 * dead.length) / Math.max(1, dead.length + alive.length);
  say(`mutants: ${dead.length + alive.length}, ${dead.length} died, ${alive.length} survived, ${score.toFixed(1)} %`);
  if (score < LEAST_SCORE) process.exitCode = 1;
}

async function runPart(name: string): Promise<MutantResult[]> {
  const part = parts[name];
  if (part === undefined) throw new Error(`PART=${name}: the parts are ${Object.keys(parts).join(', ')}`);
  const stryker = new Stryker({
    testRunner: 'tap',
    plugins: ['@stryker-mutator/tap-runner', join(import.meta.dirname, 'developers-words.mjs')],
    ignorers: ['developers-words'],
    tap: {
      testFiles: part.tests.map((test) => `test/unit/${test}.test.ts`),
      nodeArgs: ['-r', '{{hookFile}}', '{{testFile}}'],
    },
    mutate: [...part.mutate],
    coverageAnalysis: 'perTest',
    concurrency: Number(process.env.AT_ONCE ?? 2),
    timeoutMS: 60_000,
    incremental: true,
    incrementalFile: `reports/mutants-${name}.json`,
    tempDirName: 'reports/sandbox',
    reporters: ['clear-text'],
    clearTextReporter: { reportTests: false, allowColor: false },
    // The compiler of this TypeScript has no JavaScript API that could be asked to rewrite its settings.
    tsconfigFile: 'there-is-none.json',
    disableTypeChecks: false,
    ignorePatterns: ['docs', 'reports', '/test/page', '/test/kills'],
  });
  return stryker.runMutationTest();
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

// By default tap gives up on a file after half a minute, which is too short on a busy machine.
process.env.TAP_TIMEOUT ??= '120';
const { PART } = process.env;
await run(PART === undefined ? Object.keys(parts) : PART.split(','));
