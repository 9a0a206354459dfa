import { createHmac } from 'node:crypto';
import type { KeyName } from '../../board/virtual/far-ends.ts';
import { type Assembly, assemble } from '../../src/build.ts';
import type { Config } from '../../src/config/config.ts';
import type { Glyphs } from '../../src/customer/glyphs.ts';
import type { Ground } from '../../src/ground.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { Screen } from '../../src/operator/screen.ts';
import { run } from '../../src/terminal.ts';
import { type Clock, sleepOver } from '../../src/values/clock.ts';
import { Fault, type Problem } from '../../src/values/problem.ts';
import { type VirtualClock, virtualClock } from '../virtual-clock.ts';
import type { BankEnd } from './bank-end.ts';
import type { Chance } from './chance.ts';
import { customersEye } from './customer.ts';
import { type StormDevices, stormDevices } from './devices.ts';
import type { StormDisk } from './disk.ts';
import { eye, type Glass } from './eye.ts';
import { type FaultName, type Meter, meter, type Planned, type Strike } from './faults.ts';
import { type StormLine, stormLine } from './line.ts';
import { type Lookout, lookout } from './lookout.ts';
import { troubles } from './troubles.ts';
import { configOf, type Variety } from './variety.ts';

/** A counter with its terminal, its devices, its lines and its bank, in one process and in virtual time. */
export interface World {
  readonly clock: VirtualClock;
  /** The terminal's. */
  readonly config: Config;
  readonly devices: StormDevices;
  readonly line: StormLine;
  readonly bank: BankEnd;
  readonly meter: Meter;
  readonly chance: Chance;
  /** The screen that stands; null while the panel is dark. */
  readonly screen: Screen | null;
  /** What could be seen since the operation began. */
  readonly lookout: Lookout;
  /** The journal of the terminal that has power; null while none is open. */
  readonly journal: Journal | null;
  /** Slips that the paper desk still has to print. */
  readonly paperOwed: number;
  /** Why no terminal could be opened. */
  readonly refused: Problem | null;
  /** How often the power was cut since the operation began. */
  readonly cuts: number;
  /** Bugs: errors of the terminal that nobody caught, and screens that LVGL drew otherwise than it was told. */
  readonly crashes: readonly string[];
  begin(planned: readonly Planned[]): void;
  end(): { readonly struck: readonly Strike[]; readonly counts: Meter['counts'] };
  /** Resolves at the next change of the screen, or after so long. */
  look(ms: number): Promise<void>;
  press(key: KeyName): Promise<void>;
  /** A card is about to be drawn through the slot: what happens to it. */
  strikeSlot(): FaultName | null;
  powerOff(): void;
  powerOn(): void;
  readonly on: boolean;
  /** Line, paper, plugs, disk, clock and bank as they should be. Nothing happens any more. */
  mend(): void;
}

export interface WorldParts {
  readonly disk: StormDisk;
  readonly bank: (clock: Clock) => BankEnd;
  readonly config: Config;
  readonly glyphs: Glyphs;
  readonly chance: Chance;
  /** Milliseconds since 1970. */
  readonly start_ms: number;
  /** The real renderer, in some worlds. */
  readonly glass: Glass | null;
  /** The vault's files of a terminal that has shaken hands with the key centre; null where the disk is recalled. */
  readonly vault: ReadonlyMap<string, Uint8Array> | null;
  readonly variety: Variety;
}

/** One terminal from its power-on to its power-off. */
interface Life {
  dead: boolean;
  assembly: Assembly | null;
}

const DOWN_MS = 24;
const UP_MS = 24;
/** Everything in a world waits only for promises and its clock: many wakes can share one round of the event loop. */
const WAKES_OF_A_ROUND = 32;

export function openWorld(parts: WorldParts): World {
  const { disk, bank: openBank, glyphs, chance, vault, glass, variety } = parts;
  const config = configOf(parts.config, variety);
  const clock = virtualClock(parts.start_ms, WAKES_OF_A_ROUND);
  const measure = meter(disk.watch);
  const bank = openBank(clock);
  let life: Life = { dead: true, assembly: null };
  let refused: Problem | null = null;
  let cuts = 0;
  let crashes: string[] = [];
  let looked = Promise.withResolvers<void>();

  const isDead = () => life.dead;
  const strike = (fault: FaultName) => trouble.strike(fault);
  const watching = eye((screen) => {
    if (screen !== null) seeing.saw(screen);
    looked.resolve();
  }, glass);
  const journalNow = () => (life.dead ? null : (life.assembly?.terminal.counter.journal ?? null));
  const seeing = lookout({
    ...{ clock, bank, meter: measure, journal: journalNow, location: disk.journal.location },
    standing: () => (life.dead ? null : watching.standing),
    customer: () => customer,
  });
  const devices = stormDevices({ description: config.board, clock, meter: measure, strike, variety });
  const customer = customersEye(devices.glass, glyphs);
  const line = stormLine({ clock, meter: measure, chance, strike, ask, open: () => bank.open });
  const trouble = troubles({
    ...{ clock, chance, disk, bank, variety, devices: () => devices, line: () => line },
    cutPower() {
      powerOff();
      clock.after(400 + chance.below(4000), powerOn);
    },
    finger: () => void press('cancel').then(() => press('enter')),
  });
  disk.wipe({ meter: measure, strike, isDead });
  if (vault === null) disk.recall();
  else for (const [name, bytes] of vault) disk.files.set(name, bytes);

  function ask(body: Uint8Array, answer: (frame: Uint8Array | null) => void): void {
    const fault = measure.call('bank');
    if (fault !== null) strike(fault);
    if (fault === 'restart-before') trouble.restartBank();
    if (fault === 'moved') bank.move(body);
    if (fault === 'silent' || fault === 'restart-before') return;
    // A network may delay a message or deliver it twice: the bank must recognise it.
    if (fault === 'delayed')
      clock.after(65_000 + chance.below(60_000), () => bank.open && bank.submit(body, () => undefined));
    if (fault === 'delayed') return;
    if (fault === 'twice') clock.after(2 + chance.below(90_000), () => bank.open && bank.submit(body, () => undefined));
    bank.submit(body, (frame) => {
      if (fault === 'restart-after') trouble.restartBank();
      else answer(frame);
    });
  }

  function powerOff(): void {
    if (life.dead) return;
    life.dead = true;
    cuts++;
    disk.unplug();
    devices.power(false);
    line.cut();
    watching.dark();
  }

  function powerOn(): void {
    if (!life.dead) return;
    forgetDead(life);
    disk.plug(chance.below(2 ** 31));
    life = { dead: false, assembly: null };
    refused = null;
    devices.power(true);
    void boot(life);
  }

  /** Closes the dead terminal's connection to its database: the disk takes nothing more from it. */
  function forgetDead({ assembly }: Life): void {
    try {
      assembly?.terminal.counter.journal.close();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }

  async function boot(mine: Life): Promise<void> {
    try {
      mine.assembly = await assemble({
        config,
        board: devices.board(() => mine.dead),
        ground: groundOf(mine),
        renderer: {
          ...watching.renderer,
          show(screen) {
            if (!mine.dead) watching.renderer.show(screen);
          },
        },
        version: 'storm',
        checked: () => undefined,
      });
    } catch (error) {
      if (mine.dead) return;
      if (error instanceof Fault) refused = error.problem;
      else crashed(mine, error);
      looked.resolve();
      return;
    }
    const { terminal, background } = mine.assembly;
    const stop = new AbortController();
    const ended = (error: unknown) => {
      stop.abort();
      if (error instanceof Fault) gaveUp(mine, error.problem);
      else crashed(mine, error);
    };
    run(terminal).catch(ended);
    background(stop.signal).catch(ended);
  }

  /** A Fault that ended the program: it is shown on the screen, and the program starts again after a while. */
  function gaveUp(mine: Life, problem: Problem): void {
    if (mine.dead) return;
    crashes.push(`the program gave up: ${JSON.stringify(problem)}`);
    mine.assembly?.failed(problem);
    clock.after(20_000, () => {
      if (mine.dead) return;
      powerOff();
      clock.after(500, powerOn);
    });
  }

  function crashed(mine: Life, error: unknown): void {
    if (mine.dead) return;
    crashes.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    // Starts it again, as systemd does.
    powerOff();
    clock.after(500, powerOn);
  }

  function groundOf(mine: Life): Ground {
    const deadOr = <T>(work: () => T): T => {
      if (mine.dead) throw new Error('the power is off');
      return work();
    };
    const { journal, vault: files } = disk;
    return {
      clock: mortal(mine),
      random: chance.bytes,
      connect: line.connect(() => mine.dead),
      disk: {
        ...journal,
        writeMarker: (text) => deadOr(() => journal.writeMarker(text)),
        reserve: (bytes) => deadOr(() => journal.reserve(bytes)),
      },
      vault: {
        read: files.read,
        write: (name, bytes) => deadOr(() => files.write(name, bytes)),
        append: (name, bytes) => deadOr(() => files.append(name, bytes)),
      },
      // Thousands of scrypt hashes would take most of a storm's time.
      passwordHash: async (password, salt) => createHmac('sha256', salt).update(password).digest(),
      parameters: { kept: () => null, keep: () => undefined },
      // The key centre cannot be reached: the day goes on with the master key that is loaded.
      identity: () => ({}) as ReturnType<Ground['identity']>,
      firmware: () => '',
      glyphs: () => glyphs,
      // The flight record is for people: nothing that a storm checks is written there alone.
      record: () => ({
        last: null,
        write: async (made) => made.length,
        spill: () => undefined,
        sync: async () => undefined,
        close: () => undefined,
      }),
      room: () => 2 ** 30,
    };
  }

  /** The clock of a terminal that may lose its power: after that none of its timers fires. */
  function mortal(mine: Life): Clock {
    const after: Clock['after'] = (ms, act) =>
      clock.after(ms, () => {
        if (!mine.dead) act();
      });
    return { now: () => clock.now() + trouble.jumped_ms, monotonic: clock.monotonic, sleep: sleepOver(after), after };
  }

  async function press(key: KeyName): Promise<void> {
    const fault = measure.call('key');
    if (fault !== null) strike(fault);
    const { keys } = devices;
    if (trouble.springs()) {
      for (let spring = 0; spring < 6; spring++) {
        keys.press(key);
        await clock.sleep(1 + chance.below(3));
        keys.release(key);
        await clock.sleep(1);
      }
    }
    keys.press(key);
    await clock.sleep(DOWN_MS);
    keys.release(key);
    await clock.sleep(UP_MS);
  }

  return {
    clock,
    config,
    devices,
    line,
    bank,
    meter: measure,
    chance,
    get screen() {
      return life.dead ? null : watching.standing;
    },
    lookout: seeing,
    get journal() {
      return journalNow();
    },
    get paperOwed() {
      return life.dead ? 0 : (life.assembly?.terminal.counter.paper.owed ?? 0);
    },
    get refused() {
      return refused;
    },
    get cuts() {
      return cuts;
    },
    get crashes() {
      return [...crashes, ...(glass?.wrong ?? [])];
    },
    begin(planned) {
      seeing.begin();
      crashes = [];
      cuts = 0;
      measure.begin(planned);
      disk.arm(planned.flatMap((one) => ('port' in one && one.port === 'disk' ? [one.at] : [])));
    },
    end() {
      measure.disarm();
      return { struck: measure.struck, counts: { ...measure.counts, disk: disk.calls } };
    },
    async look(ms) {
      looked = Promise.withResolvers();
      const callOff = clock.after(ms, looked.resolve);
      await looked.promise;
      callOff();
    },
    press,
    strikeSlot() {
      const fault = measure.call('slot');
      if (fault !== null) strike(fault);
      return fault;
    },
    powerOff,
    powerOn,
    get on() {
      return !life.dead;
    },
    mend() {
      measure.disarm();
      disk.arm([]);
      trouble.mend();
    },
  };
}
