import type { TextId } from '../config/texts.ts';
import type { Entry } from '../journal/entry.ts';
import type { Journal } from '../journal/journal.ts';
import { askAmount } from '../operator/ask.ts';
import { originalAmount } from '../operator/screens/original.ts';
import { type AcceptedEnd, acceptAndShow } from '../payment/accept.ts';
import type { Counter } from '../payment/counter.ts';
import { inPayment } from '../payment/in-flow.ts';
import { cardOfOriginal } from '../payment/on-file.ts';
import { chooseEntry } from '../payment/original.ts';
import { type Fen, fen, MOST_FEN, yuan } from '../values/fen.ts';
import type { State } from '../values/state.ts';

/** A tip (小费) that the guest has written on the slip of a sale of the open batch; the bank is told the new total. */
export function addTip(standing: Counter): Promise<AcceptedEnd> {
  return inPayment(standing, 'tip', async (counter) => {
    const original = await chooseEntry(counter, {
      types: ['sale'],
      whyNot: (entry) => whyNoTip(counter.journal, entry),
      words,
    });
    if (original === null) return { end: 'cancelled' };
    const amount = await askTip(counter, original);
    if (amount === null) return { end: 'cancelled' };
    const card = await cardOfOriginal(counter, original, amount);
    if (card === null) return { end: 'cancelled' };
    return acceptAndShow(counter, { type: 'tip', amount, card, original, particulars: { before: original.total } });
  });
}

function askTip({ operator, config }: Counter, original: Entry): Promise<Fen | null> {
  const { most_percent } = config.profile.transactions.tip;
  const limit = mostTip(original.amount, most_percent);
  const { amount: sold, trace } = original;
  return askAmount(operator, {
    ...{ first: '0', limit },
    draw: (amount, refused) => (text, bar) => {
      const most = { limit: yuan(limit, true), percent: most_percent };
      return originalAmount(text, bar, {
        ...{ amount, ask: 'tip.amount.ask', of: text('tip.amount.of', { amount: yuan(sold, true), trace }) },
        hint: text('tip.amount.total', { amount: yuan(fen(sold + amount), true) }),
        refused: refused === null ? null : text(refused === 'zero' ? 'original.amount.zero' : 'tip.amount.over', most),
      });
    },
  });
}

/** The largest tip: the acquirer's percentage, even above the merchant's limit; the total must fit the message. */
export function mostTip(sold: Fen, percent: number): Fen {
  return fen(Math.min(Math.floor((sold * percent) / 100), MOST_FEN - sold));
}

type Why = 'unknown' | 'not-sale' | 'undone' | 'not-charged' | 'unsettled' | 'settled' | 'tipped';

const whyOf = {
  pending: 'unsettled',
  approved: null,
  declined: 'not-charged',
  unknown: 'unsettled',
  reversing: 'unsettled',
  reversed: 'not-charged',
  'reversed-unconfirmed': 'unsettled',
  voided: 'undone',
  refunded: 'undone',
  parked: 'unsettled',
} as const satisfies Record<State, Why | null>;

/** Why this entry can have no tip; null where it can. */
export function whyNoTip(journal: Pick<Journal, 'batch'>, entry: Entry | null): Why | null {
  if (entry === null) return 'unknown';
  if (entry.facts.type !== 'sale') return 'not-sale';
  const why = whyOf[entry.state];
  if (why !== null) return why;
  if (entry.batch !== journal.batch) return 'settled';
  const standing = entry.sequels.filter(({ state }) => state !== 'declined' && state !== 'reversed');
  if (standing.some(({ facts }) => facts.type === 'tip')) return 'tipped';
  // A void or a refund that is partial or has no result yet: the total is not the sale's any more.
  return standing.length > 0 ? 'undone' : null;
}

const words = {
  unknown: ['void.why.unknown.title', 'void.why.unknown.remedy'],
  'not-sale': ['tip.why.not-sale.title', 'tip.why.not-sale.remedy'],
  undone: ['tip.why.undone.title', 'tip.why.undone.remedy'],
  'not-charged': ['void.why.not-charged.title', 'tip.why.not-charged.remedy'],
  unsettled: ['void.why.unsettled.title', 'void.why.unsettled.remedy'],
  settled: ['void.why.settled.title', 'tip.why.settled.remedy'],
  tipped: ['tip.why.tipped.title', 'tip.why.tipped.remedy'],
} as const satisfies Record<Why, readonly [TextId, TextId]>;
