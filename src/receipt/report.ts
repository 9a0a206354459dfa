import type { Text, TextId } from '../config/texts.ts';
import { paperTime } from './paper-time.ts';
import type { ReceiptRow, ReceiptTable } from './table.ts';

/** Who prints, and of which batch: what stands at the head of every report. */
export interface ReportHead {
  readonly merchant: { readonly id: string; readonly name: string };
  readonly terminal: string;
  readonly operator: string;
  readonly batch: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export type CardGroup = 'home' | 'foreign';
export const cardGroups = ['home', 'foreign'] as const satisfies readonly CardGroup[];

/** A count, and the sum in fen; the sum is below zero where adjustments took more away than the rest comes to. */
export interface Counted {
  readonly count: number;
  readonly amount: number;
}

/** A report between its title and its cut. */
export function report(head: ReportHead, title: TextId, text: Text, body: readonly ReceiptRow[]): ReceiptTable {
  return [
    { kind: 'title', text: text(title) },
    { kind: 'text', text: head.merchant.name, align: 'centre' },
    { kind: 'rule' },
    { kind: 'pair', label: text('receipt.merchant'), value: head.merchant.id },
    { kind: 'pair', label: text('receipt.terminal'), value: head.terminal },
    { kind: 'pair', label: text('receipt.operator'), value: head.operator },
    { kind: 'pair', label: text('receipt.batch'), value: head.batch },
    { kind: 'pair', label: text('receipt.time'), value: paperTime(head.at) },
    { kind: 'rule' },
    ...body,
    { kind: 'feed', lines: 3 },
    { kind: 'cut' },
  ];
}

/** Writes fen as `1,284.50` or `-3.00`. A sum may be more than any one amount may be. */
export function money(amount: number): string {
  const size = Math.abs(amount);
  const whole = String(Math.floor(size / 100)).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${amount < 0 ? '-' : ''}${whole}.${String(size % 100).padStart(2, '0')}`;
}

export function together(counted: Iterable<Counted>): Counted {
  let count = 0;
  let amount = 0;
  for (const one of counted) {
    count += one.count;
    amount += one.amount;
  }
  return { count, amount };
}

/** Name, number and amount, the figures under one another. */
export function countedRow(name: string, { count, amount }: Counted, bold = false): ReceiptRow {
  return cells(name, String(count), money(amount), bold);
}

export function countedHead(text: Text): ReceiptRow {
  return cells(text('report.column.name'), text('report.column.count'), text('report.column.amount'), false);
}

export function heading(text: string): ReceiptRow {
  return { kind: 'text', text, bold: true };
}

function cells(name: string, count: string, amount: string, bold: boolean): ReceiptRow {
  return {
    kind: 'columns',
    cells: [
      { text: name, share: 13 },
      { text: count, share: 4, align: 'right' },
      { text: amount, share: 13, align: 'right' },
    ],
    bold,
  };
}
