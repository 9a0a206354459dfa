import { ANOTHER_BATCH } from '../host/response-codes.ts';
import type { Settlement } from '../journal/settlements.ts';
import { askDigits, askYes, untilSeen } from '../operator/ask.ts';
import { settlementByTwo, settlementReference, settlementRuled } from '../operator/screens/settlement-by-two.ts';
import type { Counter } from '../payment/counter.ts';
import { approvedByTwo } from '../payment/supervisor.ts';
import type { Batch } from '../values/trace.ts';

/**
 * The batch that the bank has open instead of the one being settled. Both its refusal (`code`) and its last sign-in
 * must say so, which no fault of the line can cause. Null where a retry may still help.
 */
export function openInstead({ journal }: Counter, settlement: Settlement, code: string): Batch | null {
  const { bankBatch } = journal;
  return code === ANOTHER_BATCH && bankBatch !== settlement.batch ? bankBatch : null;
}

export type ByTwoEnd = { readonly settlement: Settlement } | { readonly owing: number } | null;

/**
 * Two people close a batch (两人关批) that the bank will not settle any more: it is closed here under the bank's reference,
 * with totals that were not agreed, and becomes a case at the bank. Never while money is owed in it (money rule 13).
 * Null where they go back. Throws the Faults of the disk, with nothing closed.
 */
export async function closeByTwo(counter: Counter, settlement: Settlement, code: string): Promise<ByTwoEnd> {
  const { operator, journal } = counter;
  const { batch, totals } = settlement;
  if (!(await askYes(operator, (text, bar) => settlementByTwo(text, bar, { batch, totals })))) return null;
  const reference = await askDigits(operator, {
    ...{ least: 1, most: 12 },
    draw: (typed) => (text, bar) => settlementReference(text, bar, { typed }),
  });
  const people = reference === null ? null : await approvedByTwo(counter, 'menu.settle');
  // The bank may have taken it up again while they typed.
  if (reference === null || people === null || openInstead(counter, settlement, code) === null) return null;
  const closing = journal.ruleSettlement({ people, reference, code });
  if (!closing.closed) return { owing: closing.owing };
  const ruled = journal.lastSettlement();
  if (ruled === null) throw new Error('a settlement that was just closed is there');
  return { settlement: ruled };
}

/** Shows that the batch is closed here, and what is left to do at the bank; the slip says it too. */
export async function tellRuled({ operator, paper }: Counter, { batch, step }: Settlement): Promise<void> {
  const ruled = step('ruled');
  if (ruled === null) throw new Error('a settlement that two people have closed says so');
  const { next, reference } = ruled;
  paper.wake();
  await untilSeen(operator, 'attention', ['enter'], (text, bar) =>
    settlementRuled(text, bar, { batch, next, reference }),
  );
}
