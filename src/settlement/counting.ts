import type { Entry } from '../journal/entry.ts';
import type { Flags, Settlement } from '../journal/settlements.ts';
import { type CardGroup, types } from '../journal/types.ts';

/** Whether the entry counts in the totals by itself: a tip or an adjustment is part of its original's amount. */
export function counts(entry: Entry): boolean {
  const { settles } = types[entry.facts.type];
  return (settles === 'debit' || settles === 'credit') && stands(entry);
}

/** Whether the entry stands in the totals: a voided sale stays a debit, beside its void. */
export function stands({ state }: Entry): boolean {
  return state === 'approved' || state === 'voided' || state === 'refunded';
}

export function unbalanced(settlement: Settlement): readonly CardGroup[] {
  const flags: Flags | undefined = settlement.step('compared')?.flags;
  return (['home', 'foreign'] as const).filter((group) => flags !== undefined && flags[group] !== 1);
}

export function countOf({ totals }: Pick<Settlement, 'totals'>, group: CardGroup): number {
  return totals[group].debit.count + totals[group].credit.count;
}
