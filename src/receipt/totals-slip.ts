import type { Text } from '../config/texts.ts';
import { type SlipType, slipTypes } from './receipt.ts';
import {
  type CardGroup,
  type Counted,
  cardGroups,
  countedHead,
  countedRow,
  heading,
  money,
  type ReportHead,
  report,
  together,
} from './report.ts';
import type { ReceiptRow, ReceiptTable } from './table.ts';

/** `change` alters the amount of the debit side and no count; `nothing` is for holds, which are never settled. */
export type TotalsSide = 'debit' | 'credit' | 'change' | 'nothing';

/** The sum of the transactions of one type, operator and card group. */
export interface TotalsLine extends Counted {
  readonly type: SlipType;
  readonly side: TotalsSide;
  readonly operator: string;
  readonly group: CardGroup;
}

export interface TotalsFacts {
  readonly head: ReportHead;
  /** The transactions that the bank has approved. */
  readonly approved: readonly TotalsLine[];
  /** The transactions that the counter has accepted and the bank has yet to be told. */
  readonly pending: readonly TotalsLine[];
  /** Payments that are still to be cleared with the bank: they keep the batch from being settled. */
  readonly owed: number;
}

/** The totals of the open batch (汇总单, X report): by type, by operator and by card group. Nothing is closed by it. */
export function totalsSlip({ head, approved, pending, owed }: TotalsFacts, text: Text): ReceiptTable {
  const settled = approved.filter(({ side }) => side !== 'nothing');
  const held = approved.filter(({ side }) => side === 'nothing');
  return report(head, 'report.totals.title', text, [
    { kind: 'text', text: text('report.totals.open'), align: 'centre' },
    { kind: 'rule' },
    ...(approved.length === 0 ? [{ kind: 'text', text: text('report.nothing') } as const] : []),
    ...section(text('report.by-type'), byType(settled, text), text),
    ...section(text('report.by-group'), byGroup(settled, text), text),
    ...section(text('report.by-operator'), byOperator(settled, text), text),
    ...section(text('report.held'), byType(held, text), text),
    ...section(text('report.pending'), byType(pending, text), text),
    ...(settled.length === 0 ? [] : [net(settled, text)]),
    ...(owed === 0 ? [] : [heading(text('report.owed', { count: owed }))]),
  ]);
}

function section(title: string, rows: readonly ReceiptRow[], text: Text): ReceiptRow[] {
  return rows.length === 0 ? [] : [heading(title), countedHead(text), ...rows, { kind: 'rule' }];
}

function byType(lines: readonly TotalsLine[], text: Text): ReceiptRow[] {
  return slipTypes.flatMap((type) => {
    const found = lines.filter((line) => line.type === type);
    return found.length === 0 ? [] : [countedRow(text(`type.${type}`), together(found))];
  });
}

function byGroup(lines: readonly TotalsLine[], text: Text): ReceiptRow[] {
  return cardGroups.flatMap((group) =>
    bothSides(
      lines.filter((line) => line.group === group),
      text(`report.group.${group}`),
      text,
    ),
  );
}

function byOperator(lines: readonly TotalsLine[], text: Text): ReceiptRow[] {
  const operators = [...new Set(lines.map(({ operator }) => operator))].sort();
  return operators.flatMap((operator) =>
    bothSides(
      lines.filter((line) => line.operator === operator),
      operator,
      text,
    ),
  );
}

function bothSides(lines: readonly TotalsLine[], name: string, text: Text): ReceiptRow[] {
  return (['debit', 'credit'] as const).flatMap((side) => {
    const found = lines.filter((line) => sideOf(line) === side);
    return found.length === 0 ? [] : [countedRow(`${name} ${text(`report.${side}`)}`, together(found))];
  });
}

function net(lines: readonly TotalsLine[], text: Text): ReceiptRow {
  const of = (side: 'debit' | 'credit') => together(lines.filter((line) => sideOf(line) === side)).amount;
  return { kind: 'pair', label: text('report.net'), value: money(of('debit') - of('credit')), bold: true };
}

const sideOf = ({ side }: TotalsLine): 'debit' | 'credit' | 'nothing' => (side === 'change' ? 'debit' : side);
