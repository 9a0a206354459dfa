import type { Text } from '../config/texts.ts';
import type { Fen } from '../values/fen.ts';
import { paperTime } from './paper-time.ts';
import type { SlipType } from './receipt.ts';
import { money, type ReportHead, report } from './report.ts';
import type { ReceiptTable } from './table.ts';

/** A transaction that could not be cleared with the bank within the retry limit. */
export interface FaultFacts {
  readonly head: ReportHead;
  readonly type: SlipType;
  readonly trace: string;
  readonly batch: string;
  readonly amount: Fen;
  readonly maskedPan: string | null;
  readonly at: number;
  readonly attempts: number;
  /** `reverse`: the bank has not acknowledged that it is undone. `tell`: it has not said that it has taken it. */
  readonly lost: 'reverse' | 'tell';
  /** Whom to call about accounts. */
  readonly phone: string;
}

/** The note for an entry on the exceptions list (冲正失败): what it is, that its result is unknown, what to do. */
export function faultSlip(facts: FaultFacts, text: Text): ReceiptTable {
  const { head, type, trace, batch, amount, maskedPan, at, attempts, lost, phone } = facts;
  const pair = (label: string, value: string) => ({ kind: 'pair', label, value }) as const;
  return report(head, `report.fault.title.${lost}`, text, [
    pair(text('receipt.type'), text(`receipt.type.${type}`)),
    ...(batch === head.batch ? [] : [pair(text('report.batch'), batch)]),
    { kind: 'prominent', label: text('receipt.trace'), value: trace },
    ...(maskedPan === null ? [] : [pair(text('receipt.card'), maskedPan)]),
    pair(text('report.when'), paperTime(at)),
    { kind: 'amount', label: text('receipt.amount'), value: `RMB ${money(amount)}` },
    pair(text('report.fault.attempts'), String(attempts)),
    { kind: 'rule' },
    { kind: 'text', text: text(`report.fault.text.${lost}`), bold: true },
    { kind: 'text', text: text('report.fault.goes-on') },
    { kind: 'text', text: text('report.fault.call', { phone }) },
  ]);
}
