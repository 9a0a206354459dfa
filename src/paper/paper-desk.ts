import type { Config } from '../config/config.ts';
import type { Language, Text } from '../config/texts.ts';
import type { Entry } from '../journal/entry.ts';
import type { Journal } from '../journal/journal.ts';
import type { Settlement } from '../journal/settlements.ts';
import type { SlipState } from '../operator/screens/result.ts';
import { faultSlip } from '../receipt/fault-slip.ts';
import type { Printer } from '../receipt/printer.ts';
import { problemOf } from '../receipt/printer-status.ts';
import { saleReceipt } from '../receipt/receipt.ts';
import type { ReceiptTable } from '../receipt/table.ts';
import type { Clock } from '../values/clock.ts';
import { lasting } from '../values/lasting.ts';
import { Fault, type Problem } from '../values/problem.ts';
import { type NewlyParked, newlyParked } from './newly-parked.ts';
import { faultOf, settlementTables } from './reports.ts';
import { slipFacts } from './slip-facts.ts';

/** Prints what is owed, one copy at a time, in the background: paper never holds a sale up, and never is forgotten. */
export interface PaperDesk {
  /** The slips of a sale that has just completed, before older debts. */
  print(entry: Entry): void;
  /** Prints a slip that is out already once more, with the word DUPLICATE. Null when printed, else what kept it. */
  reprint(entry: Entry): Promise<Problem | null>;
  /**
   * Prints a report, in its turn among the slips: null when printed, else what kept it from that. `beforeFirstByte` is
   * called when the printer is ready: the place to record that the report is begun, where it may come out only once.
   */
  report(table: ReceiptTable, beforeFirstByte?: () => void): Promise<Problem | null>;
  stateOf(entry: Entry): SlipState;
  /** What keeps the printer from printing; null while it is well. */
  readonly problem: Problem | null;
  /** A settlement has closed its batch: its slip is owed from here. */
  wake(): void;
  /** Entries and settlements whose slips are owed. */
  readonly owed: number;
  /** Takes what the self-check found; a problem is looked at again until it is gone. */
  found(trouble: Problem | null): void;
  /** Calls `changed` after every change of what is above until the returned function is called. */
  watch(changed: () => void): () => void;
  /** Works until the signal says stop. */
  run(signal: AbortSignal): Promise<void>;
}

export interface PaperDeskParts {
  readonly journal: Journal;
  readonly printer: Printer;
  readonly clock: Clock;
  config(): Config;
  text(): Text;
  language(): Language;
}

/** How often a printer that cannot print is asked whether it can again. */
const LOOK_AGAIN_MS = 2000;
/** How often a printer that was well is asked: missing paper is noticed before the next sale, not after it. */
const LOOK_AROUND_MS = 10_000;
/** The longest pause after failures in mid-slip: each is four times the last, since each try may cost paper. */
const STALLED_AGAIN_MS = 300_000;

export function paperDesk({ journal, printer, config, clock, text, language }: PaperDeskParts): PaperDesk {
  const watchers = new Set<() => void>();
  const fresh: Entry[] = [];
  let problem: Problem | null = null;
  /** How many tries in a row have begun and failed in mid-slip; the printer looks well before each of them. */
  let stalls = 0;
  /** Whether the last try began to print: one that did not has cost no paper. */
  let isBegun = false;
  let woken = Promise.withResolvers<void>();
  const tell = () => {
    for (const changed of watchers) changed();
  };
  const owing = () => journal.debts().flatMap(({ entry, debt }) => (debt === 'reprint' ? [entry] : []));

  const now = (trouble: Problem | null) => {
    problem = trouble;
    tell();
  };

  /** Watchers hear only changes of the kind of trouble. */
  const seen = (trouble: Problem | null) => {
    if (trouble?.kind !== problem?.kind) now(trouble);
  };

  const slipOf = (entry: Entry, duplicate: boolean) => slipFacts(entry, config(), language(), duplicate);

  const onPaper: Printer['print'] = async (table, beforeFirstByte) => {
    const end = await printer.print(table, beforeFirstByte);
    isBegun = end.printed || end.begun;
    // A try that never began says nothing of how far the next would come.
    if (end.printed) stalls = 0;
    else if (end.begun) stalls += 1;
    return end;
  };

  async function printCopies(entry: Entry): Promise<boolean> {
    for (const { copy, duplicate } of entry.copiesOwed) {
      // If the printer cannot begin, the copy stays unbegun, and the next try need not say DUPLICATE.
      const slip = saleReceipt(slipOf(entry, duplicate), copy, text());
      const end = await onPaper(slip, () => entry.copyBegun(copy));
      if (end.printed) entry.copyPrinted(copy);
      now(end.printed ? null : end.problem);
      if (!end.printed) return false;
    }
    return true;
  }

  /** Prints the slip of a settlement and its discrepancies as one table: at most once without DUPLICATE. */
  async function printSettlement(owed: Settlement): Promise<boolean> {
    const duplicate = owed.step('slip-begun') !== null;
    const table = settlementTables(owed, config(), text(), duplicate);
    let latest = owed;
    const note = (kind: 'slip-begun' | 'slip-printed') => {
      latest = journal.settled(latest, { kind });
    };
    // `slip-begun` is noted once only: each step is a row that stays for ever.
    const end = await onPaper(table, () => {
      if (!duplicate) note('slip-begun');
    });
    if (end.printed) note('slip-printed');
    now(end.printed ? null : end.problem);
    return end.printed;
  }

  /** Prints, once, the note for an entry that could not be cleared within the retry limit (冲正失败); it is no receipt. */
  async function printFault(entry: Entry): Promise<boolean> {
    const asked = { config: config(), operator: entry.facts.operator, at: clock.now() };
    return (await report(faultSlip(faultOf(entry, asked), text()))) === null;
  }

  async function report(table: ReceiptTable, beforeFirstByte?: () => void): Promise<Problem | null> {
    const end = await onPaper(table, beforeFirstByte);
    now(end.printed ? null : end.problem);
    // The printer is well again: what has waited for that comes out at once.
    if (end.printed) woken.resolve();
    return end.printed ? null : end.problem;
  }

  function pauseAfter(idle: boolean): number {
    if (idle) return problem === null ? LOOK_AROUND_MS : LOOK_AGAIN_MS;
    return stalls === 0 || !isBegun ? LOOK_AGAIN_MS : Math.min(LOOK_AGAIN_MS * 4 ** (stalls - 1), STALLED_AGAIN_MS);
  }

  async function look(): Promise<void> {
    try {
      seen(problemOf(await printer.status()));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      seen(error.problem);
    }
  }

  /** Where the disk cannot note what was printed, the slip stays owed and the sale stays as it is. */
  async function kept(printing: Promise<boolean>): Promise<boolean> {
    try {
      return await printing;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      now(error.problem);
      return false;
    }
  }

  return {
    print(entry) {
      fresh.push(entry);
      woken.resolve();
    },
    wake: () => woken.resolve(),
    reprint: (entry) => report(saleReceipt(slipOf(entry, true), 'cardholder', text())),
    report,
    stateOf(entry) {
      if (entry.copiesOwed.length === 0) return 'printed';
      if (problem === null) return 'printing';
      if (problem.kind === 'paper-out') return 'out';
      return problem.kind === 'cover-open' ? 'cover-open' : 'owed';
    },
    get problem() {
      return problem;
    },
    get owed() {
      return owing().length + (journal.settlementUnprinted() === null ? 0 : 1);
    },
    found(trouble) {
      now(trouble);
      woken.resolve();
    },
    watch(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    async run(signal) {
      // One listener for all the waits: a night without paper has many thousands of them.
      signal.addEventListener('abort', () => woken.resolve(), { once: true });
      let parked = null as NewlyParked | null;
      let due = false;
      const working = async () => {
        parked ??= newlyParked(journal, () => woken.resolve());
        while (!signal.aborted) {
          const next = fresh.shift() ?? owing()[0];
          if (next !== undefined && next.copiesOwed.length > 0 && (await kept(printCopies(next)))) continue;
          const settled = next === undefined ? journal.settlementUnprinted() : null;
          if (settled !== null && (await kept(printSettlement(settled)))) continue;
          const fault = next === undefined && settled === null ? parked.next : null;
          if (fault !== null && (await printFault(fault))) {
            parked.printed(fault);
            continue;
          }
          const idle = next === undefined && settled === null && fault === null;
          if (idle && (due || problem !== null)) await look();
          const paused = clock.sleep(pauseAfter(idle), signal).then(() => true);
          due = await Promise.race([woken.promise.then(() => false), paused]).catch(() => false);
          woken = Promise.withResolvers();
        }
      };
      await lasting(working, signal, clock);
      parked?.stop();
    },
  };
}
