import { type Fen, fen } from '../values/fen.ts';
import type { Pan } from '../values/pan.ts';
import { type Batch, batch } from '../values/trace.ts';
import type { Message } from './codec.ts';
import type { Facts } from './messages.ts';
import { asksForSignIn } from './response-codes.ts';

/** The totals of one side (debit or credit) of a card group. */
export interface SideTotals {
  readonly amount: Fen;
  readonly count: number;
}

/** 内卡 and 外卡, in the order of F48. */
const groups = ['home', 'foreign'] as const;
type Group = (typeof groups)[number];
type Totals = Readonly<Record<Group, Readonly<Record<'debit' | 'credit', SideTotals>>>>;

/** A row of the detail upload. */
export interface UploadRow {
  readonly group: Group;
  readonly trace: string;
  readonly pan: Pan;
  readonly amount: Fen;
}

export type SettlementRequest =
  | { readonly step: 'settle'; readonly totals: Totals; readonly operator: string }
  | { readonly step: 'upload'; readonly rows: readonly UploadRow[] }
  | { readonly step: 'upload-end' | 'upload-end-balanced'; readonly count: number };

export interface Settled {
  readonly code: string;
  /** 1 balanced, 2 unbalanced, 3 contradicting, with the bank's own totals; null where the answer has none. */
  readonly compared: { readonly flags: Readonly<Record<Group, 1 | 2 | 3>>; readonly bank: Totals } | null;
  /** F37 of a comparison: the bank's own number of the settlement; null where the answer has none. */
  readonly reference: string | null;
  /** F60.2: the batch that the bank has open. */
  readonly next: Batch | null;
  readonly signInAgain: boolean;
}

/** Rows in one upload: 322 digits are the most that F48 holds. */
export const MOST_UPLOADED = 8;

/** F48 and F63 of a step (unionpay.md 9). */
export function settlementFacts(request: SettlementRequest): Pick<Facts, 'totals' | 'operator'> {
  switch (request.step) {
    case 'settle':
      return { operator: request.operator, totals: groups.map((group) => groupDigits(request.totals[group])).join('') };
    case 'upload':
      return { totals: `${String(request.rows.length).padStart(2, '0')}${request.rows.map(rowDigits).join('')}` };
    default:
      return { totals: String(request.count % 10_000).padStart(4, '0') };
  }
}

/** Reads the answer to a step; null if it has no code. */
export function settledOf({ code, totals, reference, batch: named = '' }: Message): Settled | null {
  if (code === undefined) return null;
  const next = named.slice(2, 8);
  return {
    code,
    compared: totals === undefined ? null : comparedOf(totals),
    reference: reference?.trim() || null,
    next: /^(?!0{6})\d{6}$/.test(next) ? batch(next) : null,
    signInAgain: asksForSignIn(code),
  };
}

function groupDigits({ debit, credit }: Totals[Group]): string {
  return `${sideDigits(debit)}${sideDigits(credit)}0`;
}

/** Amount of 12 digits, count of 3: its last three digits. */
function sideDigits({ amount, count }: SideTotals): string {
  return `${String(amount).padStart(12, '0')}${String(count % 1000).padStart(3, '0')}`;
}

/** Card class 2, trace 6, account number 20 with zeros before it, amount 12. */
function rowDigits({ group, trace, pan, amount }: UploadRow): string {
  return `${group === 'home' ? '00' : '01'}${trace}${pan.reveal().padStart(20, '0')}${String(amount).padStart(12, '0')}`;
}

function comparedOf(digits: string): Settled['compared'] {
  if (!/^(\d{30}[123]){2}$/.test(digits)) return null;
  const side = (at: number): SideTotals => ({
    amount: fen(Number(digits.slice(at, at + 12))),
    count: Number(digits.slice(at + 12, at + 15)),
  });
  const flag = (at: number) => Number(digits[at]) as 1 | 2 | 3;
  const group = (at: number) => ({ debit: side(at), credit: side(at + 15) });
  return { flags: { home: flag(30), foreign: flag(61) }, bank: { home: group(0), foreign: group(31) } };
}
