import { passesLuhn } from './pan.ts';

declare const brand: unique symbol;

/** Text in which no card number and no track can stand: what a log may keep for years. Made by `masked` alone. */
export type Masked = string & { readonly [brand]: 'Masked' };

/** The longest text of a record; a screen and a line of paper are shorter. */
const LONGEST = 2000;
/**
 * Thirteen digits at least, apart or in fours. Not twelve: no issuer gives out so short a number (ISO/IEC 7812-1 leaves
 * it open), and every tenth reference number of the bank (F37) would look like one.
 */
const NUMBER = /(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g;
/** A number, a separator of track 1, 2 or 3, and what an issuer writes after it. */
const TRACK = /\d{12,19}[=^D]+[^\s"]*/g;

/**
 * The text with each track gone and each card number down to its first six and last four digits. What comes here is
 * masked already where its writer knew of the number; this is the gate for what nobody knew of.
 */
export function masked(text: string): Masked {
  const hidden = text
    .slice(0, LONGEST)
    .replaceAll(TRACK, '(track)')
    .replaceAll(NUMBER, (found) => {
      const digits = found.replaceAll(/\D/g, '');
      return passesLuhn(digits) ? `${digits.slice(0, 6)}${'*'.repeat(digits.length - 10)}${digits.slice(-4)}` : found;
    });
  return hidden as Masked;
}

/** What JSON can say, each of its texts masked. */
export type MaskedJson =
  | Masked
  | number
  | boolean
  | null
  | readonly MaskedJson[]
  | { readonly [name: string]: MaskedJson };

/** The largest number that is no card number. */
const LARGEST = 10 ** 12 - 1;

/** A copy of plain data for a log: texts masked, bytes as their count, large numbers as masked text. */
export function maskedJson(value: unknown): MaskedJson {
  if (typeof value === 'string') return masked(value);
  if (typeof value === 'number') return Math.abs(value) > LARGEST ? masked(String(value)) : value;
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null) return null;
  if (value instanceof Uint8Array) return masked(`(${value.length} bytes)`);
  if (Array.isArray(value)) return value.map(maskedJson);
  if ('toJSON' in value && typeof value.toJSON === 'function') return maskedJson(value.toJSON());
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [masked(name), maskedJson(held)]));
}
