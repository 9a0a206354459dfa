import type { KeyName } from '../../board/virtual/far-ends.ts';
import type { EntryType } from '../../src/journal/types.ts';

/** What a clerk and a customer set out to do, in the words of the storm's fault points. */
export interface Flow {
  readonly name: string;
  /** Of the row that it means to bring into the books; null where it moves no money. */
  readonly type: EntryType | null;
  /** Keys from idle on; `amount` types the amount, `swipe` draws the card. */
  readonly opening: readonly (KeyName | 'amount' | 'swipe')[];
  readonly card: CardName;
  /** What is typed where a PIN is asked for: the card's, a wrong one first, or nothing. */
  readonly pin: 'right' | 'wrong-first' | 'none';
  /** So many swipes cannot be read. */
  readonly worn?: number;
  /** Cancels on this screen. */
  readonly cancelAt?: string;
  /** Takes the green key's offer after a no or after what was reversed. */
  readonly again?: boolean;
  /** A success of this type is needed before. */
  readonly after?: EntryType;
  /** The clerk signs off before the slips are out. */
  readonly hasty?: boolean;
  /** Idle for so long. */
  readonly idle_ms?: number;
}

export const CARDS = ['boc-debit', 'cmb-credit', 'abc-poor', 'ccb-lost', 'gdb-limit'] as const;
export type CardName = (typeof CARDS)[number];

const sale = { type: 'sale', opening: ['amount'], card: 'boc-debit', pin: 'right' } as const;

export const flows: readonly Flow[] = [
  { name: 'sale', ...sale },
  { name: 'sale, card first', ...sale, opening: ['swipe'] },
  { name: 'sale, hasty', ...sale, hasty: true },
  { name: 'sale, signed', ...sale, card: 'cmb-credit', pin: 'none' },
  { name: 'sale, worn card', ...sale, worn: 1 },
  { name: 'sale, declined', ...sale, card: 'ccb-lost' },
  { name: 'sale, wrong PIN', ...sale, pin: 'wrong-first', again: true },
  { name: 'sale, cancelled', ...sale, cancelAt: 'pin' },
  { name: 'void', ...sale, type: 'void', opening: ['menu', '2'], after: 'sale' },
  { name: 'void, hasty', ...sale, type: 'void', opening: ['menu', '2'], after: 'sale', hasty: true },
  { name: 'balance', ...sale, type: null, opening: ['menu', '5'] },
  { name: 'reprint', ...sale, type: null, opening: ['menu', '6'], after: 'sale' },
  { name: 'sign-out', ...sale, type: null, opening: ['menu', '9', '3'] },
  { name: 'checkup', ...sale, type: null, opening: ['menu', '9', '1'] },
  { name: 'idle', ...sale, type: null, opening: [], idle_ms: 40_000 },
];

/** Throws a RangeError for a name that no flow has. */
export function flowNamed(name: string): Flow {
  const found = flows.find((flow) => flow.name === name);
  if (found === undefined) throw new RangeError(`no flow ${name}: ${flows.map((flow) => flow.name).join(' · ')} are`);
  return found;
}
