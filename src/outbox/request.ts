import type { FinancialRequest } from '../host/host.ts';
import type { OriginalFacts } from '../host/messages.ts';
import type { Entry, EntryFacts } from '../journal/entry.ts';
import { type EntryType, type Particulars, types } from '../journal/types.ts';
import { type Fen, fen } from '../values/fen.ts';

/** The request's fields on the wire, besides the card: the same before its row is written and at any time after. */
export function requestOf(
  { type, amount, particulars }: Pick<EntryFacts, 'type' | 'amount' | 'particulars'>,
  original: Entry | null,
): Pick<FinancialRequest, 'amount' | 'totals' | 'instalments'> & { readonly original: OriginalFacts | null } {
  const { before, periods, plan } = particulars;
  const about = originalOf(type, original, particulars);
  // F4 of a tip is the total with it, F48 the tip; of an adjustment the new total, F48 the one before.
  if (type === 'tip') return { amount: fen((before ?? 0) + amount), totals: twelve(amount), original: about };
  if (type === 'adjust') return { amount, totals: twelve(before ?? fen(0)), original: about };
  if (periods === undefined || plan === undefined) return { amount, original: about };
  return { amount, instalments: { periods, plan }, original: about };
}

/**
 * The particulars to store with a request that may be sent again, with those of its original. By then the bank may have
 * said more about the original, but the bytes must be the same (money rule 8).
 */
export function keptOf(type: EntryType, original: Entry | null, particulars: Particulars): Particulars {
  if (types[type].lost === 'reverse' || original === null) return particulars;
  const { date, reference, authorisation } = saidOf(original);
  return {
    ...particulars,
    date,
    // F37 names the original of a refund alone (unionpay.md 3).
    ...(reference === null || type !== 'refund' ? {} : { reference }),
    ...(authorisation === null ? {} : { authorisation }),
  };
}

/** The original as the bank knows it: from the journal, or as it was typed where the journal does not hold it. */
function originalOf(type: EntryType, entry: Entry | null, kept: Particulars): OriginalFacts | null {
  const { authorisation = null, reference = null, date = null } = kept;
  if (entry === null) {
    return authorisation === null && reference === null ? null : { place: null, date, reference, authorisation };
  }
  const place = { batch: entry.batch, trace: entry.trace };
  // What was kept has its date: a row that kept nothing is one whose original cannot say more.
  if (types[type].lost === 'reverse' || date === null) return { place, ...saidOf(entry) };
  return { place, date, reference, authorisation };
}

function saidOf({ facts, history: { answer } }: Entry) {
  return {
    date: answer?.host_time?.mmdd ?? dayOf(facts.begun_ms),
    reference: answer?.reference ?? null,
    authorisation: answer?.authorisation ?? facts.particulars.authorisation ?? null,
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
