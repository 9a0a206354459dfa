import type { FinancialRequest } from '../host/host.ts';
import type { OriginalFacts } from '../host/messages.ts';
import type { Entry, EntryFacts } from '../journal/entry.ts';
import { type Fen, fen } from '../values/fen.ts';

/** What a request of this kind says on the wire beside its card: the same before its row is written and ever after. */
export function requestOf(
  { type, amount, particulars }: Pick<EntryFacts, 'type' | 'amount' | 'particulars'>,
  original: Entry | null,
): Pick<FinancialRequest, 'amount' | 'totals' | 'instalments'> & { readonly original: OriginalFacts | null } {
  const { before, periods, plan } = particulars;
  const about = originalOf(original, particulars);
  // F4 of a tip is the total with it, F48 the tip; of an adjustment the new total, F48 the one before.
  if (type === 'tip') return { amount: fen((before ?? 0) + amount), totals: twelve(amount), original: about };
  if (type === 'adjust') return { amount, totals: twelve(before ?? fen(0)), original: about };
  if (periods === undefined || plan === undefined) return { amount, original: about };
  return { amount, instalments: { periods, plan }, original: about };
}

/** The original as the bank knows it: of the journal, or what was typed of one that the journal does not hold. */
function originalOf(entry: Entry | null, typed: EntryFacts['particulars']): OriginalFacts | null {
  const { authorisation = null, reference = null, date = null } = typed;
  if (entry === null) {
    return authorisation === null && reference === null ? null : { place: null, date, reference, authorisation };
  }
  const { batch, trace, facts, history } = entry;
  const { answer } = history;
  return {
    place: { batch, trace },
    date: answer?.host_time?.mmdd ?? dayOf(facts.begun_ms),
    reference: answer?.reference ?? reference,
    authorisation: answer?.authorisation ?? facts.particulars.authorisation ?? authorisation,
  };
}

function twelve(amount: Fen): string {
  return String(amount).padStart(12, '0');
}

/** MMDD, the terminal's own day. */
function dayOf(at_ms: number): string {
  const day = new Date(at_ms);
  return `${String(day.getMonth() + 1).padStart(2, '0')}${String(day.getDate()).padStart(2, '0')}`;
}
