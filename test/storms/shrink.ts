import type { Point } from './points.ts';
import type { Provision } from './provision.ts';
import { day, dayBefore } from './seed.ts';

/** An errand with its place in its seed: the place gives its amount and its chance. */
export type Placed = Point & { readonly place: number };

/** How many days and how long a shrinking takes at most: a stuck terminal costs an hour of virtual time each. */
const MOST_TRIES = 120;
const LONGEST_MS = 90_000;

/** The fewest errands, with the fewest faults, that still end in a finding; the last of them is the one that does. */
export async function shrunk(
  provision: Provision,
  seed: number,
  failing: readonly Placed[],
): Promise<readonly Placed[]> {
  let tries = 0;
  const until_ms = performance.now() + LONGEST_MS;
  const fails = async (list: readonly Placed[]): Promise<boolean> => {
    if (tries++ >= MOST_TRIES || performance.now() > until_ms) return false;
    const { outcomes } = await day(provision, dayBefore(seed), list);
    return outcomes.some(({ findings }) => findings.length > 0);
  };
  const last = failing.slice(-1);
  let least = (await fails(last)) ? last : failing;
  for (let part = Math.ceil(least.length / 2); least.length > 1; part = Math.ceil(part / 2)) {
    for (let at = 0; at < least.length - 1; ) {
      const without = [...least.slice(0, at), ...least.slice(Math.min(at + part, least.length - 1))];
      if (await fails(without)) least = without;
      else at += part;
    }
    if (part === 1) break;
  }
  for (let at = 0; at < least.length; at++) {
    for (const strike of least[at]?.strikes ?? []) {
      const calmer = least.map((one, place) =>
        place === at ? { ...one, strikes: one.strikes.filter((other) => other !== strike) } : one,
      );
      if (await fails(calmer)) least = calmer;
    }
  }
  return asStruck(provision, seed, least);
}

/** Names the calls at which the faults struck instead of how soon they came: other calls may then come or go. */
async function asStruck(provision: Provision, seed: number, least: readonly Placed[]): Promise<readonly Placed[]> {
  const { outcomes } = await day(provision, dayBefore(seed), least);
  // The first outcome is the boot's.
  const struck = least.map((one, place) => ({ ...one, strikes: outcomes[place + 1]?.struck ?? one.strikes }));
  const again = await day(provision, dayBefore(seed), struck);
  return again.outcomes.some(({ findings }) => findings.length > 0) ? struck : least;
}
