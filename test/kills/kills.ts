import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import type { Counter } from '../stories/counter.ts';
import { newest, outage } from '../stories/outage.ts';
import { compared, type Finding, settlementsAt } from './books.ts';
import type { Flow } from './flows.ts';
import { handAt } from './hand.ts';
import { outOfOrder } from './order.ts';
import { type FlowPoint, pointsOf, sample } from './points.ts';
import { type Strike, terminalOf, tracer } from './strike.ts';

/** How many points of a sample: `KILLS=n`, or `KILLS=all`; which of them: `SEED=n`. */
const KILLS = process.env.KILLS ?? '30';
const seed = Number(process.env.SEED ?? 20_261_130);
/** Flows whose names hold this word alone. */
const FLOW = process.env.FLOW ?? '';
/** One point, in the words in which a finding tells it: `KILL='sale, before write printer 20'`. */
const KILL = process.env.KILL;
/** Every point takes a few seconds; a whole run takes hours. */
export const settings = { answer_timeout_ms: 1000, longest_ms: KILLS === 'all' ? 24 * 3_600_000 : 900_000 };

export interface Killed {
  /** Points where the terminal was to die, and those where it did. */
  readonly points: number;
  readonly reached: number;
  readonly findings: readonly string[];
  /** What left, or took another's place, before the disk had it. */
  readonly unordered: readonly string[];
}

/** Kills the terminal again and again in these flows, and compares all books after each. */
export async function kills(t: Test, counter: Counter, all: readonly Flow[]): Promise<Killed> {
  const from_ms = Date.now();
  await counter.signIn();
  const flows = all.filter(({ name }) => name.includes(FLOW));
  const site = scene(counter);
  const points: FlowPoint[] = [];
  const unordered: string[] = [];
  for (const flow of flows) {
    const heard = await site.heard(flow);
    points.push(...pointsOf(flow, heard));
    unordered.push(...outOfOrder(heard).map((what) => `${flow.name}: ${what}`));
  }
  const chosen = chosenFrom(points, flows);
  t.comment(`seed ${seed}, of ${points.length} points: ${kindsOf(points)}`);

  let reached = 0;
  const found: (Finding & { at: FlowPoint })[] = [];
  for (const at of chosen) {
    const flow = flows.find(({ name }) => name === at.flow);
    if (flow === undefined) throw new Error(`no flow ${at.flow}`);
    const { came, findings } = await site.killed(flow, at);
    if (came) reached += 1;
    found.push(...findings.map((finding) => ({ ...finding, at })));
  }
  const lost = found.filter(({ kind }) => kind === 'lost').length;
  const s = Math.round((Date.now() - from_ms) / 1000);
  process.stderr.write(`kill: ${reached} points, ${lost} lost, ${found.length - lost} doubled, ${s} s\n`);
  const findings = found.map(({ kind, what, at }) => `${wordOf(at)}: ${kind}: ${what}`);
  return { points: chosen.length, reached, findings, unordered };
}

function chosenFrom(points: readonly FlowPoint[], flows: readonly Flow[]): readonly FlowPoint[] {
  if (KILL !== undefined) return points.filter((point) => wordOf(point) === KILL);
  return KILLS === 'all' ? points : sample(flows, points, Number(KILLS), seed);
}

/** The counter as the place of a crime: what a flow calls there, and what is left of it after a kill. */
export function scene(counter: Counter) {
  const { listen, strikeAt } = tracer(counter.dir);
  // Each flow takes an amount of its own, by which the bank's books tell it.
  let amount = 10_000;
  const otherAmount = () => String(++amount);

  /** Runs a flow up to where the calls are counted, then under `watch`. */
  async function run<Watch>(flow: Flow, died: AbortSignal, watch: (pid: number) => Promise<Watch>) {
    const mine = otherAmount();
    const slipsFrom = await newest(counter);
    const settlements = (await settlementsAt(counter)).length;
    const hand = handAt(counter, slipsFrom, otherAmount, died);
    await flow.before(hand, mine);
    if (flow.boots) await counter.power(true);
    const watched = await watch(await pidOf(counter));
    return { hand, watched, told: { amount: Number(mine), slipsFrom, settlements, said: hand.said } };
  }

  return {
    async heard(flow: Flow) {
      // From a fresh start, as after a kill: what the journal does in a quiet moment goes by what it has written.
      await outage(counter);
      const { hand, watched, told } = await run(flow, new AbortController().signal, listen);
      await flow.go(hand, String(told.amount));
      return watched.stop();
    },

    async killed(flow: Flow, point: FlowPoint): Promise<{ came: boolean; findings: readonly Finding[] }> {
      const died = new AbortController();
      const { hand, watched, told } = await run(flow, died.signal, (pid) => strikeAt(pid, point));
      void watched.struck.then((yes) => yes && died.abort());
      const stumbled: unknown = await flow.go(hand, String(told.amount)).catch((error) => error);
      const came = await outcome(watched);
      // A clerk whose terminal died stumbles over that; any other stumble is the flow's.
      if (stumbled !== undefined && !came) throw stumbled;
      if (!came) await outage(counter);
      const said = [...told.said, ...(await counter.get<{ rows: string[] }>('display')).rows];
      if (came) {
        await counter.fault('answer-lost', false);
        await counter.until('the end', async () => (await counter.get<{ flow: string }>('state')).flow === 'crashed');
        await counter.power(true);
        await handAt(counter, 0, otherAmount, new AbortController().signal).signIn();
      }
      return { came, findings: await compared(counter, flow, { ...told, said }) };
    },
  };
}

async function outcome({ struck, stop }: Strike): Promise<boolean> {
  // What was called last may still be falling.
  const soon = await Promise.race([struck, sleep(300, null)]);
  if (soon === null) await stop();
  return struck;
}

function pidOf(counter: Counter): Promise<number> {
  return counter.until('the terminal', async () => terminalOf(counter.dir));
}

function kindsOf(points: readonly FlowPoint[]): string {
  const kinds = new Map<string, number>();
  for (const { flow, call, target } of points) {
    const kind = `${flow}: ${call} ${target}`;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return [...kinds].map(([kind, count]) => `${kind} ${count}`).join(', ');
}

function wordOf({ flow, when, call, target, ordinal }: FlowPoint): string {
  return `${flow}, ${when} ${call} ${target} ${ordinal}`;
}
