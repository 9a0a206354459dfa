import type { Entry } from '../../src/journal/entry.ts';
import type { State } from '../../src/values/state.ts';
import { chance, hashed } from './chance.ts';
import { type Errand, type ErrandEnd, type People, people } from './clerk.ts';
import { type OtherTerminal, otherTerminal } from './elsewhere.ts';
import { faultsOf, nameOf, type Strike } from './faults.ts';
import { type Flow, flowNamed, flows } from './flows.ts';
import { type Finding, oracles } from './oracles.ts';
import type { Point, Profile } from './points.ts';
import type { Provision } from './provision.ts';
import { type Variety, varietyOf } from './variety.ts';
import type { World } from './world.ts';

/** What one errand came to. */
export interface Outcome {
  readonly point: Point;
  /** Flow and faults, as far as they came about; null where none did. */
  readonly name: string | null;
  readonly struck: readonly Strike[];
  readonly screens: readonly string[];
  readonly findings: readonly Finding[];
  /** Transactions that the bank has decided meanwhile. */
  readonly trades: number;
  readonly virtual_ms: number;
}

/** What a day begins with. */
export interface DayBefore {
  readonly seed: number;
  /** With an empty journal, or with what was done the day before. */
  readonly empty: boolean;
  /** None by default. */
  readonly variety?: Variety;
}

/** The day of this seed, as a storm plays it. */
export function dayBefore(seed: number): DayBefore {
  return { seed, empty: seed % EMPTY_EVERY === 0, variety: varietyOf(seed) };
}

/** What became of a seed's errands, or of some of them. */
export interface Day {
  readonly outcomes: readonly Outcome[];
}

/** One day in so many begins with an empty journal; the others with what was done the day before. */
const EMPTY_EVERY = 5;
/** The flows of the day before, some of them settled: they leave an original for each flow that needs one. */
const YESTERDAY: readonly string[] = [
  ...['sale', 'sale', 'sale', 'sale', 'settle'],
  ...['preauth', 'completion', 'preauth', 'completion', 'preauth', 'preauth', 'preauth', 'preauth', 'preauth'],
  ...['voice', 'voice', 'sale', 'sale', 'sale', 'sale'],
];
const YESTERDAY_MS = Date.UTC(2026, 10, 29, 1);
/** One day in so many begins five minutes before the bank's cut-over, which meets one of its errands in mid-trade. */
const LATE_EVERY = 4;
const CUT_OVER_MS = Date.UTC(2026, 10, 30, 15);
/** One day in so many is drawn by LVGL. */
const GLASS_EVERY = 100;
/** Calls of the disk until a clerk has signed in: with a new journal, and with yesterday's. */
const FIRST_CALLS = 90;
const MORNING_CALLS = 30;
/** After so many settlements, so far apart, the journal no longer keeps the oldest batch (`keeping.ts`). */
const APART_MS = 40 * 86_400_000;
const BATCHES_OF_YEARS = 12;
/** How long the world stays unmended after an errand: a second fault may come late. */
const GRACE_MS = 3000;
/** How long a printer without paper or with an open cover is left so: the terminal must have had time to notice. */
const ROLL_MS = 1000;
/** How many rows back an original is looked for: all of the day and of the day before. */
const DAY_ROWS = 80;
/** The states in which a request has not changed its original. */
const UNDONE: readonly State[] = ['declined', 'reversed'];
/** All debts are paid within this once the world is mended: the longest back-off is a minute, an answer's wait too. */
const CALM_MS = 900_000;

/**
 * A day at a counter: the points, one errand each, with the chance of `seed` and its place in it. Ends at the first
 * finding. `told` hears of each errand as it ends.
 */
export async function day(
  provision: Provision,
  { seed, empty, variety = {} }: DayBefore,
  list: readonly (Point & { readonly place: number })[],
  told: (outcome: Outcome) => void = () => undefined,
): Promise<Day> {
  const { wallet, world: open } = provision;
  const lastRow = empty ? 0 : await yesterday(provision);
  const drawn = chance(hashed(`day ${seed}`));
  const late = seed % LATE_EVERY === 1;
  const world = open(drawn, {
    glass: seed % GLASS_EVERY === GLASS_EVERY - 1,
    ...{ kept: !empty, variety },
    ...(late && { start_ms: CUT_OVER_MS - 300_000 }),
  });
  const who = people(world, wallet, drawn);
  const other = otherTerminal(world);
  const check = oracles(world, wallet, lastRow, other);
  const outcomes: Outcome[] = [];
  /** Rejections that nobody handled: each would end the program of a real terminal. */
  const strays: string[] = [];
  const stray = (error: unknown) =>
    void strays.push(error instanceof Error ? (error.stack ?? error.message) : String(error));

  /** Plays one errand with its faults, mends the world and checks that everything agrees. */
  const played = async (point: Point, name: string, task: Errand, go: () => Promise<ErrandEnd>): Promise<Outcome> => {
    const began_ms = world.clock.monotonic();
    const before = world.bank.office.trades.nextId();
    check.begin();
    world.begin(point.strikes);
    const end = await go();
    await world.clock.sleep(GRACE_MS);
    world.lookout.haunt();
    const { struck } = world.end();
    if (struck.some(({ fault }) => fault === 'paper-out' || fault === 'cover-open')) await world.clock.sleep(ROLL_MS);
    const findings: Finding[] = end === 'stuck' ? [{ kind: 'stuck', text: `at ${world.screen?.id}` }] : [];
    findings.push(...(await calm(world, who)), ...check.check(task));
    findings.push(...strays.splice(0).map((text): Finding => ({ kind: 'crash', text })));
    return {
      point,
      name: struck.length === 0 ? null : nameOf(name, struck),
      struck,
      screens: world.lookout.seen.map(({ screen }) => screen.id).filter((id, at, all) => id !== all[at - 1]),
      findings,
      trades: world.bank.office.trades.nextId() - before,
      virtual_ms: world.clock.monotonic() - began_ms,
    };
  };

  const errand = async (point: Point, place: number): Promise<Outcome> => {
    drawn.reseed(`${seed} ${place}`);
    const original = await prepared(world, who, other, point.flow, place);
    await actElsewhere(other, point.flow, original);
    // The bank takes no trade for two seconds at its cut-over: the errand that is to meet them begins a little before.
    const left_ms = CUT_OVER_MS - world.clock.now() - drawn.below(2000);
    if (late && left_ms > 0 && left_ms < 250_000) await world.clock.sleep(left_ms);
    world.line.down.primary = world.line.down.backup = point.flow.lineDown === true;
    const task = taskOf(point.flow, place, original, other);
    return played(point, point.flow.name, task, () => who.go(task));
  };

  /** Boots with a new journal or with yesterday's, with one fault at a call of the disk, until a clerk is signed in. */
  const firstBoot = (): Promise<Outcome> => {
    drawn.reseed(`${seed} first boot`);
    const flow = flowNamed('boot');
    const point = { flow, strikes: [firstStrike(seed, empty ? FIRST_CALLS : MORNING_CALLS)] };
    return played(point, empty ? 'first boot' : 'morning', { flow, amount: 0, original: null }, () => {
      world.powerOn();
      return who.home();
    });
  };

  /** Settles one batch after another, until the oldest are so old that the terminal forgets them. */
  const years = async (first: Outcome): Promise<void> => {
    for (let batch = 0; batch < BATCHES_OF_YEARS; batch++) {
      for (const name of ['sale', 'settle']) {
        const task = taskOf(flowNamed(name), batch);
        const { findings } = await played({ flow: task.flow, strikes: [] }, name, task, () => who.go(task));
        if (findings.length === 0) continue;
        outcomes.push({ ...first, findings });
        return;
      }
      world.powerOff();
      await world.clock.sleep(APART_MS);
      world.powerOn();
      await who.home();
    }
  };

  const run = async () => {
    const first = await firstBoot();
    outcomes.push(first);
    told(first);
    if (variety.years === true) await years(first);
    if (outcomes.some(({ findings }) => findings.length > 0)) return;
    for (const { place, ...point } of list) {
      const outcome = await errand(point, place);
      outcomes.push(outcome);
      told(outcome);
      if (outcome.findings.length > 0) return;
    }
    // With one more sign-in the terminal hears which batch the bank has open.
    world.begin([]);
    world.powerOff();
    world.powerOn();
    const end = await who.home();
    const last: Finding[] =
      end === 'stuck' ? [{ kind: 'stuck', text: `at ${world.screen?.id}, at the day's end` }] : [];
    last.push(...check.recount(), ...strays.splice(0).map((text): Finding => ({ kind: 'crash', text })));
    const final = outcomes.at(-1);
    if (last.length > 0 && final !== undefined) outcomes.push({ ...final, findings: last });
  };
  process.on('unhandledRejection', stray);
  try {
    await driven(world, run());
  } finally {
    process.off('unhandledRejection', stray);
  }
  world.powerOff();
  return { outcomes };
}

/** A fault at a call of the disk or of the files beside it, as the seed draws them. */
function firstStrike(seed: number, most: number): Strike {
  const drawn = chance(hashed(`first strike ${seed}`));
  const [port, calls] = drawn.below(3) === 0 ? (['files', 4] as const) : (['disk', most] as const);
  return { port, at: 1 + drawn.below(calls), fault: drawn.pick(faultsOf(port)) };
}

/** Plays a quiet day, once per process, and saves the disk and the bank's books at its end. Gives its newest row. */
async function yesterday(provision: Provision): Promise<number> {
  const known = remembered.get(provision);
  if (known !== undefined) return known;
  const drawn = chance(hashed('yesterday'));
  const world = provision.world(drawn, { start_ms: YESTERDAY_MS });
  const who = people(world, provision.wallet, drawn);
  const run = async () => {
    world.begin([]);
    world.powerOn();
    await who.home();
    for (const [place, name] of YESTERDAY.entries()) {
      world.begin([]);
      await who.go(taskOf(flowNamed(name), place));
      const left = await calm(world, who);
      if (left.length > 0) throw new Error(`yesterday ended badly: ${left.map(({ text }) => text).join(', ')}`);
    }
  };
  await driven(world, run());
  const lastRow = world.journal?.last()?.id ?? 0;
  world.powerOff();
  provision.keep();
  remembered.set(provision, lastRow);
  return lastRow;
}

const remembered = new WeakMap<Provision, number>();

/** How often each flow calls each port on a quiet day. */
export async function profileOf(provision: Provision): Promise<Profile> {
  const profile = new Map<string, ReturnType<World['end']>['counts']>();
  const drawn = chance(hashed('profile'));
  const world = provision.world(drawn);
  const who = people(world, provision.wallet, drawn);
  const other = otherTerminal(world);
  const run = async () => {
    world.begin([]);
    world.powerOn();
    await who.home();
    for (const [place, flow] of flows.entries()) {
      const original = await prepared(world, who, other, flow, place);
      await actElsewhere(other, flow, original);
      world.line.down.primary = world.line.down.backup = flow.lineDown === true;
      world.begin([]);
      await who.go(taskOf(flow, place, original, other));
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
    if (owed(world).length === 0 && world.paperOwed === 0 && world.journal?.busy === false) return [];
    // A settlement that was begun goes on where it was; no other trade is possible before.
    if (world.journal?.settling != null) await who.go(taskOf(flowNamed('settle'), 0));
    // What the bank has refused afterwards must be seen by a person, who looks at the screen and presses Enter.
    if (world.screen?.id.startsWith('idle') !== true) await who.home();
    await world.clock.sleep(1000);
  }
  return [{ kind: 'owed', text: `${owed(world).join(', ')}; ${world.paperOwed} slips` }];
}

/** What is still owed, but for what only the bank's reconciliation can end. */
function owed({ journal, config }: World): string[] {
  // Where the bank answers no inquiries, only its own books can confirm that there was no original.
  const { offered } = config.profile.transactions.inquiry;
  const debts = (journal?.debts() ?? []).filter(({ debt }) => debt !== 'confirm' || offered);
  const all = debts.map(({ entry, debt }) => `${debt} of ${entry.trace}, ${entry.state}`);
  return journal?.settling == null ? all : [...all, 'a settlement'];
}

/** Lets virtual time go on until the work is done. */
export async function driven(world: World, work: Promise<void>): Promise<void> {
  let done = false;
  const ended = work.finally(() => {
    done = true;
  });
  ended.catch(() => undefined);
  if (!(await world.clock.advanceWhile(() => !done))) throw new Error('nobody does anything any more');
  await ended;
}

/** Makes what the flow needs first: a sale to void, a hold to complete, a batch that is settled. */
async function prepared(
  world: World,
  who: People,
  other: OtherTerminal,
  flow: Flow,
  place: number,
): Promise<Entry | null> {
  if (flow.after === undefined) return null;
  const there = usable(world, who, other, flow);
  if (there !== null) return there;
  for (const [turn, name] of flow.after.entries()) {
    world.begin([]);
    await who.go(taskOf(flowNamed(name), 10_000 + 3 * place + turn));
    await calm(world, who);
  }
  return usable(world, who, other, flow);
}

async function actElsewhere(other: OtherTerminal, { elsewhere }: Flow, original: Entry | null): Promise<void> {
  if (elsewhere !== undefined && original !== null) await other.act(elsewhere, original);
}

/**
 * The newest success that the flow can be about: of its card, used by no other request yet, and in the open batch (in a
 * settled one where the flow comes after a settlement). A flow that moves no money takes the last row, unless the
 * other terminal is to do something about it.
 */
function usable(
  { journal }: World,
  who: People,
  other: OtherTerminal,
  { type, after = [], card, elsewhere }: Flow,
): Entry | null {
  const settled = after.at(-1) === 'settle';
  if (type === null && elsewhere === undefined) {
    const last = journal?.last() ?? null;
    return last?.state === 'approved' ? last : null;
  }
  const wanted = flowNamed(after.at(settled ? -2 : -1) ?? '').type;
  const pan = who.masked(card);
  const fits = (entry: Entry) => {
    const { facts } = entry;
    const isThere = (facts.batch !== journal?.batch) === settled;
    return (
      facts.type === wanted &&
      facts.card === pan &&
      isThere &&
      entry.state === 'approved' &&
      other.did(entry.trace) === null
    );
  };
  // Newest first: a request that has used an entry is met before the entry.
  const used = new Set<number>();
  for (const entry of journal?.newest(DAY_ROWS) ?? []) {
    if (!used.has(entry.id) && fits(entry)) return entry;
    const { original } = entry.facts;
    if (original !== null && !UNDONE.includes(entry.state)) used.add(original);
  }
  return null;
}

function taskOf(flow: Flow, place: number, original: Entry | null = null, other: OtherTerminal | null = null): Errand {
  // Enter alone takes the last one. The trace is typed at every second place, and once the other terminal has used any.
  const typed = flow.byTrace === true || place % 2 === 1 || (other !== null && other.acts.length > 0);
  return {
    flow,
    amount: flow.amount === 'small' ? 1 + (place % 150) : amountOf(place),
    original: typed ? (original?.trace ?? null) : null,
  };
}

/** A different amount for each place of a seed. */
function amountOf(place: number): number {
  return 1000 + (place % 19_000);
}
