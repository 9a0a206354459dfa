import { type Fen, fen } from '../src/values/fen.ts';
import { Pan } from '../src/values/pan.ts';

/*
 * How a terminal settles its batch: the digits of F48, message by message (unionpay.md 9). Terminals follow this text.
 *
 * None of these messages carries a MAC, and none needs a sign-in. F60 is 00 + the terminal's open batch + the code
 * below; F11 is a trace of the message's own, and a repeat may take the same one or another: the bank knows a settlement
 * by terminal and batch alone. Every message may be repeated for ever, after the batch was closed too, and is answered
 * as before as long as it says the same.
 *
 * 0500 / 201   F11 F41 F42 F48 F49 (156) F60 F63 (operator). F48 = 62 digits:
 *                home cards     debit amount 12, debit count 3, credit amount 12, credit count 3, flag 0
 *                foreign cards  the same
 *              What counts, if it is approved and not reversed: debit = sale, completion and its advice, instalment,
 *              offline and voice; credit = void, completion void, refund. A void stands beside its sale, which stays a
 *              debit. Tips and adjustments change the amount of the entry that they belong to and count 0; one that
 *              lowers it is taken off the debit. Where they take more off than the debits of a group come to, its debit
 *              amount is 0 and what is left over is added to its credit amount. Pre-authorisations and their voids count
 *              in neither. A count is its last three digits: 1,000 sales say 000.
 *              Home is what a domestic issuer gave out (`group` in issuers.json, by the first six digits).
 *   0510 00    F48 = the bank's own totals in the same digits, with a flag for each group:
 *                1 balanced · 2 unbalanced · 3 the figures contradict themselves (an amount of no transactions, but for
 *                what adjustments leave over).
 *              Both 1: send the end 207. Else: upload every entry of the groups that are not 1, then the end 202.
 *
 * 0320 / 201   F11 F41 F42 F48 F60. F48 = 2 + 40 n digits, one row for each entry that counts (tips and adjustments in
 *              its amount, not as rows of their own):
 *                count n (01 to 08), then n × [card class 2: 00 home, 01 foreign
 *                                              trace 6
 *                                              PAN 20: right-justified, zeros before it
 *                                              amount 12]
 *              A row that is sent again replaces the one with its trace.
 *   0330 00    accepted.
 *
 * 0320 / 207   all is balanced; 0320 / 202: the upload is over. F11 F41 F42 F48 F60. F48 = 4 digits: 207 how many
 *              transactions count in the batch (of both groups and sides; here a thousand is 1000), 202 how many rows
 *              were uploaded.
 *   0330 00    the batch is closed at the bank; F60.2 of the answer is the next batch. The terminal closes its own batch
 *              only now. From here the bank answers 77 to the old batch, except for reversals (0400), repeated advices
 *              and the repeats of these messages.
 *
 * Codes: 00 · 94 the same, accepted · 30 a field is missing or its digits are not as above · 77 not the open batch, nor
 * one that was settled (after the end: or it says something else than was settled) · 95 it does not fit what was
 * counted: no 0500 came, the end is the other one, its number is another one, a row is of a balanced group, or the
 * bank's books have moved since: send the 0500 again and go on from its answer.
 */

/** The sum of one side of a group. */
export interface Side {
  readonly amount: Fen;
  readonly count: number;
}

export interface GroupTotals {
  readonly debit: Side;
  readonly credit: Side;
}

export const GROUPS = ['home', 'foreign'] as const;
export type CardGroup = (typeof GROUPS)[number];
export type Totals = Readonly<Record<CardGroup, GroupTotals>>;

/** 1 balanced, 2 unbalanced, 3 the terminal's figures contradict themselves. */
export type Flag = 1 | 2 | 3;
export type Flags = Readonly<Record<CardGroup, Flag>>;

/** One entry of an upload. */
export interface Detail {
  readonly group: CardGroup;
  readonly trace: string;
  readonly pan: Pan;
  readonly amount: Fen;
}

const GROUP_DIGITS = 31;
const ROW_DIGITS = 40;
const MOST_ROWS = 8;

/** F48 of a 0500; null where it is not 62 digits whose flags are 0. */
export function totalsOf(digits: string): Totals | null {
  if (!/^(\d{30}0){2}$/.test(digits)) return null;
  const side = (at: number): Side => ({
    amount: fen(Number(digits.slice(at, at + 12))),
    count: Number(digits.slice(at + 12, at + 15)),
  });
  const group = (at: number): GroupTotals => ({ debit: side(at), credit: side(at + 15) });
  return { home: group(0), foreign: group(GROUP_DIGITS) };
}

/** F48 of a 0510. */
export function totalsDigits(totals: Totals, flags: Flags): string {
  const side = ({ amount, count }: Side): string =>
    `${String(amount).padStart(12, '0')}${String(count % 1000).padStart(3, '0')}`;
  return GROUPS.map((group) => `${side(totals[group].debit)}${side(totals[group].credit)}${flags[group]}`).join('');
}

/** Restores a count of which only the last three digits were said: the number that ends in them nearest to `near`. */
export function wholeCount(said: number, near: number): number {
  const nearest = said + 1000 * Math.round((near - said) / 1000);
  return nearest < 0 ? nearest + 1000 : nearest;
}

/** F48 of an upload; null where a digit is not as it must be, or a trace is there twice. */
export function detailsOf(digits: string): Detail[] | null {
  const count = Number(digits.slice(0, 2));
  if (!/^\d+$/.test(digits) || count < 1 || count > MOST_ROWS) return null;
  if (digits.length !== 2 + count * ROW_DIGITS) return null;
  const rows: Detail[] = [];
  for (let at = 2; at < digits.length; at += ROW_DIGITS) {
    const row = detailOf(digits.slice(at, at + ROW_DIGITS));
    if (row === null || rows.some(({ trace }) => trace === row.trace)) return null;
    rows.push(row);
  }
  return rows;
}

/** F48 of an end; null where it is not four digits. */
export function countOf(digits: string): number | null {
  return /^\d{4}$/.test(digits) ? Number(digits) : null;
}

function detailOf(row: string): Detail | null {
  const group = { '00': 'home', '01': 'foreign' }[row.slice(0, 2)] as CardGroup | undefined;
  const trace = row.slice(2, 8);
  const pan = Pan.from(row.slice(8, 28).replace(/^0+/, ''));
  if (group === undefined || trace === '000000' || pan === null) return null;
  return { group, trace, pan, amount: fen(Number(row.slice(28))) };
}
