import type { Entry } from '../journal/entry.ts';
import { makesOf } from '../journal/types.ts';
import { type Fen, fen, MOST_FEN } from '../values/fen.ts';
import { openStates, type State } from '../values/state.ts';

/** A pre-authorisation to be followed up: the journal's, or one that was typed from its slip. */
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

/** Why a pre-authorisation in each state cannot be followed up; null if it can. */
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
  /** Days after which the bank releases what is held. */
  readonly days: number;
}

/** Why this pre-authorisation cannot be added to, completed or voided; null where it can. */
export function whyNoHold(entry: Entry | null, { now_ms, days }: HoldTerms): HoldWhy | null {
  if (entry === null) return 'unknown';
  if (entry.facts.type !== 'preauth') return 'not-preauth';
  const why = whyOf[entry.state];
  if (why !== null) return why;
  const { sequels } = entry;
  // A completion by advice is final for the terminal, whether the bank has heard of it or not.
  if (sequels.some(({ facts, state }) => facts.type === 'completion-advice' && openStates.includes(state))) {
    return 'completed';
  }
  if (sequels.some(({ state }) => openStates.includes(state))) return 'underway';
  // A voided completion counts as if it had never been, but not while its void has no result.
  const completions = sequels.filter(({ facts }) => makesOf(facts.type) === 'completed');
  if (completions.some(({ state }) => state === 'approved' || state === 'refunded')) return 'completed';
  if (daysBetween(entry.facts.begun_ms, now_ms) > days) return 'expired';
  return entry.history.answer?.authorisation ? null : 'no-authorisation';
}

/** The most that a completion may charge of a hold: the acquirer's percentage, even above the merchant's limit. */
export function mostOf(held: Fen, over_percent: number): Fen {
  return fen(Math.min(Math.floor((held * (100 + over_percent)) / 100), MOST_FEN));
}

/** Why a typed date (MMDD) cannot be a pre-authorisation's; null if it can. The latest possible year counts. */
export function whyNoDate(mmdd: string, { now_ms, days }: HoldTerms): 'wrong' | { readonly days: number } | null {
  const [month, day] = [Number(mmdd.slice(0, 2)), Number(mmdd.slice(2))];
  const year = new Date(now_ms).getFullYear();
  // One day ahead is allowed: the bank's clock may be past midnight and ours not.
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
