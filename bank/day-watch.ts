import type { Clearing } from './clearing.ts';
import type { Log } from './log.ts';
import type { Office } from './office.ts';
import { fileClosedDays } from './reconciliation.ts';

const EVERY_MS = 60_000;

/** Sees to it that the day ends in its time when nobody trades, and that each closed day has its files. */
export interface DayWatch {
  check(): void;
  close(): Promise<void>;
}

/** `dir` is where the reconciliation files go. */
export function dayWatch(office: Office, clearing: Clearing, dir: string, log: Log): DayWatch {
  const stop = new AbortController();
  const check = (): void => {
    try {
      const now = office.clock.now();
      if (office.days.due(now) !== null) {
        const closed = office.books.atomically(() => clearing.turn(now));
        log('cut-over', { closed: closed?.date, day: office.days.date() });
      }
      const files = fileClosedDays(office, clearing, dir);
      if (files.length > 0) log('reconciliation', { files });
    } catch (error) {
      // A full disk: the day stays due, or its files do, and the next look does it.
      office.days.forget();
      log('failed', { what: 'the end of the day', error: error instanceof Error ? error.message : 'unknown' });
    }
  };
  const watching = watch();
  return {
    check,
    close() {
      stop.abort(new DOMException('the bank closes', 'AbortError'));
      return watching;
    },
  };

  async function watch(): Promise<void> {
    while (!stop.signal.aborted) {
      check();
      try {
        await office.clock.sleep(EVERY_MS, stop.signal);
      } catch (error) {
        if (!stop.signal.aborted) throw error;
      }
    }
  }
}
