/**
 * A terminal that trades until it is killed: it does to a journal what its seed says, and tells on its output what has
 * been acknowledged, one line each, after the call has returned. `node journal-writer.ts FOLDER SEED`
 */
import { writeSync } from 'node:fs';
import type { Entry } from '../src/journal/entry.ts';
import { approval, journalIn, refusal, saleOf, silence } from './journal-bench.ts';

const [folder = '', seed = '1'] = process.argv.slice(2);
const next = randomFrom(Number(seed));
const journal = journalIn(folder);
const tell = (id: number, kind: string) => writeSync(1, `${id} ${kind}\n`);

tell(0, 'ready');
for (let sale = 1; ; sale++) {
  const entry = journal.begin(saleOf(sale));
  tell(entry.id, 'begun');
  for (const [kind, step] of life(entry)) {
    step();
    tell(entry.id, kind);
  }
  entry.handOver();
  if (next(4) === 0) journal.tidy();
  if (next(8) === 0) journal.takeTrace();
}

type Step = readonly [kind: string, step: () => void];

/** Steps of one possible course of a sale, which may stop after any of them. */
function life(entry: Entry): readonly Step[] {
  const sent: Step = ['sent', () => entry.sent()];
  const unknown: Step[] = [
    ['answered', () => entry.answered(silence)],
    ['reversal-begun', () => entry.reversalBegun()],
    ['reversal-unanswered', () => entry.reversalUnanswered()],
    ['parked', () => entry.parked()],
    ['reversed', () => entry.reversed('00')],
  ];
  const charged: Step[] = [
    ['answered', () => entry.answered(approval)],
    ['completed', () => entry.completed()],
    ['copy-begun', () => entry.copyBegun('merchant')],
    ['copy-printed', () => entry.copyPrinted('merchant')],
    ['copy-printed', () => entry.copyPrinted('cardholder')],
  ];
  const declined: Step[] = [['answered', () => entry.answered(refusal)]];
  const ways = [unknown, charged, declined];
  const steps = [sent, ...(ways[next(ways.length)] ?? [])];
  return steps.slice(0, next(3) === 0 ? next(steps.length + 1) : steps.length);
}

/** Numbers below `limit` (mulberry32): the same for the same seed. */
function randomFrom(state: number): (limit: number) => number {
  let now = state >>> 0;
  return (limit) => {
    now = (now + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(now ^ (now >>> 15), now | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}
