import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { masked, maskedJson, maskedTotals } from '../../src/values/masked.ts';
import { passesLuhn } from '../../src/values/pan.ts';
import { runs } from '../share.ts';

const issuers: readonly { bins: readonly string[] }[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../bank/seed/issuers.json'), 'utf8'),
);
const bins = issuers.flatMap((issuer) => issuer.bins);

const digits = (min: number, max: number) => fc.stringMatching(new RegExp(`^[0-9]{${min},${max}}$`));

/** A number of one of the bank's issuers, of a length that its scheme has, with its check digit. */
const pan = fc
  .tuple(fc.constantFrom(...bins), fc.constantFrom(16, 17, 18, 19), digits(18, 18))
  .map(([bin, length, more]) => {
    const of = bin.startsWith('4') && length !== 19 ? 16 : length;
    const start = `${bin}${more}`.slice(0, of - 1);
    return `${start}${[...'0123456789'].find((digit) => passesLuhn(start + digit))}`;
  });
const glue = digits(0, 40);
const separators = fc.array(fc.constantFrom('', '', '', ' ', '-'), { minLength: 120, maxLength: 120 });
/** Digits with a space or a hyphen here and there, one at most between two. */
const spaced = (text: string, between: readonly string[]) =>
  [...text].map((digit, place) => `${digit}${between[place] ?? ''}`).join('');

const holds = (text: string, number: string) => text.replaceAll(/[ -]/g, '').includes(number);

t.test('a card number is gone from any digits that it is glued to, however it is spaced', async (t) => {
  t.ok(bins.length > 5, 'the test issuers');
  fc.assert(
    fc.property(pan, glue, glue, separators, (number, before, after, between) => {
      const text = `at ${spaced(`${before}${number}${after}`, between)}; end`;
      return !holds(masked(text), number);
    }),
    { numRuns: runs(3000) },
  );
});

t.test('two numbers in one run are both gone, and so is a track without its separator', async () => {
  fc.assert(
    fc.property(pan, pan, digits(17, 20), (one, other, rest) => {
      const both = masked(`${one}${other}`);
      const track = masked(`${one}${rest}`);
      return !holds(both, one) && !holds(both, other) && !holds(track, one);
    }),
    { numRuns: runs(1000) },
  );
});

t.test('of a text that is cut no number is left without its end', async () => {
  fc.assert(
    fc.property(pan, glue, fc.integer({ min: 1940, max: 2010 }), (number, after, at) => {
      const text = masked(`${'x'.repeat(at)}${number}${after}`);
      return text.length <= 2000 && !text.includes(number.slice(0, 12));
    }),
    { numRuns: runs(1000) },
  );
});

t.test('a number among data is gone wherever it stands', async () => {
  fc.assert(
    fc.property(pan, glue, (number, before) => {
      const told = JSON.stringify(maskedJson({ [`${before}${number}`]: [`${number}${before}`] }));
      return !told.includes(number);
    }),
    { numRuns: runs(500) },
  );
});

t.test('the totals of a settlement stay as they are, whatever they come to', async () => {
  const sums = fc.tuple(digits(30, 30), fc.integer({ min: 0, max: 3 }));
  fc.assert(
    fc.property(sums, sums, (home, foreign) => {
      const totals = [...home, ...foreign].join('');
      return maskedTotals(totals) === totals;
    }),
    { numRuns: runs(1000) },
  );
});

t.test('two amounts of a completed hold stay as they are, and a card number in their place does not', async () => {
  const below = fc.integer({ min: 0, max: 999_999_999 }).map((amount) => String(amount).padStart(12, '0'));
  fc.assert(
    fc.property(below, below, (refunded, completed) => {
      const totals = `${refunded}${completed}`;
      return maskedTotals(totals) === totals;
    }),
    { numRuns: runs(1000) },
  );
  fc.assert(
    fc.property(pan, fc.nat(11), digits(24, 24), (number, at, around) => {
      const text = `${around.slice(0, at)}${number}${around}`.slice(0, 24);
      // One in a thousand has three zeros in that place.
      fc.pre(text.includes(number) && text.slice(12, 15) !== '000');
      return !maskedTotals(text).includes(number);
    }),
    { numRuns: runs(1000) },
  );
});
