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
 * `begun` on disk, no byte has left · `sent` its bytes may have left · `unknown` no answer that says what became of the
 * money · `declined` `charged` the bank said so under a good MAC · `completed` the counter has finished the sale.
 */
export const stageNames = ['begun', 'sent', 'unknown', 'declined', 'charged', 'completed'] as const;
export type Stage = (typeof stageNames)[number];

/**
 * `no` · `begun` a reversal may have left · `unconfirmed` the bank knows of no original · `yes` the bank says that it is
 * undone · `stands` two people, with the bank's reference, say that it stays charged.
 */
export const undoings = ['no', 'begun', 'unconfirmed', 'yes', 'stands'] as const;
export type Undone = (typeof undoings)[number];

/** Of all the copies of the slip that a success owes. */
export const papers = ['owed', 'done'] as const;
export type Paper = (typeof papers)[number];

export type Debt = 'reverse' | 'confirm' | 'reprint' | 'nothing';

/** A column of a table: one value, one of several, or any. */
type Cell<Value> = Value | readonly Value[] | '-';

const OPEN = ['sent', 'unknown', 'charged'] as const;
const NOT_YET = ['no', 'begun'] as const;

/** Boot, outbox and screens ask this table alone what is owed. Each progress matches exactly one row. */
export const debts = [
  // lost       stage       undone         paper   debt
  ['-', 'begun', '-', '-', 'nothing'], //               No byte has left: the bank cannot know of it.
  ['-', 'declined', '-', '-', 'nothing'], //            The bank said no under a good MAC.
  ['reverse', OPEN, NOT_YET, '-', 'reverse'], //        The bank may have taken the money, and the sale never finished.
  ['-', OPEN, 'unconfirmed', '-', 'confirm'], //        An inquiry or the reconciliation says whether it never arrived.
  ['-', OPEN, 'yes', '-', 'nothing'],
  ['-', OPEN, 'stands', 'owed', 'reprint'],
  ['-', OPEN, 'stands', 'done', 'nothing'],
  ['-', 'completed', '-', 'owed', 'reprint'], //        Money moved; paper is owed.
  ['-', 'completed', '-', 'done', 'nothing'],
] as const satisfies readonly (readonly [Cell<Lost>, Cell<Stage>, Cell<Undone>, Cell<Paper>, Debt])[];

/** The word for each progress. `held`: a flow of this process has the request in hand. Exactly one row matches. */
export const states = [
  // held   stage       undone       parked   state
  [true, ['begun', 'sent', 'charged'], 'no', false, 'pending'],
  [false, 'begun', 'no', false, 'declined'], //              The terminal itself declined: nothing was ever sent.
  ['-', 'unknown', 'no', false, 'unknown'],
  [false, 'sent', 'no', false, 'unknown'], //                The power went, or the flow ended, before an answer came.
  [false, 'charged', 'no', false, 'reversing'], //           Charged and never finished: the bank is told to undo it.
  ['-', ['begun', ...OPEN], 'begun', false, 'reversing'],
  ['-', ['begun', ...OPEN], NOT_YET, true, 'parked'],
  ['-', ['begun', ...OPEN], 'unconfirmed', '-', 'reversed-unconfirmed'],
  ['-', ['begun', ...OPEN], 'yes', '-', 'reversed'],
  ['-', ['begun', ...OPEN], 'stands', '-', 'approved'],
  ['-', 'declined', '-', '-', 'declined'],
  ['-', 'completed', '-', '-', 'approved'], //               Nothing turns a completed sale into a failure.
] as const satisfies readonly (readonly [
  Cell<boolean>,
  Cell<Stage>,
  Cell<Undone>,
  Cell<boolean>,
  Exclude<State, 'voided' | 'refunded'>,
])[];

/** What a request that has come this far still owes. */
export function debtOf({ lost, stage, undone, paper }: Progress): Debt {
  for (const [ofLost, ofStage, ofUndone, ofPaper, debt] of debts) {
    if (fits(ofLost, lost) && fits(ofStage, stage) && fits(ofUndone, undone) && fits(ofPaper, paper)) return debt;
  }
  throw new Error(`the debt table has no row for ${lost} ${stage} ${undone} ${paper}`);
}

/** The word for it. */
export function stateOf({ stage, undone, parked }: Progress, held: boolean): State {
  for (const [ofHeld, ofStage, ofUndone, ofParked, state] of states) {
    if (fits(ofHeld, held) && fits(ofStage, stage) && fits(ofUndone, undone) && fits(ofParked, parked)) return state;
  }
  throw new Error(`the state table has no row for ${held} ${stage} ${undone} ${parked}`);
}

/** Whether the debt is money's: it blocks the settlement of its batch (money rule 13). */
export function owesMoney(debt: Debt): boolean {
  return debt === 'reverse';
}

function fits<Value>(cell: Cell<Value>, value: Value): boolean {
  return cell === '-' || cell === value || (Array.isArray(cell) && cell.includes(value));
}
