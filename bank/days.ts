import type { Books } from './books.ts';
import { DAY_MS, type Seed } from './seed.ts';

/** A day of the bank's books: its date, which is F15 of its trades, and its range of ledger entries. */
export interface BusinessDay {
  /** YYYYMMDD. */
  readonly date: string;
  readonly firstEntry: number;
  /** Null while it is open. */
  readonly lastEntry: number | null;
}

/** The bank's days. One is open; it ends at the configured time, or when an operator of the bank ends it. */
export interface Days {
  /** The settlement date, YYYYMMDD. */
  date(): string;
  /** True while the cut-over is under way: nothing is traded. */
  quiet(now: number): boolean;
  /** Where the open day is over by the clock: the date to open next, and the instant at which that day began. */
  due(now: number): { next: string; since: number } | null;
  /** When trade goes on after the cut-over; null where it is not paused. */
  quietUntil(now: number): number | null;
  /** When the open day ends by itself. */
  ends(): number;
  /**
   * The date that opens if this day is ended by hand: the clock's if that is later, else the day after the open one;
   * dates that were open before are skipped.
   */
  following(now: number): string;
  /** How many days the open one is ahead of the clock: one was ended by hand, or the clock was wrong once. */
  ahead(now: number): number;
  /** Closes the open day with the newest entry of the ledger, and opens `next`, quiet for a time from `since` on. */
  cutOver(next: string, turn: { since: number; now: number; lasts_ms: number }): BusinessDay;
  find(date: string): BusinessDay | null;
  /** Closed days whose files are not written yet, oldest first. */
  unfiled(): BusinessDay[];
  filed(date: string): void;
  /** Drops the cached day; called after a rollback. */
  forget(): void;
}

export function days({ db }: Books, { acquirer }: Seed, now: number): Days {
  const open = db.prepare(
    `SELECT date, quiet_until, coalesce((SELECT closed_at FROM business_day WHERE last_entry IS NOT NULL
       ORDER BY rowid DESC LIMIT 1), 0) AS began FROM business_day WHERE last_entry IS NULL`,
  );
  const newest = db.prepare('SELECT coalesce(max(id), 0) AS id FROM entry');
  const opened = db.prepare('INSERT INTO business_day (date, first_entry, quiet_until) VALUES (?, ?, ?)');
  const closed = db.prepare('UPDATE business_day SET last_entry = ?, closed_at = ? WHERE date = ?');
  const found = db.prepare('SELECT * FROM business_day WHERE date = ?');
  const due = db.prepare('SELECT * FROM business_day WHERE last_entry IS NOT NULL AND filed = 0 ORDER BY rowid');
  const written = db.prepare('UPDATE business_day SET filed = 1 WHERE date = ?');
  // The rest of the calendar day after the cut-over belongs to the next business day.
  const rest = acquirer.utcOffsetMinutes * 60_000 + DAY_MS - acquirer.cutOverMs;
  const byClock = (at: number): string => dateOf(at + rest);
  // Skips dates that were open already: a clock that once was far ahead may have used them.
  const free = (date: string): string => {
    let next = date;
    while (found.get(next) !== undefined) next = after(next);
    return next;
  };

  if (open.get() === undefined) opened.run(byClock(now), 1, 0);
  let today: { date: string; began: number; quietUntil: number } | null = null;
  const current = (): { date: string; began: number; quietUntil: number } => {
    if (today === null) {
      const row = open.get();
      today = { date: String(row?.date), began: Number(row?.began), quietUntil: Number(row?.quiet_until) };
    }
    return today;
  };

  const quietUntil: Days['quietUntil'] = (at) => {
    const { began, quietUntil } = current();
    // A clock that was set back must not prolong the cut-over.
    return at >= began && at < quietUntil ? quietUntil : null;
  };

  return {
    date: () => current().date,
    quiet: (at) => quietUntil(at) !== null,
    quietUntil,
    ends: () => startOf(current().date) + DAY_MS - rest,
    due(at) {
      const date = byClock(at);
      // Nothing is due where the clock was set back, or where the open day began early by hand.
      if (date <= current().date) return null;
      return { next: free(date), since: startOf(date) - rest };
    },
    following(at) {
      const date = byClock(at);
      return free(date > current().date ? date : after(date));
    },
    ahead: (at) => Math.max(0, (startOf(current().date) - startOf(byClock(at))) / DAY_MS),
    cutOver(next, { since, now, lasts_ms }) {
      const { date } = current();
      const lastEntry = Number(newest.get()?.id);
      closed.run(lastEntry, now, date);
      opened.run(next, lastEntry + 1, since + lasts_ms);
      today = null;
      return { date, firstEntry: Number(found.get(date)?.first_entry), lastEntry };
    },
    find(date) {
      const row = found.get(date);
      return row === undefined ? null : dayOf(row);
    },
    unfiled: () => due.all().map(dayOf),
    filed: (date) => void written.run(date),
    forget() {
      today = null;
    },
  };
}

function dayOf(row: Record<string, unknown>): BusinessDay {
  return {
    date: String(row.date),
    firstEntry: Number(row.first_entry),
    lastEntry: row.last_entry === null ? null : Number(row.last_entry),
  };
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');
}

function after(date: string): string {
  return dateOf(startOf(date) + DAY_MS);
}

function startOf(date: string): number {
  return Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6)));
}
