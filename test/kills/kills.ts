import { join } from 'node:path';
import type { Test } from 'tap';
import { digestOf, openRecord, PROVEN, type Record } from '../record.ts';
import { openCounter } from '../stories/counter.ts';
import type { Finding } from './books.ts';
import type { Flow } from './flow.ts';
import { outOfOrder } from './order.ts';
import { type FlowPoint, pointOf, pointsOf, sample, wordOf } from './points.ts';
import { scene } from './scene.ts';
import { VICTIMS } from './strike.ts';

/**
 * How many points, instead of a sample of a fitting size: `KILLS=n`, or `KILLS=all`; which of them: `SEED=n`; at how
 * many countertops at the same time: `LANES=n`.
 */
const { KILLS, KILL, FLOW = '' } = process.env;
const ALL = KILLS === 'all';
const seed = numberOf('SEED', 20_261_130);
/** Countertops at the same time: a clerk waits more than the processes work. */
const AT_ONCE = numberOf('LANES', ALL ? 2 : 1);
const reports = join(import.meta.dirname, '..', '..', 'reports', 'kills');

/** A whole run takes hours. */
export const longest_ms = ALL ? 72 * 3_600_000 : 900_000;

/** The shortest answer timer that the bank sends down. */
const ANSWER_TIMEOUT_MS = 1000;
/** After so many points another countertop is opened, so that its books do not grow all day. */
const POINTS_OF_A_COUNTERTOP = 100;
const A_MINUTE_MS = 60_000;

export interface Killing {
  /** The name of the file in reports/kills/ that records what is done, in a run of all points. */
  readonly name: string;
  readonly flows: readonly Flow[];
  /** How many points a sample has. */
  readonly points: number;
}

/** What became of one point. */
interface Outcome {
  /** The point in the words of a finding. */
  readonly point: string;
  /** Whether the victim died there: how often a call comes differs a little from run to run. */
  readonly came: boolean;
  readonly findings: readonly Finding[];
  readonly s: number;
}

export interface Killed {
  /** Each with the words with which it is asked for again. */
  readonly findings: readonly string[];
  /** Messages that left and files that were replaced before the disk had what they rest on. */
  readonly unordered: readonly string[];
  /** Whether most points were reached, and how many. */
  readonly enough: boolean;
  readonly reached: string;
}

/** Kills terminal or bank again and again in these flows, and compares all books after each. */
export async function kills(t: Test, { name, flows, points }: Killing): Promise<Killed> {
  const from_ms = Date.now();
  const lanes = Array.from({ length: AT_ONCE }, openLane);
  try {
    const { chosen, unordered } = await choose(t, lanes, { flows, points });
    const record = ALL ? openRecord<Outcome>(join(reports, `${name}.jsonl`), digestOf(PROVEN)) : null;
    const outcomes = await allOf(lanes, flows, chosen, record);
    const reached = outcomes.filter(({ came }) => came).length;
    summary(name, outcomes, Math.round((Date.now() - from_ms) / 1000));
    const findings = outcomes.flatMap(({ point, findings }) =>
      findings.map(({ kind, what }) => `${kind}: ${what}; again: KILL='${point}' node test/kills/${name}.test.ts`),
    );
    // Not every point is reached: how often the display and those who watch are written to differs from run to run.
    return {
      findings,
      unordered,
      enough: reached >= outcomes.length * 0.8,
      reached: `${reached} of ${outcomes.length}`,
    };
  } finally {
    for (const lane of lanes) await lane.close();
  }
}

type Lane = ReturnType<typeof openLane>;

/** One countertop at a time, with the terminal signed in; a new one for another printer speed or after many points. */
function openLane() {
  let open: { site: ReturnType<typeof scene>; close(): Promise<void> } | null = null;
  let slowNow = false;
  let used = 0;
  const close = async () => {
    await open?.close();
    open = null;
  };
  return {
    async counter(slow: boolean) {
      if (open !== null && slow === slowNow && used < POINTS_OF_A_COUNTERTOP) {
        used += 1;
        return open.site;
      }
      await close();
      const { counter, close: shut } = await openCounter({ answer_timeout_ms: ANSWER_TIMEOUT_MS, quick: !slow });
      const site = scene(counter);
      open = {
        site,
        async close() {
          await shut();
          await site.close();
        },
      };
      [slowNow, used] = [slow, 1];
      await counter.signIn();
      return site;
    },
    close,
  };
}

/** Does `work` with each item, one in each lane at a time; resolves with what came of each, in their order. */
async function inLanes<Item, Result>(
  lanes: readonly Lane[],
  items: readonly Item[],
  work: (lane: Lane, item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  const along = async (lane: Lane) => {
    for (const [place, item] of left) results[place] = await work(lane, item);
  };
  await Promise.all(lanes.map(along));
  return results;
}

async function choose(t: Test, lanes: readonly Lane[], { flows, points: most }: Omit<Killing, 'name'>) {
  const one = KILL === undefined ? null : pointOf(KILL);
  if (one !== null) return { chosen: flows.some(({ name }) => name === one.flow) ? [one] : [], unordered: [] };
  const wanted = flows.filter(({ name }) => name.includes(FLOW));
  const heard = await inLanes(
    lanes,
    bySpeed(wanted, ({ slow }) => slow === true),
    async (lane, flow) => {
      const listen = async () => (await lane.counter(flow.slow === true)).heard(flow);
      // A clerk who stumbles begins once more, at a fresh countertop, as in `killed`.
      const calls = await listen().catch(async () => {
        await lane.close();
        return listen();
      });
      return { flow, calls };
    },
  );
  const points = heard.flatMap(({ flow, calls }) => VICTIMS.flatMap((victim) => pointsOf(flow, victim, calls[victim])));
  const unordered = heard.flatMap(({ flow, calls }) =>
    outOfOrder(calls.terminal).map((what) => `${flow.name}: ${what}`),
  );
  t.comment(`seed ${seed}, of ${points.length} points: ${kindsOf(points)}`);
  return { chosen: sample(wanted, points, ALL ? Number.POSITIVE_INFINITY : numberOf('KILLS', most), seed), unordered };
}

/** The slow ones last, because they need a countertop of their own. */
function bySpeed<Item>(items: readonly Item[], isSlow: (item: Item) => boolean): readonly Item[] {
  return items.toSorted((one, other) => Number(isSlow(one)) - Number(isSlow(other)));
}

async function allOf(
  lanes: readonly Lane[],
  flows: readonly Flow[],
  chosen: readonly FlowPoint[],
  record: Record<Outcome> | null,
): Promise<readonly Outcome[]> {
  const named = new Map(flows.map((flow) => [flow.name, flow]));
  const flowOf = (point: FlowPoint): Flow => {
    const flow = named.get(point.flow);
    if (flow === undefined) throw new Error(`no flow ${point.flow}`);
    return flow;
  };
  const outcomes = [...(record?.done ?? [])];
  const known = new Set(outcomes.map(({ point }) => point));
  const left = bySpeed(
    chosen.filter((point) => !known.has(wordOf(point))),
    (point) => flowOf(point).slow === true,
  );
  const begun = { at_ms: Date.now(), with: outcomes.length };
  let told_ms = begun.at_ms;
  await inLanes(lanes, left, async (lane, point) => {
    const outcome = await killed(lane, flowOf(point), point);
    outcomes.push(outcome);
    record?.add(outcome);
    for (const { kind, what } of outcome.findings) process.stderr.write(`kill: ${outcome.point}: ${kind}: ${what}\n`);
    if (Date.now() - told_ms < A_MINUTE_MS) return;
    told_ms = Date.now();
    const each_s = (told_ms - begun.at_ms) / 1000 / (outcomes.length - begun.with);
    const to_do = left.length - (outcomes.length - begun.with);
    process.stderr.write(
      `kill: ${outcomes.length} points, ${words(outcomes)}, ${each_s.toFixed(1)} s each; ${to_do} to go, ${Math.ceil((to_do * each_s) / 60)} min\n`,
    );
  });
  return outcomes;
}

/** Strikes one point. A clerk who stumbles although nobody died tries once more: the machine may have been busy. */
async function killed(lane: Lane, flow: Flow, at: FlowPoint): Promise<Outcome> {
  const from_ms = Date.now();
  const point = wordOf(at);
  const tried = async () => (await lane.counter(flow.slow === true)).killed(flow, at);
  try {
    const { came, findings } = await tried().catch(async (error) => {
      process.stderr.write(`kill: ${point}: once more: ${error}\n`);
      await lane.close();
      return tried();
    });
    return { point, came, findings, s: (Date.now() - from_ms) / 1000 };
  } catch (error) {
    await lane.close();
    const what = `the clerk stumbled: ${error}`;
    return { point, came: false, findings: [{ kind: 'stumbled', what }], s: (Date.now() - from_ms) / 1000 };
  }
}

function summary(name: string, outcomes: readonly Outcome[], s: number): void {
  const flowOf = ({ point }: Outcome) => pointOf(point)?.flow ?? point;
  if (ALL) {
    for (const [flow, some] of Map.groupBy(outcomes, flowOf)) {
      const took_s = some.reduce((sum, outcome) => sum + outcome.s, 0);
      const each = `${(took_s / some.length).toFixed(1)} s each`;
      process.stderr.write(`kill: ${name}: ${flow}: ${some.length} points, ${words(some)}, ${each}\n`);
    }
  }
  const reached = outcomes.filter(({ came }) => came).length;
  process.stderr.write(`kill: ${reached} points, ${words(outcomes)}, ${s} s\n`);
}

/** `0 lost, 0 doubled`, and whatever else was found. */
function words(outcomes: readonly Outcome[]): string {
  const of = (kind: string) => outcomes.flatMap(({ findings }) => findings).filter((one) => one.kind === kind).length;
  const stumbled = of('stumbled');
  return `${of('lost')} lost, ${of('doubled')} doubled${stumbled === 0 ? '' : `, ${stumbled} stumbled`}`;
}

function kindsOf(points: readonly FlowPoint[]): string {
  const kinds = new Map<string, number>();
  for (const point of points) {
    const kind = wordOf({ ...point, when: 'before', ordinal: 1 }).replace(/, before (.*) 1$/, ': $1');
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return [...kinds].map(([kind, count]) => `${kind} ${count}`).join(', ');
}

function numberOf(name: string, usual: number): number {
  const text = process.env[name];
  if (text === undefined) return usual;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`${name}=${text} is no whole number above zero: write ${name}=${usual}`);
}
