import type { Fen } from '../values/fen.ts';
import type { Pan } from '../values/pan.ts';
import type { Batch, Trace } from '../values/trace.ts';
import type { Answer, Doubt } from './answers.ts';
import type { Facts, OriginalFacts, ReversalReason } from './messages.ts';
import { asksForSignIn } from './response-codes.ts';
import type { HostSettings } from './settings.ts';
import type { ReversibleName } from './transactions.ts';

export interface ReversalRequest {
  readonly transaction: ReversibleName;
  /** Of the original. */
  readonly trace: Trace;
  readonly batch: Batch;
  readonly amount: Fen;
  readonly entry_mode: string;
  readonly pan: Pan | null;
  readonly expiry: string | null;
  /** F38 of the original's answer, where there was one. */
  readonly authorisation: string | null;
  /** What the original itself was about; null or absent for a sale. */
  readonly original?: OriginalFacts | null;
  readonly reason: ReversalReason;
}

export type ReversalEnd =
  | { end: 'acknowledged'; code: string }
  /** 12 or 25: the bank knows no such original. */
  | { end: 'no-original'; code: string }
  /** Nothing definite; `code` is what the bank said, if anything. */
  | { end: 'no-answer'; code: string | null; why: Doubt | null }
  /** The keys are missing or not the bank's. */
  | { end: 'sign-in-first'; code: string | null };

/** Codes of a reversal that mean "there is nothing to reverse" (money.md 3). */
const NO_ORIGINAL = ['12', '25'];

/** What a reversal's message is made of; an acquirer's dialect may leave the card's number and expiry out. */
export function reversalFacts(reversal: ReversalRequest, { profile: { dialect } }: HostSettings): Facts {
  const { trace, batch, amount, entry_mode, pan, expiry, authorisation, original = null, reason } = reversal;
  return {
    ...{ trace, batch, amount, authorisation, original, reason, entryMode: entry_mode },
    pan: dialect.reversal_pan ? pan : null,
    expiry: dialect.reversal_expiry ? expiry : null,
  };
}

/** What the answer to a reversal means. */
export function reversalEnd({ code, why }: Answer): ReversalEnd {
  // If the keys differ every MAC is wrong, also that of the bank's refusal: only a sign-in ends that.
  if (asksForSignIn(code)) return { end: 'sign-in-first', code };
  if (why === 'bad-mac') return { end: 'sign-in-first', code };
  if (why !== null || code === null) return { end: 'no-answer', code, why };
  if (code === '00') return { end: 'acknowledged', code };
  return NO_ORIGINAL.includes(code) ? { end: 'no-original', code } : { end: 'no-answer', code, why };
}
