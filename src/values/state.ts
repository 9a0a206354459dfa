/** The words that screen, slip, till, journal and control API share for how a transaction stands (money rule 17). */
export type State =
  | 'pending'
  | 'approved'
  | 'declined'
  | 'unknown'
  | 'reversing'
  | 'reversed'
  | 'reversed-unconfirmed'
  | 'voided'
  | 'refunded'
  | 'parked';

/** States without a definite end: another request beside such a one could charge, hold or give back twice. */
export const openStates: readonly State[] = ['pending', 'unknown', 'reversing', 'reversed-unconfirmed', 'parked'];
