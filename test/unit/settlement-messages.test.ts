import t from 'tap';
import type { Message } from '../../src/host/codec.ts';
import { settledOf, settlementFacts } from '../../src/host/settlement.ts';
import { fen } from '../../src/values/fen.ts';
import { Pan } from '../../src/values/pan.ts';

const side = (amount: number, count: number) => ({ amount: fen(amount), count });
const totals = {
  home: { debit: side(12_850, 3), credit: side(300, 1) },
  foreign: { debit: side(999_999_999_999, 1000), credit: side(0, 0) },
};
/** F48 of a 0500, written out: amount 12 and count 3 of each side, a zero for each group's flag. */
const DIGITS = [
  '000000012850',
  '003',
  '000000000300',
  '001',
  '0',
  '999999999999',
  '000',
  '000000000000',
  '000',
  '0',
].join('');

const pan = (digits: string): Pan => {
  const made = Pan.from(digits);
  if (made === null) throw new Error(digits);
  return made;
};
const heard = (fields: object) => settledOf(fields as Message);

t.test(
  'the totals are 62 digits: home before foreign, debit before credit, a count without its thousands',
  async (t) => {
    t.equal(DIGITS.length, 62);
    t.same(settlementFacts({ step: 'settle', totals, operator: '01' }), { operator: '01', totals: DIGITS });
  },
);

t.test('a row of an upload is class, trace, account number and amount', async (t) => {
  const rows = [
    { group: 'home' as const, trace: '000123', pan: pan('6222020010011234'), amount: fen(12_850) },
    { group: 'foreign' as const, trace: '000124', pan: pan('4111111111111111'), amount: fen(1) },
  ];
  t.same(settlementFacts({ step: 'upload', rows }), {
    totals: `02${'00'}000123${'00006222020010011234'}000000012850${'01'}000124${'00004111111111111111'}000000000001`,
  });
  t.same(settlementFacts({ step: 'upload', rows: [] }), { totals: '00' });
});

t.test('the end of an upload says how many there were, in four digits', async (t) => {
  t.same(settlementFacts({ step: 'upload-end', count: 7 }), { totals: '0007' });
  t.same(settlementFacts({ step: 'upload-end-balanced', count: 12_345 }), { totals: '2345' });
});

t.test('an answer gives each group its flag and the bank’s own totals', async (t) => {
  const digits = `${DIGITS.slice(0, 30)}1${DIGITS.slice(31, 61)}2`;
  t.same(heard({ code: '00', totals: digits, batch: '00000007' })?.compared, {
    flags: { home: 1, foreign: 2 },
    bank: { ...totals, foreign: { ...totals.foreign, debit: side(999_999_999_999, 0) } },
  });
  t.same(heard({ code: '00' })?.compared, null);
  for (const wrong of [
    `${digits}0`,
    `0${digits}`,
    digits.slice(1),
    DIGITS,
    digits.slice(31),
    digits.replace('3', 'x'),
  ]) {
    t.equal(heard({ code: '00', totals: wrong })?.compared, null, wrong);
  }
});

t.test('the next batch is six digits and not none', async (t) => {
  const nextOf = (batch: string) => heard({ code: '00', batch })?.next;
  t.equal(nextOf('00000007'), '000007');
  t.equal(nextOf('00000007201'), '000007');
  t.equal(nextOf('00100000'), '100000');
  for (const none of ['', '00', '00000000', '0000000', '00abcdef']) t.equal(nextOf(none), null, none);
  t.equal(heard({ code: '00' })?.next, null);
});

t.test('a code that wants a sign-in says so, another does not, and without a code there is no answer', async (t) => {
  t.equal(heard({}), null);
  t.match(heard({ code: '77' }), { code: '77', signInAgain: true });
  t.match(heard({ code: '94' }), { code: '94', signInAgain: false });
  t.equal(heard({ code: 'ZZ' })?.signInAgain, false);
});
