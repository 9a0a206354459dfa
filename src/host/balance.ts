import { type Fen, fen } from '../values/fen.ts';

/** What is available on a card. */
export interface Balance {
  readonly amount: Fen;
  /** True if the cardholder owes the amount to the bank. */
  readonly overdrawn: boolean;
}

/** Account type 2, amount type 2, currency 3, C or D, amount 12 (unionpay.md 2, F54); several may follow one another. */
const PART = /(\d{2})(\d{2})(\d{3})([CD])(\d{12})/y;

/** The available balance (amount type 02) in the currency, else the ledger's (01); null where the field tells neither. */
export function balanceOf(field: string | undefined, currency: string): Balance | null {
  const found = new Map<string, Balance>();
  PART.lastIndex = 0;
  for (let part = PART.exec(field ?? ''); part !== null; part = PART.exec(field ?? '')) {
    const [, , type = '', of, sign, digits] = part;
    if (of === currency)
      found.set(type, { amount: fen(Number(digits)), overdrawn: sign === 'D' && Number(digits) > 0 });
  }
  return found.get('02') ?? found.get('01') ?? null;
}
