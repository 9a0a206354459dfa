import type { Text, TextId } from '../config/texts.ts';
import type { Fen } from '../values/fen.ts';
import type { SlipType } from './receipt.ts';
import { heading, money, type ReportHead, report } from './report.ts';
import type { ReceiptRow, ReceiptTable } from './table.ts';

/** A transaction that differs between the two books; an amount is null where that side does not have it. */
export interface Discrepancy {
  readonly trace: string;
  readonly type: SlipType;
  readonly maskedPan: string | null;
  readonly here: Fen | null;
  readonly there: Fen | null;
  /** Why the bank does not have it, `unsaid` where it has refused to say, with its code; null where it has it. */
  readonly why: 'none' | 'declined' | 'reversed' | 'tombstone' | 'unsaid' | null;
  readonly code: string;
  /** The bank's card, where it is another one. */
  readonly bankPan: string | null;
  /** True for a void or a refund: where the bank does not have it, the cardholder lacks the money. */
  readonly givesBack: boolean;
  /** Its details could not be uploaded. */
  readonly unsent: boolean;
}

export interface DiscrepancyFacts {
  readonly head: ReportHead;
  /** The bank's own number of the settlement; null where it has said none. */
  readonly reference: string | null;
  readonly rows: readonly Discrepancy[];
  /** Whom to call about accounts. */
  readonly phone: string;
}

/** The discrepancies of a settlement (对账差异单): each transaction, what either side has, and what is to be done. */
export function discrepancySlip({ head, reference, rows, phone }: DiscrepancyFacts, text: Text): ReceiptTable {
  const differing = rows.filter(({ why }) => why !== 'unsaid');
  const unsaid = rows.filter(({ why }) => why === 'unsaid');
  const counted = (id: TextId, count: number): ReceiptRow[] =>
    count === 0 ? [] : [{ kind: 'text', text: text(id, { count }) }, { kind: 'rule' }];
  return report(head, 'report.discrepancy.title', text, [
    ...(reference === null ? [] : [{ kind: 'pair', label: text('report.number'), value: reference } as const]),
    ...counted('report.discrepancy.count', differing.length),
    ...differing.flatMap((row) => differingRows(row, text)),
    ...counted('report.discrepancy.unsaid', unsaid.length),
    ...unsaid.flatMap((row) => unsaidRows(row, text)),
    { kind: 'text', text: text('report.discrepancy.call', { phone }), bold: true },
    { kind: 'signature', label: text('report.discrepancy.sign') },
  ]);
}

function differingRows(row: Discrepancy, text: Text): ReceiptRow[] {
  const { maskedPan, bankPan, here, there, why, code } = row;
  const side = (amount: Fen | null) => (amount === null ? text('report.discrepancy.none') : money(amount));
  const has = why === null || why === 'none' ? side(there) : text(`settlement.bank.${why}`, { code });
  return [
    nameOf(row, text),
    ...(maskedPan === null ? [] : [pair(text('receipt.card'), maskedPan)]),
    ...(bankPan === null ? [] : [pair(text('report.discrepancy.card'), bankPan)]),
    pair(text('report.discrepancy.here'), side(here)),
    pair(text('report.discrepancy.there'), has),
    { kind: 'text', text: text(whatToDo(row)) },
    { kind: 'rule' },
  ];
}

/** Kept short: there may be one for every transaction of the batch. */
function unsaidRows(row: Discrepancy, text: Text): ReceiptRow[] {
  const { here, code } = row;
  const amount = here === null ? text('report.discrepancy.none') : money(here);
  return [nameOf(row, text), pair(text('settlement.bank.unsaid', { code }), amount), { kind: 'rule' }];
}

function nameOf({ trace, type }: Discrepancy, text: Text): ReceiptRow {
  return heading(`${trace} ${text(`type.${type}`)}`);
}

function pair(label: string, value: string): ReceiptRow {
  return { kind: 'pair', label, value };
}

function whatToDo({ here, there, why, bankPan, givesBack, unsent }: Discrepancy): TextId {
  if (here === null) return 'report.discrepancy.do.there-only';
  if (there === null && givesBack) return 'report.discrepancy.do.not-given';
  if (there === null && why !== 'none') return 'report.discrepancy.do.not-taken';
  if (there === null) return unsent ? 'report.discrepancy.do.unsent' : 'report.discrepancy.do.here-only';
  return bankPan !== null || here === there ? 'report.discrepancy.do.card' : 'report.discrepancy.do.amount';
}
