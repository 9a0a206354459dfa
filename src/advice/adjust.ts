import type { TextId } from '../config/texts.ts';
import type { Entry } from '../journal/entry.ts';
import type { Journal } from '../journal/journal.ts';
import { types } from '../journal/types.ts';
import { askAmount } from '../operator/ask.ts';
import { originalAmount } from '../operator/screens/original.ts';
import { type AcceptedEnd, acceptAndShow } from '../payment/accept.ts';
import type { Counter } from '../payment/counter.ts';
import { inPayment } from '../payment/in-flow.ts';
import { cardOfOriginal } from '../payment/on-file.ts';
import { chooseEntry } from '../payment/original.ts';
import { approval } from '../payment/supervisor.ts';
import { type Fen, fen, yuan } from '../values/fen.ts';
import type { State } from '../values/state.ts';

/** Another amount (离线调整) for an offline sale or a telephone authorisation of the open batch. */
export function adjust(standing: Counter): Promise<AcceptedEnd> {
  return inPayment(standing, 'adjust', async (counter) => {
    const original = await chooseEntry(counter, {
      types: ['offline', 'voice'],
      whyNot: (entry) => whyNotAdjust(counter.journal, entry),
      words,
    });
    if (original === null) return { end: 'cancelled' };
    const amount = await askTotal(counter, original);
    if (amount === null) return { end: 'cancelled' };
    const by = await approval(counter, counter.config.profile.transactions.adjust.supervisor, amount);
    if (by === null) return { end: 'cancelled' };
    const card = await cardOfOriginal(counter, original, amount);
    if (card === null) return { end: 'cancelled' };
    const particulars = { ...by, before: original.total };
    return acceptAndShow(counter, { type: 'adjust', amount, card, original, particulars });
  });
}

/** Asks for the new total; the total that it already has is refused. */
async function askTotal(counter: Counter, original: Entry): Promise<Fen | null> {
  const { operator, config } = counter;
  const { trace, total } = original;
  const { limit, over } = mostTotal(original, {
    floor_fen: config.profile.transactions.offline.floor_fen,
    limit_fen: config.terminal.sale.limit_fen,
  });
  let same = false;
  for (;;) {
    const amount = await askAmount(operator, {
      ...{ first: '0', limit },
      draw: (typed, refused) => (text, bar) => {
        const most = { limit: yuan(limit, true) };
        const why = same && typed === 0 && refused === null ? 'adjust.amount.same' : null;
        const refusal = refused === 'over' ? over : refused === 'zero' ? 'original.amount.zero' : why;
        return originalAmount(text, bar, {
          ...{ amount: typed, ask: 'adjust.amount.ask' },
          of: text('adjust.amount.of', { amount: yuan(total, true), trace }),
          hint: text('adjust.amount.limit', most),
          refused: refusal === null ? null : text(refusal, most),
        });
      },
    });
    if (amount === null || amount !== total) return amount;
    same = true;
    operator.beep('refused');
  }
}

/**
 * The most that the new total may be: the floor limit, or what the bank's desk has authorised; never above the
 * merchant's limit, which the desk may exceed and an adjustment may not. `over` names the limit that applies.
 */
export function mostTotal(
  { facts, amount }: Pick<Entry, 'facts' | 'amount'>,
  { floor_fen, limit_fen }: { readonly floor_fen: number; readonly limit_fen: number },
): { readonly limit: Fen; readonly over: TextId } {
  const isVoice = facts.type === 'voice';
  const own = isVoice ? amount : fen(Math.max(floor_fen, amount));
  if (own > limit_fen) return { limit: fen(limit_fen), over: 'amount.over' };
  return { limit: own, over: isVoice ? 'adjust.amount.over.voice' : 'adjust.amount.over.offline' };
}

type Why = 'unknown' | 'not-offline' | 'refused' | 'undone' | 'underway' | 'unsettled' | 'settled';

const whyOf = {
  pending: null,
  approved: null,
  declined: 'refused',
  unknown: null,
  reversing: 'refused',
  reversed: 'refused',
  'reversed-unconfirmed': 'refused',
  voided: 'undone',
  refunded: 'undone',
  parked: null,
} as const satisfies Record<State, Why | null>;

/**
 * Why this entry's amount cannot be adjusted; null if it can. An entry that the bank has not answered yet can be: the
 * bank is told of things in the order in which they began.
 */
export function whyNotAdjust(journal: Pick<Journal, 'batch'>, entry: Entry | null): Why | null {
  if (entry === null) return 'unknown';
  const { type } = entry.facts;
  if (type !== 'offline' && type !== 'voice') return 'not-offline';
  const why = whyOf[entry.state];
  if (why !== null) return why;
  if (entry.batch !== journal.batch) return 'settled';
  const standing = entry.sequels.filter(({ state }) => state !== 'declined' && state !== 'reversed');
  const undoing = standing.filter(({ facts: { type } }) => types[type].moves === 'out');
  // A void that the bank has taken makes the entry `voided`, so this one has no result yet.
  if (undoing.some(({ facts: { type } }) => type === 'void')) return 'underway';
  if (undoing.length > 0) return 'undone';
  // Nobody knows which amount the bank has, and the next adjustment would name it.
  return standing.some(({ state }) => state === 'unknown' || state === 'parked') ? 'unsettled' : null;
}

const words = {
  unknown: ['void.why.unknown.title', 'void.why.unknown.remedy'],
  'not-offline': ['adjust.why.not-offline.title', 'adjust.why.not-offline.remedy'],
  refused: ['adjust.why.refused.title', 'adjust.why.refused.remedy'],
  undone: ['tip.why.undone.title', 'adjust.why.undone.remedy'],
  underway: ['void.why.underway.title', 'void.why.underway.remedy'],
  unsettled: ['void.why.unsettled.title', 'void.why.unsettled.remedy'],
  settled: ['void.why.settled.title', 'adjust.why.settled.remedy'],
} as const satisfies Record<Why, readonly [TextId, TextId]>;
