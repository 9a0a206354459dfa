import { type Fen, fen } from '../src/values/fen.ts';
import type { Ask, Verdict } from './issuer.ts';
import type { SealedRequest } from './request.ts';
import type { Card } from './seed.ts';
import type { Trade, TradeType } from './trades.ts';

/** A request that moves money, after the first checks: complete, not a repeat, and its card data decrypted. */
export interface Asked {
  readonly request: SealedRequest;
  readonly type: TradeType;
  readonly trace: string;
  readonly amount: Fen;
  readonly ask: Ask;
}

/** What the code of a transaction type has decided about a request. */
export interface Decision extends Verdict {
  /** `fee` and `moved` as in `Trade`. */
  readonly fee: number;
  readonly moved: number;
  readonly original: number | null;
  readonly particulars?: Trade['particulars'];
  /** F38 of an approval, where it exists already and is not to be drawn. */
  readonly authorisation?: string;
  /** Why it was refused, for the log alone. */
  readonly why?: string;
  /** Moves the money of an approval, inside the transaction that keeps the row. */
  post(trade: number, card: Card): void;
}

/** A refusal by the acquirer itself: no issuer was asked. */
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

/** Turns the issuer's verdict into a decision; `yes` adds the rest where it approves and the card is the original's. */
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
 * Refuses an amount of zero (13), or above the merchant's limit `most` (61). `most` is null for types that their
 * original bounds (tip, completion): the counter may have finished by that bound, and a refusal would be the merchant's
 * loss.
 */
export function amountRefusal(amount: Fen, most: Fen | null): Refusal | null {
  if (amount === 0) return { code: '13', why: 'no amount' };
  return most !== null && amount > most ? { code: '61', why: 'over the limit' } : null;
}

/** The second amount that F48 (n12) gives beside F4; null where it holds none. */
export function besideAmount(digits: string | undefined): Fen | null {
  return digits !== undefined && /^\d{12}$/.test(digits) ? fen(Number(digits)) : null;
}
