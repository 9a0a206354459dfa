import type { ReversalRequest } from '../host/reversal.ts';
import type { Entry } from '../journal/entry.ts';
import type { Doubt, History } from '../journal/events.ts';
import type { EntryType } from '../journal/types.ts';

/** What the vault sealed of the card when the entry began. Throws a `SealError` where it cannot be opened. */
export type OpenCard = (sealed: Uint8Array) => Pick<ReversalRequest, 'pan' | 'expiry'>;

/** The transaction that each type's reversal takes its fields from. */
const transactionOf = { sale: 'sale', void: 'void' } as const satisfies Record<
  EntryType,
  ReversalRequest['transaction']
>;

/** Field 39 of a reversal by why nothing is known (unionpay.md 7). */
const reasons = {
  silent: '98',
  'line-lost': '98',
  // An answer to something else is no answer to this.
  mismatch: '98',
  'bad-mac': 'A0',
  'no-mac': 'A0',
  garbled: '96',
  unlisted: '06',
} as const satisfies Record<Doubt, ReversalRequest['reason']>;

/** The reversal that an entry owes: always the same for the same entry, however often it is sent. */
export function reversalOf(entry: Entry, openCard: OpenCard): ReversalRequest {
  const { type, trace, batch, amount, entry_mode, sealed } = entry.facts;
  const { history, original } = entry;
  return {
    transaction: transactionOf[type],
    ...{ trace, batch, amount, entry_mode },
    ...cardOf(sealed, openCard),
    authorisation: history.answer?.authorisation ?? null,
    original: original === null ? null : { batch: original.batch, trace: original.trace },
    reason: reasonOf(history),
  };
}

export function reasonOf({ stage, answer }: History): ReversalRequest['reason'] {
  // Approved, and the counter could not finish or save it.
  if (stage === 'charged') return '96';
  return answer === null || answer.why === null ? '98' : reasons[answer.why];
}

/** Batch and trace name the original; a card that cannot be opened any more must not keep its money from going back. */
function cardOf(sealed: Uint8Array | null, openCard: OpenCard): Pick<ReversalRequest, 'pan' | 'expiry'> {
  if (sealed === null) return { pan: null, expiry: null };
  try {
    return openCard(sealed);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'SealError') throw error;
    return { pan: null, expiry: null };
  }
}
