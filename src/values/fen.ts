import { inspect } from 'node:util';

declare const brand: unique symbol;

/** An amount of money in fen (1/100 yuan): a whole number from 0 to twelve digits, the size of ISO 8583 field 4. */
export type Fen = number & { readonly [brand]: 'Fen' };

/** The largest amount that field 4 (n12) can carry. */
export const MOST_FEN = 999_999_999_999;

/** The only way to make an amount. Throws a RangeError on anything but a whole number of 0 … 999,999,999,999. */
export function fen(amount: number): Fen {
  if (!Number.isSafeInteger(amount) || amount < 0 || amount > MOST_FEN) {
    throw new RangeError(`not an amount in fen: ${inspect(amount)}; a whole number from 0 to ${MOST_FEN} is`);
  }
  return amount as Fen;
}

/** `12850` as `128.50`; `grouped` as `1,284.00`. Without the currency sign: a screen and a slip set it apart. */
export function yuan(amount: Fen, grouped = false): string {
  const whole = String(Math.floor(amount / 100));
  const cents = String(amount % 100).padStart(2, '0');
  return `${grouped ? whole.replace(/\B(?=(\d{3})+$)/g, ',') : whole}.${cents}`;
}
