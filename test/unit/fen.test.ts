import fc from 'fast-check';
import t from 'tap';
import { askAmount } from '../../src/operator/ask.ts';
import type { Key } from '../../src/operator/keypad.ts';
import type { Operator } from '../../src/operator/operator.ts';
import { type Fen, fen, MOST_FEN, yuan } from '../../src/values/fen.ts';

t.test('an amount is a whole number of fen that twelve digits hold, and nothing else is one', async (t) => {
  for (const amount of [0, 1, 12_850, 999_999_999_999]) t.equal(fen(amount), amount);
  const none = [-1, 0.5, 12_850.01, 1e-9, Number.NaN, 1_000_000_000_000, 2 ** 53, Infinity, -Infinity];
  for (const amount of none) t.throws(() => fen(amount), RangeError, String(amount));
  // What comes from a file, a row or a line was never a number.
  for (const amount of ['1', '', null, undefined, 1n, true, [1], {}]) {
    t.throws(() => fen(amount as number), RangeError, String(amount));
  }
  t.throws(() => fen(-1), { message: 'not an amount in fen: -1; a whole number from 0 to 999999999999 is' });
});

t.test('what is written of an amount has its two places, and says the same when it is read', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: MOST_FEN }), fc.boolean(), (amount, grouped) => {
      const text = yuan(fen(amount), grouped);
      return /^\d[\d,]*\.\d\d$/.test(text) && Number(text.replace(/[.,]/g, '')) === amount;
    }),
  );
  t.equal(yuan(fen(MOST_FEN), true), '9,999,999,999.99');
});

/** A clerk who presses these one after the other, and goes away. */
async function typed(keys: readonly Key[], options: { first?: string; limit?: Fen } = {}) {
  const seen: (readonly [number, string | null])[] = [];
  const left = [...keys];
  let beeps = 0;
  const operator = {
    show: () => undefined,
    beep: () => void beeps++,
    pressWithin: async () => left.shift() ?? null,
  } as unknown as Operator;
  const amount = await askAmount(operator, {
    ...{ first: '0', limit: fen(MOST_FEN), wait_s: 60, ...options },
    draw: (drawn, refused) => {
      seen.push([drawn, refused]);
      return (() => ({})) as never;
    },
  });
  return { amount, last: seen.at(-1), beeps };
}

const digits = (text: string) => [...text] as Key[];

t.test('under a limit of twelve digits a thirteenth is refused, and what was typed stands', async (t) => {
  const nines = digits('999999999999');
  t.match(await typed([...nines, 'enter']), { amount: MOST_FEN, beeps: 0 });
  for (const more of ['0', '9', '*'] as const) {
    t.match(await typed([...nines, more]), { amount: null, last: [MOST_FEN, 'over'], beeps: 1 }, more);
    t.match(await typed([...nines, more, more, 'enter']), { amount: MOST_FEN, beeps: 2 }, more);
  }
  t.match(
    await typed([...digits('99999999999'), '*']),
    { last: [99_999_999_999, 'over'], beeps: 1 },
    'two zeros at once',
  );
  t.match(await typed([...digits('9999999999'), '*', 'enter']), { amount: 999_999_999_900, beeps: 0 });
  t.match(await typed([...nines, '0', 'clear', 'enter']), { amount: 99_999_999_999, beeps: 1 });
});
