import t from 'tap';
import { lastingLine } from '../../board/lasting-line.ts';
import { linePair } from '../line-pair.ts';

t.test('a line that was unplugged is opened again by the next write, and is heard again', async (t) => {
  const [firstNear, firstFar] = linePair();
  const [secondNear, secondFar] = linePair();
  const offered = [firstNear, null, secondNear];
  const line = lastingLine(async () => {
    const next = offered.shift();
    if (next == null) throw new Error('nothing there');
    return next;
  });
  const heard: number[] = [];
  const unlisten = line.listen((bytes) => heard.push(...bytes));

  await line.write(Uint8Array.of(1));
  await firstFar.write(Uint8Array.of(11));
  t.same(heard, [11]);

  firstNear.sever();
  await firstNear.closed;
  await t.rejects(line.write(Uint8Array.of(2)), { message: 'nothing there' });

  const far: number[] = [];
  secondFar.listen((bytes) => far.push(...bytes));
  await Promise.all([line.write(Uint8Array.of(3)), line.write(Uint8Array.of(4))]);
  await secondFar.write(Uint8Array.of(22));
  t.same(far, [3, 4], 'two writes open it once');
  t.same(heard, [11, 22]);

  unlisten();
  await secondFar.write(Uint8Array.of(33));
  t.same(heard, [11, 22]);
  await line.close();
  await line.closed;
  await t.rejects(line.write(Uint8Array.of(5)), { message: 'the line was closed' });
});
