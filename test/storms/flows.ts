import type { KeyName } from '../../board/virtual/far-ends.ts';
import type { EntryType } from '../../src/journal/types.ts';
import type { Elsewhere } from './elsewhere.ts';

/** What a clerk and a customer set out to do, in the words of the storm's fault points. */
export interface Flow {
  readonly name: string;
  /** The type of the row that it adds to the journal; null where it moves no money. */
  readonly type: EntryType | null;
  /** Keys from idle on; `amount` types the amount, `swipe` draws the card. */
  readonly opening: readonly (KeyName | 'amount' | 'swipe')[];
  readonly card: CardName;
  /** What is typed where a PIN is asked for: the card's, a wrong one first, or nothing. */
  readonly pin: 'right' | 'wrong-first' | 'none';
  /** The amount that is typed: the errand's own, a small one, or the one that the terminal proposes. */
  readonly amount: 'own' | 'small' | 'proposed';
  /** How many of the first swipes cannot be read. */
  readonly worn?: number;
  /** Cancels on this screen. */
  readonly cancelAt?: string;
  /** Tries again once with Enter after a decline or a reversal. */
  readonly again?: boolean;
  /** Flows that must have succeeded before: one makes its original, and `settle` follows where that must be settled. */
  readonly after?: readonly string[];
  /** What the merchant's other terminal does to the original first; the clerk then names the original by its trace. */
  readonly elsewhere?: Elsewhere;
  /** Types the trace of its original, where the others may take the last one. */
  readonly byTrace?: true;
  /** Both lines are down from the beginning. */
  readonly lineDown?: boolean;
  /** The clerk signs off before the slips are out. */
  readonly hasty?: boolean;
  /** Somebody pulls the plug at idle, and puts it back. */
  readonly plug?: boolean;
  /** How long the counter stays idle. */
  readonly idle_ms?: number;
}

export const CARDS = ['boc-debit', 'cmb-credit', 'ccb-lost', 'overseas-credit'] as const;
export type CardName = (typeof CARDS)[number];

const sale = { type: 'sale', opening: ['amount'], card: 'boc-debit', pin: 'right', amount: 'own' } as const;
const other = { card: 'boc-debit', pin: 'right', amount: 'own' } as const;

export const flows: readonly Flow[] = [
  { name: 'sale', ...sale },
  { name: 'sale, card first', ...sale, opening: ['swipe'] },
  { name: 'sale, hasty', ...sale, hasty: true },
  { name: 'sale, signed', ...sale, card: 'cmb-credit', pin: 'none' },
  { name: 'sale, worn card', ...sale, worn: 1 },
  { name: 'sale, declined', ...sale, card: 'ccb-lost' },
  { name: 'sale, wrong PIN', ...sale, pin: 'wrong-first', again: true },
  { name: 'sale, cancelled', ...sale, cancelAt: 'pin' },
  { name: 'void', ...other, type: 'void', opening: ['menu', '2'], after: ['sale'] },
  { name: 'void, hasty', ...other, type: 'void', opening: ['menu', '2'], after: ['sale'], hasty: true },
  {
    name: 'refund',
    ...{ ...other, type: 'refund', opening: ['menu', '2'], amount: 'proposed' },
    ...{ after: ['sale', 'settle'], byTrace: true },
  },
  {
    name: 'refund of a part',
    ...{ ...other, type: 'refund', opening: ['menu', '2'], amount: 'small' },
    ...{ after: ['sale', 'settle'], byTrace: true },
  },
  { name: 'preauth', ...other, type: 'preauth', opening: ['menu', '4', '1'] },
  { name: 'preauth-add', ...other, type: 'preauth-add', opening: ['menu', '4', '2'], after: ['preauth'] },
  {
    name: 'completion',
    ...{ ...other, type: 'completion', opening: ['menu', '4', '3'], amount: 'proposed', after: ['preauth'] },
  },
  { name: 'preauth-void', ...other, type: 'preauth-void', opening: ['menu', '4', '4'], after: ['preauth'] },
  {
    name: 'completion-void',
    ...{ ...other, type: 'completion-void', opening: ['menu', '4', '5'], after: ['preauth', 'completion'] },
  },
  {
    name: 'completion-advice',
    ...{ ...other, type: 'completion-advice', opening: ['menu', '4', '6'], amount: 'proposed', after: ['preauth'] },
  },
  { name: 'instalment', ...other, type: 'instalment', opening: ['menu', '8', '1'], card: 'cmb-credit' },
  { name: 'tip', ...other, type: 'tip', opening: ['menu', '8', '2'], amount: 'small', after: ['sale'] },
  {
    name: 'offline',
    ...{ ...other, type: 'offline', opening: ['menu', '8', '3'], card: 'overseas-credit', lineDown: true },
  },
  { name: 'voice', ...other, type: 'voice', opening: ['menu', '8', '4'] },
  { name: 'adjust', ...other, type: 'adjust', opening: ['menu', '8', '5'], amount: 'small', after: ['voice'] },
  { name: 'balance', ...other, type: null, opening: ['menu', '5'] },
  { name: 'charged?', ...other, type: null, opening: ['menu', '0'], after: ['sale'] },
  { name: 'reprint', ...other, type: null, opening: ['menu', '6', '1'], after: ['sale'] },
  { name: 'reprint any', ...other, type: null, opening: ['menu', '6', '2'], after: ['sale'], byTrace: true },
  { name: 'details', ...other, type: null, opening: ['menu', '6', '3'] },
  { name: 'totals', ...other, type: null, opening: ['menu', '6', '4'] },
  { name: 'settlement again', ...other, type: null, opening: ['menu', '6', '5'] },
  { name: 'settle', ...other, type: null, opening: ['menu', '7'] },
  { name: 'sign-out', ...other, type: null, opening: ['menu', '9', '3'] },
  { name: 'checkup', ...other, type: null, opening: ['menu', '9', '1'] },
  { name: 'boot', ...other, type: null, opening: [], plug: true },
  { name: 'idle', ...other, type: null, opening: [], idle_ms: 40_000 },
  {
    name: 'void, refunded elsewhere',
    ...{ ...other, type: 'void', opening: ['menu', '2'], after: ['sale'], elsewhere: 'refund' },
  },
  {
    name: 'completion, completed elsewhere',
    ...{ ...other, type: 'completion', opening: ['menu', '4', '3'], amount: 'proposed' },
    ...{ after: ['preauth'], elsewhere: 'completion' },
  },
  {
    name: 'preauth-void, completed elsewhere',
    ...{ ...other, type: 'preauth-void', opening: ['menu', '4', '4'], after: ['preauth'], elsewhere: 'completion' },
  },
  {
    name: 'preauth-add, voided elsewhere',
    ...{ ...other, type: 'preauth-add', opening: ['menu', '4', '2'], after: ['preauth'], elsewhere: 'preauth-void' },
  },
  {
    name: 'charged?, completed elsewhere',
    ...{ ...other, type: null, opening: ['menu', '0'], after: ['preauth'], elsewhere: 'completion' },
  },
  {
    name: 'charged?, voided elsewhere',
    ...{ ...other, type: null, opening: ['menu', '0'], after: ['preauth'], elsewhere: 'preauth-void' },
  },
  {
    name: 'charged?, refunded elsewhere',
    ...{ ...other, type: null, opening: ['menu', '0'], after: ['sale'], elsewhere: 'refund' },
  },
];

/** Throws a RangeError for a name that no flow has. */
export function flowNamed(name: string): Flow {
  const found = flows.find((flow) => flow.name === name);
  if (found === undefined) throw new RangeError(`no flow ${name}: ${flows.map((flow) => flow.name).join(' · ')} are`);
  return found;
}
