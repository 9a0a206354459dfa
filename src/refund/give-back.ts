import type { Entry } from '../journal/entry.ts';
import { untilSeen } from '../operator/ask.ts';
import { dayOf } from '../operator/screens/layout.ts';
import { type RefundWhy, refundRefused } from '../operator/screens/refund.ts';
import { refuse } from '../payment/charge.ts';
import type { Counter } from '../payment/counter.ts';
import { inFlow } from '../payment/in-flow.ts';
import { type Fen, fen } from '../values/fen.ts';
import { Fault } from '../values/problem.ts';
import { originalByReference } from './by-reference.ts';
import { askOriginal, isForTheVoidFlow, showNoVoid, whyNoVoid } from './original.ts';
import { paidOf } from './paid.ts';
import { type Original, refundPayment } from './refund.ts';
import { type Paid, whyNoRefund } from './refundable.ts';
import { voidSale } from './void.ts';

/** The menu's one entry for giving money back: a sale of the open batch is voided, an older payment is refunded. */
export async function giveBack(counter: Counter): Promise<void> {
  for (;;) {
    const asked = await askOriginal(counter);
    if (asked === null) return;
    const { entry, trace } = asked;
    const next = entry === null ? await unknown(counter, trace) : await ofTheJournal(counter, entry, 'either');
    if (next === 'over') return;
    if (next === 'other') continue;
    const byReference = await originalByReference(counter);
    if (byReference === null) return;
    if ((await ofTheBank(counter, byReference)) === 'over') return;
  }
}

/** `other`: another original is asked for. */
type Next = 'over' | 'other';

/** Not in the journal: typed wrong, or older than the journal, and then the bank knows it by its reference. */
async function unknown(counter: Counter, trace: string): Promise<Next | 'by-reference'> {
  const byReference = counter.config.profile.transactions.refund.offered;
  const key = await showNoVoid(counter, { why: 'unknown', trace, entry: null, refundable: null, byReference });
  if (key === 'clear') return 'by-reference';
  return key === 'enter' ? 'other' : 'over';
}

/** What the journal says was paid and given back; null if it cannot be read, and the operator has seen why. */
async function paidHere(counter: Counter, entry: Entry): Promise<Paid | null> {
  try {
    return paidOf(entry, counter.journal);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    await refuse(inFlow(counter, 'refund'), error.problem);
    return null;
  }
}

/** `wanted`: `refund` if the operator has asked for one; with `either` a sale that is not settled is voided. */
async function ofTheJournal(counter: Counter, entry: Entry, wanted: 'either' | 'refund'): Promise<Next> {
  const paid = await paidHere(counter, entry);
  if (paid === null) return 'over';
  const { journal, config, clock } = counter;
  const { refund, void: undo } = config.profile.transactions;
  const { trace } = entry;
  const isVoids = wanted === 'either' && entry.batch === journal.batch && isForTheVoidFlow(entry);
  if (isVoids || !refund.offered) {
    const why = whyNoVoid(journal, entry) ?? (undo.offered ? null : 'not-offered');
    if (why === null) {
      await voidSale(counter, entry);
      return 'over';
    }
    const facts = { why, trace, entry, refundable: leftOf(paid), byReference: false };
    return (await showNoVoid(counter, facts)) === 'enter' ? 'other' : 'over';
  }
  const original: Original = { paid, entry, referred: null, told: null };
  const why = whyNoRefund(paid, refund, new Date(clock.now()));
  if (why !== null) return showNoRefund(counter, why, original);
  await refundPayment(counter, original);
  return 'over';
}

async function ofTheBank(
  counter: Counter,
  found: NonNullable<Awaited<ReturnType<typeof originalByReference>>>,
): Promise<Next> {
  if ('entry' in found) return ofTheJournal(counter, found.entry, 'refund');
  const { referred, paid, record } = found;
  if (paid === 'not-at-bank') return showNoRefund(counter, paid, { entry: null, referred, paid: null, told: null });
  const original: Original = { entry: null, paid, referred, told: record };
  const why = whyNoRefund(paid, counter.config.profile.transactions.refund, new Date(counter.clock.now()));
  // The bank was not asked for the amount: all that is known is that refunds from here have reached the limit.
  if (why === 'refunded' && record === null) return showNoRefund(counter, 'refunded-here', original);
  if (why !== null) return showNoRefund(counter, why, original);
  await refundPayment(counter, original);
  return 'over';
}

/** Which kind of void can undo the entry before its settlement; null if none can. */
function insteadOf({ journal, config }: Counter, entry: Entry): 'void' | 'completion-void' | null {
  if (config.profile.transactions.void.offered && whyNoVoid(journal, entry) === null) return 'void';
  const { type } = entry.facts;
  if (entry.refundable < entry.total) return null;
  return type === 'completion' || type === 'completion-advice' ? 'completion-void' : null;
}

/** What may still be given back: nothing if it was never charged, has gone back already, or is being voided. */
function leftOf({ payment, state, open, refundable }: Paid): Fen {
  return payment && state === 'approved' && open !== 'void' ? refundable : fen(0);
}

/**
 * Shows why it cannot be refunded, and what is left of it; Enter asks for another original, or voids a sale that is not
 * settled yet.
 */
async function showNoRefund(
  counter: Counter,
  why: RefundWhy,
  { entry, referred, paid, told }: Omit<Original, 'paid'> & { readonly paid: Original['paid'] | null },
): Promise<Next> {
  const { operator, config } = counter;
  const instead = why === 'same-batch' && entry !== null ? insteadOf(counter, entry) : null;
  const facts = {
    ...{ why, instead, trace: entry?.trace ?? null, reference: referred?.reference ?? null },
    amount: entry === null ? (told?.amount ?? null) : (paid?.amount ?? null),
    refundable: paid === null ? null : leftOf(paid),
    day: paid === null ? null : dayOf(paid.day),
    window_days: config.profile.transactions.refund.window_days,
  };
  const key = await untilSeen(operator, 'refused', ['enter', 'cancel'], (text, bar) => refundRefused(text, bar, facts));
  if (key === 'cancel') return 'over';
  if (instead !== 'void' || entry === null) return 'other';
  await voidSale(counter, entry);
  return 'over';
}
