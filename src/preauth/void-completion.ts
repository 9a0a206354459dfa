import type { TextId } from '../config/texts.ts';
import type { Entry } from '../journal/entry.ts';
import type { Journal } from '../journal/journal.ts';
import type { Particulars } from '../journal/types.ts';
import { askYes } from '../operator/ask.ts';
import { confirmAsk, rowsOf } from '../operator/screens/original.ts';
import { asOftenAsWanted, type ChargeEnd, chargeAsking } from '../payment/charge.ts';
import type { Counter } from '../payment/counter.ts';
import { inPayment } from '../payment/in-flow.ts';
import { chooseEntry } from '../payment/original.ts';
import { askPin, noPin } from '../payment/pin.ts';
import { sameCard } from '../payment/same-card.ts';
import { approval } from '../payment/supervisor.ts';
import { openStates, type State } from '../values/state.ts';
import { shownOf } from './shown.ts';

/** The void of a completion (完成撤销): nothing is charged any more, and the hold is there again. */
export function voidCompletion(standing: Counter): Promise<ChargeEnd> {
  return inPayment(standing, 'completion-void', async (counter) => {
    const original = await chooseEntry(counter, {
      types: ['completion', 'completion-advice'],
      whyNot: (entry) => whyNoCompletionVoid(counter.journal, entry),
      words,
    });
    if (original === null || !(await confirmed(counter, original))) return { end: 'cancelled' };
    const { supervisor } = counter.config.profile.transactions.completion_void;
    const by = await approval(counter, supervisor, original.amount);
    if (by === null) return { end: 'cancelled' };
    return asOftenAsWanted(counter, () => withCard(counter, original, by));
  });
}

function confirmed({ operator }: Counter, original: Entry): Promise<boolean> {
  const rows = rowsOf(shownOf(original));
  return askYes(operator, (text, bar) =>
    confirmAsk(text, bar, {
      ...{ ask: 'completion-void.ask', amount: original.amount, rows },
      foot: { cancel: 'key.not-void', enter: 'key.void' },
    }),
  );
}

async function withCard(counter: Counter, original: Entry, particulars: Particulars): Promise<ChargeEnd> {
  const { amount } = original;
  const { pin } = counter.config.profile.transactions.completion_void;
  using card = await sameCard(counter, original, amount);
  if (card === null) return { end: 'cancelled' };
  const undo = { type: 'completion-void', amount, card, original, particulars } as const;
  return await chargeAsking(counter, undo, pin ? () => askPin(counter, card, amount) : noPin);
}

/** Why a completion cannot be voided. */
type Why =
  | 'unknown'
  | 'not-completion'
  | 'voided'
  | 'not-charged'
  | 'unsettled'
  | 'pending'
  | 'underway'
  | 'refunded'
  | 'refunded-in-part'
  | 'settled'
  | 'no-reference';

const whyOf = {
  pending: 'pending',
  approved: null,
  declined: 'not-charged',
  unknown: 'unsettled',
  reversing: 'unsettled',
  reversed: 'not-charged',
  'reversed-unconfirmed': 'unsettled',
  voided: 'voided',
  refunded: 'refunded',
  parked: 'unsettled',
} as const satisfies Record<State, Why | null>;

/** Why this completion cannot be voided; null if it can. */
export function whyNoCompletionVoid(journal: Pick<Journal, 'batch'>, entry: Entry | null): Why | null {
  if (entry === null) return 'unknown';
  const { type } = entry.facts;
  if (type !== 'completion' && type !== 'completion-advice') return 'not-completion';
  const why = whyOf[entry.state];
  if (why !== null) return why;
  if (entry.sequels.some(({ state }) => openStates.includes(state))) return 'underway';
  if (entry.batch !== journal.batch) return 'settled';
  if (entry.refundable < entry.total) return 'refunded-in-part';
  return entry.history.answer?.reference ? null : 'no-reference';
}

const words = {
  unknown: ['void.why.unknown.title', 'void.why.unknown.remedy'],
  'not-completion': ['completion.why.not-completion.title', 'completion.why.not-completion.remedy'],
  voided: ['completion.why.voided.title', 'completion.why.voided.remedy'],
  'not-charged': ['void.why.not-charged.title', 'void.why.not-charged.remedy'],
  unsettled: ['void.why.unsettled.title', 'void.why.unsettled.remedy'],
  pending: ['completion.why.pending.title', 'completion.why.pending.remedy'],
  underway: ['void.why.underway.title', 'void.why.underway.remedy'],
  refunded: ['refund.why.refunded.title', 'refund.why.refunded.remedy'],
  'refunded-in-part': ['void.why.refunded-in-part.title', 'void.why.refunded-in-part.remedy'],
  settled: ['void.why.settled.title', 'void.why.settled.remedy'],
  'no-reference': ['void.why.no-reference.title', 'void.why.no-reference.remedy'],
} as const satisfies Record<Why, readonly [TextId, TextId]>;
