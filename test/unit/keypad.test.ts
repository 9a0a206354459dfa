import t from 'tap';
import type { Key } from '../../board/buses.ts';
import { keyMatrix } from '../../board/virtual/keys.ts';
import { keypad } from '../../src/operator/keypad.ts';
import { allKeys, keypadBench, layout } from '../keypad-bench.ts';
import { virtualClock } from '../virtual-clock.ts';

const names = (presses: readonly { key: Key; held: boolean }[]) =>
  presses.map(({ key, held }) => (held ? `${key}…` : key));

t.test('a key that is held is told of again after a second, once', async (t) => {
  await using bench = await keypadBench();
  bench.switches.press('menu');
  await bench.clock.advance(990);
  t.same(names(await bench.presses()), ['menu']);
  await bench.clock.advance(1_010);
  bench.switches.release('menu');
  await bench.clock.advance(100);
  t.same(names(await bench.presses()), ['menu…']);
});

t.test('a pad at rest answers its check, drives no line against another and keeps no timer', async (t) => {
  await using bench = await keypadBench();
  t.equal(await bench.check(), null);
  await bench.clock.advance(100);
  t.equal(bench.clock.sleeping, 0);
  t.equal(bench.switches.fights(), 0);
});

t.test('a key that is down when power comes is no press, and is reported as stuck until it is let go', async (t) => {
  await using bench = await keypadBench(['5']);
  t.same(await bench.check(), { kind: 'key-stuck', keys: ['5'] });
  t.same(await bench.presses(), []);
  bench.switches.release('5');
  await bench.clock.advance(50);
  t.equal(await bench.check(), null);
  bench.switches.press('5');
  await bench.clock.advance(50);
  t.same(names(await bench.presses()), ['5']);
});

t.test('a column that is pulled low for good is named by its number', async (t) => {
  await using bench = await keypadBench();
  // A bent pin: the third column touches ground.
  bench.switches.drive(6, 'low');
  await bench.clock.advance(100);
  const problem = await bench.check();
  t.match(problem, { kind: 'device-garbled', device: 'keypad', why: /column 3/ });
});

t.test('sixteen presses are kept, the seventeenth is not, and a flush forgets them', async (t) => {
  await using bench = await keypadBench();
  const typed = [...allKeys, '1' as Key];
  const type = async () => {
    for (const name of typed) {
      bench.switches.press(name);
      await bench.clock.advance(40);
      bench.switches.release(name);
      await bench.clock.advance(40);
    }
  };
  await type();
  t.same(names(await bench.presses()), [...allKeys]);
  await type();
  bench.pad.flush();
  t.same(await bench.presses(), []);
});

t.test('a wait that is given up loses no press', async (t) => {
  await using bench = await keypadBench();
  const stop = new AbortController();
  const given_up = bench.pad.next(stop.signal);
  stop.abort(new Error('the question is gone'));
  await t.rejects(given_up, { message: 'the question is gone' });
  bench.switches.press('7');
  await bench.clock.advance(50);
  t.same(names(await bench.presses()), ['7']);
  await t.rejects(bench.pad.next(AbortSignal.abort(new Error('never begun'))), { message: 'never begun' });
});

t.test('two callers at once are a mistake that is told', async (t) => {
  await using bench = await keypadBench();
  const first = bench.pad.next();
  await t.rejects(bench.pad.next(), { message: /two callers/ });
  bench.switches.press('1');
  await bench.clock.advance(0);
  t.equal((await first).key, '1');
});

t.test('lines that are gone end every wait by name', async (t) => {
  const bench = await keypadBench();
  const waiting = bench.pad.next();
  bench.lines.cut();
  bench.switches.press('1');
  await t.rejects(waiting, { name: 'Fault', message: 'device-lost' });
  await t.rejects(bench.pad.check(), { name: 'Fault', message: 'device-lost' });
  await t.rejects(bench.pad.next(), { name: 'Fault', message: 'device-lost' });
  await bench.pad.close();
});

t.test('lines that cannot be claimed are the keypad lost, with the cause', async (t) => {
  const taken = () => Promise.reject(new Error('gpio517: cannot be opened'));
  await t.rejects(keypad({ outputs: taken, inputs: taken }, layout, virtualClock()), {
    message: 'device-lost',
    cause: { message: 'gpio517: cannot be opened' },
  });
});

t.test('the matrix is bare switches: three corners of a rectangle pull the fourth', async (t) => {
  const switches = keyMatrix({ rows: [0, 1, 2, 3], columns: [4, 5, 6, 7], keys: layout.keys });
  for (const key of ['1', '2', '4']) switches.press(key);
  for (const row of [0, 2, 3]) switches.drive(row, 'released');
  switches.drive(1, 'low');
  t.equal(switches.level(4), 0, 'row 2 pulls column 1 through 4');
  t.equal(switches.level(5), 0, 'and column 2 through 4, 1 and 2');
  t.equal(switches.level(6), 1, 'column 3 stays up');
  switches.drive(0, 'high');
  t.equal(switches.level(5), 0);
  t.ok(switches.fights() > 0, 'a row driven high fights it');
  t.throws(() => switches.press('F1'), { message: /no key "F1"/ });
});

t.test('a key that is let go is looked at twice more, which is what a feeling finger waits for', async (t) => {
  await using bench = await keypadBench();
  bench.switches.press('5');
  await bench.clock.advance(40);
  bench.switches.release('5');
  const from = bench.switches.looks();
  await bench.clock.advance(40);
  t.ok(bench.switches.looks() >= from + 2, `${bench.switches.looks() - from} looks`);
  t.same(
    (await bench.presses()).map(({ key }) => key),
    ['5'],
  );
});
