import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { ByteLine } from '../board/buses.ts';
import { type PrinterFarEnd, printerFarEnd } from '../board/virtual/printer.ts';
import type { Config } from '../src/config/config.ts';
import { texts } from '../src/config/texts.ts';
import type { Entry } from '../src/journal/entry.ts';
import type { Copy } from '../src/journal/events.ts';
import type { Journal } from '../src/journal/journal.ts';
import { type PaperDesk, paperDesk } from '../src/paper/paper-desk.ts';
import { type Confirmation, printer } from '../src/receipt/printer.ts';
import { type Clock, sleepOver } from '../src/values/clock.ts';
import { approval, journalIn, saleOf } from './journal-bench.ts';
import { virtualClock } from './virtual-clock.ts';

/** What may happen to the printer, to the terminal, or to both (at one power socket). */
export const cuts = ['paper-out', 'cover-open', 'printer-off', 'terminal-off', 'all-off', 'restart'] as const;
export type Cut = (typeof cuts)[number];

/** When a cut comes: after this many bytes to the printer, or this long after the first of them. */
export type CutAt = { readonly byte: number } | { readonly ms: number };

export interface Printed {
  readonly entry: Entry;
  readonly slips: readonly { readonly text: string; readonly cut: boolean }[];
  /** Bytes to the printer, and the time from the first of them until the end. */
  readonly bytes: number;
  readonly took_ms: number;
  /** Time from the first byte until nothing was owed any more. */
  readonly done_ms: number;
  /** How many of the cuts came to pass. */
  readonly came: number;
}

const MENDED_MS = 4000;
/** A program that died is back so soon that the printer still prints what it was sent. */
const RESTARTED_MS = 100;
const GIVEN_UP_MS = 300_000;

const config = {
  terminal: { merchant: { id: '898110248990001', name: '便民小超市', terminal: '50461160' } },
  profile: { transactions: { tip: { offered: false } } },
} as unknown as Config;

/** The real desk, driver and journal at a printer of their own, in virtual time. */
export function printingBench(folder: string, confirms: Confirmation) {
  const clock = virtualClock();
  let at = folder;
  let journal = journalIn(at, { clock });

  /** Begins with a new journal: a failed try must not leave debts to the next one. */
  function startAnew(): void {
    journal.close();
    at = mkdtempSync(join(folder, 'anew-'));
    journal = journalIn(at, { clock });
  }

  /** Prints one sale's slips, with these cuts on the way, until nothing is owed. */
  async function print(copies: readonly Copy[], faults: readonly (readonly [Cut, CutAt])[] = []): Promise<Printed> {
    if (journal.debts().length > 0) startAnew();
    let entry = completed(journal, copies);
    const id = entry.id;
    const wire = countedLine();
    const farEnd = printerFarEnd(wire.far, {
      // No font, so that only the words are kept: nobody looks at the dots of thousands of slips. The plainer printer
      // below knows neither of the two ways to be certain, and is slow.
      font: null,
      ...{ process_ids: confirms === 'process-id', clears: confirms === 'process-id' },
      speed_mm_s: confirms === 'process-id' ? 120 : 40,
      timers: { setTimeout: (act, ms) => clock.after(ms, act), clearTimeout: (off) => (off as () => void)() },
    });
    let since_ms: number | null = null;
    let came = 0;
    let terminal = turnedOn();

    function turnedOn() {
      const stop = new AbortController();
      const near = wire.plug();
      const life = { over: false };
      const time = clockOf(clock, life);
      const cutFirst = journal.debts().some((owed) => owed.entry.copiesOwed.some(({ duplicate }) => duplicate));
      const paper = printer({ line: near, clock: time, columns: 32, dots: 384, confirms, cutFirst });
      const desk: PaperDesk = paperDesk({
        ...{ journal, printer: paper, clock: time, config: () => config, text: () => texts('zh-CN') },
        language: () => 'zh-CN',
      });
      void desk.run(stop.signal);
      return { stop, near, life };
    }

    /** The process ends at once: nothing more is sent or written, and its memory is lost. */
    function powerCut(back_ms: number): void {
      if (terminal.life.over) return;
      terminal.near.unplug();
      terminal.life.over = true;
      clock.after(back_ms, () => {
        journal.close();
        journal = journalIn(at, { clock });
        terminal = turnedOn();
      });
    }

    function happen(cut: Cut): void {
      came++;
      apply(farEnd, cut, true);
      if (cut === 'terminal-off' || cut === 'all-off') powerCut(MENDED_MS);
      if (cut === 'restart') powerCut(RESTARTED_MS);
      clock.after(MENDED_MS, () => apply(farEnd, cut, false));
    }

    const waiting = faults.flatMap(([cut, at]) => ('byte' in at ? [{ cut, at }] : []));
    wire.count((total) => {
      if (since_ms === null) {
        since_ms = clock.monotonic();
        for (const [cut, at] of faults) if ('ms' in at) clock.after(at.ms, () => happen(cut));
      }
      for (const [place, { cut, at }] of waiting.entries()) {
        if (total < at.byte) continue;
        waiting.splice(place, 1);
        happen(cut);
        return;
      }
    });

    for (let waited = 0; waited < GIVEN_UP_MS; waited += 250) {
      await clock.advance(250);
      entry = journal.entry(id) ?? entry;
      if (entry.copiesOwed.length === 0 && came === faults.length - waiting.length) break;
    }
    const done_ms = clock.monotonic() - (since_ms ?? 0);
    // The last mending may make something go on.
    await clock.advance(MENDED_MS + 2000);
    entry = journal.entry(id) ?? entry;
    terminal.stop.abort();
    await clock.advance(MENDED_MS);
    const slips = farEnd.slips().map(({ text, cut }) => ({ text, cut }));
    farEnd.close();
    return { entry, slips, bytes: wire.total(), took_ms: clock.monotonic() - (since_ms ?? 0), done_ms, came };
  }

  return { clock, print, close: () => journal.close() };
}

function completed(journal: Journal, copies: readonly Copy[]): Entry {
  using entry = journal.begin(saleOf(12_850, { copies }));
  entry.sent();
  entry.answered(approval);
  entry.completed();
  return entry;
}

function apply(farEnd: PrinterFarEnd, cut: Cut, on: boolean): void {
  if (cut === 'paper-out') farEnd.paperOut(on);
  if (cut === 'cover-open') farEnd.coverOpen(on);
  if (cut === 'printer-off' || cut === 'all-off') farEnd.power(!on);
}

/** The clock of a process that may die: after that none of its timers fires. */
function clockOf(clock: Clock, life: { readonly over: boolean }): Clock {
  const after: Clock['after'] = (ms, act) =>
    clock.after(ms, () => {
      if (!life.over) act();
    });
  return { ...clock, sleep: sleepOver(after), after };
}

/** A line that reports every byte sent, and whose near end a new process can take over. */
function countedLine() {
  let passed = 0;
  let told: (total: number) => void = () => undefined;
  let listener: (bytes: Uint8Array) => void = () => undefined;
  let plugged: object | null = null;
  const atPrinter = new Set<(bytes: Uint8Array) => void>();
  const open = { closed: new Promise<void>(() => undefined), close: async () => undefined };
  const far: ByteLine = {
    ...open,
    write: async (bytes) => listener(bytes.slice()),
    listen(receive) {
      atPrinter.add(receive);
      return () => atPrinter.delete(receive);
    },
  };
  return {
    far,
    count(tell: (total: number) => void) {
      told = tell;
    },
    total: () => passed,
    plug(): ByteLine & { unplug(): void } {
      const mine = {};
      plugged = mine;
      return {
        ...open,
        async write(bytes) {
          for (const byte of bytes) {
            // A write of a terminal without power sends nothing and never returns.
            if (plugged !== mine) return new Promise<void>(() => undefined);
            for (const receive of atPrinter) receive(Uint8Array.of(byte));
            told(++passed);
          }
        },
        listen(receive) {
          listener = (bytes) => {
            if (plugged === mine) receive(bytes);
          };
          return () => undefined;
        },
        unplug() {
          if (plugged === mine) plugged = null;
        },
      };
    },
  };
}
