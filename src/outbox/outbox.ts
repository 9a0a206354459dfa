import type { Host } from '../host/host.ts';
import type { Entry } from '../journal/entry.ts';
import type { Journal } from '../journal/journal.ts';
import type { Clock, Random } from '../values/clock.ts';
import { exclusive } from '../values/exclusive.ts';
import { Fault, type Problem } from '../values/problem.ts';
import type { State } from '../values/state.ts';
import { bell } from './bell.ts';
import { type OpenCard, reversalOf } from './reversal.ts';

/** Everything that is owed to the bank goes through here: at once, before the next sale, at boot and in the background. */
export interface Outbox {
  /**
   * Takes the entry from its flow's hand and tries at once to settle what it owes the bank. Resolves to the state that
   * it then has; settling twice is harmless. Never throws a Fault: what could not be settled stays owed.
   */
  settle(entry: Entry): Promise<State>;
  /** One try of everything owed, parked or not, in order, until the line or the bank fails. At boot, and before a settlement. */
  settleAll(): Promise<Clearance>;
  /** One try of what is owed and not parked: the protocol wants it before the next request (unionpay.md 7). */
  clearBeforeSale(): Promise<Clearance>;
  /** Settles in the background until the signal aborts, while no flow has a request in hand. */
  run(signal: AbortSignal): Promise<void>;
  /** The line is back, or the bank was just heard: the background tries without waiting longer. */
  wake(): void;
}

/** `clear`: nothing is owed but what is parked, so trade may go on. */
export interface Clearance {
  readonly clear: boolean;
  readonly owed: number;
  readonly parked: number;
  /** What stopped it, where it was a Fault. */
  readonly problem: Problem | null;
}

export interface OutboxParts {
  readonly journal: Journal;
  readonly host: Pick<Host, 'reverse'>;
  readonly openCard: OpenCard;
  /** Signs in with the bank by itself; false where it cannot now. What it throws as a Fault counts as that too. */
  readonly signIn: () => Promise<boolean>;
  readonly clock: Clock;
  readonly random: Random;
  readonly profile: OutboxProfile;
}

export interface OutboxProfile {
  /** Reversals without a definite answer after which an entry is parked. */
  readonly retries: number;
  readonly first_wait_ms: number;
  readonly most_wait_ms: number;
}

/** `stuck`: neither this debt nor the next has a chance now. */
type Attempt = { end: 'settled' | 'unanswered' | 'stuck'; problem: Problem | null };

export function openOutbox(parts: OutboxParts): Outbox {
  const { journal, host, openCard, signIn, clock, random, profile } = parts;
  const { ring, rung } = bell<'quiet' | 'now'>();
  let turn = 0;
  const inTurn = exclusive();
  // A second caller for a debt that is on the line joins the first: never two exchanges of one debt.
  const underway = new Map<number, Promise<Attempt>>();
  let signing: Promise<unknown> = Promise.resolve();

  function attempt(entry: Entry): Promise<Attempt> {
    const running = underway.get(entry.id);
    if (running !== undefined) return running;
    const trying = inTurn(() => tried(entry)).finally(() => underway.delete(entry.id));
    underway.set(entry.id, trying);
    return trying;
  }

  async function tried(entry: Entry): Promise<Attempt> {
    if (entry.debt !== 'reverse') return { end: 'settled', problem: null };
    try {
      entry.reversalBegun();
      return await reverse(entry);
    } catch (error) {
      // No line, no keys, no room on the disk: it stays owed, and is not counted against it.
      if (!(error instanceof Fault)) throw error;
      return { end: 'stuck', problem: error.problem };
    }
  }

  async function reverse(entry: Entry): Promise<Attempt> {
    let heard = await host.reverse(reversalOf(entry, openCard));
    if (heard.end === 'sign-in-first') {
      // New keys and another batch would pull the ground from under a request that a flow has in hand.
      if (journal.busy) return { end: 'stuck', problem: null };
      const signed = signIn();
      signing = signed.catch(() => undefined);
      if (!(await signed)) return { end: 'stuck', problem: null };
      heard = await host.reverse(reversalOf(entry, openCard));
    }
    // Two people may have ruled on it while the line was busy.
    if (entry.debt !== 'reverse') return { end: 'settled', problem: null };
    switch (heard.end) {
      case 'acknowledged':
        entry.reversed(heard.code);
        return { end: 'settled', problem: null };
      case 'no-original':
        entry.noOriginal(heard.code);
        return { end: 'settled', problem: null };
      default:
        entry.reversalUnanswered();
        if (entry.history.tries >= profile.retries) entry.parked();
        return { end: 'unanswered', problem: null };
    }
  }

  /** In the order in which they began; what is parked comes last, so that it holds nothing up. */
  function owed(): { due: readonly Entry[]; parked: readonly Entry[] } {
    const reversals = journal.debts().flatMap(({ entry, debt }) => (debt === 'reverse' ? [entry] : []));
    return {
      due: reversals.filter((entry) => !entry.history.parked),
      parked: reversals.filter((entry) => entry.history.parked),
    };
  }

  async function round(entries: readonly Entry[], goesOn: () => boolean = () => true): Promise<Clearance> {
    for (const entry of entries) {
      if (!goesOn()) break;
      const { end, problem } = await attempt(entry);
      // A silent bank will be silent to the next one too: each would wait for its whole answer timer.
      if (end !== 'settled') return clearance(problem);
    }
    return clearance(null);
  }

  function clearance(problem: Problem | null): Clearance {
    const { due, parked } = owed();
    return { clear: due.length === 0, owed: due.length, parked: parked.length, problem };
  }

  /** Each round begins with another parked one: the bank may know one of them and never answer for another. */
  function everything(): readonly Entry[] {
    const { due, parked } = owed();
    const first = parked.length === 0 ? 0 : turn++ % parked.length;
    return [...due, ...parked.slice(first), ...parked.slice(0, first)];
  }

  function tidy(): void {
    try {
      journal.tidy();
    } catch (error) {
      // The next sale asks the disk before the card, and says what is wrong with it.
      if (!(error instanceof Fault)) throw error;
    }
  }

  /** Doubles from round to round, spread by a quarter to each side so that terminals do not call in step. */
  function waitAfter(failures: number): number {
    const { first_wait_ms, most_wait_ms } = profile;
    const even = Math.min(first_wait_ms * 2 ** Math.min(failures - 1, 30), most_wait_ms);
    const [byte = 0] = random(1);
    return Math.round(even * (0.75 + byte / 510));
  }

  return {
    async settle(entry) {
      entry.handOver();
      if (entry.debt === 'reverse') await attempt(entry);
      return entry.state;
    },
    settleAll: () => round(everything()),
    async clearBeforeSale() {
      const clearance = await round(owed().due);
      // One that is parked may have been on the line, and its sign-in would change the keys in the middle of the sale.
      await signing;
      return clearance;
    },
    async run(signal) {
      const stop = journal.watch(() => {
        // A flow has let go, or something new is owed; a back-off that runs already goes on.
        if (!journal.busy) ring('quiet');
      });
      try {
        let failures = 0;
        while (!signal.aborted) {
          const entries = journal.busy ? [] : everything();
          if (entries.length === 0) {
            if (!journal.busy) tidy();
            await rung(['quiet', 'now'], signal);
            continue;
          }
          const before = entries.length;
          await round(entries, () => !journal.busy);
          const { due, parked } = owed();
          const left = due.length + parked.length;
          if (left === 0) continue;
          failures = left < before ? 1 : failures + 1;
          if ((await rung(['now'], signal, { ms: waitAfter(failures), clock })) === 'now') failures = 0;
        }
      } finally {
        stop();
      }
    },
    wake: () => ring('now'),
  };
}
