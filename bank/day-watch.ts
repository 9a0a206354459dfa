import type { Clearing } from './clearing.ts';
import type { Log } from './log.ts';
import type { Office } from './office.ts';
import { fileClosedDays } from './reconciliation.ts';

const EVERY_MS = 60_000;

/** Ends the day on time even when nobody trades, and writes the files of each closed day. */
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
      // Such as a full disk: the day, or its files, stay due, and the next check tries again.
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
