import type { Hand } from './hand.ts';

/**
 * What a clerk does at the counter, with the part of it in which the terminal or the bank is killed: each way in which
 * a transaction is made good after it was cut off (reversed, asked again, told), and the settlement.
 */
export interface Flow {
  readonly name: string;
  /** Its part of a sample, beside the others'. */
  readonly share: number;
  /** To where the calls are counted from. */
  before(hand: Hand, amount: string): Promise<void>;
  /** From there to the idle screen. */
  go(hand: Hand, amount: string): Promise<void>;
  /** The terminal's calls that it is there for, where others are in another flow too. */
  readonly calls?: RegExp;
  /** The terminal is off after `before`, and is watched from its first breath when `go` begins. */
  readonly boots?: true;
  /** The bank is killed after `before`, and is watched from its first breath when `go` begins. */
  readonly bankBoots?: true;
  /** At a printer of common speed: what it has not printed yet when the terminal dies is more. */
  readonly slow?: true;
  /** A word on the screen or to the customer, and the row that the bank must then not have. */
  readonly lie: { readonly word: RegExp; readonly type: string; readonly while: string };
}
