import { type InquiryEnd, isAnotherCard } from '../host/inquiry.ts';
import type { Entry } from '../journal/entry.ts';
import type { Difference, Settlement } from '../journal/settlements.ts';
import { type CardGroup, types } from '../journal/types.ts';
import type { Counter } from '../sale/counter.ts';
import type { Trace } from '../values/trace.ts';
import { counts } from './counting.ts';

/** So many questions at once: each is a connection of its own. */
const AT_ONCE = 8;

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
  // The answers are told apart by their connections, so that one trace serves them all.
  const trace = journal.takeTrace();
  const found: Difference[] = [];
  for (let after = 0; ; ) {
    const page = journal.page({ batchId, after, limit: 64 });
    const last = page.at(-1);
    if (last === undefined) return found;
    after = last.id;
    const asked = page.filter((entry) => isCompared(entry, groups));
    for (let from = 0; from < asked.length; from += AT_ONCE) {
      const some = asked.slice(from, from + AT_ONCE);
      const ends = await Promise.allSettled(some.map((entry) => inquire(counter, entry, trace)));
      for (const [place, end] of ends.entries()) {
        if (end.status === 'rejected') throw end.reason;
        const entry = some[place];
        const difference = entry === undefined ? null : differenceOf(entry, end.value);
        if (difference !== null) found.push(difference);
      }
    }
  }
}

function isCompared({ facts, history }: Entry, groups: readonly CardGroup[]): boolean {
  const { settles } = types[facts.type];
  return groups.includes(facts.group) && (settles === 'debit' || settles === 'credit') && history.stage !== 'begun';
}

/** Null where both have the same, or the bank will not say. The same amount on both sides is of two cards. */
export function differenceOf(entry: Entry, end: InquiryEnd): Difference | null {
  if (end.end === 'refused') return null;
  const here = counts(entry) ? entry.total : null;
  const { trace, facts } = entry;
  const has = end.end === 'found' && (end.state === 'posted' || end.state === 'voided') ? end : null;
  const there = has?.amount ?? null;
  if (here === there && (has === null || !isAnotherCard(has, facts.card))) return null;
  return { trace, type: facts.type, card: facts.card, here, there };
}

function inquire({ host }: Counter, { batch, trace: asked }: Entry, trace: Trace): Promise<InquiryEnd> {
  const of = { place: { batch, trace: asked }, date: null, reference: null, authorisation: null };
  return host.inquire({ trace, batch, of });
}
