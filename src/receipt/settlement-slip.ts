import type { Text, TextId } from '../config/texts.ts';
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
  /** The bank's sums; null where it has not said them. */
  readonly bank: Sides | null;
  /** 1 balanced, 2 unbalanced, 3 the bank finds that the figures contradict themselves; null before it has compared. */
  readonly flag: 1 | 2 | 3 | null;
}

export interface SettlementFacts {
  readonly head: ReportHead;
  readonly groups: Readonly<Record<CardGroup, SettledGroup>>;
  /** The bank's own number of the settlement, by which its accounts desk finds it; null where it has said none. */
  readonly reference: string | null;
  /** The batch that is open from here on; null while the settled one is not closed. */
  readonly next: string | null;
  /** Transactions on the discrepancy slip that follows: what differs, and what the bank would not say. */
  readonly differences: number;
  readonly unsaid: number;
  /** Transactions whose details could not be uploaded. */
  readonly unsent: number;
  /** Whom to call about accounts. */
  readonly phone: string;
  readonly duplicate: boolean;
  /** Set where two people closed the batch without the bank; null where the bank has closed it. */
  readonly ruled: RuledFacts | null;
}

/** Two people, the bank's case number, and the code with which it refused the batch. */
export interface RuledFacts {
  readonly people: readonly [string, string];
  readonly reference: string;
  readonly code: string;
}

/** The settlement of a batch (结算单, Z): what it came to, and whether the bank has the same. */
export function settlementSlip(facts: SettlementFacts, text: Text): ReceiptTable {
  const { head, groups, reference, next, duplicate, ruled, phone } = facts;
  const sides = (side: 'debit' | 'credit') => together(cardGroups.map((group) => groups[group].ours[side]));
  const [debit, credit] = [sides('debit'), sides('credit')];
  return report(head, 'report.settlement.title', text, [
    ...(duplicate ? [{ kind: 'title', text: text('receipt.duplicate') } as const, { kind: 'rule' } as const] : []),
    ...(ruled === null ? [] : ruledRows(ruled, phone, text)),
    ...(reference === null ? [] : [{ kind: 'pair', label: text('report.number'), value: reference } as const]),
    ...cardGroups.flatMap((group) => groupRows(group, groups[group], text)),
    heading(text('report.total')),
    countedRow(text('report.debit'), debit),
    countedRow(text('report.credit'), credit),
    { kind: 'amount', label: text('report.net'), value: signed(debit.amount - credit.amount) },
    { kind: 'rule' },
    ...differenceRows(facts, text),
    next === null
      ? heading(text('report.settlement.open'))
      : { kind: 'pair', label: text('report.settlement.next'), value: next },
    ...(ruled === null ? [] : [{ kind: 'signature', label: text('report.settlement.ruled.sign') } as const]),
  ]);
}

/** Printed before any figure, because the bank has not agreed to the figures. */
function ruledRows({ people, reference, code }: RuledFacts, phone: string, text: Text): ReceiptRow[] {
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

/**
 * What differs between the two sides. Who has more, and whom to call, is said only once the bank has closed the batch.
 */
function differenceRows(facts: SettlementFacts, text: Text): ReceiptRow[] {
  const { groups, differences, unsaid, unsent, phone, next, ruled } = facts;
  const off = next === null || ruled !== null ? [] : cardGroups.filter((group) => isOff(groups[group]));
  const where = isSameInAll(groups)
    ? [plain(text('report.settlement.tables'))]
    : off.flatMap((group) => offBy(group, groups[group], text));
  const counted = (id: TextId, count: number) => (count === 0 ? [] : [heading(text(id, { count }))]);
  return [
    ...(off.length === 0 ? [] : where),
    ...counted('report.settlement.differences', differences),
    ...counted('report.settlement.unsaid', unsaid),
    ...(off.length === 0 ? [] : counted('report.settlement.unsent', unsent)),
    ...(off.length === 0 ? [] : [plain(text('report.settlement.cases', { phone }))]),
  ];
}

function isOff({ flag }: SettledGroup): boolean {
  return flag !== null && flag !== 1;
}

/** True where both groups differ but their sums agree: the two sides put the same cards into different groups. */
function isSameInAll(groups: SettlementFacts['groups']): boolean {
  const sums = (whose: 'ours' | 'bank', side: 'debit' | 'credit') =>
    together(cardGroups.flatMap((group) => groups[group][whose]?.[side] ?? []));
  return (
    cardGroups.every((group) => isOff(groups[group])) &&
    (['debit', 'credit'] as const).every((side) => {
      const [ours, bank] = [sums('ours', side), sums('bank', side)];
      return ours.amount === bank.amount && (ours.count - bank.count) % 1000 === 0;
    })
  );
}

/** Says which side has the larger net amount: debits less credits. */
function offBy(group: CardGroup, { ours, bank }: SettledGroup, text: Text): ReceiptRow[] {
  if (bank === null) return [];
  const more = netOf(ours) - netOf(bank);
  const name = text(`report.group.${group}`);
  if (more === 0) return [plain(text('report.settlement.same-net', { group: name }))];
  const id = more > 0 ? 'report.settlement.more-here' : 'report.settlement.more-there';
  return [plain(text(id, { group: name, amount: money(Math.abs(more)) }))];
}

function netOf({ debit, credit }: Sides): number {
  return debit.amount - credit.amount;
}

function plain(text: string): ReceiptRow {
  return { kind: 'text', text };
}

/** Our figures alone where the group balances; else the bank's as well, below ours. */
function groupRows(group: CardGroup, settled: SettledGroup, text: Text): ReceiptRow[] {
  const { ours, bank, flag } = settled;
  const rows = (side: 'debit' | 'credit'): ReceiptRow[] => [
    countedRow(text(`report.${side}`), ours[side]),
    ...(bank !== null && isOff(settled)
      ? [
          countedRow(` ${text('report.bank')}`, {
            ...bank[side],
            count: wholeCount(bank[side].count, ours[side].count),
          }),
        ]
      : []),
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

/** F48 has only a count's last three digits (bank/upload.ts): takes the number with these that is nearest to ours. */
function wholeCount(said: number, ours: number): number {
  const nearest = said + 1000 * Math.round((ours - said) / 1000);
  return nearest < 0 ? nearest + 1000 : nearest;
}

function signed(amount: number): string {
  return `RMB ${money(amount)}`;
}
