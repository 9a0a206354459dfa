import type { Entry } from '../journal/entry.ts';
import type { Journal } from '../journal/journal.ts';
import { type EntryType, types } from '../journal/types.ts';
import { untilSeen } from '../operator/ask.ts';
import { type VoidWhy, voidRefused, voidTrace } from '../operator/screens/void.ts';
import type { Counter } from '../payment/counter.ts';
import { askTrace, entryOf, lastOf } from '../payment/original.ts';
import type { Fen } from '../values/fen.ts';
import { openStates, type State } from '../values/state.ts';

/** Asks for the number on a slip and finds its entry (null if the journal has none); null if the operator goes back. */
export async function askOriginal(counter: Counter): Promise<{ trace: string; entry: Entry | null } | null> {
  const isNot = (entry: Entry | null) => (entry?.state === 'approved' ? null : 'not-charged');
  const last = lastOf(counter, { types: voided, whyNot: isNot });
  const trace = await askTrace(counter.operator, last, (typed) => (text, bar) => voidTrace(text, bar, { typed, last }));
  return trace === null ? null : { trace, entry: entryOf(counter, trace) };
}

export interface NoVoid {
  readonly why: VoidWhy;
  readonly trace: string;
  readonly entry: Entry | null;
  /** What may still be given back of it; null where there is none. */
  readonly refundable: Fen | null;
  /** Whether Clear names the original by the bank's reference instead. */
  readonly byReference: boolean;
}

/** Shows why it cannot be voided; resolves to the key that closes the screen. */
export async function showNoVoid(
  { operator, journal }: Counter,
  { why, trace, entry, refundable, byReference }: NoVoid,
): Promise<'enter' | 'cancel' | 'clear'> {
  const batch = entry?.batch ?? journal.batch;
  // The whole total; `refundable` says how much of it is left.
  const facts = { why, trace, amount: entry?.total ?? null, refundable, batch, byReference };
  return untilSeen(operator, 'refused', byReference ? ['enter', 'cancel', 'clear'] : ['enter', 'cancel'], (text, bar) =>
    voidRefused(text, bar, facts),
  );
}

/** Why a sale in each state cannot be voided; null if it can. */
const whyOf = {
  pending: 'unsettled',
  approved: null,
  declined: 'not-charged',
  unknown: 'unsettled',
  reversing: 'unsettled',
  reversed: 'not-charged',
  'reversed-unconfirmed': 'unsettled',
  voided: 'voided',
  refunded: 'voided',
  parked: 'unsettled',
} as const satisfies Record<State, VoidWhy | null>;

/** Types that a void undoes; a completion has its own kind of void. */
const voided: readonly EntryType[] = ['sale', 'instalment', 'offline', 'voice'];

/**
 * Whether the void flow takes this entry: a void undoes its type, or it charged nothing that a refund could give back,
 * and then the void's refusal says why.
 */
export function isForTheVoidFlow({ facts: { type } }: Entry): boolean {
  return voided.includes(type) || types[type].moves !== 'in';
}

/** Why this entry cannot be voided; null where it can. */
export function whyNoVoid(journal: Pick<Journal, 'batch'>, entry: Entry | null): VoidWhy | null {
  if (entry === null) return 'unknown';
  if (!voided.includes(entry.facts.type)) return 'not-sale';
  const why = whyOf[entry.state];
  if (why !== null) return why;
  const opened = entry.sequels.filter(({ state }) => openStates.includes(state));
  if (opened.some(({ facts: { type } }) => types[type].moves === 'out')) return 'underway';
  // The bank has not taken a tip or an adjustment yet, so it would not know the amount.
  if (opened.length > 0) return 'unsettled';
  if (entry.batch !== journal.batch) return 'settled';
  // The bank moved to another batch and back to this one, and a part was refunded meanwhile: a void would give the
  // whole back.
  if (entry.refundable < entry.total) return 'refunded-in-part';
  return entry.history.answer?.reference ? null : 'no-reference';
}
