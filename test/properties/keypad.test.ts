import fc from 'fast-check';
import t from 'tap';
import type { Key } from '../../board/buses.ts';
import { allKeys, keypadBench } from '../keypad-bench.ts';
import { runs } from '../share.ts';

const key = fc.constantFrom(...allKeys);
const keyAt = (row: number, column: number) => allKeys[row * 4 + column] as Key;

/** The four corners of a rectangle of switches, in any order. */
const rectangle = fc
  .tuple(
    fc.uniqueArray(fc.nat(3), { minLength: 2, maxLength: 2 }),
    fc.uniqueArray(fc.nat(3), { minLength: 2, maxLength: 2 }),
    fc.nat(3),
  )
  .map(([rows, columns, turn]) => {
    const corners = rows.flatMap((row) => columns.map((column) => keyAt(row, column)));
    return [...corners.slice(turn), ...corners.slice(0, turn)] as [Key, Key, Key, Key];
  });

t.test('every key is found, once', async (t) => {
  for (const name of allKeys) {
    await using bench = await keypadBench();
    bench.switches.press(name);
    await bench.clock.advance(40);
    bench.switches.release(name);
    await bench.clock.advance(40);
    const presses = await bench.presses();
    t.same(
      presses.map((press) => [press.key, press.held]),
      [[name, false]],
    );
  }
});

t.test('a press is told at the leading edge, not after a wait', async (t) => {
  await using bench = await keypadBench();
  const press = bench.pad.next();
  const at_ms = bench.clock.monotonic();
  bench.switches.press('5');
  t.same(await press, { key: '5', held: false, at_ms });
});

t.test('any two keys are found whichever way they overlap', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(key, { minLength: 2, maxLength: 2 }),
      fc.nat(60),
      fc.boolean(),
      async (keys, gap, swap) => {
        await using bench = await keypadBench();
        const [first, second] = keys as [Key, Key];
        bench.switches.press(first);
        await bench.clock.advance(gap);
        bench.switches.press(second);
        await bench.clock.advance(60);
        for (const name of swap ? [second, first] : [first, second]) {
          bench.switches.release(name);
          await bench.clock.advance(30);
        }
        await bench.clock.advance(60);
        const found = (await bench.presses()).map((press) => press.key);
        return found.sort().join() === [first, second].sort().join() && bench.switches.fights() === 0;
      },
    ),
  );
  t.ok(true);
});

t.test('presses come in the order of the fingers', async (t) => {
  const finger = fc.record({
    name: key,
    up_ms: fc.integer({ min: 40, max: 90 }),
    down_ms: fc.integer({ min: 40, max: 200 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(finger, { maxLength: 12 }), async (fingers) => {
      await using bench = await keypadBench();
      for (const { name, up_ms, down_ms } of fingers) {
        bench.switches.press(name);
        await bench.clock.advance(down_ms);
        bench.switches.release(name);
        await bench.clock.advance(up_ms);
      }
      const found = (await bench.presses()).map((press) => press.key);
      return found.join() === fingers.map(({ name }) => name).join();
    }),
  );
  t.ok(true);
});

t.test('the same key, up and down as fast as a test types, is never lost', async (t) => {
  const press = fc.record({ down_ms: fc.integer({ min: 24, max: 45 }), up_ms: fc.integer({ min: 24, max: 45 }) });
  await fc.assert(
    fc.asyncProperty(key, fc.array(press, { minLength: 1, maxLength: 16 }), async (name, typed) => {
      await using bench = await keypadBench();
      for (const { down_ms, up_ms } of typed) {
        bench.switches.press(name);
        await bench.clock.advance(down_ms);
        bench.switches.release(name);
        await bench.clock.advance(up_ms);
      }
      return (await bench.presses()).length === typed.length;
    }),
  );
  t.ok(true);
});

t.test('a third corner of a rectangle is not believed, nor its ghost, until they can be told apart', async (t) => {
  await fc.assert(
    fc.asyncProperty(rectangle, async ([first, second, third, ghost]) => {
      await using bench = await keypadBench();
      bench.switches.press(first);
      await bench.clock.advance(30);
      bench.switches.press(second);
      await bench.clock.advance(30);
      bench.switches.press(third);
      await bench.clock.advance(100);
      const found = (await bench.presses()).map((press) => press.key);
      if (found.includes(third) || found.includes(ghost) || found.length !== 2) return false;
      const problem = await bench.check();
      if (problem?.kind !== 'device-garbled') return false;
      bench.switches.release(first);
      await bench.clock.advance(100);
      return (await bench.presses()).map((press) => press.key).join() === third;
    }),
  );
  t.ok(true);
});

t.test('three keys pressed at once in a rectangle give no press at all', async (t) => {
  await fc.assert(
    fc.asyncProperty(rectangle, async (corners) => {
      await using bench = await keypadBench();
      for (const name of corners.slice(0, 3)) bench.switches.press(name);
      await bench.clock.advance(300);
      // The very first contact may be told: it was pressed alone when its edge came.
      const found = (await bench.presses()).map((press) => press.key);
      return found.every((name) => name === corners[0]);
    }),
  );
  t.ok(true);
});

t.test('bounce never doubles a press and never loses one', async (t) => {
  // When the contact springs open and closed again, in ms after the finger moved.
  const bounce = fc.uniqueArray(fc.integer({ min: 1, max: 18 }), { maxLength: 8 }).map((times) => {
    const even = times.length % 2 === 0 ? times : times.slice(1);
    return even.sort((a, b) => a - b);
  });
  const spring = async (
    bench: Awaited<ReturnType<typeof keypadBench>>,
    name: Key,
    times: number[],
    closes: boolean,
  ) => {
    const move = (closed: boolean) => (closed ? bench.switches.press(name) : bench.switches.release(name));
    move(closes);
    let passed = 0;
    for (const [turn, at] of times.entries()) {
      await bench.clock.advance(at - passed);
      passed = at;
      move(turn % 2 === 0 ? !closes : closes);
    }
    await bench.clock.advance(60 - passed);
  };
  await fc.assert(
    fc.asyncProperty(key, bounce, bounce, fc.nat(3), async (name, down, up, again) => {
      await using bench = await keypadBench();
      for (let turn = 0; turn <= again; turn++) {
        await spring(bench, name, down, true);
        await spring(bench, name, up, false);
      }
      const found = await bench.presses();
      return found.length === again + 1 && found.every((press) => press.key === name && !press.held);
    }),
    { numRuns: runs(100) },
  );
  t.ok(true);
});

t.test('a stuck key is reported, and every other key still works', async (t) => {
  await fc.assert(
    fc.asyncProperty(key, key, async (stuck, other) => {
      fc.pre(stuck !== other);
      await using bench = await keypadBench();
      bench.switches.stick(stuck, true);
      await bench.clock.advance(11_000);
      await bench.presses();
      const problem = await bench.check();
      if (problem?.kind !== 'key-stuck' || problem.keys.join() !== stuck) return false;
      bench.switches.press(other);
      await bench.clock.advance(40);
      bench.switches.release(other);
      await bench.clock.advance(100);
      return (await bench.presses()).map((press) => press.key).join() === other;
    }),
    { numRuns: runs(25) },
  );
  t.ok(true);
});
