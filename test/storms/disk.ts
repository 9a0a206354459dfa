import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { JournalDisk } from '../../src/journal/disk.ts';
import { Fault, type Problem } from '../../src/values/problem.ts';
import type { VaultFiles } from '../../src/vault/files.ts';
import type { FaultName, Meter } from './faults.ts';

/** The terminal's disk: the journal's files under SQLite (`vfs/storm.c`), and the small files beside them. */
export interface StormDisk {
  readonly journal: JournalDisk;
  readonly vault: VaultFiles;
  /** The small files by name; they are replaced whole, so a power cut leaves the old or the new. */
  readonly files: Map<string, Uint8Array>;
  /** Says at which calls, counted from now, the meter is asked for a fault. */
  arm(calls: readonly number[]): void;
  /** Has the meter asked at the next few calls too. */
  watch(): void;
  /** Calls since `arm`. */
  readonly calls: number;
  trouble(full: boolean, readOnly: boolean): void;
  /** The next `good` reads of this file succeed, and the `bad` ones after them fail. */
  unreadable(name: string, good: number, bad: number): void;
  /** Takes the power away: nothing is read or written any more. */
  unplug(): void;
  /** Gives the power back; `seed` draws what the cut has left on the disk. */
  plug(seed: number): void;
  /** Empties the disk for another terminal; from now on its `parts` are used. */
  wipe(parts: DiskParts): void;
  /** Copies everything on the disk, for `recall`; the terminal must be without power. */
  remember(): void;
  /** Puts the copy back, after a `wipe`. */
  recall(): void;
}

const SIDES = ['', '-wal', '-shm'] as const;
/** How many calls `watch` has the meter asked at. */
const WATCHED = 4;

/** What `storm_hit` answers the file system; the order is that of `vfs/storm.c`. */
const verdicts = {
  'go-on': 0,
  'dead-before': 1,
  'dead-after': 2,
  full: 3,
  'read-only': 4,
  broken: 5,
  lost: 6,
} as const;

export interface DiskParts {
  readonly meter: Meter;
  /** What a fault does to the world, beside what it does to the call. */
  strike(fault: FaultName): void;
  isDead(): boolean;
}

/** Only one per process: the SQLite file system that it loads belongs to the process. */
export function stormDisk(): StormDisk {
  let parts: DiskParts | null = null;
  const steering = new DatabaseSync(':memory:', { allowExtension: true });
  steering.function('storm_hit', (_, number) => {
    const fault = parts?.meter.numbered('disk', Number(number) - from) ?? null;
    if (fault === null) return verdicts['go-on'];
    parts?.strike(fault);
    return verdictOf(fault);
  });
  steering.loadExtension(join(import.meta.dirname, 'vfs', 'storm.so'), 'sqlite3_storm_init');
  const steer = (sql: string) => {
    const statement = steering.prepare(`SELECT ${sql} AS answer`);
    return (...values: (string | number)[]) => statement.get(...values)?.answer;
  };
  const [calls, plugged, cut, troubled] = ['storm_calls()', 'storm_plug(?)', 'storm_cut(?)', 'storm_trouble(?, ?)'].map(
    steer,
  ) as [Steer, Steer, Steer, Steer];
  const [size, lengthen, rename, link, wipe] = [
    'storm_size(?)',
    'storm_lengthen(?, ?)',
    'storm_rename(?, ?)',
    'storm_link()',
    'storm_wipe()',
  ].map(steer) as [Steer, Steer, Steer, Steer, Steer];
  const [remember, recall, unreadable] = ['storm_remember()', 'storm_recall()', 'storm_unreadable(?, ?, ?)'].map(
    steer,
  ) as [Steer, Steer, Steer];
  const arming = [0, 1, 2, 3, 4].map((count) => steer(`storm_arm(${new Array(count).fill('?').join(', ')})`));

  const files = new Map<string, Uint8Array>();
  const aside = new Map<string, Uint8Array>();
  let full = false;
  let readOnly = false;
  let from = 0;

  /** Counts a call of the files beside SQLite's and lets its fault happen. Throws where the call has no effect. */
  function call(name: string): void {
    if (parts === null || parts.isDead()) throw new Error('the power is off');
    if (full) throw new Fault({ kind: 'disk-full', file: name });
    if (readOnly) throw new Fault({ kind: 'disk-read-only', file: name });
    const fault = parts.meter.call('files');
    if (fault !== null) parts.strike(fault);
    if (fault === 'full-once') throw new Fault({ kind: 'disk-full', file: name });
    if (fault === 'read-only-once') throw new Fault({ kind: 'disk-read-only', file: name });
    if (fault === 'power') throw new Error('the power is off');
  }

  function replace(name: string, bytes: Uint8Array): void {
    call(name);
    files.set(name, Uint8Array.from(bytes));
  }

  /** Like `reserve` of `src/journal/disk.ts`: without room the log stays as it is. */
  function reserve(wal: string, bytes: number): void {
    const there = size(wal);
    if (there === null || Number(there) >= bytes) return;
    try {
      call(wal);
    } catch (error) {
      if (error instanceof Fault && error.problem.kind === 'disk-full') return;
      throw error;
    }
    lengthen(wal, bytes);
  }

  const diskOf = (name: string, marker: string): JournalDisk => ({
    location: `file:${name}?vfs=storm`,
    file: name,
    exists: () => Number(size(name) ?? 0) > 0,
    reserve: (bytes) => reserve(`${name}-wal`, bytes),
    trouble(): Problem | null {
      if (readOnly) return { kind: 'disk-read-only', file: name };
      return full ? { kind: 'disk-full', file: name } : null;
    },
    setAside(stamp) {
      // One by one: after a power cut those renamed before it stay renamed.
      for (const side of SIDES) {
        if (size(name + side) === null) continue;
        call(name + side);
        rename(name + side, `aside-${stamp}-${name}${side}`);
      }
      return `aside-${stamp}-${name}`;
    },
    lastSetAside: () => null,
    syncFolder: () => void link(),
    readMarker: () => (files.has(marker) ? Buffer.from(files.get(marker) ?? []).toString() : null),
    writeMarker: (text) => replace(marker, Buffer.from(text)),
  });
  const journal: JournalDisk = { ...diskOf('journal.db', 'marker'), archive: diskOf('archive.db', 'marker') };
  const vault: VaultFiles = {
    read: (name) => files.get(name) ?? null,
    write: replace,
    append: (name, bytes) => replace(name, Buffer.concat([files.get(name) ?? new Uint8Array(0), bytes])),
  };
  return {
    journal,
    vault,
    files,
    arm(numbers) {
      from = Number(calls());
      arming[numbers.length]?.(...numbers.map((number) => from + number));
    },
    watch() {
      // A call may be under way that the file system is asking about: it hears of the next ones once that is over.
      queueMicrotask(() => {
        const next = Number(calls()) + 1;
        arming[WATCHED]?.(...Array.from({ length: WATCHED }, (_, n) => next + n));
      });
    },
    get calls() {
      return Number(calls()) - from;
    },
    trouble(noRoom, noWrites) {
      full = noRoom;
      readOnly = noWrites;
      troubled(full ? 1 : 0, readOnly ? 1 : 0);
    },
    unreadable: (name, good, bad) => void unreadable(name, good, bad),
    unplug: () => void plugged(0),
    plug(seed) {
      cut(seed);
      plugged(1);
    },
    wipe(next) {
      parts = next;
      full = readOnly = false;
      files.clear();
      wipe();
    },
    remember() {
      remember();
      aside.clear();
      for (const [name, bytes] of files) aside.set(name, bytes);
    },
    recall() {
      recall();
      for (const [name, bytes] of aside) files.set(name, bytes);
    },
  };
}

type Steer = (...values: (string | number)[]) => unknown;

function verdictOf(fault: FaultName): number {
  switch (fault) {
    case 'power':
      return verdicts['dead-before'];
    case 'power-after':
      return verdicts['dead-after'];
    case 'full-once':
      return verdicts.full;
    case 'read-only-once':
      return verdicts['read-only'];
    case 'io-error':
      return verdicts.broken;
    case 'sync-lost':
      return verdicts.lost;
    default:
      return verdicts['go-on'];
  }
}
