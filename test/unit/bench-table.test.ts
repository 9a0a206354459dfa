import t from 'tap';
import { quantile, table } from '../../bench/table.ts';

t.test('a figure stands beside its floor, its ratio and its bound', async (t) => {
  const figures = [
    { what: 'key', measured: '2.10 ms', floor: '0.30 ms echo', ratio: 7, bound: '≤ 3 ms', held: true },
    { what: 'memory', measured: '130 MB', floor: null, ratio: null, bound: '≤ 120 MB', held: false },
    { what: 'told', measured: '5', floor: null, ratio: null, bound: null, held: null },
  ];
  t.equal(
    table(figures),
    [
      '| figure | measured | floor        | ratio  | bound    |   |',
      '| ------ | -------- | ------------ | ------ | -------- | - |',
      '| key    | 2.10 ms  | 0.30 ms echo | 7.00 × | ≤ 3 ms   | ✓ |',
      '| memory | 130 MB   |              |        | ≤ 120 MB | ✗ |',
      '| told   | 5        |              |        |          |   |',
    ].join('\n'),
  );
});

t.test('a quantile is one of the values, whatever their order', async (t) => {
  const values = Array.from({ length: 101 }, (_, place) => (place * 37) % 101);
  t.equal(quantile(values, 0.5), 50);
  t.equal(quantile(values, 0.99), 99);
  t.equal(quantile([4], 0.5), 4);
});
