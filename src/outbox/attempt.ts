import { type Answer, noAnswer } from '../host/answers.ts';
import type { Host } from '../host/host.ts';
import { type InquiryEnd, isAnothers, isTaken } from '../host/inquiry.ts';
import { ANOTHER_BATCH } from '../host/response-codes.ts';
import type { Entry } from '../journal/entry.ts';
import type { Journal } from '../journal/journal.ts';
import { type Debt, owesMoney } from '../journal/progress.ts';
import { Fault, type Problem } from '../values/problem.ts';
import { requestOf } from './request.ts';
import { adviceOf, type OpenCard, reversalOf } from './reversal.ts';

/** Tells the bank about one debt at a time, and writes what its answer means for the entry. */
export interface Attempts {
  /** Whether the entry owes something that is settled with the bank here. */
  isOwed(entry: Entry): boolean;
  /** One try. Never throws a Fault: what could not be settled stays owed. */
  tryOnce(entry: Entry): Promise<Attempt>;
  /** Resolves when no sign-in is on the line. */
  signInOver(): Promise<void>;
}

export type Attempt =
  | { readonly end: 'settled' }
  /** No line, no keys, no disk, or no answer from the bank: the debts after this one have no chance now either. */
  | { readonly end: 'stopped'; readonly problem: Problem | null }
  /** Still owed, for a reason that concerns this entry alone: the debts after it need not wait. */
  | { readonly end: 'passed-over' };

export interface AttemptParts {
  readonly journal: Journal;
  readonly host: Pick<Host, 'reverse' | 'advise' | 'inquire'>;
  readonly openCard: OpenCard;
  /** Signs in with the bank without an operator; false where it cannot now. A Fault that it throws counts the same. */
  readonly signIn: () => Promise<boolean>;
  /**
   * Checks that the bank's newest transaction is known here, before the bank is told anything: a journal restored from
   * a backup may owe reversals of what has been approved since. Throws a Fault if it is not known, or nobody can say.
   */
  readonly compare?: () => Promise<void>;
  readonly profile: AttemptProfile;
}

export interface AttemptProfile {
  /** Tries without a definite answer after which an entry is parked. */
  readonly retries: number;
  /** Whether the bank answers inquiries: they end what a reversal has left unconfirmed. */
  readonly inquires: boolean;
}

/** What the bank's books say of an entry; `unheard`: it was asked and did not say; `silent`: no answer came at all. */
type Books = Exclude<InquiryEnd, { end: 'refused' }> | Unheard;
type Unheard = { readonly end: 'unheard'; readonly silent: boolean };

const SETTLED: Attempt = { end: 'settled' };
const OWED_STILL: Attempt = { end: 'stopped', problem: null };
const PASSED_OVER: Attempt = { end: 'passed-over' };
const UNHEARD: Unheard = { end: 'unheard', silent: false };
const SILENT: Unheard = { end: 'unheard', silent: true };
const SIGN_IN_FIRST = { end: 'sign-in-first' } as const;

/** Field 39 where the bank has another amount, or another card, under the trace than the reversal says. */
const ANOTHERS = ['64', '30'];

export function attemptsAt(parts: AttemptParts): Attempts {
  const { journal, host, openCard, signIn, profile } = parts;
  const works: { readonly [Owed in Debt | 'nothing']?: (entry: Entry) => Promise<Attempt> } = {
    ...{ reverse, repeat: advise, advise },
    ...(profile.inquires && { confirm }),
  };
  let signing: Promise<unknown> = Promise.resolve();

  async function tryOnce(entry: Entry): Promise<Attempt> {
    const work = works[entry.debt];
    if (work === undefined) return SETTLED;
    try {
      if (firstBefore(entry) !== null) return PASSED_OVER;
      if (!journal.compared) await parts.compare?.();
      entry.makeSure();
      return await work(entry);
    } catch (error) {
      return stopped(entry, error);
    }
  }

  function stopped(entry: Entry, error: unknown): Attempt {
    // A Fault of the line, the keys, the disk or the comparison: the entry stays owed, and no try is counted.
    if (!(error instanceof Fault)) throw error;
    const { problem } = error;
    if (problem.kind !== 'request-changed') return { end: 'stopped', problem };
    // The request's bytes cannot be made again: people must look at it, and the debts after it must not wait.
    try {
      if (owesMoney(entry.debt)) entry.parked();
    } catch (refusal) {
      return stopped(entry, refusal);
    }
    return PASSED_OVER;
  }

  async function reverse(entry: Entry): Promise<Attempt> {
    entry.reversalBegun();
    // Money rule 6: after a 94 the bank may have another's row under this trace, which a reversal would turn back.
    const asked = entry.history.answer?.code === '94' ? await endedAsAnothers(entry, '94') : null;
    if (asked !== null) return asked;
    const heard = await underKeys(() => host.reverse(reversalOf(entry, openCard)));
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
    return another ?? unanswered(entry);
  }

  /** Sends a refund again, or an advice. The bank knows it by its trace and never takes it twice. */
  async function advise(entry: Entry): Promise<Attempt> {
    const heard = await underKeys(() => host.advise(adviceOf(entry, openCard)));
    if (heard === null) return OWED_STILL;
    const said = heard.end === 'answer' ? heard.answer : await ofLeftBatch(entry, heard.code);
    const answer = said.code === '94' ? await asDuplicate(entry, said) : said;
    if (!owesMoney(entry.debt)) return SETTLED;
    entry.told(answer);
    return answer.money === 'unknown' ? parkedAtLimit(entry) : SETTLED;
  }

  /** The bank knows of no original. For a parked entry that may be no news: it is written only if the books agree. */
  async function noOriginal(entry: Entry, code: string): Promise<Attempt> {
    if (!entry.history.parked || !profile.inquires) {
      entry.noOriginal(code);
      // Somebody is at the counter with the card: the bank's books are asked at once what they have of it.
      const books = profile.inquires ? await inquire(entry) : UNHEARD;
      ended(entry, books);
      // With a silent bank the round stops: each further reversal would wait for the whole answer timer.
      return books === null || (books.end === 'unheard' && books.silent) ? OWED_STILL : SETTLED;
    }
    const end = await inquire(entry);
    if (entry.debt !== 'reverse') return SETTLED;
    if (end === null || end.end === 'unheard' || hasIt(entry, end)) return OWED_STILL;
    entry.noOriginal(code);
    ended(entry, end);
    return SETTLED;
  }

  /** The bank knew of no original: asks what its books say by now. */
  async function confirm(entry: Entry): Promise<Attempt> {
    return ended(entry, await inquire(entry));
  }

  function ended(entry: Entry, end: Books | null): Attempt {
    if (entry.debt !== 'confirm' || end?.end !== 'found') return OWED_STILL;
    // An original that came after its reversal and was taken is reversed like any other.
    if (!isTaken(end) || isAnothers(end, oursOf(entry))) {
      entry.confirmed('inquiry');
      return SETTLED;
    }
    entry.found('inquiry');
    // A bank that has it and reverses nothing would be asked for ever: each time counts, until people look at it.
    return unanswered(entry);
  }

  /**
   * Asks whose row the bank has under this trace. If it is another request's, by its amount or card, this one was never
   * taken and ends here. Null if the row is its own or there is none: then it is reversed. No answer counts as a try.
   */
  async function endedAsAnothers(entry: Entry, code: string): Promise<Attempt | null> {
    if (!profile.inquires) return null;
    const end = await inquire(entry);
    if (end === null) return OWED_STILL;
    if (entry.debt !== 'reverse') return SETTLED;
    if (end.end === 'unheard') return unanswered(entry);
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

  /** Refused even after a sign-in: if that has named another batch, asks the bank's books whether this was taken. */
  async function ofLeftBatch(entry: Entry, code: string | null): Promise<Answer> {
    const { bankBatch } = journal;
    const isLeft = code === ANOTHER_BATCH && bankBatch !== null && bankBatch !== entry.batch;
    const end = isLeft && profile.inquires ? await inquire(entry) : null;
    const unknown = noAnswer('bad-mac');
    if (end === null || end.end === 'unheard') return unknown;
    return { ...unknown, code, why: null, money: hasIt(entry, end) ? 'charged' : 'not charged' };
  }

  /** Asks the bank's books about it, after a sign-in where the keys differ; null where they cannot be asked now. */
  async function inquire({ batch, trace }: Pick<Entry, 'batch' | 'trace'>): Promise<Books | null> {
    const of = { place: { batch, trace }, date: null, reference: null, authorisation: null };
    const heard = await underKeys(async () => {
      try {
        const end = await host.inquire({ trace: journal.takeTrace(), batch: journal.batch, of });
        if (end.end !== 'refused') return end;
        return end.signInAgain ? SIGN_IN_FIRST : UNHEARD;
      } catch (error) {
        return withoutWord(error);
      }
    });
    return heard?.end === 'sign-in-first' ? UNHEARD : heard;
  }

  /** A reversal left, or its inquiry did, and brought no definite answer. */
  function unanswered(entry: Entry): Attempt {
    entry.reversalUnanswered();
    return parkedAtLimit(entry);
  }

  function parkedAtLimit(entry: Entry): Attempt {
    if (entry.history.tries >= profile.retries) entry.parked();
    return OWED_STILL;
  }

  /** Asks once more after a sign-in where the bank wants one; null where that is not possible now. */
  async function underKeys<Heard extends { readonly end: string }>(ask: () => Promise<Heard>): Promise<Heard | null> {
    const heard = await ask();
    if (heard.end !== 'sign-in-first') return heard;
    // New keys and another batch would pull the ground from under a request that a flow has in hand.
    if (journal.busy) return null;
    const signed = signIn();
    signing = signed.catch(() => undefined);
    return (await signed) ? ask() : null;
  }

  return {
    isOwed: ({ debt }) => works[debt] !== undefined,
    tryOnce,
    async signInOver() {
      await signing;
    },
  };
}

/** An inquiry that ended in a Fault of the bank or its keys brought no word; any other Fault is thrown on. */
function withoutWord(error: unknown): Unheard | typeof SIGN_IN_FIRST {
  if (!(error instanceof Fault)) throw error;
  const { kind } = error.problem;
  // Keys that differ spoil every MAC, the bank's refusal included.
  if (kind === 'mac-wrong') return SIGN_IN_FIRST;
  if (kind !== 'host-silent' && kind !== 'host-garbled') throw error;
  return kind === 'host-silent' ? SILENT : UNHEARD;
}

function oursOf({ facts, original }: Entry) {
  return { amounts: [requestOf(facts, original).amount], card: facts.card };
}

/** Whether the bank's books have this entry as taken, and not another request under its trace. */
function hasIt(entry: Entry, end: Books): boolean {
  return end.end === 'found' && isTaken(end) && !isAnothers(end, oursOf(entry));
}

/**
 * The entry that the bank must be told of before this one; null if there is none. The bank refuses a request about an
 * original that it does not know yet, and a tip or adjustment names the total before it, so they go one by one.
 */
export function firstBefore({ id, original, debt }: Entry): Entry | null {
  if (original === null) return null;
  if (owesMoney(original.debt)) return original;
  if (debt !== 'advise') return null;
  return original.sequels.find((other) => other.id < id && other.debt === 'advise') ?? null;
}
