import type { InquiryEnd } from '../host/inquiry.ts';
import type { Entry } from '../journal/entry.ts';
import type { Difference, Settlement } from '../journal/settlements.ts';
import { type CardGroup, types } from '../journal/types.ts';
import type { Counter } from '../sale/counter.ts';
import { counts } from './counting.ts';

/**
 * Each entry of the unbalanced groups that this terminal and the bank have differently. Asked one by one, those too
 * that do not count here: the bank may have what was declined or reversed.
 */
export async function differencesOf(
  counter: Counter,
  { batchId }: Settlement,
  groups: readonly CardGroup[],
): Promise<readonly Difference[]> {
  const { journal } = counter;
  const found: Difference[] = [];
  for (let after = 0; ; ) {
    const page = journal.page({ batchId, after, limit: 64 });
    for (const entry of page) {
      const { settles } = types[entry.facts.type];
      if (!groups.includes(entry.facts.group) || (settles !== 'debit' && settles !== 'credit')) continue;
      if (entry.history.stage === 'begun') continue;
      const difference = differenceOf(entry, await inquire(counter, entry));
      if (difference !== null) found.push(difference);
    }
    const last = page.at(-1);
    if (last === undefined) return found;
    after = last.id;
  }
}

/** Null where both have the same, or the bank will not say. */
export function differenceOf(entry: Entry, end: InquiryEnd): Difference | null {
  if (end.end === 'refused') return null;
  const here = counts(entry) ? entry.total : null;
  const there = end.end === 'found' && (end.state === 'posted' || end.state === 'voided') ? end.amount : null;
  if (here === there) return null;
  const { trace, facts } = entry;
  return { trace, type: facts.type, card: facts.card, here, there };
}

function inquire({ host, journal }: Counter, { batch, trace }: Entry): Promise<InquiryEnd> {
  const of = { place: { batch, trace }, date: null, reference: null, authorisation: null };
  return host.inquire({ trace: journal.takeTrace(), batch, of });
}
