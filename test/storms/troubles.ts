import type { VirtualClock } from '../virtual-clock.ts';
import type { BankEnd } from './bank-end.ts';
import type { Chance } from './chance.ts';
import type { StormDevices } from './devices.ts';
import type { StormDisk } from './disk.ts';
import type { FaultName } from './faults.ts';
import type { StormLine } from './line.ts';
import type { Variety } from './variety.ts';

/** What faults do to the world, beside what they do to the call that they meet. */
export interface Troubles {
  strike(fault: FaultName): void;
  /** Everything as it should be. */
  mend(): void;
  restartBank(): void;
  /** How far the terminal's wall clock is off. */
  readonly jumped_ms: number;
  /** Whether the next key's contacts bounce for long; true only once for each fault. */
  springs(): boolean;
}

export interface TroubleParts {
  readonly clock: VirtualClock;
  readonly chance: Chance;
  readonly devices: () => StormDevices;
  readonly line: () => StormLine;
  readonly disk: StormDisk;
  readonly bank: BankEnd;
  readonly variety: Variety;
  /** Pulls the plug; it is put back after a while. */
  cutPower(): void;
  /** A child's hand: Cancel and Enter. */
  finger(): void;
}

const HOUR_MS = 3_600_000;

interface Trouble {
  begin(): void;
  end?(): void;
  /** It ends by itself after `least_ms` and a random part of `more_ms`. */
  readonly lasts?: readonly [least_ms: number, more_ms: number];
}

export function troubles(parts: TroubleParts): Troubles {
  const { clock, chance, devices, line, disk, bank, variety } = parts;
  let jumped_ms = 0;
  let springs = false;
  /** Timers that end troubles. `mend` calls them off, so that none ends a trouble that begins later. */
  const ends = new Map<FaultName, () => void>();

  const restartBank = () => {
    line().cut();
    bank.stop();
    bank.start();
  };
  const lineUp = () => {
    line().down.primary = line().down.backup = false;
  };
  const plug = (device: 'printer' | 'stripe' | 'glass'): Trouble => ({
    begin: () => devices().unplug(device, true),
    end: () => devices().unplug(device, false),
    lasts: [1000, 25_000],
  });
  const power = { begin: parts.cutPower };
  const spoilt = { lasts: [5000, 60_000], end: () => disk.trouble(false, false) } as const;

  const table: Partial<Record<FaultName, Trouble>> = {
    power,
    'power-after': power,
    'bank-restart': { begin: restartBank },
    'line-down': {
      begin() {
        line().down.primary = line().down.backup = true;
        line().cut();
      },
      end: lineUp,
      lasts: [20_000, 120_000],
    },
    'primary-down': {
      begin() {
        line().down.primary = true;
      },
      end: lineUp,
      lasts: [20_000, 60_000],
    },
    'paper-out': {
      begin: () => devices().printer.paperOut(true),
      end: () => devices().printer.paperOut(false),
      lasts: [3000, 30_000],
    },
    'cover-open': {
      begin: () => devices().printer.coverOpen(true),
      end: () => devices().printer.coverOpen(false),
      lasts: [2000, 20_000],
    },
    'printer-off': plug('printer'),
    'reader-off': plug('stripe'),
    'display-off': plug('glass'),
    'disk-full': { begin: () => disk.trouble(true, false), ...spoilt },
    'disk-read-only': { begin: () => disk.trouble(false, true), ...spoilt },
    unread: {
      begin: () => disk.unreadable(chance.pick(['journal.db', 'archive.db']), chance.below(8), 1 + chance.below(4)),
      end: () => disk.unreadable('', 0, 0),
      lasts: [5000, 120_000],
    },
    'clock-forward': {
      begin() {
        jumped_ms += HOUR_MS + chance.below(HOUR_MS);
      },
    },
    'clock-back': {
      begin() {
        jumped_ms -= HOUR_MS + chance.below(HOUR_MS);
      },
    },
    'key-bounce': {
      begin() {
        springs = true;
      },
    },
    finger: { begin: () => void clock.after(10 + chance.below(300), parts.finger) },
  };

  return {
    strike(fault) {
      const { begin, end, lasts } = table[fault] ?? {};
      begin?.();
      if (end === undefined || lasts === undefined) return;
      ends.get(fault)?.();
      ends.set(fault, clock.after(lasts[0] + chance.below(lasts[1]), end));
    },
    mend() {
      for (const callOff of ends.values()) callOff();
      ends.clear();
      for (const { end } of Object.values(table)) end?.();
      bank.start();
      springs = false;
      if (variety.clock !== 'stays-off') jumped_ms = 0;
    },
    restartBank,
    get jumped_ms() {
      return jumped_ms;
    },
    springs() {
      const now = springs;
      springs = false;
      return now;
    },
  };
}
