import { hashed } from './chance.ts';
import type { Planned } from './faults.ts';
import type { Finding } from './oracles.ts';
import { points } from './points.ts';
import { provision } from './provision.ts';
import { day, dayBefore, profileOf } from './seed.ts';
import { type Placed, shrunk } from './shrink.ts';

/** Errands of one seed. */
export const OF_A_SEED = 40;

/** What a worker is told: do this seed. */
export interface Order {
  readonly seed: number;
}

/** What the worker answers. */
export interface Report {
  readonly seed: number;
  /** Fault points that came about, each as a hash of its name. */
  readonly hit: readonly number[];
  readonly errands: number;
  readonly trades: number;
  readonly findings: readonly Finding[];
  /** The fewest errands that still lead to the findings, as `regressions/` has them. */
  readonly shrunk: readonly { readonly flow: string; readonly strikes: readonly Planned[]; readonly place: number }[];
}

/** Plays the seeds that the parent process sends, one after another. Does nothing where there is no parent. */
if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  // A stack trace for each abort would take a tenth of a storm's time.
  Error.stackTraceLimit = 0;
  const made = provision();
  const { point } = points(await profileOf(made));
  process.on('message', async ({ seed }: Order) => {
    process.send?.(await reportOf(seed));
  });
  process.on('disconnect', () => {
    made.remove();
    process.exit(0);
  });
  process.send({ ready: true });

  async function reportOf(seed: number): Promise<Report> {
    const list = errandsOf(seed, point);
    // The first outcome is the first boot's; the list has none of it.
    const { outcomes } = await day(made, dayBefore(seed), list);
    const findings = outcomes.flatMap((outcome) => outcome.findings);
    const least =
      findings.length === 0 || process.env.STOP !== undefined
        ? []
        : await shrunk(made, seed, list.slice(0, outcomes.length - 1));
    return {
      seed,
      hit: outcomes.flatMap(({ name }) => (name === null ? [] : [numbered(name)])),
      errands: outcomes.length,
      trades: outcomes.reduce((sum, outcome) => sum + outcome.trades, 0),
      findings,
      shrunk: least.map(({ flow, strikes, place }) => ({ flow: flow.name, strikes, place })),
    };
  }
}

export function errandsOf(seed: number, point: (index: number) => Omit<Placed, 'place'>): Placed[] {
  return Array.from({ length: OF_A_SEED }, (_, n) => ({ ...point(seed * OF_A_SEED + n), place: seed * OF_A_SEED + n }));
}

/** A hash of 52 bits: among a million names two get the same one once in a few thousand runs. */
function numbered(name: string): number {
  return hashed(name) * 2 ** 20 + (hashed(`${name}!`) >>> 12);
}
