import t from 'tap';
import { keyMatrix } from '../../board/virtual/keys.ts';
import { virtualClock } from '../virtual-clock.ts';

t.test('a contact springs for its time, whenever it is looked at, and then stays', async (t) => {
  const clock = virtualClock();
  const matrix = keyMatrix({
    ...{ rows: [1], columns: [2], keys: [['1']], bounce_ms: 6 },
    ...{ after: clock.after, now: clock.monotonic },
  });
  let edges = 0;
  matrix.onChange = () => {
    edges += 1;
    // As the wires do: whoever is told looks at once.
    matrix.level(2);
  };
  matrix.drive(1, 'low');
  t.equal(matrix.level(2), 1);
  const levels = async () => {
    const seen = [matrix.level(2)];
    for (let ms = 0; ms < 8; ms++) {
      await clock.advance(1);
      seen.push(matrix.level(2));
    }
    return seen;
  };
  matrix.press('1');
  t.same(await levels(), [0, 1, 0, 1, 0, 1, 0, 0, 0], 'closed, open, closed … for six milliseconds');
  t.ok(edges >= 6, 'each of them is told');
  matrix.release('1');
  t.same(await levels(), [1, 0, 1, 0, 1, 0, 1, 1, 1]);
});

t.test('an ideal switch is what was last done to it', async (t) => {
  const matrix = keyMatrix({ rows: [1, 3], columns: [2], keys: [['1'], ['4']], now: () => 0 });
  matrix.drive(1, 'low');
  matrix.drive(3, 'high');
  t.equal(matrix.level(2), 1);
  matrix.press('1');
  t.equal(matrix.level(2), 0);
  matrix.press('4');
  matrix.level(2);
  t.ok(matrix.fights() > 0, 'two rows meet over one column');
  matrix.release('1');
  t.equal(matrix.level(2), 1);
  matrix.stick('1', true);
  t.equal(matrix.level(2), 0);
  matrix.stick('1', false);
  matrix.releaseAll();
  t.equal(matrix.level(2), 1);
});
