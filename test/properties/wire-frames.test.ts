import fc from 'fast-check';
import t from 'tap';
import { socketBoard } from '../../board/socket.ts';
import { frame, frameReader } from '../../board/wire-frames.ts';
import { runs } from '../share.ts';
import { rawTerminal, wiresBench } from '../wires-bench.ts';

const anyFrame = fc.record({
  channel: fc.nat(255),
  op: fc.nat(255),
  payload: fc.uint8Array({ maxLength: 300 }),
});

t.test('frames are read alike however the stream is cut', async (t) => {
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 20 }), fc.array(fc.nat(5_000), { maxLength: 30 }), (frames, cuts) => {
      const stream = Buffer.concat(frames.map(({ channel, op, payload }) => frame(channel, op, payload)));
      const read: { channel: number; op: number; payload: Uint8Array }[] = [];
      const reader = frameReader((channel, op, payload) =>
        read.push({ channel, op, payload: Uint8Array.from(payload) }),
      );
      let from = 0;
      for (const to of [...cuts, stream.length].map((cut) => Math.min(cut, stream.length)).sort((a, b) => a - b)) {
        if (to > from) reader(stream.subarray(from, to));
        from = to;
      }
      return Buffer.concat(read.map(({ channel, op, payload }) => frame(channel, op, payload))).equals(stream);
    }),
  );
  t.ok(true);
});

t.test('no bytes bring the board down: it refuses them, and serves the next terminal', async (t) => {
  await using bench = await wiresBench();
  // Half of the garbage is well-framed and comes after a good hello, so that it reaches the wires themselves.
  const wellFramed = fc
    .array(fc.record({ channel: fc.nat(5), op: fc.nat(6), payload: fc.uint8Array({ maxLength: 40 }) }), {
      maxLength: 12,
    })
    .map((frames) =>
      Buffer.concat([frame(0, 1, [0, 1]), ...frames.map(({ channel, op, payload }) => frame(channel, op, payload))]),
    );
  const garbage = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
  await fc.assert(
    fc.asyncProperty(fc.oneof(wellFramed, garbage), async (bytes) => {
      await rawTerminal(bench.path, bytes);
    }),
    { numRuns: runs(300) },
  );
  const board = await socketBoard(bench.dir);
  t.same([...(await (await board.i2c(1)).read(0x3c, 1))], [0x43]);
  await board.close();
});
