import { type BankState, isOfHold } from '../host/inquiry.ts';
import type { Entry } from '../journal/entry.ts';
import type { Journal } from '../journal/journal.ts';
import { types } from '../journal/types.ts';
import { type Fen, fen } from '../values/fen.ts';
import { openStates, type State } from '../values/state.ts';
import type { Paid } from './refundable.ts';

/** What was typed of an original that the journal does not hold. */
export interface Referred {
  /** F37 */
  readonly reference: string;
  /** MMDD */
  readonly date: string;
  readonly day: Date;
}

/** Measures a row of the journal for a refund: what it charged, what of that is left, what is still open. */
export function paidOf(entry: Entry, journal: Pick<Journal, 'batch' | 'debts' | 'begunBy'>): Paid {
  const { facts, sequels, history } = entry;
  const { moves } = types[facts.type];
  const reference = history.answer?.reference ?? null;
  const undoing = sequels.filter(
    ({ facts: { type }, state }) => types[type].moves === 'out' && openStates.includes(state),
  );
  const isRefund = (sequel: Entry) => sequel.facts.type === 'refund';
  const isWaiting = undoing.some(isRefund) || (reference !== null && isRefunding(journal, reference));
  return {
    payment: moves === 'in' && facts.type !== 'tip',
    state: entry.state,
    amount: entry.total,
    refundable: fen(Math.max(0, entry.refundable - refundedBySlip(journal, reference, entry))),
    open: undoing.some((sequel) => !isRefund(sequel)) ? 'void' : isWaiting ? 'refund' : null,
    inOpenBatch: entry.batch === journal.batch,
    reference,
    day: new Date(facts.begun_ms),
  };
}

/** The bank's states, translated into the states that a refund checks. */
const stateOf = {
  posted: 'approved',
  voided: 'voided',
  declined: 'declined',
  reversed: 'reversed',
  tombstone: 'reversed',
  // A hold is no payment, whatever has become of it: its completion has charged under a reference of its own.
  held: 'approved',
  completed: 'approved',
  released: 'approved',
} as const satisfies Record<BankState, State>;

export interface BankRecord {
  readonly state: BankState;
  readonly amount: Fen;
  readonly refunded: Fen;
}

/**
 * An original that the journal does not hold, as the bank records it. Without a record only the limit bounds what is
 * given back, and the bank decides. A refund of it without a definite end is in the journal, under the reference that
 * was typed.
 */
export function paidAtBank(
  { reference, day }: Referred,
  record: BankRecord | null,
  limit: Fen,
  journal: Pick<Journal, 'debts' | 'begunBy'>,
): Paid {
  const amount = record?.amount ?? limit;
  // What this terminal has given back counts whether the bank is asked or not.
  const refunded = Math.max(record?.refunded ?? 0, refundedBySlip(journal, reference, null));
  return {
    payment: record === null || !isOfHold(record),
    state: record === null ? 'approved' : stateOf[record.state],
    amount,
    refundable: fen(Math.max(0, amount - refunded)),
    open: isRefunding(journal, reference) ? 'refund' : null,
    inOpenBatch: false,
    ...{ reference, day },
  };
}

/**
 * The sum of refunds under this reference. For a payment without a row in the journal, all of them; for a row of ours
 * only those begun without it, because the others are among its sequels.
 */
function refundedBySlip(journal: Pick<Journal, 'begunBy'>, reference: string | null, ours: Entry | null): number {
  if (reference === null) return 0;
  return journal
    .begunBy('reference', reference, ours?.id)
    .filter(({ facts: { original }, state }) => state === 'approved' && (ours === null || original === null))
    .reduce((sum, { amount }) => sum + amount, 0);
}

/** Money rule 8: a refund that was begun under the reference alone blocks another one of the same payment too. */
function isRefunding(journal: Pick<Journal, 'debts'>, reference: string): boolean {
  return journal.debts().some(({ entry }) => {
    const { type, particulars } = entry.facts;
    return type === 'refund' && particulars.reference === reference && openStates.includes(entry.state);
  });
}
