import t from 'tap';
import { masked, maskedJson, maskedTotals, maskedWords } from '../../src/values/masked.ts';
import { Pan } from '../../src/values/pan.ts';

t.test('a card number is masked wherever it stands in a text', async (t) => {
  for (const [text, expected] of [
    ['6222020010011234', '622202******1234'],
    ['card 6222 0200 1001 1234, 12/30', 'card 622202******1234, 12/30'],
    ['a=6222020010011234;b', 'a=622202******1234;b'],
    ['4222222222222', '422222***2222'],
    ['6222020010011234=30121201020000000123', '(track)'],
    ['B6222020010011234^LI/XIAOMING^3012120', 'B(track)'],
    ['6222020010011234D3012120', '(track)'],
    ['62220200100112343012120', '****************3012120'],
    ['2026-12-01 6222020010011234', '20**-**-** ****************'],
    ['6222 0200 1001 1234 30/12', '**** **** **** **** 30/12'],
    ['8886222020010011234', '888****************'],
    ['62220200100112346225880010050087', '*'.repeat(32)],
    [`${'0'.repeat(40)}6222020010011234=3012`, '(track)'],
    ['47613400100782112', '****************2'],
  ] as const) {
    t.equal(masked(text), expected);
  }
});

t.test('of F48 the totals alone are left as they come', async (t) => {
  const totals = `${'000000012850'}001${'0'.repeat(15)}1${'476134001007'}821${'1'.repeat(15)}2`;
  t.equal(maskedTotals(totals), totals);
  t.equal(
    maskedTotals(`02${'710123456222020010011234'}`),
    '02710123456222020010011234'.replace('6222020010011234', '*'.repeat(16)),
  );
  t.notOk(maskedTotals(`${totals}6222020010011234`).includes('6222020010011234'));
});

t.test('the two amounts of a completed hold are left as they come, and a card number among zeros is not', async (t) => {
  const two = '000000009000000000010000';
  t.not(masked(two), two, 'it looks like a number that begins with 9');
  t.equal(maskedTotals(two), two);
  t.equal(maskedTotals('000999999999000999999999'), '000999999999000999999999');
  const number = '6222020010011234';
  for (let at = 0; at <= 24 - number.length; at++) {
    const around = `${'0'.repeat(at)}${number}`.padEnd(24, '0');
    t.notOk(maskedTotals(around).includes(number), around);
  }
  // Without its end, or with one digit more, it is no F48 of two amounts.
  for (const other of [two.slice(1), `${two}0`, `${two}\n`]) t.equal(maskedTotals(other), masked(other));
});

t.test('amounts, references, traces, dates and numbers that are no card stay', async (t) => {
  for (const text of [
    ...['000000012850', '633500000001', '2026-12-01T07:34:45.123Z', '6222020010011235', '¥50,000.00'],
    ...['633500000001 633500000002 633500000003', '2026-12-01 000123 000045', '00000000000000000000000000000000'],
    'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
  ])
    t.equal(masked(text), text);
});

t.test('of what a person has written a date beside a number stays, and no card number does', async (t) => {
  for (const [text, expected] of [
    ['2026-12-01 000126', '2026-12-01 000126'],
    ['20261201000126', '202612****0126'],
    ['slip 6222 0200 1001 1234', 'slip 622202******1234'],
    ['6222020010011234', '622202******1234'],
    ['17-6222020010011234', '17-****************'],
    ['2026-12-01 6222020010011234', '20**-**-** ****************'],
    ['6222020010011234=30121201020000000123', '(track)'],
    ['顾客说卡号６２２２０２００１００１１２３４，已付。', '顾客说卡号622202******1234，已付。'],
    ['６２２２０２００１００１１２３４＝３０１２１２０', '(track)'],
    ['⑥222 0200 1001 1234', '622202******1234'],
    ['٦٢٢٢٠٢٠٠١٠٠١١٢٣٤', '622202******1234'],
    ['slip 6222.0200.1001.1234', 'slip 622202******1234'],
    ['6222  0200  1001  1234', '622202******1234'],
    ['6222\u30000200\u30001001\u30001234', '622202******1234'],
    ['6222/0200/1001/1234', '622202******1234'],
    ['6222 – 0200 – 1001 – 1234', '622202******1234'],
    ['6222_0200·1001.-1234', '622202******1234'],
    ['6222\u200b0200\u200b1001\u200b1234', '622202******1234'],
    ['（6222）0200，1001，1234', '（622202******1234'],
    ['2026.12.01 17:34:05，凭证 000126', '2026.12.01 17:34:05，凭证 000126'],
    ['¥128.50 / ¥64.30，批次 000001-000045', '¥128.50 / ¥64.30，批次 000001-000045'],
    ['函 2026/12/01 第 17 号，案号 1002', '函 2026/12/01 第 17 号，案号 1002'],
    ['附①②两张单', '附12两张单'],
  ] as const) {
    t.equal(maskedWords(text), expected);
  }
});

t.test(
  'of a long text that is cut nothing is left of the number that stood at its end, however it was written',
  async (t) => {
    t.equal(maskedWords(`${'x'.repeat(1990)} 6222.0200.1001.1234`), `${'x'.repeat(1990)} `);
  },
);

t.test('data is masked through and through, and bytes have no content', async (t) => {
  const pan = Pan.from('6222020010011234');
  const told = maskedJson({
    deep: [{ pan: '6222020010011234' }],
    pan,
    key: Buffer.from('secret'),
    of: 6222020010011234,
  });
  const hidden = '622202******1234';
  t.same(told, { deep: [{ pan: hidden }], pan: hidden, key: '(6 bytes)', of: hidden });
  t.same(maskedJson([1, true, null, undefined, -5, 999_999_999_999]), [1, true, null, null, -5, 999_999_999_999]);
});
