import type { TextId } from '../config/texts.ts';
import type { Entry } from '../journal/entry.ts';
import { type EntryType, makesOf } from '../journal/types.ts';
import { askDigits, untilSeen } from '../operator/ask.ts';
import { authorisationAsk, type DateAskFacts, dateAsk, impossible, traceAsk } from '../operator/screens/original.ts';
import { refuse } from '../payment/charge.ts';
import type { Counter } from '../payment/counter.ts';
import { askTraceOr, daysOf, entryOf, lastOf } from '../payment/original.ts';
import { Fault } from '../values/problem.ts';
import { openStates } from '../values/state.ts';
import { type Hold, type HoldWhy, whyNoDate, whyNoHold } from './hold.ts';

/**
 * Asks for the pre-authorisation to continue with: by its trace if the journal holds it, by its authorisation code and
 * date if not. Null if the operator goes back, or the archive could not be asked.
 */
export async function chooseHold(counter: Counter): Promise<Hold | null> {
  try {
    return await chosen(counter);
  } catch (error) {
    // The part of the archive that cannot be read may hold what has ended it.
    if (!(error instanceof Fault)) throw error;
    await refuse(counter, error.problem);
    return null;
  }
}

async function chosen(counter: Counter): Promise<Hold | null> {
  for (;;) {
    const named = await askNumber(counter);
    if (named === null) return null;
    const found =
      typeof named === 'string' ? judged(counter, entryOf(counter, named), named) : await findByCode(counter);
    // Back from the code to the trace.
    if (found === null) continue;
    if ('hold' in found) return found.hold;
    if (!(await sayWhyNot(counter, found))) return null;
  }
}

type NoHold = { readonly why: HoldWhy; readonly trace: string | null; readonly entry: Entry | null };
type Found = { readonly hold: Hold } | NoHold;

function judged(counter: Counter, entry: Entry | null, trace: string): Found {
  const why = whyNoHold(entry, termsOf(counter));
  if (why !== null || entry === null) return { why: why ?? 'unknown', trace, entry };
  // It may have been ended by its code and date instead of its trace; such an end is not among its sequels.
  const ended = endedBySlip(counter, entry.history.answer?.authorisation ?? '', daysOf(entry), entry);
  return ended ?? { hold: { entry, amount: entry.total } };
}

/** As `judged`, for the default that is proposed: one that was ended by its code and date is not proposed either. */
function whyNotProposed(counter: Counter, entry: Entry | null): HoldWhy | null {
  const found = judged(counter, entry, '');
  return 'hold' in found ? null : found.why;
}

/**
 * Finds a pre-authorisation by code and date. The journal may hold it all the same, and then knows what has been done
 * about it.
 */
async function findByCode(counter: Counter): Promise<Found | null> {
  const typed = await askTyped(counter);
  if (typed === null) return null;
  const entry = counter.journal.findHold(typed.authorisation);
  if (entry !== null && daysOf(entry).includes(typed.date)) return judged(counter, entry, entry.trace);
  if (isUnderway(counter, typed.authorisation)) return { why: 'underway', trace: null, entry: null };
  return endedBySlip(counter, typed.authorisation, [typed.date], null) ?? { hold: typed };
}

/**
 * A completion or void that was begun here by this code and date, without the journal's row of the pre-authorisation,
 * and has succeeded; null if there is none.
 */
function endedBySlip(
  counter: Counter,
  authorisation: string,
  dates: readonly string[],
  ours: Entry | null,
): NoHold | null {
  const { now_ms, days } = termsOf(counter);
  // Codes and days repeat; by then the bank has long released what was held.
  const since_ms = now_ms - (days + 1) * DAY_MS;
  for (const entry of counter.journal.begunBy('authorisation', authorisation, ours?.id)) {
    const { type, original, begun_ms, particulars } = entry.facts;
    // What was begun on our own row is among its sequels; what was begun on another row is about another hold.
    if (ours !== null && original !== null) continue;
    if (begun_ms < since_ms || !dates.includes(particulars.date ?? '')) continue;
    const why = makesOf(type);
    if ((why === 'completed' || why === 'voided') && (entry.state === 'approved' || entry.state === 'refunded')) {
      return { why, trace: entry.trace, entry };
    }
  }
  return null;
}

const DAY_MS = 86_400_000;

/** Whether something that was begun by this authorisation code has no result yet. */
function isUnderway({ journal }: Counter, authorisation: string): boolean {
  const family: readonly EntryType[] = ['preauth-add', 'preauth-void', 'completion', 'completion-advice'];
  return journal.debts().some(({ entry: { facts, state } }) => {
    const named = facts.original === null && facts.particulars.authorisation === authorisation;
    return named && family.includes(facts.type) && openStates.includes(state);
  });
}

/** Shows why nothing can be done about it; true if the operator wants to name another one. */
async function sayWhyNot(counter: Counter, { why, trace, entry }: NoHold): Promise<boolean> {
  const { operator } = counter;
  const [title, remedy] = words[why];
  const values = { days: termsOf(counter).days };
  const key = await untilSeen(operator, 'refused', ['enter', 'cancel'], (text, bar) =>
    impossible(text, bar, { title, remedy, values, trace, amount: entry?.total ?? null, another: true }),
  );
  return key === 'enter';
}

/** Asks for the number on the slip; Enter alone takes the last open one, the menu key asks for the code instead. */
function askNumber(counter: Counter): Promise<string | { readonly key: 'menu' } | null> {
  const last = lastOf(counter, { types: ['preauth'], whyNot: (entry) => whyNotProposed(counter, entry) });
  return askTraceOr(
    counter.operator,
    ['menu'],
    last,
    (typed) => (text, bar) => traceAsk(text, bar, { typed, last, byCode: true }),
  );
}

/** Asks for code and date from a slip; null if the operator goes back to the trace. */
async function askTyped({ operator, config, clock }: Counter): Promise<Extract<Hold, { entry: null }> | null> {
  const authorisation = await askDigits(operator, {
    ...{ least: 6, most: 6 },
    draw: (typed) => (text, bar) => authorisationAsk(text, bar, { typed }),
  });
  if (authorisation === null) return null;
  let refused: DateAskFacts['refused'] = null;
  for (;;) {
    const date = await askDigits(operator, {
      ...{ least: 4, most: 4 },
      draw: (typed) => (text, bar) => dateAsk(text, bar, { typed, refused: typed === '' ? refused : null }),
    });
    if (date === null) return null;
    refused = whyNoDate(date, { now_ms: clock.now(), days: config.profile.transactions.completion.hold_days });
    if (refused === null) return { entry: null, authorisation, date };
    operator.beep('refused');
  }
}

function termsOf({ clock, config }: Counter) {
  return { now_ms: clock.now(), days: config.profile.transactions.completion.hold_days };
}

const words = {
  unknown: ['void.why.unknown.title', 'hold.why.unknown.remedy'],
  'not-preauth': ['hold.why.not-preauth.title', 'hold.why.not-preauth.remedy'],
  'not-held': ['hold.why.not-held.title', 'hold.why.not-held.remedy'],
  voided: ['hold.why.voided.title', 'hold.why.voided.remedy'],
  completed: ['hold.why.completed.title', 'hold.why.completed.remedy'],
  unsettled: ['void.why.unsettled.title', 'void.why.unsettled.remedy'],
  underway: ['hold.why.underway.title', 'hold.why.underway.remedy'],
  expired: ['hold.why.expired.title', 'hold.why.expired.remedy'],
  'no-authorisation': ['hold.why.no-authorisation.title', 'hold.why.no-authorisation.remedy'],
} as const satisfies Record<HoldWhy, readonly [TextId, TextId]>;
