import { type InquiryEnd, isAnotherCard, isTaken } from '../host/inquiry.ts';
import { NOT_OFFERED } from '../host/response-codes.ts';
import type { Entry } from '../journal/entry.ts';
import type { Difference, NotThere, Settlement } from '../journal/settlements.ts';
import { type CardGroup, types } from '../journal/types.ts';
import type { Counter } from '../payment/counter.ts';
import { cardOnFile } from '../payment/on-file.ts';
import type { Trace } from '../values/trace.ts';
import { counts } from './counting.ts';

/** Inquiries at the same time, each on a connection of its own. */
const AT_ONCE = 8;

/** The bank wants a sign-in before it answers any inquiry. */
type SignInFirst = Extract<InquiryEnd, { end: 'refused' }>;

/**
 * Each entry of the unbalanced groups on which this terminal and the bank differ. The bank is asked about every entry,
 * also about those that do not count here: it may have taken what was declined or reversed here.
 */
export async function differencesOf(
  counter: Counter,
  { batchId }: Settlement,
  groups: readonly CardGroup[],
): Promise<readonly Difference[] | SignInFirst> {
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
        if (end.value.end === 'refused' && end.value.signInAgain) return end.value;
        const entry = some[place];
        const difference = entry === undefined ? null : differenceOf(entry, end.value);
        if (entry === undefined || difference === null) continue;
        const unsent = difference.here !== null && cardOnFile(counter, entry) === null;
        found.push(unsent ? { ...difference, unsent } : difference);
      }
    }
  }
}

function isCompared({ facts, history }: Entry, groups: readonly CardGroup[]): boolean {
  const { settles } = types[facts.type];
  return groups.includes(facts.group) && (settles === 'debit' || settles === 'credit') && history.stage !== 'begun';
}

/** Null where both sides agree, or the bank answers no inquiries. The same amount on two cards is a difference too. */
export function differenceOf(entry: Entry, end: InquiryEnd): Difference | null {
  const here = counts(entry) ? entry.total : null;
  const { trace, facts } = entry;
  const of = { trace, type: facts.type, card: facts.card, here };
  if (end.end === 'refused') {
    return end.code === NOT_OFFERED ? null : { ...of, there: null, why: 'unsaid', code: end.code };
  }
  const has = end.end === 'found' && (isTaken(end) || end.state === 'voided') ? end : null;
  const isOfAnother = has !== null && isAnotherCard(has, facts.card);
  if (here === (has?.amount ?? null) && !isOfAnother) return null;
  if (has === null) return { ...of, there: null, ...whyNotThere(end) };
  return { ...of, there: has.amount, ...(isOfAnother && has.card ? { bankCard: has.card } : {}) };
}

function whyNotThere(end: Exclude<InquiryEnd, { end: 'refused' }>): { why: NotThere; code?: string } {
  if (end.end === 'none') return { why: 'none' };
  const { state, code } = end;
  return { why: state === 'reversed' || state === 'tombstone' ? state : 'declined', code };
}

function inquire({ host }: Counter, { batch, trace: asked }: Entry, trace: Trace): Promise<InquiryEnd> {
  const of = { place: { batch, trace: asked }, date: null, reference: null, authorisation: null };
  return host.inquire({ trace, batch, of });
}
