import { type Fen, fen } from '../values/fen.ts';
import { Fault } from '../values/problem.ts';
import { type Batch, batch, type Trace, trace } from '../values/trace.ts';
import type { Message } from './codec.ts';
import { asksForSignIn } from './response-codes.ts';

/**
 * How a transaction stands in the bank's books. A `tombstone` was reversed before it came, and will never be taken. The
 * last three are for a pre-authorisation that was taken, and for what was added to it, whichever terminal has continued
 * it since: it is held · a completion has charged it · it was released and nothing charged. A bank that does not tell
 * these apart says `posted`.
 */
export const bankStates = [
  ...(['posted', 'voided', 'declined', 'reversed', 'tombstone'] as const),
  ...(['held', 'completed', 'released'] as const),
] as const;
export type BankState = (typeof bankStates)[number];

const ofHolds: readonly BankState[] = ['held', 'completed', 'released'];

/** Whether the state is one that only holds have. */
export function isOfHold({ state }: { readonly state: BankState }): boolean {
  return ofHolds.includes(state);
}

/** Whether the bank has taken it and it was not undone; what has become of a hold since makes no difference. */
export function isTaken({ state }: { readonly state: BankState }): boolean {
  return state === 'posted' || ofHolds.includes(state);
}

export type InquiryEnd =
  | {
      end: 'found';
      state: BankState;
      /** F39 of the transaction's own answer. */
      code: string;
      amount: Fen;
      /** What has been refunded of it; of a completed hold, of its completion. */
      refunded: Fen;
      /** What the completion of a completed hold came to; null where the answer does not say. */
      completed?: Fen | null;
      reference: string | null;
      authorisation: string | null;
      /** Its batch and trace; null where the answer does not say. */
      place?: { readonly batch: Batch; readonly trace: Trace } | null;
      /** Masked; null where the answer does not say, or there was none. */
      card?: string | null;
    }
  /** 25: the bank's books hold no such transaction. One that is still on its way may come yet. */
  | { end: 'none' }
  | { end: 'refused'; code: string; signInAgain: boolean };

/** F63 of the answer: organisation 3, the state's word padded to 12, the transaction's own code 2, its masked card. */
const STANDING = /^.{3}([a-z]+) *([0-9A-Z]{2})(\d{2,6}\*+\d{4})?$/;

/** Whether the bank's row is of another card than ours; false if either side does not name a card. */
export function isAnotherCard({ card = null }: { readonly card?: string | null }, ours: string | null): boolean {
  return card !== null && ours !== null && card !== ours;
}

/** Whether the row under this trace is another request's: of another amount, or of another card. */
export function isAnothers(
  found: Extract<InquiryEnd, { end: 'found' }>,
  ours: { readonly amounts: readonly Fen[]; readonly card: string | null },
): boolean {
  return !ours.amounts.includes(found.amount) || isAnotherCard(found, ours.card);
}

/** Reads an answer whose MAC is good; throws a Fault if it says nothing that can be read. */
export function inquiryEnd(message: Message): InquiryEnd {
  const { code, amount, totals, reference, authorisation, operator = '', original = '' } = message;
  if (code === undefined) throw garbled('F39', 'missing');
  if (code === '25') return { end: 'none' };
  if (code !== '00') return { end: 'refused', code, signInAgain: asksForSignIn(code) };
  const [, word, own, card = null] = STANDING.exec(operator) ?? [];
  const state = bankStates.find((name) => name === word);
  if (state === undefined || own === undefined) throw garbled('F63', 'no state that is known here');
  if (amount === undefined) throw garbled('F4', 'missing');
  if (totals !== undefined && totals.length !== 12 && !(state === 'completed' && totals.length === 24)) {
    throw garbled('F48', 'no amount of twelve digits');
  }
  const completed = totals?.slice(12) ?? '';
  return {
    end: 'found',
    ...{ state, code: own, amount: fen(Number(amount)), refunded: fen(Number(totals?.slice(0, 12) ?? 0)) },
    completed: completed === '' ? null : fen(Number(completed)),
    reference: reference ?? null,
    authorisation: authorisation ?? null,
    place: placeOf(original),
    card,
  };
}

/** F61: batch, trace and day. */
function placeOf(original: string): { batch: Batch; trace: Trace } | null {
  const [, of, number] = /^(?!0{6})(\d{6})(?!0{6})(\d{6})/.exec(original) ?? [];
  return of === undefined || number === undefined ? null : { batch: batch(of), trace: trace(number) };
}

function garbled(field: string, why: string): Fault {
  return new Fault({ kind: 'host-garbled', field, why });
}
