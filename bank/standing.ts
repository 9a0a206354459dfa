import { type Fen, fen } from '../src/values/fen.ts';
import { merchantFees, merchantPending, type Office } from './office.ts';
import { CHANGES, rowOf, type Trade, type TradeState, type TradeType } from './trades.ts';

/** What takes money from a card: voided in its batch, refunded after. */
export const DEBITS: readonly TradeType[] = [
  ...(['sale', 'completion', 'completion-advice', 'instalment', 'offline', 'voice'] as const),
];
/** What gives money back of one of these. */
export const CREDITS: readonly TradeType[] = ['void', 'completion-void', 'refund'];

/** What the merchant has been given by a trade, and what it pays for it; negative where it goes back. */
export interface Charge {
  readonly amount: number;
  readonly fee: number;
}

/** What is charged of a debit now: with its tip, its adjustments and corrections, and what has gone back of it. */
export interface Standing {
  readonly total: Fen;
  readonly fee: number;
  readonly refunded: Fen;
  /** Of the fee, with what has gone back. */
  readonly feeReturned: number;
  readonly tipped: boolean;
}

type Named = Pick<Trade, 'id' | 'merchant'>;

/** By the ledger alone, whatever has been decided: its own entry, reversal and corrections, its tips and adjustments. */
export function movedBy({ trades }: Office, { id, merchant }: Named): Charge {
  return { amount: trades.posted(id, merchantPending(merchant)), fee: -trades.posted(id, merchantFees(merchant)) };
}

/** The same without its tips and adjustments, in fen. */
export function movedAlone({ trades }: Office, { id, merchant }: Named): number {
  return trades.postedAlone(id, merchantPending(merchant));
}

export function standingOf(office: Office, original: Trade): Standing {
  const about = office.trades.about(original.id);
  const charge = movedBy(office, original);
  // Also what the bank had refused or turned back, and two people have given back all the same.
  const back = about.filter(({ type }) => CREDITS.includes(type)).map((row) => movedBy(office, row));
  const sum = (key: keyof Charge) => back.reduce((left, row) => left + row[key], 0);
  return {
    total: fen(Math.max(0, charge.amount)),
    fee: charge.fee,
    refunded: fen(Math.max(0, -sum('amount'))),
    feeReturned: -sum('fee'),
    tipped: about.some((row) => row.type === 'tip' && asDecided(office, row).state === 'posted'),
  };
}

/** Of the fee what goes back with a part of the total: of all parts together it is the whole fee, to the fen. */
export function feeUpTo({ total, fee }: Pick<Standing, 'total' | 'fee'>, part: number): number {
  // In whole numbers that are larger than a double's.
  return total === 0 ? 0 : Number((BigInt(fee) * BigInt(part)) / BigInt(total));
}

/** All that the ledger has of it, so that its opposite leaves nothing: of its money, of its fee, and of a hold. */
export function entriesOf({ trades, ledger }: Office, { id }: Pick<Trade, 'id'>): { kind: string; trade: number }[] {
  const changes = trades.about(id).filter(({ type }) => CHANGES.includes(type));
  return [id, ...changes.map((change) => change.id)].flatMap((trade) =>
    // A hold's end is the hold's own, with all that was added to it.
    ledger
      .kinds(trade)
      .filter((kind) => kind !== 'expiry')
      .map((kind) => ({ kind, trade })),
  );
}

/**
 * A trade as two people have left it in a case: taken though the bank had refused it or turned it back, or given back
 * though its void was. Its row stays as it was, so that a reversal that still comes undoes nothing of what they decided.
 */
export function asDecided(office: Office, trade: Trade): Trade {
  const state = stateOf(office, trade);
  if (state === trade.state) return trade;
  const card = office.cases.cardOf(trade.id) ?? trade.card;
  // Of two cards it is the other's, whose number the row does not have.
  const pan = office.seed.cardsById.get(card ?? '')?.pan.masked ?? trade.pan;
  return { ...trade, state, code: '00', card, pan };
}

function stateOf(office: Office, trade: Trade): TradeState {
  const { trades, cases } = office;
  const moves = (row: Trade) => {
    const side = CREDITS.includes(row.type) ? -1 : 1;
    return cases.hasCorrected(row.id) && side * movedBy(office, row).amount > 0;
  };
  if (trade.state === 'voided') return 'voided';
  if (trade.state !== 'posted') return moves(trade) ? 'posted' : trade.state;
  const isUndone = trades.about(trade.id).some((row) => rowOf(row.type).undoes === true && moves(row));
  return isUndone ? 'voided' : 'posted';
}
