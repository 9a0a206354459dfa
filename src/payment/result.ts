import { type Fixer, responseCode } from '../host/response-codes.ts';
import type { Entry } from '../journal/entry.ts';
import { acknowledged, untilSeen } from '../operator/ask.ts';
import { type DeclineNext, saleApproved, saleDeclined } from '../operator/screens/result.ts';
import type { Fen } from '../values/fen.ts';
import { Fault } from '../values/problem.ts';
import type { Counter } from './counter.ts';

/** How a payment that was not charged is taken once more. */
export type Again = { readonly digit: string } | { readonly amount: Fen };

/** Codes after which another card, another amount or the same again has a chance. */
const nextAfter: Readonly<Record<string, DeclineNext>> = {
  '13': 'other-amount',
  '14': 'other-card',
  '33': 'other-card',
  '38': 'other-card',
  '41': 'other-card',
  '43': 'other-card',
  '51': 'other-card',
  '54': 'other-card',
  '55': 'retry',
  '57': 'other-card',
  '61': 'other-amount',
  '62': 'other-card',
  '65': 'other-card',
  '75': 'other-card',
};

/** The green screen, which stays until Enter; the slips print meanwhile. Enter is the clerk's word on the signature. */
export async function showApproved({ operator, customer, paper, signedIn }: Counter, entry: Entry): Promise<void> {
  const { amount, trace } = entry;
  const { authorisation = null } = entry.history.answer ?? {};
  customer.due(amount, 'display.approved', 'display.sign', 'display.thanks');
  operator.flush();
  operator.beep('done');
  const draw = () =>
    operator.show((text, bar) =>
      saleApproved(text, bar, { amount, authorisation, trace, slip: paper.stateOf(entry), sign: true }),
    );
  const stop = paper.watch(draw);
  try {
    draw();
    paper.print(entry);
    await acknowledged(operator, ['enter']);
    signOff(entry, signedIn);
  } finally {
    stop();
  }
}

/**
 * Records the clerk's word on the signature. Nothing turns a completed sale into a failure (money rule 14), not even a
 * disk that cannot record it.
 */
export function signOff(entry: Entry, operator: string): void {
  try {
    // The disk may have recorded the bank's approval but not the completion: records that once more.
    if (entry.history.stage === 'charged') entry.completed();
    entry.signedOff(operator, true);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
}

/**
 * Shows a definite refusal and what each person can do; resolves to the next step that the green key offered, if it was
 * pressed. If the refusal may be about what the original has become elsewhere, Clear asks the bank about the original,
 * where inquiries are offered.
 */
export async function showDeclined(counter: Counter, entry: Entry): Promise<Again | null> {
  const { operator, customer, codeWords, config } = counter;
  const { amount, trace } = entry;
  const code = entry.history.answer?.code ?? '';
  const next = nextAfter[code] ?? 'none';
  const isOfOriginal = saysOfOriginal(entry);
  const about = isOfOriginal && config.profile.transactions.inquiry.offered ? entry.original : null;
  const original = about !== null ? 'ask' : isOfOriginal ? 'call' : null;
  for (;;) {
    // Nobody is shamed: the customer's side says that nothing was charged, not why.
    customer.due(amount, 'display.declined', original === null ? 'display.not-charged' : 'display.nothing-done');
    const keys = about === null ? (['enter', 'cancel'] as const) : (['enter', 'cancel', 'clear'] as const);
    const key = await untilSeen(operator, 'refused', keys, (text, bar) =>
      saleDeclined(text, bar, { amount, code, trace, words: codeWords(code), next, original }),
    );
    if (key === 'clear' && about !== null) {
      await counter.lookInto(about, true);
      continue;
    }
    if (next === 'none' || key !== 'enter') return null;
    return next === 'other-amount' ? { digit: '0' } : { amount };
  }
}

/** A refusal for the issuer or the cardholder to solve comes after the bank has found the original, as it is here. */
const pastTheOriginal: readonly Fixer[] = ['issuer', 'cardholder'];

/**
 * Whether the bank's refusal may be due to what an original has become, at another terminal or over time. Then nothing
 * is known here of how the original stands, whatever the journal says of it (money rule 2).
 */
export function saysOfOriginal({ facts, history }: Entry): boolean {
  const { original, particulars } = facts;
  if (original === null && particulars.date === undefined) return false;
  const row = responseCode(history.answer?.code ?? '');
  return row === null || !pastTheOriginal.includes(row.fixer);
}
