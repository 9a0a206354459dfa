import type { AdviceRequest } from '../host/advice.ts';
import type { ReversalRequest } from '../host/reversal.ts';
import type { RepeatableName, ReversibleName } from '../host/transactions.ts';
import type { Entry } from '../journal/entry.ts';
import type { Doubt, History } from '../journal/events.ts';
import { type EntryType, types } from '../journal/types.ts';
import { Fault } from '../values/problem.ts';
import { requestOf } from './request.ts';

/** Opens what the vault sealed of the card when the entry began. Throws a `SealError` where it cannot be opened. */
export type OpenCard = (sealed: Uint8Array) => Pick<ReversalRequest, 'pan' | 'expiry'>;

/** Field 39 of a reversal, by the reason why the result is not known (unionpay.md 7). */
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

/**
 * The reversal that an entry owes: always the same for the same entry, however often it is sent. Throws a Fault of kind
 * `request-changed` where the entry's original cannot be read any more.
 */
export function reversalOf(entry: Entry, openCard: OpenCard): ReversalRequest {
  const { type, trace, batch, entry_mode, sealed } = entry.facts;
  const { history } = entry;
  if (!isReversible(type)) throw new Error(`a ${type} has no reversal`);
  // The archive that has the original cannot be read: the reversal would leave with other bytes than before.
  if (entry.facts.original !== null && entry.original === null) throw new Fault({ kind: 'request-changed', trace });
  const { amount, original } = requestOf(entry.facts, entry.original);
  return {
    transaction: type,
    ...{ trace, batch, amount, entry_mode, original },
    ...cardOf(sealed, openCard),
    authorisation: history.answer?.authorisation ?? null,
    reason: reasonOf(history),
  };
}

/** The request to send again, or the advice to send for the first time: byte for byte the one that its digest is of. */
export function adviceOf(entry: Entry, openCard: OpenCard): AdviceRequest {
  const { type, trace, batch, entry_mode, sealed, digest } = entry.facts;
  if (isReversible(type)) throw new Error(`a ${type} is sent once`);
  return {
    transaction: type,
    ...{ trace, batch, digest, entryMode: entry_mode },
    ...requestOf(entry.facts, entry.original),
    ...cardOf(sealed, openCard),
  };
}

function isReversible(type: EntryType): type is Exclude<EntryType, RepeatableName> & ReversibleName {
  return types[type].lost === 'reverse';
}

export function reasonOf({ stage, answer }: History): ReversalRequest['reason'] {
  // The bank approved, and the counter could not finish or save it.
  if (stage === 'charged') return '96';
  return answer === null || answer.why === null ? '98' : reasons[answer.why];
}

/** A sealed card that cannot be opened must not keep its money from going back: batch and trace name the original. */
function cardOf(sealed: Uint8Array | null, openCard: OpenCard): Pick<ReversalRequest, 'pan' | 'expiry'> {
  if (sealed === null) return { pan: null, expiry: null };
  try {
    return openCard(sealed);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'SealError') throw error;
    return { pan: null, expiry: null };
  }
}
