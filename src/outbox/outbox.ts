import { type Answer, noAnswer } from '../host/answers.ts';
import type { Host } from '../host/host.ts';
import { type InquiryEnd, isAnothers } from '../host/inquiry.ts';
import { ANOTHER_BATCH } from '../host/response-codes.ts';
import type { Entry } from '../journal/entry.ts';
import type { Journal } from '../journal/journal.ts';
import { type Debt, owesMoney } from '../journal/progress.ts';
import type { Clock, Random } from '../values/clock.ts';
import { exclusive } from '../values/exclusive.ts';
import { Fault, type Problem } from '../values/problem.ts';
import type { State } from '../values/state.ts';
import { bell } from './bell.ts';
import { requestOf } from './request.ts';
import { adviceOf, type OpenCard, reversalOf } from './reversal.ts';

/** Everything that is owed to the bank goes through here: at once, before the next sale, at boot and in the background. */
export interface Outbox {
  /**
   * Takes the entry from its flow's hand and tries at once to settle what it owes the bank. Resolves to the state that
   * it then has; settling twice is harmless. Never throws a Fault: what could not be settled stays owed.
   */
  settle(entry: Entry): Promise<State>;
  /** Resolves when nothing about the entry is on the line any more: what is written then contradicts no answer to come. */
  quiet(entry: Entry): Promise<void>;
  /** One try of everything owed, parked or not, in order, until the line or the bank fails. At boot, and before a settlement. */
  settleAll(): Promise<Clearance>;
  /** One try of the reversals that are not parked: the protocol wants them before the next request (unionpay.md 7). */
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
  readonly host: Pick<Host, 'reverse' | 'advise' | 'inquire'>;
  readonly openCard: OpenCard;
  /** Signs in with the bank by itself; false where it cannot now. What it throws as a Fault counts as that too. */
  readonly signIn: () => Promise<boolean>;
  /**
   * Once in a process, before the bank is told anything: whether its newest is known here. A journal that was put back
   * from a backup owes reversals of what was approved since. Throws a Fault where it is not, or nobody can say.
   */
  readonly compare?: () => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly profile: OutboxProfile;
}

export interface OutboxProfile {
  /** Tries without a definite answer after which an entry is parked. */
  readonly retries: number;
  /** Whether the bank answers inquiries: they end what a reversal has left unconfirmed. */
  readonly inquires: boolean;
  readonly first_wait_ms: number;
  readonly most_wait_ms: number;
}

/** Where one debt is not settled, the next has no chance now either. */
type Attempt = { readonly settled: boolean; readonly problem: Problem | null };

interface Owing {
  readonly due: readonly Entry[];
  readonly parked: readonly Entry[];
  readonly unconfirmed: readonly Entry[];
}

/** How long a line that could not be reached is left alone. */
const LINE_AGAIN_MS = 2000;
/** The longest that what is parked or unconfirmed is left alone, where nothing else is owed. */
const LAST_AGAIN_MS = 3_600_000;
const SETTLED: Attempt = { settled: true, problem: null };
const OWED_STILL: Attempt = { settled: false, problem: null };

/** Field 39 of a reversal of another amount, or of another card, than what the bank has under its trace. */
const ANOTHERS = ['64', '30'];

export function openOutbox(parts: OutboxParts): Outbox {
  const { journal, host, openCard, signIn, clock, random, profile } = parts;
  const { ring, rung } = bell<'quiet' | 'now'>();
  const works: { readonly [Owed in Debt | 'nothing']?: (entry: Entry) => Promise<Attempt> } = {
    ...{ reverse, repeat: advise, advise },
    ...(profile.inquires && { confirm }),
  };
  let turn = 0;
  const inTurn = exclusive();
  // A second caller for a debt that is on the line joins the first: never two exchanges of one debt.
  const underway = new Map<number, Promise<Attempt>>();
  /** The one whose turn it is, or was last. */
  let last: { readonly id: number; readonly attempt: Promise<Attempt> } | null = null;
  let signing: Promise<unknown> = Promise.resolve();

  function attempt(entry: Entry): Promise<Attempt> {
    const running = underway.get(entry.id);
    if (running !== undefined) return running;
    const trying = inTurn(() => {
      const attempt = tried(entry);
      last = { id: entry.id, attempt };
      return attempt;
    }).finally(() => underway.delete(entry.id));
    underway.set(entry.id, trying);
    return trying;
  }

  async function tried(entry: Entry): Promise<Attempt> {
    const work = works[entry.debt];
    if (work === undefined) return SETTLED;
    if (firstBefore(entry) !== null) return OWED_STILL;
    try {
      if (!journal.compared) await parts.compare?.();
      return await work(entry);
    } catch (error) {
      return stopped(entry, error);
    }
  }

  function stopped(entry: Entry, error: unknown): Attempt {
    // No line, no keys, no room on the disk: it stays owed, and is not counted against it.
    if (!(error instanceof Fault)) throw error;
    const { problem } = error;
    if (problem.kind !== 'request-changed') return { settled: false, problem };
    // Its bytes cannot be made again: people must look at it, and what comes after it must not wait.
    try {
      entry.parked();
    } catch (refusal) {
      return stopped(entry, refusal);
    }
    return { settled: false, problem };
  }

  async function reverse(entry: Entry): Promise<Attempt> {
    entry.reversalBegun();
    // Money rule 6: its reversal would turn back whatever the bank has under this trace.
    const asked = entry.history.answer?.code === '94' ? await endedAsAnothers(entry, '94') : null;
    if (asked !== null) return asked;
    const heard = await signedIn(() => host.reverse(reversalOf(entry, openCard)));
    if (heard === null) return OWED_STILL;
    // Two people may have ruled on it while the line was busy.
    if (entry.debt !== 'reverse') return SETTLED;
    if (heard.end === 'acknowledged') {
      entry.reversed(heard.code);
      return SETTLED;
    }
    if (heard.end === 'no-original') return noOriginal(entry, heard.code);
    const code = heard.code ?? '';
    const another = ANOTHERS.includes(code) ? await endedAsAnothers(entry, code) : null;
    if (another !== null) return another;
    entry.reversalUnanswered();
    return unanswered(entry);
  }

  /** A refund that is asked again, or an advice. The bank knows it by its trace and never takes it twice. */
  async function advise(entry: Entry): Promise<Attempt> {
    const heard = await signedIn(() => host.advise(adviceOf(entry, openCard)));
    if (heard === null) return OWED_STILL;
    const said = heard.end === 'answer' ? heard.answer : await ofLeftBatch(entry, heard.code);
    const answer = said.code === '94' ? await asDuplicate(entry, said) : said;
    if (!owesMoney(entry.debt)) return SETTLED;
    entry.told(answer);
    return answer.money === 'unknown' ? unanswered(entry) : SETTLED;
  }

  /** The bank has nothing to turn back. What is parked has heard that before: it is written where the books agree. */
  async function noOriginal(entry: Entry, code: string): Promise<Attempt> {
    if (!entry.history.parked || !profile.inquires) {
      entry.noOriginal(code);
      // Somebody is at the counter with the card: the bank's books are asked at once what they have of it.
      if (profile.inquires) await confirm(entry);
      return SETTLED;
    }
    const end = await inquire(entry);
    if (entry.debt !== 'reverse') return SETTLED;
    if (end === null || hasIt(entry, end)) return OWED_STILL;
    entry.noOriginal(code);
    ended(entry, end);
    return SETTLED;
  }

  /** The bank knew of no original: what its books say by now. */
  async function confirm(entry: Entry): Promise<Attempt> {
    return ended(entry, await inquire(entry));
  }

  function ended(entry: Entry, end: InquiryEnd | null): Attempt {
    if (entry.debt !== 'confirm' || end?.end !== 'found') return OWED_STILL;
    // It came after its reversal, and was taken: then it is turned back, as any other.
    if (end.state !== 'posted' || isAnothers(end, oursOf(entry))) {
      entry.confirmed('inquiry');
      return SETTLED;
    }
    entry.found('inquiry');
    // A bank that has it and turns nothing back would be asked for ever: each time counts, until people look at it.
    entry.reversalUnanswered();
    return unanswered(entry);
  }

  /**
   * The bank has a row under this trace. Where that is another's, by its amount or its card, this one was never taken;
   * null where it is its own, or nobody can say, and it is reversed.
   */
  async function endedAsAnothers(entry: Entry, code: string): Promise<Attempt | null> {
    if (!profile.inquires) return null;
    const end = await inquire(entry);
    if (end === null) return OWED_STILL;
    if (entry.debt !== 'reverse') return SETTLED;
    if (end.end === 'refused') {
      entry.reversalUnanswered();
      return unanswered(entry);
    }
    if (end.end === 'none' || !isAnothers(end, oursOf(entry))) return null;
    entry.noOriginal(code);
    entry.confirmed('inquiry');
    return SETTLED;
  }

  /** 94: the bank has it already (unionpay.md 9.5), or something else under its trace: its books say which. */
  async function asDuplicate(entry: Entry, answer: Answer): Promise<Answer> {
    if (!profile.inquires) return { ...answer, money: 'charged' };
    const end = await inquire(entry);
    return end !== null && hasIt(entry, end) ? { ...answer, money: 'charged' } : answer;
  }

  /** Refused after a sign-in too: where that has named another batch, the bank's books say what was taken of this one. */
  async function ofLeftBatch(entry: Entry, code: string | null): Promise<Answer> {
    const { bankBatch } = journal;
    const isLeft = code === ANOTHER_BATCH && bankBatch !== null && bankBatch !== entry.batch;
    const end = isLeft && profile.inquires ? await inquire(entry) : null;
    const unknown = noAnswer('bad-mac');
    if (end === null || end.end === 'refused') return unknown;
    return { ...unknown, code, why: null, money: hasIt(entry, end) ? 'charged' : 'not charged' };
  }

  /** What the bank's books say of it, after a sign-in where the keys differ; null where they cannot be asked now. */
  async function inquire({ batch, trace }: Pick<Entry, 'batch' | 'trace'>): Promise<InquiryEnd | null> {
    const of = { place: { batch, trace }, date: null, reference: null, authorisation: null };
    const heard = await signedIn(async () => {
      try {
        const end = await host.inquire({ trace: journal.takeTrace(), batch: journal.batch, of });
        return end.end === 'refused' && end.signInAgain ? ({ end: 'sign-in-first' } as const) : end;
      } catch (error) {
        // Keys that differ spoil every MAC, the bank's refusal included.
        if (!(error instanceof Fault) || error.problem.kind !== 'mac-wrong') throw error;
        return { end: 'sign-in-first' } as const;
      }
    });
    return heard === null || heard.end === 'sign-in-first' ? null : heard;
  }

  function unanswered(entry: Entry): Attempt {
    if (entry.history.tries >= profile.retries) entry.parked();
    return OWED_STILL;
  }

  /** Asks once more after a sign-in where the bank wants one; null where that is not possible now. */
  async function signedIn<Heard extends { readonly end: string }>(ask: () => Promise<Heard>): Promise<Heard | null> {
    const heard = await ask();
    if (heard.end !== 'sign-in-first') return heard;
    // New keys and another batch would pull the ground from under a request that a flow has in hand.
    if (journal.busy) return null;
    const signed = signIn();
    signing = signed.catch(() => undefined);
    return (await signed) ? ask() : null;
  }

  /** In the order in which they began; what is parked comes last, so that it holds nothing up. */
  function owed(): Owing {
    const all = journal.debts();
    const money = all.flatMap(({ entry, debt }) => (owesMoney(debt) ? [entry] : []));
    return {
      due: money.filter((entry) => !isLast(entry)),
      parked: money.filter(isLast),
      unconfirmed: profile.inquires ? all.flatMap(({ entry, debt }) => (debt === 'confirm' ? [entry] : [])) : [],
    };
  }

  async function round(entries: readonly Entry[], goesOn: () => boolean = () => true): Promise<Clearance> {
    for (const entry of entries) {
      if (!goesOn()) break;
      const { settled, problem } = await attempt(entry);
      // A silent bank will be silent to the next one too: each would wait for its whole answer timer.
      if (!settled) return clearance(problem);
    }
    return clearance(null);
  }

  function clearance(problem: Problem | null): Clearance {
    const { due, parked } = owed();
    return { clear: due.length === 0, owed: due.length, parked: parked.length, problem };
  }

  /** Each round begins with another of the last ones: the bank may know one of them and never answer for another. */
  function everything(): readonly Entry[] {
    const { due, parked, unconfirmed } = owed();
    const last = [...parked, ...unconfirmed];
    const first = last.length === 0 ? 0 : turn++ % last.length;
    return [...due, ...last.slice(first), ...last.slice(0, first)];
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
    const most = owed().due.length > 0 ? most_wait_ms : Math.max(most_wait_ms, LAST_AGAIN_MS);
    const even = Math.min(first_wait_ms * 2 ** Math.min(failures - 1, 30), most);
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
    }
  }

  return {
    async settle(entry) {
      entry.handOver();
      if (works[entry.debt] !== undefined) await attempt(entry);
      return entry.state;
    },
    async quiet({ id }) {
      if (last?.id === id) await last.attempt;
    },
    settleAll: () => round(everything()),
    async clearBeforeSale() {
      const clearance = await round(owed().due.filter(({ debt }) => debt === 'reverse'));
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
          const { problem } = await round(entries, () => !journal.busy);
          const left = count(owed());
          if (left === 0) {
            failures = 0;
            continue;
          }
          failures = left < before ? 1 : failures + 1;
          // To look whether the line is back costs the bank nothing: nobody waits longer for that than for a few seconds.
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

function oursOf({ facts, original }: Entry) {
  return { amounts: [requestOf(facts, original).amount], card: facts.card };
}

/** The bank's books have it posted: it, and not another's. */
function hasIt(entry: Entry, end: InquiryEnd): boolean {
  return end.end === 'found' && end.state === 'posted' && !isAnothers(end, oursOf(entry));
}

/**
 * What the bank must have been told before this one; null where there is nothing. It refuses what is about something
 * that it has not heard of yet, and a tip or adjustment says what the total was before it: each follows the one before.
 */
function firstBefore({ id, original, debt }: Entry): Entry | null {
  if (original === null) return null;
  if (owesMoney(original.debt)) return original;
  if (debt !== 'advise') return null;
  return original.sequels.find((other) => other.id < id && other.debt === 'advise') ?? null;
}

/** Parked, or behind what is: it may take for ever, and holds nothing up. */
function isLast(entry: Entry): boolean {
  return entry.history.parked || firstBefore(entry)?.history.parked === true;
}
