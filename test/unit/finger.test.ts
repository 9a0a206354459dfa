import t from 'tap';
import type { KeyName } from '../../board/virtual/far-ends.ts';
import { finger } from '../../board/virtual/finger.ts';

const PATIENCE_MS = 400;

function pad(looks: () => number = Date.now, powered?: () => boolean, patience_ms = PATIENCE_MS) {
  const moves: { move: string; at_ms: number }[] = [];
  const devices = {
    key: (key: KeyName, down: boolean) => moves.push({ move: `${key}${down ? '↓' : '↑'}`, at_ms: performance.now() }),
    looks: () => looks(),
  };
  const hand = finger(devices, powered, { down_ms: 40, up_ms: 40, rest_ms: 30, patience_ms });
  const spans = () => moves.slice(1).map(({ at_ms }, place) => at_ms - (moves[place]?.at_ms ?? 0));
  return { hand, moves, spans, order: () => moves.map(({ move }) => move) };
}

async function quiet(moves: readonly unknown[], count: number): Promise<void> {
  const deadline = Date.now() + 3000;
  while (moves.length < count && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
}

t.test('keys typed faster than a keypad can follow all arrive, each down and up for 40 ms', async (t) => {
  const { hand, moves, order, spans } = pad();
  // Rolled over, repeated, and tapped within one millisecond.
  hand.hold('1');
  hand.hold('2');
  hand.lift('1');
  hand.lift('2');
  hand.hold('2');
  hand.lift('2');
  await quiet(moves, 6);
  t.same(order(), ['1↓', '1↑', '2↓', '2↑', '2↓', '2↑']);
  for (const span of spans()) t.ok(span >= 38, `${span.toFixed(1)} ms`);
});

t.test('a key that is held stays down until it is let go, and a script waits its turn', async (t) => {
  const { hand, moves, order, spans } = pad();
  hand.hold('menu');
  const pressed = hand.press(['1']);
  await new Promise((resolve) => setTimeout(resolve, 150));
  t.same(order(), ['menu↓']);
  hand.lift('menu');
  await pressed;
  t.same(order(), ['menu↓', 'menu↑', '1↓', '1↑']);
  t.ok((spans()[0] ?? 0) >= 148);
  hand.lift('menu');
  t.equal(moves.length, 4, 'what is up cannot be lifted');
});

t.test('a closed board moves no key and leaves no timer', async (t) => {
  const { hand, moves } = pad();
  hand.hold('5');
  hand.close();
  await new Promise((resolve) => setTimeout(resolve, 60));
  t.equal(moves.length, 0);
});

t.test('a finger waits for a pad that nobody looks at just now, and gives up on one that is off', async (t) => {
  let looked = 0;
  const { hand, order } = pad(() => looked);
  const pressed = hand.press(['1']);
  await new Promise((resolve) => setTimeout(resolve, 150));
  t.same(order(), ['1↓'], 'held for longer than a press, until it is seen');
  looked += 2;
  await new Promise((resolve) => setTimeout(resolve, 80));
  t.same(order(), ['1↓', '1↑']);
  await pressed;
  const from_ms = performance.now();
  await hand.press(['2']);
  const took_ms = performance.now() - from_ms;
  t.ok(took_ms >= 2 * PATIENCE_MS - 4, `${took_ms.toFixed(1)} ms: the pad was waited for, going down and going up`);
  t.ok(took_ms < 10 * PATIENCE_MS, 'a terminal that hangs stops no script');
  hand.close();
});

t.test('a finger on the pad of a terminal that has just died waits for nobody', async (t) => {
  let powered = true;
  const { hand, order } = pad(
    () => 0,
    () => powered,
    10_000,
  );
  const pressed = hand.press(['1', '2']);
  await new Promise((resolve) => setTimeout(resolve, 150));
  t.same(order(), ['1↓'], 'it may only be busy');
  powered = false;
  const from_ms = performance.now();
  await pressed;
  t.ok(performance.now() - from_ms < 1500, 'not the twenty seconds for each key of a terminal that hangs');
  t.same(order(), ['1↓', '1↑', '2↓', '2↑']);
  hand.close();
});
