import type { Entry } from '../journal/entry.ts';
import { askDigits, untilSeen } from '../operator/ask.ts';
import { refundDate, refundReference, refundSilent } from '../operator/screens/refund.ts';
import { refuse } from '../payment/charge.ts';
import type { Counter } from '../payment/counter.ts';
import { inFlow } from '../payment/in-flow.ts';
import { inquire } from '../payment/inquire.ts';
import { fen } from '../values/fen.ts';
import { Fault } from '../values/problem.ts';
import { type BankRecord, paidAtBank, type Referred } from './paid.ts';
import { lastDayOf, type Paid } from './refundable.ts';

/** An original found by the bank's own number: in the journal after all, or as the bank has it. */
export type ByReference =
  | { readonly entry: Entry }
  | { readonly referred: Referred; readonly paid: Paid | 'not-at-bank'; readonly record: BankRecord | null };

/**
 * Asks for the bank's reference and looks the original up; null if the operator goes back, or the bank or the archive
 * could not be asked.
 */
export async function originalByReference(counter: Counter): Promise<ByReference | null> {
  const referred = await askReference(counter);
  if (referred === null) return null;
  try {
    return await lookedUp(counter, referred);
  } catch (error) {
    // The part of the archive that cannot be read may hold an earlier refund of it.
    if (!(error instanceof Fault)) throw error;
    await refuse(inFlow(counter, 'refund'), error.problem);
    return null;
  }
}

async function lookedUp(counter: Counter, referred: Referred): Promise<ByReference | null> {
  const { journal, config } = counter;
  const entry = journal.findReference(referred.reference);
  if (entry !== null) return { entry };

  const { refund, inquiry } = config.profile.transactions;
  const limit = fen(refund.limit_fen);
  const here = inFlow(counter, 'refund');
  if (!inquiry.offered) return { referred, paid: paidAtBank(referred, null, limit, journal), record: null };
  const end = await inquire(here, { place: null, authorisation: null, ...referred });
  switch (end.end) {
    case 'found':
      return { referred, paid: paidAtBank(referred, end, limit, journal), record: end };
    case 'none':
      return { referred, paid: 'not-at-bank', record: null };
    case 'failed':
      await refuse(here, end.problem);
      return null;
    case 'refused':
      await showSilent(here, end.code);
      return null;
  }
}

async function askReference({ operator, clock }: Counter): Promise<Referred | null> {
  const reference = await askDigits(operator, {
    ...{ least: 12, most: 12 },
    draw: (typed) => (text, bar) => refundReference(text, bar, { typed }),
  });
  if (reference === null) return null;
  let wrong = false;
  for (;;) {
    const date = await askDigits(operator, {
      ...{ least: 4, most: 4 },
      draw: (typed) => (text, bar) => refundDate(text, bar, { typed, wrong: wrong && typed === '' }),
    });
    if (date === null) return null;
    const day = lastDayOf(date, new Date(clock.now()));
    if (day !== null) return { reference, date, day };
    wrong = true;
    operator.beep('refused');
  }
}

async function showSilent({ operator, codeWords }: Counter, code: string): Promise<void> {
  await untilSeen(operator, 'refused', ['enter', 'cancel'], (text, bar) =>
    refundSilent(text, bar, { code, words: codeWords(code) }),
  );
}
