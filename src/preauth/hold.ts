import type { Entry } from '../journal/entry.ts';
import { makesOf } from '../journal/types.ts';
import { type Fen, fen, MOST_FEN } from '../values/fen.ts';
import { openStates, type State } from '../values/state.ts';

/** A pre-authorisation that something is done about: the journal's, or one that was typed from its slip. */
export type Hold =
  | { readonly entry: Entry; readonly amount: Fen }
  | { readonly entry: null; readonly authorisation: string; readonly date: string };

/** Why nothing can be done about a pre-authorisation. */
export type HoldWhy =
  | 'unknown'
  | 'not-preauth'
  | 'not-held'
  | 'voided'
  | 'completed'
  | 'unsettled'
  | 'underway'
  | 'expired'
  | 'no-authorisation';

/** What each state of a pre-authorisation says to whoever wants to go on with it; a success may be. */
const whyOf = {
  pending: 'unsettled',
  approved: null,
  declined: 'not-held',
  unknown: 'unsettled',
  reversing: 'unsettled',
  reversed: 'not-held',
  'reversed-unconfirmed': 'unsettled',
  voided: 'voided',
  refunded: 'voided',
  parked: 'unsettled',
} as const satisfies Record<State, HoldWhy | null>;

export interface HoldTerms {
  readonly now_ms: number;
  /** Days after which the bank lets go of what is held. */
  readonly days: number;
}

/** Why this pre-authorisation cannot be added to, completed or voided; null where it can. */
export function whyNoHold(entry: Entry | null, { now_ms, days }: HoldTerms): HoldWhy | null {
  if (entry === null) return 'unknown';
  if (entry.facts.type !== 'preauth') return 'not-preauth';
  const why = whyOf[entry.state];
  if (why !== null) return why;
  const { sequels } = entry;
  // The counter has finished with a completion of its own, whether the bank has heard of it or not.
  if (sequels.some(({ facts, state }) => facts.type === 'completion-advice' && openStates.includes(state))) {
    return 'completed';
  }
  if (sequels.some(({ state }) => openStates.includes(state))) return 'underway';
  // One that was voided is as if it had never been; but not while the void itself is on its way.
  const completions = sequels.filter(({ facts }) => makesOf(facts.type) === 'completed');
  if (completions.some(({ state }) => state === 'approved' || state === 'refunded')) return 'completed';
  if (daysBetween(entry.facts.begun_ms, now_ms) > days) return 'expired';
  return entry.history.answer?.authorisation ? null : 'no-authorisation';
}

/** The most that a completion may charge of what is held: the acquirer's per cent holds above the merchant's limit too. */
export function mostOf(held: Fen, over_percent: number): Fen {
  return fen(Math.min(Math.floor((held * (100 + over_percent)) / 100), MOST_FEN));
}

/** Why a typed date of a pre-authorisation cannot be one; null where it can. Of all its years the latest one counts. */
export function whyNoDate(mmdd: string, { now_ms, days }: HoldTerms): 'wrong' | { readonly days: number } | null {
  const [month, day] = [Number(mmdd.slice(0, 2)), Number(mmdd.slice(2))];
  const year = new Date(now_ms).getFullYear();
  // A day ahead is the bank's, where its clock is past midnight and ours is not.
  const then = [year + 1, year, year - 1]
    .map((each) => new Date(each, month - 1, day))
    .find((each) => daysBetween(now_ms, each.getTime()) <= 1);
  if (then === undefined || then.getMonth() !== month - 1 || then.getDate() !== day) return 'wrong';
  return daysBetween(then.getTime(), now_ms) > days ? { days } : null;
}

/** Whole days by the calendar: one made at night is a day old in the morning. */
function daysBetween(from_ms: number, to_ms: number): number {
  const dayOf = (at_ms: number) => {
    const at = new Date(at_ms);
    return Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()) / 86_400_000;
  };
  return dayOf(to_ms) - dayOf(from_ms);
}
