import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openRecord } from '../record.ts';
import { sales } from './flows-sale.ts';
import { pointOf, pointsOf, sample, wordOf } from './points.ts';

t.test('a run that was broken off knows what is done, of the same sources alone', async (t) => {
  const file = join(t.testdir(), 'kills', 'sales.jsonl');
  const outcome = { point: 'sale, before write tcp 1', came: true };
  const first = openRecord<typeof outcome>(file, 'one');
  t.same(first.done, []);
  first.add(outcome);
  // Killed in the middle of a line.
  appendFileSync(file, '{"point":"sale, af');
  const second = openRecord<typeof outcome>(file, 'one');
  t.same(second.done, [outcome]);
  second.add({ ...outcome, came: false });
  t.equal(openRecord<typeof outcome>(file, 'one').done.length, 2, 'what was broken off spoils nothing after it');
  t.notOk(existsSync(`${file}.before`));
  t.same(openRecord<typeof outcome>(file, 'another').done, []);
  t.ok(existsSync(`${file}.before`), 'what was of others is put aside');
});

t.test('a finding names a point in words that lead back to it', async (t) => {
  const calls = ['pwrite journal.db-wal', 'fsync journal.db-wal', 'write tcp', 'write tcp'];
  const points = [
    ...pointsOf({ name: 'sale' }, 'terminal', calls),
    ...pointsOf({ name: 'sale on slow paper' }, 'bank', ['pwrite bank.db-wal', 'write control.sock', 'write tcp']),
  ];
  t.equal(points.length, 2 * (4 + 2), 'before and after each; whoever asks the bank about its books is no part of it');
  for (const point of points) t.same(pointOf(wordOf(point)), point);
  t.ok(points.map(wordOf).includes('sale on slow paper, after pwrite bank-books-wal 1'));
  t.equal(pointOf('sale, in the middle of write tcp 1'), null);
});

t.test('a sample is spread over flows and over who dies; all of them are each one once', async (t) => {
  const calls = Array.from({ length: 30 }, () => ['pwrite journal.db-wal', 'write tcp', 'write printer']).flat();
  const points = sales.flatMap(({ name }) => [
    ...pointsOf({ name }, 'terminal', calls),
    ...pointsOf({ name }, 'bank', ['fsync bank.db-wal', 'write tcp']),
  ]);
  const some = sample(sales, points, 40, 7);
  t.same(some, sample(sales, points, 40, 7), 'the same for the same seed');
  t.equal(some.length, 40);
  t.equal(new Set(some.map(({ flow }) => flow)).size, sales.length);
  t.match(Map.groupBy(some, ({ victim }) => victim).get('bank')?.length, 12);
  const every = sample(sales, points, Number.POSITIVE_INFINITY, 7);
  t.equal(new Set(every.map(wordOf)).size, points.length);
  t.equal(every.length, points.length);
});
