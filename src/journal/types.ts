/**
 * The financial requests, a row each. `moves`: the way of the money in the merchant's eyes when the bank says yes.
 * `lost`: how a request is made good whose result is not known. A type with another way of being made good adds its
 * rows to the debt table.
 */
export const types = {
  sale: { moves: 'in', lost: 'reverse', paper: true },
  void: { moves: 'out', lost: 'reverse', paper: true, makes: 'voided' },
} as const satisfies Record<string, TypeFacts>;

export interface TypeFacts {
  readonly moves: 'in' | 'out' | 'nothing';
  readonly lost: Lost;
  /** Whether its success owes receipt copies. */
  readonly paper: boolean;
  /** The word for its original once the bank has said yes; only of a type that has an original. */
  readonly makes?: 'voided';
}

/** `reverse`: a reversal (0400) is sent until the bank acknowledges it. */
export type Lost = 'reverse';

export type EntryType = keyof typeof types;
