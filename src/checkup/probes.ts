import type { StripeReader } from '../card/stripe-reader.ts';
import type { Config } from '../config/config.ts';
import type { Text } from '../config/texts.ts';
import type { CustomerDisplay } from '../customer/display.ts';
import type { Host } from '../host/host.ts';
import type { Journal } from '../journal/journal.ts';
import type { Keypad } from '../operator/keypad.ts';
import { problemWords } from '../operator/screens/problem.ts';
import type { PaperDesk } from '../paper/paper-desk.ts';
import type { Printer } from '../receipt/printer.ts';
import { problemOf } from '../receipt/printer-status.ts';
import type { Clock } from '../values/clock.ts';
import { Fault, type Problem } from '../values/problem.ts';
import type { Vault } from '../vault/vault.ts';
import type { Probe } from './checkup.ts';

export interface Parts {
  readonly keypad: Keypad;
  readonly display: CustomerDisplay;
  readonly reader: StripeReader;
  readonly printer: Printer;
  readonly paper: PaperDesk;
  readonly journal: Journal;
  readonly vault: Vault;
  readonly host: Host;
  /** Whether the terminal has no line to its buzzer. */
  readonly silent: boolean;
  readonly clock: Clock;
  readonly config: Config;
  /** Free space on the disk that holds the terminal's state, in bytes. */
  room(): number;
  text(): Text;
}

/** Extra time for the printer: a slip that is being printed, as after a power cut, delays its answer. */
const SLIP_MS = 10_000;
/** A clock that shows an earlier time is wrong: this release did not exist then. */
const RELEASED_MS = Date.UTC(2026, 10, 1);

/** The parts of the self-check, each asked by a real exchange. */
export function probesOf(parts: Parts): readonly Probe[] {
  const { keypad, display, reader, journal, vault, host, clock, config, room, text, silent } = parts;
  const deadline_ms = config.terminal.waits.checkup_device_ms;
  return [
    {
      part: 'keypad',
      needed: true,
      deadline_ms,
      async ask() {
        well(await keypad.check());
        // A terminal without a buzzer can sell. The buzzer has no row of its own, so the keypad's row says that it is
        // missing.
        return silent ? problemWords(text(), { kind: 'device-lost', device: 'buzzer' }).title : null;
      },
    },
    {
      part: 'display',
      needed: false,
      deadline_ms,
      async ask() {
        await display.start();
        return well(await display.check());
      },
    },
    {
      part: 'reader',
      needed: true,
      deadline_ms,
      async ask(signal) {
        await answered(() => reader.check(), { signal, clock, deadline_ms });
        return text()('way.stripe');
      },
    },
    {
      part: 'printer',
      needed: false,
      deadline_ms: deadline_ms + SLIP_MS,
      ask: (signal) => printerIsWell(parts, signal),
    },
    {
      part: 'storage',
      needed: true,
      deadline_ms,
      async ask() {
        journal.checkWritable();
        if (journal.archiveProblem !== null) throw new Fault(journal.archiveProblem);
        return `${Math.floor(room() / 2 ** 20)} MB`;
      },
    },
    {
      part: 'clock',
      needed: false,
      deadline_ms,
      async ask() {
        const latest = Math.max(RELEASED_MS, Date.parse(journal.last()?.row.time ?? '1970-01-01'));
        if (clock.now() >= latest) return null;
        const iso = (ms: number) => new Date(ms).toISOString();
        throw new Fault({ kind: 'clock-behind', now: iso(clock.now()), latest: iso(latest) });
      },
    },
    {
      part: 'keys',
      needed: false,
      deadline_ms,
      // An empty slot is no fault: the key centre fills it next.
      ask: async () => vault.kcvOf('TMK') ?? text()('checkup.keys.none'),
    },
    {
      part: 'line',
      needed: false,
      deadline_ms: 2 * config.network.connect_timeout_ms,
      async ask(signal) {
        const { line, took_ms } = await host.echo(signal);
        const took = `${Math.round(took_ms)} ms`;
        return line === 'backup' ? `${text()('bar.line.backup')} · ${took}` : took;
      },
    },
  ];
}

async function printerIsWell({ printer, paper, clock, config }: Parts, signal: AbortSignal): Promise<null> {
  const deadline_ms = config.terminal.waits.checkup_device_ms;
  try {
    paper.found(problemOf(await answered(() => printer.check(), { signal, clock, deadline_ms })));
  } catch (error) {
    if (error instanceof Fault) paper.found(error.problem);
    throw error;
  }
  return well(paper.problem);
}

interface Patience {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly deadline_ms: number;
}

/**
 * A device that has just got its power may miss the first question: asks again until it has been silent for
 * `deadline_ms`.
 */
async function answered<T>(ask: () => Promise<T>, { signal, clock, deadline_ms }: Patience): Promise<T> {
  for (let until_ms: number | null = null; ; ) {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted || !(error instanceof Fault) || error.problem.kind !== 'device-silent') throw error;
      until_ms ??= clock.monotonic() + deadline_ms - error.problem.waited_ms;
      if (clock.monotonic() >= until_ms) throw error;
    }
  }
}

function well(problem: Problem | null): null {
  if (problem !== null) throw new Fault(problem);
  return null;
}
