import type { Flow } from './flows.ts';
import type { Point } from './strike.ts';

/** Where a flow can be struck: each call that a run of it was seen to make, before and after. */
export interface FlowPoint extends Point {
  readonly flow: string;
}

/** Node keeps what it has compiled, under names of chance, outside the terminal's folder. */
const COMPILED = / [0-9a-f]{8}\.\w{6}$/;

/** Every point of a flow, from the calls that a run of it made. */
export function pointsOf({ name: flow, calls = /./ }: Flow, heard: readonly string[]): readonly FlowPoint[] {
  const times = new Map<string, number>();
  return heard
    .filter((name) => calls.test(name) && !COMPILED.test(name))
    .flatMap((name) => {
      const [call = '', target = ''] = name.split(' ');
      const ordinal = (times.get(name) ?? 0) + 1;
      times.set(name, ordinal);
      return (['before', 'after'] as const).map((when) => ({ flow, call, target, ordinal, when }));
    });
}

/** How many points of a kind a round of the sample takes: money is on the disk and on the line, not on the glass. */
const SHARES: Readonly<Record<string, number>> = {
  'journal.db-wal': 4,
  'journal.db': 4,
  tcp: 4,
  printer: 3,
};

/** `most` of them, the same for the same seed, spread over flows and kinds of calls and over the length of each flow. */
export function sample(flows: readonly Flow[], points: readonly FlowPoint[], most: number, seed: number) {
  const random = mulberry32(seed);
  const shares = flows.reduce((sum, { share }) => sum + share, 0);
  return flows.flatMap(({ name, share }) => {
    const mine = points.filter(({ flow }) => flow === name);
    return spread(mine, Math.ceil((most * share) / shares), random);
  });
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
