import type { Flow } from './flow.ts';
import { type Point, VICTIMS, type Victim } from './strike.ts';

/** Where a flow can be struck: each call that a run of it was seen to make, before and after. */
export interface FlowPoint extends Point {
  readonly flow: string;
  readonly victim: Victim;
}

/** Node's compile cache writes files with random names, outside the terminal's folder. */
const COMPILED = / [0-9a-f]{8}\.\w{6}$/;

/** The bank's calls that belong to the flow. Its control socket is left out: these tests use it to read the books. */
const BANKS_CALLS = / (bank\.db(-wal|-shm)?|bank|tcp)$/;

/** Every point of a flow, from the calls that a run of it made. */
export function pointsOf(
  { name: flow, calls = /./ }: Pick<Flow, 'name' | 'calls'>,
  victim: Victim,
  heard: readonly string[],
): readonly FlowPoint[] {
  const times = new Map<string, number>();
  const wanted = victim === 'bank' ? BANKS_CALLS : calls;
  return heard
    .filter((name) => wanted.test(name) && !COMPILED.test(name))
    .flatMap((name) => {
      const [call = '', target = ''] = name.split(' ');
      const ordinal = (times.get(name) ?? 0) + 1;
      times.set(name, ordinal);
      return (['before', 'after'] as const).map((when) => ({ flow, victim, call, target, ordinal, when }));
    });
}

/** The words by which a finding names a point and `KILL` asks for it: `sale, before fsync journal.db-wal 3`. */
export function wordOf({ flow, victim, when, call, target, ordinal }: FlowPoint): string {
  const place = victim === 'bank' ? `bank-${target.replace(/^bank\.db/, 'books')}` : target;
  return `${flow}, ${when} ${call} ${place} ${ordinal}`;
}

/** Null where the words name no point. */
export function pointOf(word: string): FlowPoint | null {
  const found = /^(.+), (before|after) (\S+) (bank-)?(\S+) (\d+)$/.exec(word);
  if (found === null) return null;
  const [, flow = '', when, call = '', bank, place = '', ordinal] = found;
  const victim = bank === undefined ? 'terminal' : 'bank';
  const target = bank === undefined ? place : place.replace(/^books/, 'bank.db');
  return { flow, victim, call, target, ordinal: Number(ordinal), when: when === 'before' ? 'before' : 'after' };
}

/** How many points of a kind a round of the sample takes: money is on the disk and on the line, not on the glass. */
const SHARES: Readonly<Record<string, number>> = {
  'journal.db-wal': 4,
  'journal.db': 4,
  'bank.db': 4,
  'bank.db-wal': 4,
  tcp: 4,
  printer: 3,
};

/** Of five points of a flow, at how many the terminal and at how many the bank is killed. */
const VICTIMS_SHARES: Readonly<Record<Victim, number>> = { terminal: 3.5, bank: 1.5 };

/** `most` of them, the same for the same seed, spread over flows and kinds of calls and over the length of each flow. */
export function sample(flows: readonly Flow[], points: readonly FlowPoint[], most: number, seed: number) {
  const random = mulberry32(seed);
  const groups = VICTIMS.flatMap((victim) =>
    flows.map(({ name, share }) => ({ name, victim, share: share * VICTIMS_SHARES[victim] })),
  );
  const shares = groups.reduce((sum, { share }) => sum + share, 0);
  let before = 0;
  return inTurn(
    groups.map(({ name, victim, share }) => {
      const mine = points.filter((point) => point.flow === name && point.victim === victim);
      const [from, to] = [before, before + share].map((at) => Math.round((most * at) / shares)) as [number, number];
      before += share;
      return spread(mine, most === Number.POSITIVE_INFINITY ? mine.length : to - from, random);
    }),
  );
}

/** Takes one point of each flow in turn, so that a run that is broken off has been in all of them. */
function inTurn(lists: readonly (readonly FlowPoint[])[]): readonly FlowPoint[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}

function spread(points: readonly FlowPoint[], most: number, random: () => number): readonly FlowPoint[] {
  const kinds = new Map<string, FlowPoint[]>();
  for (const point of shuffled(points, random)) {
    const kind = `${point.call} ${point.target}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), point]);
  }
  const taken: FlowPoint[] = [];
  while (taken.length < most && kinds.size > 0) {
    for (const [kind, left] of shuffled([...kinds], random)) {
      taken.push(...left.splice(0, SHARES[left[0]?.target ?? ''] ?? 1));
      if (left.length === 0) kinds.delete(kind);
    }
  }
  return taken.slice(0, most);
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}

/** A small generator with a seed, so that a run can be played again. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
