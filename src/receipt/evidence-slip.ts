import type { Text, TextId } from '../config/texts.ts';
import type { Fen } from '../values/fen.ts';
import { paperTime } from './paper-time.ts';
import type { SlipType } from './receipt.ts';
import { heading, money, type ReportHead, report } from './report.ts';
import type { ReceiptTable } from './table.ts';

export interface EvidenceFacts {
  readonly head: ReportHead;
  readonly of: {
    readonly type: SlipType;
    readonly trace: string;
    readonly batch: string;
    readonly amount: Fen;
    readonly maskedPan: string | null;
    readonly at: number;
    readonly reference: string | null;
  };
  readonly answer: 'charged' | 'not-charged' | 'being-reversed' | 'unknown';
  /** Why that is so, in one sentence. */
  readonly says: string;
  /** The events on record and the bank's answers, in the order in which they happened. */
  readonly lines: readonly { readonly at: number; readonly said: string }[];
  /** Whom to call about accounts; null where nobody need be. */
  readonly phone: string | null;
}

/** The words for the bank's yes and no about a transaction that was not to charge anything. */
const answerWords: Partial<Record<SlipType, Partial<Record<EvidenceFacts['answer'], TextId>>>> = {
  refund: { charged: 'report.evidence.answer.refunded', 'not-charged': 'report.evidence.answer.not-refunded' },
  'preauth-void': { charged: 'report.evidence.answer.released', 'not-charged': 'report.evidence.answer.not-released' },
};

/** "Was I charged?" on paper (交易核实单): the answer first, large, then what it rests on. */
export function evidenceSlip({ head, of, answer, says, lines, phone }: EvidenceFacts, text: Text): ReceiptTable {
  const pair = (label: string, value: string) => ({ kind: 'pair', label, value }) as const;
  return report(head, 'report.evidence.title', text, [
    { kind: 'title', text: text(answerWords[of.type]?.[answer] ?? `report.evidence.answer.${answer}`) },
    { kind: 'text', text: says },
    { kind: 'rule' },
    pair(text('receipt.type'), text(`receipt.type.${of.type}`)),
    pair(text('receipt.trace'), of.trace),
    ...(of.batch === head.batch ? [] : [pair(text('report.batch'), of.batch)]),
    ...(of.maskedPan === null ? [] : [pair(text('receipt.card'), of.maskedPan)]),
    pair(text('receipt.amount'), `RMB ${money(of.amount)}`),
    pair(text('report.when'), paperTime(of.at)),
    ...(of.reference === null ? [] : [pair(text('receipt.reference'), of.reference)]),
    { kind: 'rule' },
    heading(text('report.evidence.record')),
    ...lines.flatMap(({ at, said }) => [
      { kind: 'text', text: paperTime(at) } as const,
      { kind: 'text', text: said, indent: 2 } as const,
    ]),
    { kind: 'rule' },
    ...(phone === null ? [] : [{ kind: 'text', text: text('report.evidence.call', { phone }) } as const]),
    { kind: 'text', text: text('report.evidence.no-receipt'), align: 'centre' },
  ]);
}
