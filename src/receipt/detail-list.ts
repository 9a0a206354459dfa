import type { Text } from '../config/texts.ts';
import type { Fen } from '../values/fen.ts';
import type { State } from '../values/state.ts';
import { timeOfDay } from '../values/time-of-day.ts';
import type { SlipType } from './receipt.ts';
import { money, type ReportHead, report } from './report.ts';
import type { ReceiptRow, ReceiptTable } from './table.ts';

/** One transaction in two lines. */
export interface DetailRow {
  readonly trace: string;
  readonly type: SlipType;
  readonly amount: Fen;
  /** `622202******1234`; null where there was no card. */
  readonly maskedPan: string | null;
  readonly state: State;
  readonly at: number;
}

/** One slip of a list: it is printed slip by slip, so that a long one can be ended after the current slip. */
export interface DetailPage {
  readonly head: ReportHead;
  /** From 1. */
  readonly page: number;
  readonly pages: number;
  readonly rows: readonly DetailRow[];
}

/** Transactions on one slip: it stays shorter than half a metre. */
export const ROWS_OF_A_PAGE = 25;

/** The detail list (交易明细) of the open batch. */
export function detailList({ head, page, pages, rows }: DetailPage, text: Text): ReceiptTable {
  return report(head, 'report.details.title', text, [
    ...(pages > 1
      ? [
          { kind: 'text', text: text('report.page', { page, pages }), align: 'centre' } as const,
          { kind: 'rule' } as const,
        ]
      : []),
    ...(rows.length === 0 ? [{ kind: 'text', text: text('report.nothing') } as const] : []),
    ...rows.flatMap((row) => detail(row, text)),
    { kind: 'rule' },
    { kind: 'text', text: text(page < pages ? 'report.details.more' : 'report.details.end'), align: 'centre' },
  ]);
}

/** An approved transaction carries no word for its state; every other state does. */
function detail({ trace, type, amount, maskedPan, state, at }: DetailRow, text: Text): ReceiptRow[] {
  const word = state === 'approved' ? '' : ` ${text(`state.${state}`)}`;
  return [
    { kind: 'pair', label: `${trace} ${text(`type.${type}`)}`, value: money(amount) },
    { kind: 'pair', label: ` ${maskedPan ?? ''}`, value: `${timeOfDay(at)}${word}` },
  ];
}
