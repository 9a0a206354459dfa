import type { Fen } from '../values/fen.ts';
import type { TransactionType } from '../values/transaction-type.ts';

/**
 * The financial requests, a row each. `moves`: the way of the money in the merchant's eyes when the bank says yes.
 * `lost`: what is done about a request whose result is not known. `settles`: the side of the settlement's totals on
 * which it counts (unionpay.md 9). `makes`: what its original becomes once the bank has said yes. A new value of `lost`
 * needs rows of its own in the debt table.
 */
export const types = {
  sale: { moves: 'in', lost: 'reverse', settles: 'debit' },
  void: { moves: 'out', lost: 'reverse', settles: 'credit', makes: 'voided' },
  refund: { moves: 'out', lost: 'repeat', settles: 'credit', makes: 'refunded' },
  preauth: { moves: 'held', lost: 'reverse', settles: 'nothing' },
  'preauth-add': { moves: 'held', lost: 'reverse', settles: 'nothing' },
  'preauth-void': { moves: 'released', lost: 'reverse', settles: 'nothing', makes: 'voided' },
  completion: { moves: 'in', lost: 'reverse', settles: 'debit', makes: 'completed' },
  'completion-advice': { moves: 'in', lost: 'advise', settles: 'debit', makes: 'completed' },
  'completion-void': { moves: 'out', lost: 'reverse', settles: 'credit', makes: 'voided' },
  instalment: { moves: 'in', lost: 'reverse', settles: 'debit' },
  /** Approved by the terminal itself, under the floor limit. */
  offline: { moves: 'in', lost: 'advise', settles: 'debit' },
  /** Approved by the bank's telephone desk. */
  voice: { moves: 'in', lost: 'advise', settles: 'debit' },
  /** Changes the amount of an offline or a voice entry: `amount` is the new total. */
  adjust: { moves: 'changed', lost: 'advise', settles: 'change' },
  /** `amount` is the tip alone. */
  tip: { moves: 'in', lost: 'advise', settles: 'change' },
} as const satisfies Record<TransactionType, TypeFacts>;

export interface TypeFacts {
  readonly moves: 'in' | 'out' | 'held' | 'released' | 'changed';
  readonly lost: Lost;
  /** `change`: it changes the amount of its original on the debit side, and no count. */
  readonly settles: 'debit' | 'credit' | 'change' | 'nothing';
  readonly makes?: 'voided' | 'refunded' | 'completed';
}

/** What the original becomes once the bank has approved a request of this type; undefined where it stays as it was. */
export function makesOf(type: EntryType): TypeFacts['makes'] {
  const { makes }: TypeFacts = types[type];
  return makes;
}

/**
 * `reverse`: a reversal (0400) is sent until the bank acknowledges it · `repeat`: the identical request is sent again
 * until the bank's definite word (money rule 8) · `advise`: the counter finishes first, and the bank is told until it
 * has taken it.
 */
export const losses = ['reverse', 'repeat', 'advise'] as const;
export type Lost = (typeof losses)[number];

export type EntryType = TransactionType;

/** Who issued the card, 内卡 (domestic) or 外卡 (foreign): a settlement has totals for each (unionpay.md 9). */
export type CardGroup = 'home' | 'foreign';

/** What a request says beyond its card, amount and original; stored beside the row. */
export interface Particulars {
  /** F38 of the original, or the one that the bank's telephone desk gave for this request. */
  readonly authorisation?: string;
  /** F37 of the original of a refund. */
  readonly reference?: string;
  /** MMDD of the original. */
  readonly date?: string;
  /** The periods and the plan of an instalment sale. */
  readonly periods?: number;
  readonly plan?: string;
  /** The total before a tip or an adjustment. */
  readonly before?: Fen;
  /** The trace of the online try after which the terminal approved offline (money rule 10). */
  readonly after?: string;
  /** Who approved it beside the operator. */
  readonly supervisor?: string;
}
