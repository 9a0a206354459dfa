import type { Refusal } from './decision.ts';
import { localTime, type Office } from './office.ts';
import type { SealedRequest } from './request.ts';
import { asDecided } from './standing.ts';
import type { Trade, TradeType } from './trades.ts';

export type Found = Trade | Refusal;

export const isRefusal = (found: Found): found is Refusal => 'why' in found;

/** F61 = batch and trace: an entry of this terminal, of one of these types. F37 and F38, where given, must be its own. */
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

/** F37 and F61 = twelve zeros and MMDD: whichever terminal of the merchant it came from; as a case has left it. */
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

/** F38 and F61 = twelve zeros and MMDD: a pre-authorisation of the merchant whose hold is there. */
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

/** MMDD, what F13 of its answer said; the settlement date may be another. */
export function dayOfTrade(office: Office, at: number): string {
  return localTime(office, at).date.slice(4);
}

/** A date that stands alone in F61. */
export function dayOf(place: string): string | null {
  return /^0{12}(\d{4})/.exec(place)?.[1] ?? null;
}

export function completionOf(office: Office, preauth: Trade): Trade | null {
  const completes = ({ type, state }: Trade) =>
    (type === 'completion' || type === 'completion-advice') && state === 'posted';
  const about = office.trades.about(preauth.id);
  return about.map((row) => asDecided(office, row)).find(completes) ?? null;
}

/** Whether its terminal has not closed the batch that it is in. */
export function inOpenBatch({ terminals }: Office, { terminal, batch }: Trade): boolean {
  return terminals.batch(terminal) === batch;
}
