import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import t from 'tap';
import { type Message, message, packFrame } from '../../src/host/codec.ts';
import { lineConnect } from '../../src/host/connect.ts';
import { type Link, openLink, type WireEvent } from '../../src/host/link.ts';
import { systemClock } from '../../src/values/clock.ts';
import { hostSettings, problemOf } from '../bank-countertop.ts';

const NOBODY = 'tcp://127.0.0.1:1';
const request = message({
  ...{ tpdu: '6000030000', header: '603100310000', mti: '0200', pan: '6222020010011234', trace: '000007' },
  ...{ terminal: '50461160', merchant: '898110248990001' },
});
const frame = Uint8Array.from(packFrame(request));
const answer = (trace: string): Buffer =>
  Buffer.from(
    packFrame(
      message({ tpdu: '6000000003', header: '603100310000', mti: '0210', trace, terminal: '50461160', code: '00' }),
    ),
  );

interface Far extends AsyncDisposable {
  readonly address: string;
  readonly got: Buffer[];
}

/** A host that does `act` with each connection once the whole request has come, or at once where `early`. */
async function far(act: (socket: Socket) => void, early = false): Promise<Far> {
  const got: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    if (early) act(socket);
    let bytes = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (early || bytes.length < frame.length) return;
      got.push(bytes);
      act(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    got,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function linkTo(primary: string, backup = NOBODY, answer_ms = 150, onWire?: (event: WireEvent) => void): Link {
  const connect = lineConnect({ folder: '.' });
  return openLink(hostSettings(primary, backup, answer_ms), { connect, clock: systemClock, ...(onWire && { onWire }) });
}

t.test('an answer in one-byte fragments is an answer', async (t) => {
  await using host = await far(async (socket) => {
    for (const byte of answer('000007')) {
      socket.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  const link = linkTo(host.address, NOBODY, 2000);
  const end = await link.exchange({ message: request, frame });
  t.match(end, { end: 'answer' });
  if (end.end === 'answer') t.equal(end.message.code, '00');
  t.equal(link.line, 'primary');
  t.strictSame(host.got[0], Buffer.from(frame), 'it was sent once and whole');
});

t.test('each exchange has a connection of its own, and hangs it up', async (t) => {
  let gone = 0;
  await using host = await far((socket) => {
    socket.once('close', () => gone++);
    socket.write(answer('000007'));
  });
  const link = linkTo(host.address);
  for (let i = 0; i < 3; i++) await link.exchange({ message: request, frame });
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.equal(gone, 3);
});

t.test('a host that says nothing is silent after exactly the configured wait', async (t) => {
  await using host = await far(() => undefined);
  t.strictSame(await linkTo(host.address).exchange({ message: request, frame }), { end: 'silent', waited_ms: 150 });
});

t.test('a host that hangs up before, or in the middle of, its answer', async (t) => {
  await using hangs = await far((socket) => socket.end());
  t.strictSame(await linkTo(hangs.address).exchange({ message: request, frame }), { end: 'line-lost' });
  await using half = await far((socket) => socket.end(answer('000007').subarray(0, 20)));
  t.match(await linkTo(half.address).exchange({ message: request, frame }), { end: 'garbled', field: 'frame' });
});

t.test('a host that talks nonsense is garbled, by name', async (t) => {
  const cases = [
    { bytes: Buffer.from([0, 0]), field: 'frame' },
    { bytes: Buffer.from([0xff, 0xff, 1]), field: 'frame' },
    { bytes: Buffer.concat([Buffer.from([0, 5]), Buffer.alloc(5)]), field: 'message' },
    { bytes: spoiled(answer('000007'), 2 + 11, 0xfa), field: 'MTI' },
    { bytes: spoiled(answer('000007'), 2 + 21, 0xaa), field: 'F11' },
    { bytes: Buffer.alloc(9000, 0x31), field: 'frame' },
  ];
  for (const { bytes, field } of cases) {
    await using host = await far((socket) => socket.write(bytes));
    t.match(await linkTo(host.address).exchange({ message: request, frame }), { end: 'garbled', field });
  }
});

t.test('answers to another trace are discarded and counted; ours still counts', async (t) => {
  await using host = await far((socket) =>
    socket.write(Buffer.concat([answer('000006'), answer('000005'), answer('000007')])),
  );
  const events: WireEvent[] = [];
  const link = linkTo(host.address, NOBODY, 150, (event) => events.push(event));
  t.match(await link.exchange({ message: request, frame }), { end: 'answer' });
  t.equal(link.discarded, 2);
  t.strictSame(
    events.map(({ direction, note }) => [direction, note]),
    [
      ['out', null],
      ['in', 'an answer to something else'],
      ['in', 'an answer to something else'],
      ['in', null],
    ],
  );
  t.notMatch(JSON.stringify(events), '6222020010011234');
});

t.test('an answer that comes twice is taken once', async (t) => {
  await using host = await far((socket) => socket.write(Buffer.concat([answer('000007'), answer('000007')])));
  const link = linkTo(host.address);
  t.match(await link.exchange({ message: request, frame }), { end: 'answer' });
  t.match(await link.exchange({ message: request, frame }), { end: 'answer' });
});

t.test('a late answer is told and counted, and changes nothing', async (t) => {
  await using host = await far((socket) => void setTimeout(() => socket.write(answer('000007')), 120));
  const link = linkTo(host.address, NOBODY, 80);
  const late = new Promise<Message>((resolve) => {
    void link
      .exchange({ message: request, frame, late: (_, heard) => resolve(heard) })
      .then((end) => t.match(end, { end: 'silent' }));
  });
  t.equal((await late).trace, '000007');
  t.equal(link.discarded, 1);
});

t.test('closing the link ends the wait for late answers', async (t) => {
  await using host = await far(() => undefined);
  const link = linkTo(host.address, NOBODY, 50);
  t.match(await link.exchange({ message: request, frame, late: () => t.fail('nothing came') }), { end: 'silent' });
  link.close();
});

t.test('the backup line is taken when the primary cannot be reached, and neither is a Fault', async (t) => {
  await using host = await far((socket) => socket.write(answer('000007')));
  const link = linkTo(NOBODY, host.address);
  t.match(await link.exchange({ message: request, frame }), { end: 'answer' });
  t.equal(link.line, 'backup');
  const none = linkTo(NOBODY, 'published:nobody');
  let told = 0;
  const problem = await problemOf(none.exchange({ message: request, frame, beforeFirstByte: () => told++ }));
  t.strictSame(problem, { kind: 'line-down', tried: [NOBODY, 'published:nobody'] });
  t.equal(told, 0, 'nothing was sent, so nothing is written down as sent');
  t.equal(none.line, 'down');
});

t.test('once a connection stands the request stays with it: a lost line is never made good on the other', async (t) => {
  await using first = await far((socket) => socket.destroy());
  await using second = await far((socket) => socket.write(answer('000007')));
  const link = linkTo(first.address, second.address);
  t.strictSame(await link.exchange({ message: request, frame }), { end: 'line-lost' });
  t.equal(second.got.length, 0);
});

t.test('the first byte waits for beforeFirstByte, and a throw there sends nothing', async (t) => {
  await using host = await far((socket) => socket.write(answer('000007')));
  const order: string[] = [];
  const link = linkTo(host.address, NOBODY, 150, (event) => order.push(event.direction));
  await link.exchange({
    message: request,
    frame,
    beforeFirstByte: () => void order.push(`written, ${host.got.length} sent`),
  });
  t.strictSame(order, ['written, 0 sent', 'out', 'in']);
  const full = new Error('the disk is full');
  const refused = link.exchange({
    message: request,
    frame,
    beforeFirstByte: () => {
      throw full;
    },
  });
  await t.rejects(refused, full);
  t.equal(host.got.length, 1);
});

t.test('a connection that never stands is given up after its deadline', async (t) => {
  const settings = hostSettings('tcp://one:1', 'tcp://two:2', 100);
  const asked: string[] = [];
  const link = openLink(
    { ...settings, network: { ...settings.network, connect_timeout_ms: 30 } },
    {
      clock: systemClock,
      connect: (address, signal) =>
        new Promise((_, reject) => {
          asked.push(address);
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        }),
    },
  );
  t.match(await problemOf(link.exchange({ message: request, frame })), { kind: 'line-down' });
  t.strictSame(asked, ['tcp://one:1', 'tcp://two:2']);
});

t.test('an abort ends the wait', async (t) => {
  await using host = await far(() => undefined);
  const stop = new AbortController();
  const waiting = linkTo(host.address, NOBODY, 5000).exchange({ message: request, frame }, stop.signal);
  setTimeout(() => stop.abort(new Error('the operator left')), 30);
  await t.rejects(waiting, { message: 'the operator left' });
});

function spoiled(bytes: Buffer, at: number, value: number): Buffer {
  bytes[at] = value;
  return bytes;
}

t.test('what may be told again is told again beside the first, and whichever is answered first counts', async (t) => {
  let asked = 0;
  await using deaf = await far((socket) => {
    // The first two answers are lost on their way.
    if (++asked === 3) socket.write(answer('000007'));
  });
  const end = await linkTo(deaf.address, NOBODY, 5000).exchange({ message: request, frame, again_ms: 40 });
  t.match(end, { end: 'answer' });
  t.equal(deaf.got.length, 3);
  t.ok(
    deaf.got.every((got) => got.equals(Buffer.from(frame))),
    'the same bytes each time',
  );

  let first: Socket | null = null;
  await using slow = await far((socket) => {
    if (first === null) first = socket;
    else first.write(answer('000007'));
  });
  t.match(await linkTo(slow.address, NOBODY, 5000).exchange({ message: request, frame, again_ms: 40 }), {
    end: 'answer',
  });
});

t.test('telling again ends with the wait, and never where nobody said that it may be', async (t) => {
  await using silent = await far(() => undefined);
  const end = await linkTo(silent.address, NOBODY, 700).exchange({ message: request, frame, again_ms: 20 });
  t.strictSame(end, { end: 'silent', waited_ms: 700 });
  t.equal(silent.got.length, 8, 'so often at most');
  await linkTo(silent.address, NOBODY, 200).exchange({ message: request, frame });
  t.equal(silent.got.length, 9, 'a sale is never sent twice');
});

t.test('an answer does not wait for another line that takes its time to stand, and that line is hung up', async (t) => {
  for (const abandons of [true, false]) {
    await using host = await far((socket) => void setTimeout(() => socket.write(answer('000007')), 80));
    const first = lineConnect({ folder: '.' });
    const late = Promise.withResolvers<void>();
    let connects = 0;
    const events: WireEvent[] = [];
    const link = openLink(hostSettings(host.address, NOBODY, 9000), {
      clock: systemClock,
      onWire: (event) => events.push(event),
      connect: async (address, signal) => {
        if (++connects === 1) return first(address, signal);
        // One line that gives up when it is told to, and one that stands all the same, too late.
        await new Promise<void>((resolve, reject) => {
          signal.addEventListener('abort', () => (abandons ? reject(signal.reason) : setTimeout(resolve, 20)));
        });
        const close = async () => late.resolve();
        return { close, closed: late.promise, write: async () => void t.fail('told'), listen: () => () => undefined };
      },
    });
    const since = performance.now();
    t.match(await link.exchange({ message: request, frame, again_ms: 20 }), { end: 'answer' });
    t.ok(performance.now() - since < 2000, 'not after its deadline');
    if (!abandons) await late.promise;
    t.equal(connects, 2);
    t.same(
      events.map(({ direction }) => direction),
      ['out', 'in'],
      'nobody claims to have told it again',
    );
    t.equal(link.line, 'primary');
  }
});

t.test('every line on which it was told again is hung up with the first', async (t) => {
  let asked = 0;
  await using host = await far((socket) => {
    if (++asked === 3) socket.write(answer('000007'));
  });
  const dial = lineConnect({ folder: '.' });
  let open = 0;
  const link = openLink(hostSettings(host.address, NOBODY, 5000), {
    clock: systemClock,
    connect: async (address, signal) => {
      const stream = await dial(address, signal);
      open++;
      return { ...stream, close: () => stream.close().finally(() => open--) };
    },
  });
  t.match(await link.exchange({ message: request, frame, again_ms: 20 }), { end: 'answer' });
  t.equal(open, 0);
});
