import type { Refusal } from './decision.ts';
import { localTime, type Office } from './office.ts';
import type { SealedRequest } from './request.ts';
import { asDecided } from './standing.ts';
import type { Trade, TradeType } from './trades.ts';

export type Found = Trade | Refusal;

export const isRefusal = (found: Found): found is Refusal => 'why' in found;

/**
 * Finds a trade of this terminal, of one of these types, by F61 (batch and trace). F37 and F38, if given, must fit it.
 */
export function ofThisTerminal(office: Office, request: SealedRequest, types: readonly TradeType[]): Found {
  const { original: place = '', reference, authorisation } = request.message;
  const [, batch, trace] = /^(\d{6})(\d{6})/.exec(place) ?? [];
  if (batch === undefined || trace === undefined) return { code: '30', why: 'no original is named' };
  const found = office.trades.find({ terminal: request.terminal.terminal, batch, trace });
  const same = found !== null && (reference === undefined || found.reference === reference);
  if (!same || !types.includes(found.type)) return { code: '25', why: 'no such original' };
  if (asDecided(office, found).state === 'voided') return { code: '12', why: 'voided already', original: found };
  if (found.state !== 'posted') return { code: '25', why: `the original is ${found.state}`, original: found };
  if (authorisation !== undefined && authorisation !== found.authorisation) {
    return { code: '25', why: 'another authorisation', original: found };
  }
  return found;
}

/** Finds a trade of any terminal of the merchant by F37 and F61 (twelve zeros and MMDD); cases may have changed it. */
export function byReference(office: Office, request: SealedRequest): Found {
  const { reference, original: place = '', authorisation } = request.message;
  const day = dayOf(place);
  if (reference === undefined || day === null) return { code: '30', why: 'no reference or no date' };
  const found = office.trades.byReference(reference);
  const same = found !== null && found.merchant === request.merchant.id && dayOfTrade(office, found.at) === day;
  if (!same) return { code: '25', why: 'no such original' };
  if (authorisation !== undefined && authorisation !== found.authorisation) {
    return { code: '25', why: 'another authorisation', original: found };
  }
  return asDecided(office, found);
}

/** Finds a pre-authorisation of the merchant that still holds money, by F38 and F61 (twelve zeros and MMDD). */
export function heldPreauth(office: Office, request: SealedRequest): Found {
  const { authorisation, original: place = '' } = request.message;
  const day = dayOf(place);
  if (authorisation === undefined || day === null) return { code: '30', why: 'no authorisation or no date' };
  const found = preauthOf(office, { merchant: request.merchant.id, authorisation, day });
  if (found === null) return { code: '25', why: 'no such pre-authorisation' };
  if (found.state === 'voided') return { code: '12', why: 'voided already', original: found };
  if (found.state !== 'posted') return { code: '25', why: `the pre-authorisation is ${found.state}`, original: found };
  if (completionOf(office, found) !== null) return { code: '12', why: 'completed already', original: found };
  return office.holds.amount(found.id) === 0 ? { code: '22', why: 'the hold has expired', original: found } : found;
}

export function preauthOf(
  office: Office,
  { merchant, authorisation, day }: { merchant: string; authorisation: string; day: string },
): Trade | null {
  const given = office.trades.byAuthorisation({ merchant, authorisation, type: 'preauth' });
  return given.find(({ at }) => dayOfTrade(office, at) === day) ?? null;
}

/** MMDD of a trade, as F13 of its answer said; its settlement date may be another. */
export function dayOfTrade(office: Office, at: number): string {
  return localTime(office, at).date.slice(4);
}

/** The MMDD that follows twelve zeros in F61; null where a batch and a trace stand there. */
export function dayOf(place: string): string | null {
  return /^0{12}(\d{4})/.exec(place)?.[1] ?? null;
}

export function completionOf(office: Office, preauth: Trade): Trade | null {
  const completes = ({ type, state }: Trade) =>
    (type === 'completion' || type === 'completion-advice') && state === 'posted';
  const about = office.trades.about(preauth.id);
  return about.map((row) => asDecided(office, row)).find(completes) ?? null;
}

/** Whether the trade is in the open batch of its terminal. */
export function inOpenBatch({ terminals }: Office, { terminal, batch }: Trade): boolean {
  return terminals.batch(terminal) === batch;
}
