import { createHash } from 'node:crypto';
import type { Fen } from '../values/fen.ts';
import type { Pan } from '../values/pan.ts';
import type { Batch, Trace } from '../values/trace.ts';
import type { Answer } from './answers.ts';
import type { Facts, OriginalFacts } from './messages.ts';
import { asksForSignIn } from './response-codes.ts';
import type { RepeatableName } from './transactions.ts';

/** A refund that is sent again, or an advice: everything that its message is made of, as the journal keeps it. */
export interface AdviceRequest {
  readonly transaction: RepeatableName;
  readonly trace: Trace;
  readonly batch: Batch;
  /** F4 */
  readonly amount: Fen;
  /** F22 */
  readonly entryMode: string;
  readonly pan: Pan | null;
  readonly expiry: string | null;
  readonly original: OriginalFacts | null;
  /** F48, digits. */
  readonly totals?: string;
  readonly instalments?: NonNullable<Facts['instalments']>;
  /** `digestOf` the frame that was sent first. */
  readonly digest: string | null;
}

export type AdviceEnd =
  /** Its `money` may be unknown: then the message is sent again later. */
  | { end: 'answer'; answer: Answer }
  /** The keys are missing or not the bank's. */
  | { end: 'sign-in-first'; code: string | null };

/** What the answer to an advice means. */
export function adviceEnd(answer: Answer): AdviceEnd {
  const { code, why } = answer;
  if (asksForSignIn(code) || why === 'bad-mac' || why === 'no-mac') {
    // A code without a good MAC shows that something is wrong with the keys, and nothing more.
    return { end: 'sign-in-first', code: why === null ? code : null };
  }
  return { end: 'answer', answer };
}

/** Where the MTI stands in a frame: after two bytes of length, five of TPDU and six of header. */
const MTI_AT = 13;
const MAC_BYTES = 8;

/** SHA-256, in lower-case hex, of the message without envelope and MAC, which depend on current settings and keys. */
export function digestOf(frame: Uint8Array): string {
  return createHash('sha256')
    .update(frame.subarray(MTI_AT, frame.length - MAC_BYTES))
    .digest('hex');
}
