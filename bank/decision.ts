import { type Fen, fen } from '../src/values/fen.ts';
import type { Ask, Verdict } from './issuer.ts';
import type { SealedRequest } from './request.ts';
import type { Card } from './seed.ts';
import type { Trade, TradeType } from './trades.ts';

/** A request that moves money, once it is whole, new, of the open batch, and its card's secrets are opened. */
export interface Asked {
  readonly request: SealedRequest;
  readonly type: TradeType;
  readonly trace: string;
  readonly amount: Fen;
  readonly ask: Ask;
}

/** What a type's own desk makes of it. */
export interface Decision extends Verdict {
  /** As in its trade. */
  readonly fee: number;
  readonly moved: number;
  readonly original: number | null;
  readonly particulars?: Trade['particulars'];
  /** F38 of a yes, where it is not a number of today's. */
  readonly authorisation?: string;
  /** Why it was refused, for the log alone. */
  readonly why?: string;
  /** Moves the money of a yes, inside the transaction that keeps the row. */
  post(trade: number, card: Card): void;
}

/** A no of the acquirer's own: no issuer was asked. */
export interface Refusal {
  readonly code: string;
  readonly why: string;
  /** The trade that was meant, where there is one. */
  readonly original?: Trade;
}

export function refused({ code, why, original }: Refusal, of: Trade | null = original ?? null): Decision {
  return {
    ...{ code, why, card: null, institution: null, fee: 0, moved: 0, original: of?.id ?? null },
    post: () => undefined,
  };
}

/** The issuer's word, and what follows where it is a yes to the card that is meant. */
export function decided(
  verdict: Verdict,
  original: Trade | null,
  yes: (card: Card) => Partial<Omit<Decision, keyof Verdict | 'original'>> & Pick<Decision, 'post'>,
): Decision {
  const { code, card, institution } = verdict;
  if (code !== '00' || card === null) {
    return { ...refused({ code, why: 'the issuer refused' }, original), card, institution };
  }
  if (original !== null && original.card !== card.id) return refused({ code: '14', why: 'another card' }, original);
  return { ...verdict, fee: 0, moved: 0, original: original?.id ?? null, ...yes(card) };
}

/**
 * 13 nothing, 61 more than the merchant may; null for what has a bound of its own, by its original. The counter may have
 * finished with that by the same bound: what the limit then refused, the merchant would bear.
 */
export function amountRefusal(amount: Fen, most: Fen | null): Refusal | null {
  if (amount === 0) return { code: '13', why: 'no amount' };
  return most !== null && amount > most ? { code: '61', why: 'over the limit' } : null;
}

/** n12 of F48: an amount that stands beside F4. Null where it is none. */
export function besideAmount(digits: string | undefined): Fen | null {
  return digits !== undefined && /^\d{12}$/.test(digits) ? fen(Number(digits)) : null;
}
