import t from 'tap';
import { countOf, detailsOf, totalsDigits, totalsOf, wholeCount } from '../../bank/upload.ts';
import { fen } from '../../src/values/fen.ts';

const PAN = '00006222020010011234';
const row = (trace: string, amount = '000000012850', pan = PAN) => `00${trace}${pan}${amount}`;

t.test('the totals of the public sample are read to the digit', async (t) => {
  // sample-messages.json, settlement-request.
  const totals = totalsOf('00000000000700700000000000000000000000000000000000000000000000');
  t.match(totals, { home: { debit: { amount: 7, count: 7 }, credit: { amount: 0, count: 0 } } });
  t.match(totals, { foreign: { debit: { amount: 0, count: 0 }, credit: { amount: 0, count: 0 } } });
});

t.test('the flags stand in the 31st and the 62nd digit, a count is its last three digits', async (t) => {
  const side = { amount: fen(12_850), count: 1002 };
  const none = { amount: fen(0), count: 0 };
  const totals = { home: { debit: side, credit: none }, foreign: { debit: none, credit: side } };
  const digits = totalsDigits(totals, { home: 1, foreign: 2 });
  t.equal(
    digits,
    ['000000012850', '002', '000000000000', '000', '1', '000000000000', '000', '000000012850', '002', '2'].join(''),
  );
  t.equal(digits.length, 62);
});

t.test('an upload holds one to eight rows, each whole', async (t) => {
  const eight = Array.from({ length: 8 }, (_, n) => row(`00001${n}`)).join('');
  const rows = detailsOf(`08${eight}`) ?? [];
  t.equal(rows.length, 8);
  t.match(rows[7], { group: 'home', trace: '000017', amount: 12_850 });
  t.equal(rows[7]?.pan.reveal(), '6222020010011234');
  t.equal(detailsOf(`0101000001${PAN}000000000100`)?.[0]?.group, 'foreign');
  for (const [digits, why] of [
    ['', 'nothing'],
    ['00', 'no rows'],
    [`09${eight}${row('000020')}`, 'nine rows'],
    [`02${row('000001')}`, 'fewer rows than counted'],
    [`01${row('000001')}0`, 'a digit too many'],
    [`02${row('000001')}${row('000001')}`, 'a trace twice'],
    [`01${row('000000')}`, 'no trace'],
    [`0102000001${PAN}000000012850`, 'no card class'],
    [`01${row('000001', undefined, '00006222020010011235')}`, 'a wrong check digit'],
    [`01${row('000001', undefined, '0'.repeat(20))}`, 'no account number'],
  ] as const) {
    t.equal(detailsOf(digits), null, why);
  }
});

t.test('totals and counts of another form are refused', async (t) => {
  for (const digits of ['', '0'.repeat(61), '0'.repeat(63), `${'0'.repeat(61)}1`]) t.equal(totalsOf(digits), null);
  t.equal(countOf('0017'), 17);
  for (const digits of ['', '17', '00017']) t.equal(countOf(digits), null);
});

t.test('of a count the number is meant that is nearest to what the books have', async (t) => {
  const said = [
    [0, 1000, 1000],
    [499, 1500, 1499],
    [1, 1999, 2001],
    [999, 0, 999],
    [998, 2, 998],
    [7, 7, 7],
  ] as const;
  for (const [count, near, whole] of said) t.equal(wholeCount(count, near), whole, `${count} near ${near}`);
});
