import type { EntryType } from '../../src/journal/types.ts';
import { chance, hashed } from './chance.ts';
import { type People, people } from './clerk.ts';
import { nameOf } from './faults.ts';
import { flows } from './flows.ts';
import { type Finding, oracles } from './oracles.ts';
import type { Point, Profile } from './points.ts';
import type { Provision } from './provision.ts';
import type { World } from './world.ts';

/** What one errand came to. */
export interface Outcome {
  readonly point: Point;
  /** Flow and faults, as far as they came about; null where none did. */
  readonly name: string | null;
  readonly screens: readonly string[];
  readonly findings: readonly Finding[];
  /** Transactions that the bank has decided meanwhile. */
  readonly trades: number;
  readonly virtual_ms: number;
}

/** Of a seed, or of a list of errands cut out of one. */
export interface Day {
  readonly outcomes: readonly Outcome[];
}

/** After an errand the world may stand as it is for so long before it is mended: a second fault comes late. */
const GRACE_MS = 3000;
/** All debts are paid within this once the world is whole: the longest back-off is a minute, an answer is waited for one. */
const CALM_MS = 900_000;

/**
 * A day at a counter that begins with an empty journal: the points, one errand each, with the chance of `seed` and its
 * place in it. Ends at the first finding. `told` hears of each errand as it ends.
 */
export async function day(
  { wallet, world: open }: Provision,
  seed: number,
  list: readonly (Point & { readonly place: number })[],
  told: (outcome: Outcome) => void = () => undefined,
): Promise<Day> {
  const drawn = chance(hashed(`day ${seed}`));
  const world = open(drawn);
  const who = people(world, wallet, drawn);
  const check = oracles(world);
  const outcomes: Outcome[] = [];

  const errand = async (point: Point, place: number): Promise<Outcome> => {
    drawn.reseed(`${seed} ${place}`);
    await prepared(point);
    const began_ms = world.clock.monotonic();
    const before = world.bank.office.trades.nextId();
    check.begin();
    world.begin(point.strikes);
    const task = { flow: point.flow, amount: amountOf(place) };
    const end = await who.go(task);
    await world.clock.sleep(GRACE_MS);
    const { struck, counts: _ } = world.end();
    const still = await calm(world, who);
    const findings: Finding[] = end === 'stuck' ? [{ kind: 'stuck', text: `at ${world.screen?.id}` }] : [];
    findings.push(...still, ...check.check(task));
    return {
      point,
      name: struck.length === 0 ? null : nameOf(point.flow.name, struck),
      screens: world.seen.map(({ screen }) => screen.id).filter((id, at, all) => id !== all[at - 1]),
      findings,
      trades: world.bank.office.trades.nextId() - before,
      virtual_ms: world.clock.monotonic() - began_ms,
    };
  };

  /** What the flow needs before: a sale that can be voided or printed again. */
  const prepared = async ({ flow }: Point) => {
    if (flow.after === undefined || has(world, flow.after)) return;
    world.begin([]);
    const [sale] = flows;
    if (sale !== undefined) await who.go({ flow: sale, amount: amountOf(9_000 + outcomes.length) });
    await calm(world, who);
  };

  const run = async () => {
    world.begin([]);
    world.powerOn();
    await who.home();
    for (const { place, ...point } of list) {
      const outcome = await errand(point, place);
      outcomes.push(outcome);
      told(outcome);
      if (outcome.findings.length > 0) return;
    }
    const recounted = check.recount();
    const final = outcomes.at(-1);
    if (recounted.length > 0 && final !== undefined) outcomes.push({ ...final, findings: recounted });
  };
  await driven(world, run());
  world.powerOff();
  return { outcomes };
}

/** How often each flow calls each port on a quiet day. */
export async function profileOf(provision: Provision): Promise<Profile> {
  const profile = new Map<string, ReturnType<World['end']>['counts']>();
  const drawn = chance(hashed('profile'));
  const world = provision.world(drawn);
  const who = people(world, provision.wallet, drawn);
  const run = async () => {
    world.begin([]);
    world.powerOn();
    await who.home();
    for (const [place, flow] of flows.entries()) {
      const [sale] = flows;
      if (flow.after !== undefined && sale !== undefined && !has(world, flow.after)) {
        await who.go({ flow: sale, amount: amountOf(500 + place) });
        await calm(world, who);
      }
      world.begin([]);
      await who.go({ flow, amount: amountOf(place) });
      await world.clock.sleep(GRACE_MS);
      profile.set(flow.name, world.end().counts);
      await calm(world, who);
    }
  };
  await driven(world, run());
  world.powerOff();
  return profile;
}

/** Mends the world and waits until nothing is owed and a clerk is signed in. */
async function calm(world: World, who: People): Promise<Finding[]> {
  world.mend();
  if (!world.on) await world.clock.sleep(6000);
  if (world.refused !== null) {
    // The disk is whole again: somebody pulls the plug and puts it back.
    world.powerOff();
    world.powerOn();
  }
  if ((await who.home()) === 'stuck') return [{ kind: 'stuck', text: `at ${world.screen?.id}, mended` }];
  const until_ms = world.clock.monotonic() + CALM_MS;
  while (world.clock.monotonic() < until_ms) {
    const owed = world.journal?.debts().filter(({ debt }) => debt !== 'confirm') ?? [];
    if (owed.length === 0 && world.journal?.busy === false) return [];
    await world.clock.sleep(1000);
  }
  const owed = world.journal?.debts().map(({ entry, debt }) => `${debt} of ${entry.trace}, ${entry.state}`) ?? [];
  return [{ kind: 'owed', text: owed.join(', ') }];
}

/** Virtual time goes on for as long as the work does. */
async function driven(world: World, work: Promise<void>): Promise<void> {
  let done = false;
  const ended = work.finally(() => {
    done = true;
  });
  ended.catch(() => undefined);
  if (!(await world.clock.advanceWhile(() => !done))) throw new Error('nobody does anything any more');
  await ended;
}

/** A success of this type that still stands, and nothing newer. */
function has(world: World, type: EntryType): boolean {
  const newest = world.journal?.rows({ limit: 1 })[0];
  return newest?.type === type && newest.state === 'approved';
}

/** Another one for each place of a seed. */
function amountOf(place: number): number {
  return 1000 + (place % 20_000);
}
