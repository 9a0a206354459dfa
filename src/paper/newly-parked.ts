import type { Entry } from '../journal/entry.ts';
import type { Journal } from '../journal/journal.ts';

/** Entries that come onto the exceptions list while the terminal runs, each until its note is printed. */
export interface NewlyParked {
  readonly next: Entry | null;
  /** Called when its note is printed. */
  printed(entry: Entry): void;
  stop(): void;
}

/** Entries on the list at the start are known already: their note was printed before, or they are seen on the list. */
export function newlyParked(journal: Pick<Journal, 'debts' | 'watch'>, came: () => void): NewlyParked {
  const known = new Set(parkedIn(journal).map(({ id }) => id));
  const waiting: Entry[] = [];
  const stop = journal.watch(() => {
    for (const entry of parkedIn(journal)) {
      if (known.has(entry.id)) continue;
      known.add(entry.id);
      waiting.push(entry);
      came();
    }
  });
  return {
    /** Skips entries that have been cleared meanwhile: they are no exceptions any more. */
    get next() {
      while (waiting[0] !== undefined && waiting[0].state !== 'parked') waiting.shift();
      return waiting[0] ?? null;
    },
    printed(entry) {
      const place = waiting.indexOf(entry);
      if (place >= 0) waiting.splice(place, 1);
    },
    stop,
  };
}

function parkedIn(journal: Pick<Journal, 'debts'>): readonly Entry[] {
  return journal.debts().flatMap(({ entry, state }) => (state === 'parked' ? [entry] : []));
}
