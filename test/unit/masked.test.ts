import t from 'tap';
import { masked, maskedJson } from '../../src/values/masked.ts';
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
  ] as const) {
    t.equal(masked(text), expected);
  }
});

t.test('amounts, references, traces, dates and numbers that are no card stay', async (t) => {
  for (const text of ['000000012850', '633500000001', '2026-12-01T07:34:45.123Z', '6222020010011235', '¥50,000.00'])
    t.equal(masked(text), text);
});

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
