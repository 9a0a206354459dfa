import { type Chance, chance, hashed } from './chance.ts';
import { type FaultName, faultsOf, type Planned, PORTS, type Port, type Strike } from './faults.ts';
import { type Flow, flows } from './flows.ts';

/** One errand of a seed, and what goes wrong in it. */
export interface Point {
  readonly flow: Flow;
  readonly strikes: readonly Planned[];
}

/** How often each flow calls each port when nothing goes wrong. */
export type Profile = ReadonlyMap<string, Readonly<Record<Port, number>>>;

/** All the fault points, in an order that is the same in every run: those of every flow and port by turns. */
export interface Points {
  point(index: number): Point;
}

interface Class {
  readonly flow: Flow;
  readonly port: Port;
  readonly calls: number;
  readonly faults: readonly FaultName[];
}

/** The second of two faults comes within so many calls after the first: in what is left, or in the recovery. */
const SOON = [4, 10, 30] as const;
const SAME_COMMIT = 6;

/** Every fourth point is a pair of faults; the others are single ones until these are used up, then pairs too. */
const PAIRS_OF = 4;

export function points(profile: Profile): Points {
  const classes: Class[] = [];
  // Flow after flow at one port: a day then has every flow, and its voids and refunds find sales that are there.
  for (const port of PORTS) {
    for (const flow of flows) {
      const calls = profile.get(flow.name)?.[port] ?? 0;
      if (calls > 0) classes.push({ flow, port, calls, faults: faultsOf(port) });
    }
  }

  return {
    point(index) {
      const of = classes[index % classes.length] as Class;
      const turn = Math.floor(index / classes.length);
      const singles = turn - Math.floor(turn / PAIRS_OF);
      const single = turn % PAIRS_OF === PAIRS_OF - 1 ? null : singleOf(of, singles);
      const strikes = single === null ? pairOf(of, chance(hashed(`pair ${index}`))) : [single];
      return { flow: of.flow, strikes };
    },
  };

  /** Few calls: fault by fault, each at every call. Many (bytes): all of them, in an order that jumps about. */
  function singleOf({ port, calls, faults }: Class, turn: number): Strike | null {
    const size = calls * faults.length;
    if (turn >= size) return null;
    if (calls <= 64) return { port, at: (turn % calls) + 1, fault: faults[Math.floor(turn / calls)] as FaultName };
    const place = (turn * strideOf(size) + 17) % size;
    return { port, at: (place % calls) + 1, fault: faults[Math.floor(place / calls)] as FaultName };
  }

  function pairOf({ port, calls, faults }: Class, drawn: Chance): Planned[] {
    const first = { port, at: 1 + drawn.below(calls), fault: drawn.pick(faults) };
    // Sometimes both faults meet the same commit of the disk.
    if (port === 'disk' && drawn.percent(30)) {
      return [first, { port, at: first.at + 1 + drawn.below(SAME_COMMIT), fault: drawn.pick(faults) }];
    }
    return [first, { soon: 1 + drawn.below(drawn.pick(SOON)), salt: drawn.below(2 ** 31) }];
  }
}

/** A step that visits every place of `size` once. */
function strideOf(size: number): number {
  for (let stride = Math.floor(size * 0.618) | 1; ; stride++) if (divisor(stride, size) === 1) return stride;
}

function divisor(one: number, other: number): number {
  return other === 0 ? one : divisor(other, one % other);
}
