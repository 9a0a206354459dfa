import type { Entry } from '../journal/entry.ts';
import type { Journal } from '../journal/journal.ts';
import { type EntryType, makesOf } from '../journal/types.ts';
import { MOST_CANDIDATES } from '../operator/screens/charged.ts';
import { daysOf } from '../payment/original.ts';
import { fen, MOST_FEN } from '../values/fen.ts';
import { openStates, type State } from '../values/state.ts';
import { trace } from '../values/trace.ts';

/** Where the trace of one of these is typed, the question is really about its original. */
const abouts: readonly EntryType[] = ['void', 'preauth-add', 'preauth-void', 'completion-void', 'tip', 'adjust'];

/**
 * The request that says what became of the card's money. For a hold that is or may be completed that is the completion,
 * even one that was begun from the hold's slip alone.
 */
export function subjectOf(entry: Entry, journal: Pick<Journal, 'begunBy'>): Entry {
  const about = abouts.includes(entry.facts.type) ? (entry.original ?? entry) : entry;
  return about.sequels.findLast(mayCharge) ?? chargedBySlip(about, journal) ?? about;
}

/** An authorisation and its day (MMDD) can come again after a year at the soonest: half of that is safe. */
const HALF_A_YEAR_MS = 183 * 86_400_000;

function chargedBySlip(hold: Entry, journal: Pick<Journal, 'begunBy'>): Entry | null {
  const { id, facts, history } = hold;
  const authorisation = history.answer?.authorisation ?? null;
  if (facts.type !== 'preauth' || authorisation === null) return null;
  const days = daysOf(hold);
  const isOfSlip = ({ id: other, facts: { original, begun_ms, particulars } }: Entry) =>
    original === null &&
    other > id &&
    begun_ms < facts.begun_ms + HALF_A_YEAR_MS &&
    days.includes(particulars.date ?? '');
  return journal.begunBy('authorisation', authorisation, id).find((end) => isOfSlip(end) && mayCharge(end)) ?? null;
}

const charging: readonly State[] = ['approved', 'refunded', ...openStates];

function mayCharge({ facts: { type }, state }: Entry): boolean {
  return makesOf(type) === 'completed' && charging.includes(state);
}

/** Entries to read: several may lead to one candidate, as a hold, what was added to it and its completion do. */
const MOST_READ = 4 * MOST_CANDIDATES;

/**
 * The entries that fit the digits: as a trace number of at most six digits, as an amount in fen (with its tip, as on
 * the guest's statement, or without), or both; newest first. `more`: there may be older ones that are not listed.
 */
export function candidatesFor(
  journal: Pick<Journal, 'find' | 'ofAmount' | 'begunBy'>,
  typed: string,
): { readonly entries: readonly Entry[]; readonly more: boolean } {
  const number = Number(typed);
  if (number === 0) return { entries: [], more: false };
  const traced = typed.length <= 6 ? journal.find(trace(typed.padStart(6, '0'))) : null;
  const paid = number > MOST_FEN ? [] : journal.ofAmount(fen(number), MOST_READ);
  const found = new Map<number, Entry>();
  for (const entry of [...(traced === null ? [] : [traced]), ...paid]) {
    const subject = subjectOf(entry, journal);
    found.set(subject.id, subject);
  }
  const entries = [...found.values()];
  return {
    entries: entries.slice(0, MOST_CANDIDATES),
    more: entries.length > MOST_CANDIDATES || paid.length === MOST_READ,
  };
}
