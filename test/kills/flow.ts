import type { Hand } from './hand.ts';

/**
 * What a clerk does at the counter, with the part of it in which the terminal or the bank is killed: each way in which
 * a transaction is made good after it was cut off (reversed, asked again, told), and the settlement.
 */
export interface Flow {
  readonly name: string;
  /** How much of a sample it gets, relative to the other flows. */
  readonly share: number;
  /** Goes to the place from which calls are counted. */
  before(hand: Hand, amount: string): Promise<void>;
  /** Goes from there to the idle screen, while calls are counted. */
  go(hand: Hand, amount: string): Promise<void>;
  /** The only calls of the terminal at which it is struck; the others occur in another flow too. */
  readonly calls?: RegExp;
  /** The terminal is off after `before`, and is watched from its first breath when `go` begins. */
  readonly boots?: true;
  /** The bank is killed after `before`, and is watched from its first breath when `go` begins. */
  readonly bankBoots?: true;
  /** Prints at a common printer's speed, so that more is not printed yet when the terminal dies. */
  readonly slow?: true;
  /** Words on the screen or to the customer, and the bank's row that would make them a lie. */
  readonly lie: { readonly word: RegExp; readonly type: string; readonly while: string };
}
