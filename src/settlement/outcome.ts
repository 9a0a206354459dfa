import { type Settlement, sinceCompared } from '../journal/settlements.ts';
import { type EntryType, types } from '../journal/types.ts';
import { acknowledged, untilSeen } from '../operator/ask.ts';
import { settlementDifference, settlementDone } from '../operator/screens/settlement.ts';
import type { Counter } from '../payment/counter.ts';

/** Shows whether the batch balanced, and then each transaction that differs with what to do about it. */
export async function tellOutcome({ operator, journal, paper }: Counter, settlement: Settlement): Promise<void> {
  const compared = settlement.step('compared');
  if (compared === null) throw new Error('a settlement that has ended was compared');
  const differences = sinceCompared(settlement, 'differs')?.differences ?? [];
  const balanced = compared.flags.home === 1 && compared.flags.foreign === 1;
  paper.wake();
  const facts = { flags: compared.flags, totals: settlement.totals, bank: compared.bank };
  const more = { next: journal.batch, batch: settlement.batch, differences: differences.length };
  await untilSeen(operator, balanced ? 'done' : 'attention', ['enter'], (text, bar) =>
    settlementDone(text, bar, { ...facts, ...more }),
  );
  for (const [place, difference] of differences.entries()) {
    const givesBack = types[difference.type as EntryType].settles === 'credit';
    const shown = { ...difference, givesBack, place: place + 1, of: differences.length };
    operator.show((text, bar) => settlementDifference(text, bar, shown));
    if ((await acknowledged(operator, ['enter', 'cancel'])) === 'cancel') return;
  }
}
