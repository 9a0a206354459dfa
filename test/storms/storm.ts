import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { digestOf, openRecord, PROVEN } from '../record.ts';
import { nameOf } from './faults.ts';
import { flowNamed } from './flows.ts';
import { points } from './points.ts';
import { provision } from './provision.ts';
import { type DayBefore, day, dayBefore, type Outcome, profileOf } from './seed.ts';
import type { Placed } from './shrink.ts';
import { errandsOf, type Report } from './worker.ts';

/**
 * The storm (README.md). `SEEDS=n` sets how many seeds and `FROM=n` where they begin. `POINTS=n` goes on until so many
 * distinct fault points have come about, from where an earlier run was broken off. `SEED=n` replays one seed and says
 * what happens in it, `ERRANDS=file` replays those of a file of `regressions/`. `STOP=1` ends at the first finding,
 * without shrinking it.
 */
const { SEED, SEEDS, FROM, POINTS, STOP, ERRANDS } = process.env;
/** The storm's own sources: the record of a long storm is good only while they, too, stay the same. */
const STORM = ['test/storms/**/*.{ts,c}'];
/** More than ten thousand distinct points. */
const USUAL_SEEDS = 320;
/** Findings after which no more seeds are begun. */
const MOST_TOLD = STOP === undefined ? 20 : 1;

let told = 0;
if (ERRANDS !== undefined) await replay(...errandsIn(ERRANDS));
else if (SEED !== undefined) await replay(dayBefore(numberOf('SEED', SEED)));
else await storm();

async function storm(): Promise<void> {
  const first = numberOf('FROM', FROM ?? '0');
  const wanted = POINTS === undefined ? null : numberOf('POINTS', POINTS);
  const end = wanted === null ? first + numberOf('SEEDS', SEEDS ?? String(USUAL_SEEDS)) : Number.POSITIVE_INFINITY;
  const started = performance.now();
  const seen = new Set<number>();
  let [next, highest] = [first, first - 1];
  let [seeds, errands, trades, lost, doubled, others] = [0, 0, 0, 0, 0, 0];
  let said = started;

  const count = (report: Report) => {
    seeds++;
    highest = Math.max(highest, report.seed);
    errands += report.errands;
    trades += report.trades;
    for (const name of report.hit) seen.add(name);
    lost += report.findings.filter(({ kind }) => kind === 'lost').length;
    doubled += report.findings.filter(({ kind }) => kind === 'doubled').length;
    others += report.findings.filter(({ kind }) => kind !== 'lost' && kind !== 'doubled').length;
    if (report.findings.length > 0) tell(report);
  };
  const file = join('reports', `storm-from-${first}.jsonl`);
  const record = wanted === null ? null : openRecord<Report & { at_s: number }>(file, digestOf([...PROVEN, ...STORM]));
  const before = new Set(record?.done.map(({ seed }) => seed));
  for (const report of record?.done ?? []) count(report);
  const spent_s = record?.done.at(-1)?.at_s ?? 0;
  const seconds = () => spent_s + Math.round((performance.now() - started) / 1000);
  if (before.size > 0) process.stdout.write(`storm: goes on after ${before.size} seeds, ${seen.size} fault points\n`);

  const take = () => {
    const over = next >= end || (wanted !== null && seen.size >= wanted) || lost + doubled + others >= MOST_TOLD;
    if (over) return null;
    while (before.has(next)) next++;
    return next++;
  };
  const done = (report: Report) => {
    count(report);
    record?.add({ ...report, at_s: seconds() });
    if (performance.now() - said < 30_000) return;
    said = performance.now();
    process.stdout.write(`storm: seed ${report.seed}, ${seen.size} fault points, ${seconds()} s\n`);
  };
  await Promise.all(Array.from({ length: Math.max(1, availableParallelism()) }, () => worker(take, done)));

  const rate = Math.round(trades / Math.max(1, seconds()));
  process.stdout.write(
    `storm: seeds ${first} to ${highest}, ${errands} errands, ${trades} transactions at the bank, ${rate} a second, ${others} other findings\n`,
  );
  process.stdout.write(
    `storm: ${seeds} seeds, ${seen.size} fault points, ${lost} lost, ${doubled} doubled, ${seconds()} s\n`,
  );
  process.exitCode = lost + doubled + others === 0 ? 0 : 1;
}

/** Prints what was found, and writes the errands that lead to it into a file that `regressions/` takes as it is. */
function tell({ seed, findings, shrunk }: Report): void {
  const lines = findings.map(({ kind, text }) => `  ${kind}: ${text}`);
  const file = join('reports', `storm-${seed}.json`);
  mkdirSync('reports', { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...dayBefore(seed), errands: shrunk }, null, 2)}\n`);
  process.stdout.write(
    [
      `storm: seed ${seed} finds`,
      ...lines,
      ...shrunk.map(({ flow, strikes }) => `  after ${nameOf(flow, strikes)}`),
      `  SEED=${seed} make storm; its errands: ${file}`,
      '',
    ].join('\n'),
  );
}

/**
 * Processes that take seeds until there are none: there is one test disk for SQLite per process. If a process dies,
 * that is a finding of its seed, and another process goes on.
 */
async function worker(take: () => number | null, done: (report: Report) => void): Promise<void> {
  for (;;) {
    const { code, seed } = await untilItEnds(take, done);
    if (code === 0) return;
    if (seed === null) throw new Error(`a worker of the storm ended with ${code} at no seed`);
    const text = `the storm's process ended with ${code}`;
    done({ seed, hit: [], errands: 0, trades: 0, findings: [{ kind: 'crash', text }], shrunk: [] });
  }
}

function untilItEnds(
  take: () => number | null,
  done: (report: Report) => void,
): Promise<{ code: number | null; seed: number | null }> {
  const child: ChildProcess = fork(join(import.meta.dirname, 'worker.ts'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Most of what an errand leaves in memory is garbage soon: a larger young generation saves time.
    execArgv: ['--max-semi-space-size=32'],
  });
  let seed: number | null = null;
  return new Promise((resolve) => {
    child.on('message', (said: Report | { ready: true }) => {
      if (!('ready' in said)) done(said);
      seed = take();
      if (seed === null) child.disconnect();
      else child.send({ seed });
    });
    child.on('exit', (code) => resolve({ code, seed }));
  });
}

/** Replays one seed, or those of its errands that are named, and prints what becomes of each errand. */
async function replay(before: DayBefore, named: readonly Placed[] | null = null): Promise<void> {
  Error.stackTraceLimit = 30;
  const made = provision();
  const list = named ?? errandsOf(before.seed, points(await profileOf(made)).point);
  const started = performance.now();
  const { outcomes } = await day(made, before, list, (outcome) => trail(outcome, list.length));
  made.remove();
  const of = (kind: string) =>
    outcomes.flatMap(({ findings }) => findings).filter((found) => found.kind === kind).length;
  const seconds = Math.round((performance.now() - started) / 1000);
  const hit = new Set(outcomes.map(({ name }) => name)).size;
  process.stdout.write(
    `storm: 1 seeds, ${hit} fault points, ${of('lost')} lost, ${of('doubled')} doubled, ${seconds} s\n`,
  );
  process.exit(outcomes.some(({ findings }) => findings.length > 0) ? 1 : 0);
}

/** The day and the errands of a file. */
function errandsIn(file: string): [before: DayBefore, errands: Placed[]] {
  const { errands, ...before } = JSON.parse(readFileSync(file, 'utf8'));
  return [before, errands.map(({ flow, ...rest }: { flow: string }) => ({ ...rest, flow: flowNamed(flow) }))];
}

function trail({ point, name, screens, findings, trades, virtual_ms }: Outcome, of: number): void {
  const planned = nameOf(point.flow.name, point.strikes);
  process.stdout.write(`${++told}/${of + 1} ${name ?? `${planned} (did not come about)`}\n`);
  process.stdout.write(`    ${screens.join(' → ')}; ${trades} at the bank, ${(virtual_ms / 1000).toFixed(1)} s\n`);
  for (const { kind, text } of findings) process.stdout.write(`    ${kind.toUpperCase()}: ${text}\n`);
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  process.stderr.write(`storm: ${name}=${text} is no whole number: write ${name}=100\n`);
  process.exit(2);
}
