import { type Fen, fen } from '../src/values/fen.ts';
import { merchantFees, merchantPending, type Office } from './office.ts';
import { CHANGES, rowOf, type Trade, type TradeState, type TradeType } from './trades.ts';

/** The types that take money from a card; they can be voided within their batch, and refunded afterwards. */
export const DEBITS: readonly TradeType[] = [
  ...(['sale', 'completion', 'completion-advice', 'instalment', 'offline', 'voice'] as const),
];
/** The types that give money of a debit back. */
export const CREDITS: readonly TradeType[] = ['void', 'completion-void', 'refund'];

/** What a trade has given the merchant, and the fee for it; negative where money goes back. */
export interface Charge {
  readonly amount: number;
  readonly fee: number;
}

/** The present state of a debit: the total with its tip, adjustments and corrections, and what was given back of it. */
export interface Standing {
  readonly total: Fen;
  readonly fee: number;
  readonly refunded: Fen;
  /** The part of the fee that went back with it. */
  readonly feeReturned: number;
  readonly tipped: boolean;
}

type Named = Pick<Trade, 'id' | 'merchant'>;

/** The sum of what the ledger has of a trade: its own entry, reversal and corrections, its tips and adjustments. */
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
  // Declined and reversed ones count too: two people may have given the money back all the same.
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

/** The fee that goes back with the first `part` fen of the total: with the whole total, exactly the whole fee. */
export function feeUpTo({ total, fee }: Pick<Standing, 'total' | 'fee'>, part: number): number {
  // BigInt, as the product may exceed what a double holds exactly.
  return total === 0 ? 0 : Number((BigInt(fee) * BigInt(part)) / BigInt(total));
}

/**
 * All entries of a trade, its tips and adjustments: their opposite leaves nothing of its money, its fee or its hold.
 */
export function entriesOf({ trades, ledger }: Office, { id }: Pick<Trade, 'id'>): { kind: string; trade: number }[] {
  const changes = trades.about(id).filter(({ type }) => CHANGES.includes(type));
  return [id, ...changes.map((change) => change.id)].flatMap((trade) =>
    // The expiry of a hold concerns the hold as a whole, with its additions, and is not turned back with one trade.
    ledger
      .kinds(trade)
      .filter((kind) => kind !== 'expiry')
      .map((kind) => ({ kind, trade })),
  );
}

/**
 * A trade as two people have left it in a case: posted although the bank had declined or reversed it, or voided
 * although the bank had declined or reversed its void. The row stays as it was, so that a reversal that still comes
 * undoes nothing of what they decided.
 */
export function asDecided(office: Office, trade: Trade): Trade {
  const state = stateOf(office, trade);
  if (state === trade.state) return trade;
  const card = office.cases.cardOf(trade.id) ?? trade.card;
  // The case may have moved another card's money, whose number the row does not have.
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
