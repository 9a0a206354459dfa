import { type Fen, fen } from '../src/values/fen.ts';
import type { Refusal } from './decision.ts';
import { localTime, merchantFees, merchantPending, type Office } from './office.ts';
import type { SealedRequest } from './request.ts';
import type { Trade, TradeType } from './trades.ts';

export type Found = Trade | Refusal;

export const isRefusal = (found: Found): found is Refusal => 'why' in found;

/** What takes money from a card: voided in its batch, refunded after. */
export const DEBITS: readonly TradeType[] = [
  ...(['sale', 'completion', 'completion-advice', 'instalment', 'offline', 'voice'] as const),
];

/** F61 = batch and trace: an entry of this terminal, of one of these types. F37 and F38, where given, must be its own. */
export function ofThisTerminal(office: Office, request: SealedRequest, types: readonly TradeType[]): Found {
  const { original: place = '', reference, authorisation } = request.message;
  const [, batch, trace] = /^(\d{6})(\d{6})/.exec(place) ?? [];
  if (batch === undefined || trace === undefined) return { code: '30', why: 'no original is named' };
  const found = office.trades.find({ terminal: request.terminal.terminal, batch, trace });
  const same = found !== null && (reference === undefined || found.reference === reference);
  if (!same || !types.includes(found.type)) return { code: '25', why: 'no such original' };
  if (found.state === 'voided') return { code: '12', why: 'voided already', original: found };
  if (found.state !== 'posted') return { code: '25', why: `the original is ${found.state}`, original: found };
  if (authorisation !== undefined && authorisation !== found.authorisation) {
    return { code: '25', why: 'another authorisation', original: found };
  }
  return found;
}

/** F37 and F61 = twelve zeros and MMDD: whichever terminal of the merchant it came from. */
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
  return found;
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

export function completionOf({ trades }: Office, preauth: Trade): Trade | null {
  const completes = ({ type, state }: Trade) =>
    (type === 'completion' || type === 'completion-advice') && state === 'posted';
  return trades.upon(preauth.id).find(completes) ?? null;
}

/** What is charged of a trade now: with its tip, its adjustments and corrections, and what has gone back of it. */
export interface Standing {
  readonly total: Fen;
  readonly fee: number;
  readonly refunded: Fen;
  /** Of the fee, with the refunds. */
  readonly feeReturned: number;
  readonly tipped: boolean;
  /** The ledger's entries that together are the total. */
  readonly entries: readonly { kind: TradeType; trade: number }[];
}

export function standingOf({ trades, ledger }: Office, original: Trade): Standing {
  const upon = trades.upon(original.id);
  // What people have decided about it in a case.
  const corrected = (account: string) => ledger.moved({ trade: original.id, kind: 'correction' }, account);
  const changes = upon.filter(({ type }) => type === 'adjust' || type === 'tip');
  const refunds = upon.filter(({ type }) => type === 'refund');
  const sum = (rows: readonly Trade[], key: 'moved' | 'fee') => rows.reduce((left, row) => left + row[key], 0);
  return {
    total: fen(original.moved + sum(changes, 'moved') + corrected(merchantPending(original.merchant))),
    fee: original.fee + sum(changes, 'fee') - corrected(merchantFees(original.merchant)),
    refunded: fen(-sum(refunds, 'moved')),
    feeReturned: sum(refunds, 'fee'),
    tipped: changes.some(({ type }) => type === 'tip'),
    entries: [original, ...changes].map(({ id, type }) => ({ kind: type, trade: id })),
  };
}

/** Whether its terminal has not closed the batch that it is in. */
export function inOpenBatch({ terminals }: Office, { terminal, batch }: Trade): boolean {
  return terminals.batch(terminal) === batch;
}
