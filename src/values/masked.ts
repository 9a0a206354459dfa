import { passesLuhn } from './pan.ts';

declare const brand: unique symbol;

/** Text in which no card number and no track can stand: what a log may keep for years. Made by `masked` alone. */
export type Masked = string & { readonly [brand]: 'Masked' };

/** The longest text of a record; a screen and a line of paper are shorter. */
const LONGEST = 2000;
/**
 * Thirteen digits or more, together or with single spaces or hyphens between them. Not twelve: no issuer gives out so
 * short a number (ISO/IEC 7812-1 leaves it open), and every tenth reference number of the bank (F37) would look like
 * one.
 */
const NUMBER = /\d(?:[ -]?\d){12,}/g;
/**
 * The same as a person may write it: with up to three characters between two digits that are neither letter nor number.
 */
const WRITTEN = /\d(?:[^\p{L}\p{N}]{0,3}\d){12,}/gu;
/** A number, a separator of track 1, 2 or 3, and what an issuer writes after it. */
const TRACK = /\d{12,}[=^D]+[^\s"]*/g;
/** Digits at the end of a text that was cut: the rest of a number may have stood there. */
const CUT = /(?:\d[ -]?)+$/;
const WRITTEN_CUT = /(?:\d[^\p{L}\p{N}]{0,3})+$/u;

/**
 * The text with each track removed and each card number cut to its first six and last four digits; a card number that
 * adjoins other digits is starred out whole. Writers that know of a number have masked it already: this gate is for the
 * numbers that nobody knew of.
 */
export function masked(text: string): Masked {
  return without(text, { number: NUMBER, cut: CUT, hide: hidden });
}

/**
 * The same for text that a person has typed, in any script's digits (６２２２, ⑥) and with anything between them. Separated
 * digits may be a date and a number, and every tenth such run would look like a card number: in such a run only what
 * begins like a scheme's number is hidden.
 */
export function maskedWords(text: string): Masked {
  const looksLikeOne = (digits: string) => lengthsAt(digits, 0).includes(digits.length);
  const hide = (run: string) => (/^\d+$/.test(run) || looksLikeOne(run.replaceAll(/\D/g, '')) ? hidden : starred)(run);
  return without(plainDigits(text), { number: WRITTEN, cut: WRITTEN_CUT, hide });
}

/** Each digit of any script as 0 to 9, and a track's separators; all else stays as it was written, a Chinese comma too. */
function plainDigits(text: string): string {
  return text.replaceAll(/[^\P{N}0-9]|[＝＾Ｄ]/gu, (one) => {
    const plain = one.normalize('NFKC');
    return /[0-9=^D]/.test(plain) ? plain : /\p{Nd}/u.test(one) ? String(digitOf(one)) : one;
  });
}

/** The digits of a script stand one after another in Unicode, from its zero. */
function digitOf(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++;
  return value;
}

interface Hiding {
  readonly number: RegExp;
  readonly cut: RegExp;
  readonly hide: (run: string) => string;
}

function without(text: string, { number, cut, hide }: Hiding): Masked {
  if (text.length < SHORTEST_PAN) return text as Masked;
  const whole = text.length > LONGEST ? text.slice(0, LONGEST).replace(cut, '') : text;
  return whole.replaceAll(TRACK, '(track)').replaceAll(number, hide) as Masked;
}

/**
 * F48 of a settlement: for each of two card groups two amounts with their counts, and a flag. No rows with a card
 * number have this length.
 */
const SETTLED = /^(?:\d{30}[0-3]){2}$/;
/**
 * F48 of an inquiry about a completed hold: two amounts, each below ¥10,000,000.00. A card number could match only with
 * the second amount's three zeros in just that place; larger amounts are masked like any text.
 */
const TWO_AMOUNTS = /^(?:000\d{9}){2}$/;

/**
 * F48 is left as it is if it holds only amounts, which would look like a card number now and then; else it is masked.
 */
export function maskedTotals(text: string): Masked {
  return SETTLED.test(text) || TWO_AMOUNTS.test(text) ? (text as Masked) : masked(text);
}

const SHORTEST_PAN = 13;
const LONGEST_PAN = 19;
/**
 * How a scheme's numbers begin (the published ranges), and how many digits they have. Digits that stand alone are
 * judged without this; in a longer run every tenth place would pass for a card number without it.
 */
const SCHEMES: readonly (readonly [beginning: RegExp, lengths: readonly number[]])[] = [
  [/^(?:60|62|64|65|81|9)/, [16, 17, 18, 19]],
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  [/^3[47]/, [15]],
  [/^35(?:2[89]|[3-8])/, [16, 17, 18, 19]],
  [/^3(?:0[0-5]|[689])/, [14, 16, 17, 18, 19]],
];

/** Masks the card number that a run of digits is, or those that it holds. */
function hidden(run: string): string {
  const digits = run.replaceAll(/\D/g, '');
  if (digits.length <= LONGEST_PAN && passesLuhn(digits)) {
    return `${digits.slice(0, 6)}${'*'.repeat(digits.length - 10)}${digits.slice(-4)}`;
  }
  return starred(run);
}

/** Puts a star for each digit of the card numbers in a run. */
function starred(run: string): string {
  const digits = run.replaceAll(/\D/g, '');
  const secret = new Set<number>();
  for (let from = 0; from + SHORTEST_PAN <= digits.length; from++) {
    for (const length of lengthsAt(digits, from)) {
      if (!passesLuhn(digits.slice(from, from + length))) continue;
      for (let place = from; place < from + length; place++) secret.add(place);
    }
  }
  let place = 0;
  return secret.size === 0 ? run : run.replaceAll(/\d/g, (digit) => (secret.has(place++) ? '*' : digit));
}

function lengthsAt(digits: string, from: number): readonly number[] {
  const head = digits.slice(from, from + 4);
  const lengths = SCHEMES.find(([beginning]) => beginning.test(head))?.[1] ?? [];
  return lengths.filter((length) => from + length <= digits.length);
}

/** Any JSON value, each of its texts masked. */
export type MaskedJson =
  | Masked
  | number
  | boolean
  | null
  | readonly MaskedJson[]
  | { readonly [name: string]: MaskedJson };

/** The largest number that is too short for a card number. */
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
