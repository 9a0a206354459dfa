import type { Entry } from '../journal/entry.ts';
import { owesMoney } from '../journal/progress.ts';
import type { Clock, Random } from '../values/clock.ts';
import { exclusive } from '../values/exclusive.ts';
import { Fault, type Problem } from '../values/problem.ts';
import type { State } from '../values/state.ts';
import { type Attempt, type AttemptParts, type AttemptProfile, attemptsAt, firstBefore } from './attempt.ts';
import { bell } from './bell.ts';

/** Settles everything that is owed to the bank: at once, before the next sale, at boot and in the background. */
export interface Outbox {
  /**
   * Takes the entry from its flow's hand and tries at once to settle what it owes the bank. Resolves to the state that
   * it then has; settling twice is harmless. Never throws a Fault: what could not be settled stays owed.
   */
  settle(entry: Entry): Promise<State>;
  /** Resolves when nothing about the entry is on the line: what is written then contradicts no answer still to come. */
  quiet(entry: Entry): Promise<void>;
  /** Tries each debt once, parked or not, until the line or the bank fails: at boot, and before a settlement. */
  settleAll(): Promise<Clearance>;
  /** Tries the reversals that are not parked once: they must come before the next request (unionpay.md 7). */
  clearBeforeSale(): Promise<Clearance>;
  /** Settles in the background until the signal aborts, while no flow has a request in hand. */
  run(signal: AbortSignal): Promise<void>;
  /** The line is back, or the bank was just heard: the background tries without waiting longer. */
  wake(): void;
}

/** The debts that remain. `clear`: none but parked ones, so trade may go on. */
export interface Clearance {
  readonly clear: boolean;
  readonly owed: number;
  readonly parked: number;
  /** The Fault that stopped the round; null where none did. */
  readonly problem: Problem | null;
}

export interface OutboxParts extends AttemptParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly profile: OutboxProfile;
}

export interface OutboxProfile extends AttemptProfile {
  readonly first_wait_ms: number;
  readonly most_wait_ms: number;
}

interface Owing {
  readonly due: readonly Entry[];
  readonly parked: readonly Entry[];
  readonly unconfirmed: readonly Entry[];
}

/** How long to wait at most before trying a line again that could not be reached. */
const LINE_AGAIN_MS = 2000;
/** How long to wait at most before trying parked and unconfirmed debts again, where nothing else is owed. */
const LAST_AGAIN_MS = 3_600_000;

export function openOutbox(parts: OutboxParts): Outbox {
  const { journal, clock, random, profile } = parts;
  const { ring, rung } = bell<'quiet' | 'now'>();
  const attempts = attemptsAt(parts);
  let turn = 0;
  const inTurn = exclusive();
  // A second caller for a debt that is on the line joins the first: never two exchanges of one debt.
  const underway = new Map<number, Promise<Attempt>>();
  /** The entry that is being tried, or was tried last. */
  let last: { readonly id: number; readonly attempt: Promise<Attempt> } | null = null;

  function attempt(entry: Entry): Promise<Attempt> {
    const running = underway.get(entry.id);
    if (running !== undefined) return running;
    const trying = inTurn(() => {
      const attempt = attempts.tryOnce(entry);
      last = { id: entry.id, attempt };
      return attempt;
    }).finally(() => underway.delete(entry.id));
    underway.set(entry.id, trying);
    return trying;
  }

  /** The debts, oldest entry first; parked ones are separate, so that they hold nothing up. */
  function owed(): Owing {
    const all = journal.debts();
    const money = all.flatMap(({ entry, debt }) => (owesMoney(debt) ? [entry] : []));
    const last = new Set(money.filter(isLast));
    return {
      due: money.filter((entry) => !last.has(entry)),
      parked: [...last],
      unconfirmed: profile.inquires ? all.flatMap(({ entry, debt }) => (debt === 'confirm' ? [entry] : [])) : [],
    };
  }

  async function round(entries: readonly Entry[], goesOn: () => boolean = () => true): Promise<Clearance> {
    for (const entry of entries) {
      if (!goesOn()) break;
      const tried = await attempt(entry);
      // A silent bank will be silent to the next one too: each would wait for its whole answer timer.
      if (tried.end === 'stopped') return clearance(tried.problem);
    }
    return clearance(null);
  }

  function clearance(problem: Problem | null): Clearance {
    const { due, parked } = owed();
    return { clear: due.length === 0, owed: due.length, parked: parked.length, problem };
  }

  /** Due debts first. Each round begins with another of the rest, because the bank may never answer for one of them. */
  function everything(): readonly Entry[] {
    const { due, parked, unconfirmed } = owed();
    const last = [...parked, ...unconfirmed];
    const first = last.length === 0 ? 0 : turn++ % last.length;
    return [...due, ...last.slice(first), ...last.slice(0, first)];
  }

  /** Tidies the journal if no request is in hand, even while debts stay: these may last for months. */
  function tidyWhileQuiet(): void {
    if (journal.busy) return;
    try {
      journal.tidy();
    } catch (error) {
      // The next sale asks the disk before the card, and says what is wrong with it.
      if (!(error instanceof Fault)) throw error;
    }
  }

  /** The wait in ms: it doubles from round to round, give or take a quarter so that terminals do not call in step. */
  function waitAfter(failures: number): number {
    const { first_wait_ms, most_wait_ms } = profile;
    const most = owed().due.length > 0 ? most_wait_ms : Math.max(most_wait_ms, LAST_AGAIN_MS);
    const even = Math.min(first_wait_ms * 2 ** Math.max(0, Math.min(failures - 1, 30)), most);
    const [byte = 0] = random(1);
    return Math.round(even * (0.75 + byte / 510));
  }

  /** True where the next round comes before its time: the line is back, or something is due beside what is parked. */
  async function isCutShort(ms: number, signal: AbortSignal): Promise<boolean> {
    const until = clock.monotonic() + ms;
    const due = owed().due.length > 0;
    for (;;) {
      const left = Math.max(0, until - clock.monotonic());
      const ring = await rung(due ? ['now'] : ['quiet', 'now'], signal, { ms: left, clock });
      if (ring !== 'quiet') return ring === 'now';
      if (owed().due.length > 0) return true;
      tidyWhileQuiet();
    }
  }

  return {
    async settle(entry) {
      entry.handOver();
      if (attempts.isOwed(entry)) await attempt(entry);
      return entry.state;
    },
    async quiet({ id }) {
      if (last?.id === id) await last.attempt;
    },
    settleAll: () => round(everything()),
    async clearBeforeSale() {
      const clearance = await round(owed().due.filter(({ debt }) => debt === 'reverse'));
      // A parked entry may be on the line, and its sign-in would change the keys in the middle of the sale.
      await attempts.signInOver();
      return clearance;
    },
    async run(signal) {
      const stop = journal.watch(() => {
        // A flow has ended, or something new is owed. A back-off that is running is not cut short by this.
        if (!journal.busy) ring('quiet');
      });
      try {
        let failures = 0;
        while (!signal.aborted) {
          const entries = journal.busy ? [] : everything();
          if (entries.length === 0) {
            tidyWhileQuiet();
            await rung(['quiet', 'now'], signal);
            continue;
          }
          const before = entries.length;
          const { problem } = await round(entries, () => !journal.busy);
          tidyWhileQuiet();
          const left = count(owed());
          if (left === 0) {
            failures = 0;
            continue;
          }
          if (left < before) failures = 1;
          // A round that stopped because a flow began says nothing about the bank.
          else if (!journal.busy) failures++;
          // Checking whether the line is back costs the bank nothing, so it is done every few seconds.
          const ms = problem?.kind === 'line-down' ? Math.min(LINE_AGAIN_MS, waitAfter(failures)) : waitAfter(failures);
          if (await isCutShort(ms, signal)) failures = 0;
        }
      } finally {
        stop();
      }
    },
    wake: () => ring('now'),
  };
}

function count({ due, parked, unconfirmed }: Owing): number {
  return due.length + parked.length + unconfirmed.length;
}

/** Whether the entry is parked, or must wait for one that is: it may take for ever, and must hold nothing up. */
function isLast(entry: Entry): boolean {
  return entry.history.parked || firstBefore(entry)?.history.parked === true;
}
