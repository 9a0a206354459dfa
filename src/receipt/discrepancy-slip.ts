import type { Text, TextId } from '../config/texts.ts';
import type { Fen } from '../values/fen.ts';
import type { SlipType } from './receipt.ts';
import { heading, money, type ReportHead, report } from './report.ts';
import type { ReceiptRow, ReceiptTable } from './table.ts';

/** A transaction that the two books have differently; null where that side does not have it. */
export interface Discrepancy {
  readonly trace: string;
  readonly type: SlipType;
  readonly maskedPan: string | null;
  readonly here: Fen | null;
  readonly there: Fen | null;
}

export interface DiscrepancyFacts {
  readonly head: ReportHead;
  readonly rows: readonly Discrepancy[];
  /** Whom to call about accounts. */
  readonly phone: string;
}

/** The discrepancies of a settlement (对账差异单): each transaction, what either side has, and what is to be done. */
export function discrepancySlip({ head, rows, phone }: DiscrepancyFacts, text: Text): ReceiptTable {
  return report(head, 'report.discrepancy.title', text, [
    { kind: 'text', text: text('report.discrepancy.count', { count: rows.length }) },
    { kind: 'rule' },
    ...rows.flatMap((row) => differing(row, text)),
    { kind: 'text', text: text('report.discrepancy.call', { phone }), bold: true },
    { kind: 'signature', label: text('report.discrepancy.sign') },
  ]);
}

function differing(row: Discrepancy, text: Text): ReceiptRow[] {
  const { trace, type, maskedPan, here, there } = row;
  const side = (amount: Fen | null) => (amount === null ? text('report.discrepancy.none') : money(amount));
  return [
    heading(`${trace} ${text(`type.${type}`)}`),
    ...(maskedPan === null ? [] : [{ kind: 'pair', label: text('receipt.card'), value: maskedPan } as const]),
    { kind: 'pair', label: text('report.discrepancy.here'), value: side(here) },
    { kind: 'pair', label: text('report.discrepancy.there'), value: side(there) },
    { kind: 'text', text: text(whatToDo(row)) },
    { kind: 'rule' },
  ];
}

function whatToDo({ here, there }: Discrepancy): TextId {
  if (there === null) return 'report.discrepancy.do.here-only';
  if (here === null) return 'report.discrepancy.do.there-only';
  return here === there ? 'report.discrepancy.do.card' : 'report.discrepancy.do.amount';
}
