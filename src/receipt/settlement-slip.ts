import type { Text } from '../config/texts.ts';
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

export type Sides = Readonly<Record<'debit' | 'credit', Counted>>;

export interface SettledGroup {
  readonly ours: Sides;
  /** What the bank has; null where it has not said so. */
  readonly bank: Sides | null;
  /** 1 balanced, 2 unbalanced, 3 the bank finds that the figures contradict themselves; null before it has compared. */
  readonly flag: 1 | 2 | 3 | null;
}

export interface SettlementFacts {
  readonly head: ReportHead;
  readonly groups: Readonly<Record<CardGroup, SettledGroup>>;
  /** The batch that is open from here on; null while the settled one is not closed. */
  readonly next: string | null;
  /** Transactions on the discrepancy slip that follows. */
  readonly differences: number;
  readonly duplicate: boolean;
  /** Closed without the bank; null where the bank has closed it. */
  readonly ruled: RuledFacts | null;
}

/** Two people, the bank's case number, the code with which it refused the batch, and whom to call about accounts. */
export interface RuledFacts {
  readonly people: readonly [string, string];
  readonly reference: string;
  readonly code: string;
  readonly phone: string;
}

/** The settlement of a batch (结算单, Z): what it came to, and whether the bank has the same. */
export function settlementSlip(facts: SettlementFacts, text: Text): ReceiptTable {
  const { head, groups, next, differences, duplicate, ruled } = facts;
  const sides = (side: 'debit' | 'credit') => together(cardGroups.map((group) => groups[group].ours[side]));
  const [debit, credit] = [sides('debit'), sides('credit')];
  return report(head, 'report.settlement.title', text, [
    ...(duplicate ? [{ kind: 'title', text: text('receipt.duplicate') } as const, { kind: 'rule' } as const] : []),
    ...(ruled === null ? [] : ruledRows(ruled, text)),
    ...cardGroups.flatMap((group) => groupRows(group, groups[group], text)),
    heading(text('report.total')),
    countedRow(text('report.debit'), debit),
    countedRow(text('report.credit'), credit),
    { kind: 'amount', label: text('report.net'), value: signed(debit.amount - credit.amount) },
    { kind: 'rule' },
    ...(differences === 0 ? [] : [heading(text('report.settlement.differences', { count: differences }))]),
    next === null
      ? heading(text('report.settlement.open'))
      : { kind: 'pair', label: text('report.settlement.next'), value: next },
    ...(ruled === null ? [] : [{ kind: 'signature', label: text('report.settlement.ruled.sign') } as const]),
  ]);
}

/** Before any figure: the bank has not agreed to them. */
function ruledRows({ people, reference, code, phone }: RuledFacts, text: Text): ReceiptRow[] {
  const pair = (label: string, value: string) => ({ kind: 'pair', label, value }) as const;
  return [
    heading(text('report.settlement.ruled')),
    pair(text('report.settlement.people'), people.join(' ')),
    pair(text('report.settlement.reference'), reference),
    pair(text('report.settlement.code'), code),
    { kind: 'text', text: text('report.settlement.ruled.text'), bold: true },
    { kind: 'text', text: text('report.settlement.ruled.todo', { phone }) },
    { kind: 'rule' },
  ];
}

/** Ours alone where the bank has the same; both, one below the other, where it has not. */
function groupRows(group: CardGroup, { ours, bank, flag }: SettledGroup, text: Text): ReceiptRow[] {
  const both = bank !== null && flag !== 1 && flag !== null;
  const rows = (side: 'debit' | 'credit'): ReceiptRow[] => [
    countedRow(text(`report.${side}`), ours[side]),
    ...(both ? [countedRow(` ${text('report.bank')}`, bank[side])] : []),
  ];
  return [
    {
      kind: 'pair',
      label: text(`report.group.${group}`),
      value: text(flag === null ? 'report.flag.none' : `report.flag.${flag}`),
      bold: true,
    },
    countedHead(text),
    ...rows('debit'),
    ...rows('credit'),
    { kind: 'rule' },
  ];
}

function signed(amount: number): string {
  return `RMB ${money(amount)}`;
}
