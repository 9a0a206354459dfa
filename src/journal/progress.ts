import type { State } from '../values/state.ts';
import type { Lost } from './types.ts';

/** How far a request has come. Made from its events by `after` (events.ts), never stored. */
export interface Progress {
  readonly lost: Lost;
  readonly stage: Stage;
  readonly undone: Undone;
  /** Past the retry limit: on the exceptions list, and still retried. */
  readonly parked: boolean;
  readonly paper: Paper;
}

/**
 * - `begun`: on the disk; no byte has left.
 * - `sent`: its bytes may have left.
 * - `unknown`: no answer says what became of the money.
 * - `accepted`: the counter has finished, and the bank has yet to be told.
 * - `refused`: the bank said no to what the counter had finished, and nobody has seen that.
 * - `declined`, `charged`: the bank said so under a good MAC.
 * - `completed`: the bank has said yes and the counter has finished.
 */
export const stageNames = [
  'begun',
  'sent',
  'unknown',
  'accepted',
  'refused',
  'declined',
  'charged',
  'completed',
] as const;
export type Stage = (typeof stageNames)[number];

/**
 * - `no`: nobody has tried to undo it.
 * - `begun`: a reversal may have left.
 * - `unconfirmed`: the bank knows of no original.
 * - `yes`: the bank, or two people with its reference, say that nothing is charged.
 * - `stands`: two people, with the bank's reference, say that it is charged.
 */
export const undoings = ['no', 'begun', 'unconfirmed', 'yes', 'stands'] as const;
export type Undone = (typeof undoings)[number];

/** `done` once all the copies of the slip that a success owes are printed. */
export const papers = ['owed', 'done'] as const;
export type Paper = (typeof papers)[number];

/** What is owed: to the bank (`reverse` `confirm` `repeat` `advise`), and to people (`tell` `reprint`). */
export const debtNames = ['reverse', 'repeat', 'advise', 'confirm', 'tell', 'reprint'] as const;
export type Debt = (typeof debtNames)[number];

/** A column of a table: one value, one of several, or any. */
type Cell<Value> = Value | readonly Value[] | '-';

const OPEN = ['sent', 'unknown', 'charged'] as const;
const NOT_YET = ['no', 'begun'] as const;
const TOLD_AGAIN = ['repeat', 'advise'] as const;
/** Of these a request without a reversal only ever has `no`; the others are named to make the tables complete. */
const UNDECIDED = ['no', 'begun', 'unconfirmed'] as const;

/** Boot, outbox and screens ask this table alone what is owed. Each progress matches exactly one row. */
export const debts = [
  // lost        stage                undone         paper   debts
  ['-', 'refused', '-', '-', ['tell']], //                            The goods are gone and the money will not come: somebody must see it.
  ['-', ['begun', 'declined'], '-', '-', []], //                      No byte has left, or the bank said no.
  ['reverse', OPEN, NOT_YET, '-', ['reverse']], //                    The bank may have taken the money, and the sale never finished.
  ['reverse', OPEN, 'unconfirmed', '-', ['confirm']], //              An inquiry or the reconciliation says whether it never arrived.
  [TOLD_AGAIN, ['sent', 'unknown'], UNDECIDED, '-', ['repeat']], //   Sent again, until the bank says what became of it.
  [TOLD_AGAIN, 'charged', UNDECIDED, 'owed', ['reprint']], //         The bank has done it; only the counter's end is missing.
  [TOLD_AGAIN, 'charged', UNDECIDED, 'done', []],
  ['-', 'accepted', UNDECIDED, 'owed', ['advise', 'reprint']], //     The customer has gone; the bank has yet to hear of it.
  ['-', 'accepted', UNDECIDED, 'done', ['advise']],
  ['-', [...OPEN, 'accepted'], 'yes', '-', []],
  ['-', [...OPEN, 'accepted'], 'stands', 'owed', ['reprint']],
  ['-', [...OPEN, 'accepted'], 'stands', 'done', []],
  ['-', 'completed', '-', 'owed', ['reprint']], //                    Money moved; paper is owed.
  ['-', 'completed', '-', 'done', []],
] as const satisfies readonly (readonly [Cell<Lost>, Cell<Stage>, Cell<Undone>, Cell<Paper>, readonly Debt[]])[];

/** The word for each progress. `held`: a flow of this process has the request in hand. Exactly one row matches. */
export const states = [
  // lost    held   stage       undone       parked   state
  ['-', true, ['begun', 'sent'], 'no', false, 'pending'],
  ['reverse', true, 'charged', 'no', false, 'pending'],
  ['-', false, 'begun', 'no', false, 'declined'], //                  The terminal itself declined: nothing was ever sent.
  ['-', '-', 'unknown', 'no', false, 'unknown'],
  ['-', false, 'sent', 'no', false, 'unknown'], //                    The power went, or the flow ended, before an answer came.
  ['reverse', false, 'charged', 'no', false, 'reversing'], //         Charged and never finished: the bank is told to undo it.
  ['-', '-', 'accepted', UNDECIDED, false, 'pending'], //             Taken by the counter, not yet by the bank.
  ['reverse', '-', ['begun', ...OPEN], 'begun', false, 'reversing'],
  ['reverse', '-', ['begun', ...OPEN], NOT_YET, true, 'parked'],
  ['reverse', '-', ['begun', ...OPEN], 'unconfirmed', '-', 'reversed-unconfirmed'],
  ['reverse', '-', ['begun', ...OPEN], 'yes', '-', 'reversed'],
  [TOLD_AGAIN, '-', ['begun', 'sent', 'unknown'], ['begun', 'unconfirmed'], false, 'unknown'],
  [TOLD_AGAIN, '-', ['begun', 'sent', 'unknown'], UNDECIDED, true, 'parked'],
  ['-', '-', 'accepted', UNDECIDED, true, 'parked'],
  [TOLD_AGAIN, '-', 'charged', UNDECIDED, '-', 'approved'], //        It has no reversal: what the bank has done is done.
  [TOLD_AGAIN, '-', ['begun', ...OPEN], 'yes', '-', 'declined'],
  ['-', '-', 'accepted', 'yes', '-', 'declined'],
  ['-', '-', ['begun', ...OPEN, 'accepted'], 'stands', '-', 'approved'],
  ['-', '-', ['refused', 'declined'], '-', '-', 'declined'],
  ['-', '-', 'completed', '-', '-', 'approved'], //                   Nothing turns a completed sale into a failure.
] as const satisfies readonly (readonly [
  Cell<Lost>,
  Cell<boolean>,
  Cell<Stage>,
  Cell<Undone>,
  Cell<boolean>,
  Exclude<State, 'voided' | 'refunded'>,
])[];

/** What a request that has come this far still owes, the bank's first. */
export function debtsOf({ lost, stage, undone, paper }: Progress): readonly Debt[] {
  for (const [ofLost, ofStage, ofUndone, ofPaper, owed] of debts) {
    if (fits(ofLost, lost) && fits(ofStage, stage) && fits(ofUndone, undone) && fits(ofPaper, paper)) return owed;
  }
  throw new Error(`the debt table has no row for ${lost} ${stage} ${undone} ${paper}`);
}

/** The state of a request that has come this far. */
export function stateOf({ lost, stage, undone, parked }: Progress, held: boolean): State {
  for (const [ofLost, ofHeld, ofStage, ofUndone, ofParked, state] of states) {
    if (!fits(ofLost, lost) || !fits(ofHeld, held) || !fits(ofStage, stage)) continue;
    if (fits(ofUndone, undone) && fits(ofParked, parked)) return state;
  }
  throw new Error(`the state table has no row for ${lost} ${held} ${stage} ${undone} ${parked}`);
}

/** Whether the debt is about money: then it blocks the settlement of its batch (money rule 13). */
export function owesMoney(debt: Debt | 'nothing'): boolean {
  return debt === 'reverse' || debt === 'repeat' || debt === 'advise';
}

/** Whether the outbox moves money from here on, also after a restart. A reversal of what never left moves none. */
export function asksForMoney(progress: Progress): boolean {
  return debtsOf(progress).some((debt) => debt === 'repeat' || debt === 'advise');
}

function fits<Value>(cell: Cell<Value>, value: Value): boolean {
  return cell === '-' || cell === value || (Array.isArray(cell) && cell.includes(value));
}
