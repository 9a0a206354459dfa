import { inspect } from 'node:util';
import t from 'tap';
import { stripeFarEnd } from '../../board/virtual/stripe.ts';
import { stripeReader } from '../../src/card/stripe-reader.ts';
import { systemClock } from '../../src/values/clock.ts';
import { Fault } from '../../src/values/problem.ts';
import { linePair } from '../line-pair.ts';

const CARD = {
  track1: 'B6222020010011234^WANG/XIAOMING^3012120000000000',
  track2: '6222020010011234=30121200000000000',
  track3: '996222020010011234=1561560000000000',
};

function counter() {
  const [near, far] = linePair();
  const farEnd = stripeFarEnd(far);
  const reader = stripeReader(near, systemClock);
  const stop = new AbortController();
  return {
    near,
    farEnd,
    reader,
    signal: stop.signal,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await reader.close();
      farEnd.close();
    },
  };
}

t.test('a swiped card is read, masked wherever it is printed', async (t) => {
  await using at = counter();
  const swipe = at.reader.next(at.signal);
  t.equal(await at.farEnd.swipe(CARD), 'read');
  const read = await swipe;
  if (read.read !== 'card') return t.fail(read.why);
  t.equal(read.card.pan.masked, '622202******1234');
  t.equal(read.card.expiry, '3012');
  t.equal(read.card.serviceCode, '120');
  t.equal(read.card.name, 'W***');
  t.equal(read.card.hasChip, false);
  t.equal(read.card.track2.reveal(), '6222020010011234D30121200000000000');
  t.equal(read.card.track3?.reveal(), '996222020010011234D1561560000000000');
  const printed = `${inspect(read, { depth: 9, showHidden: true })} ${JSON.stringify(read)} ${read.card.track2} ${read.card.track3}`;
  t.notMatch(printed, /0010011|3012120|WANG/, 'no PAN, no track, no name');
  read.card.wipe();
  t.throws(() => read.card.track2.reveal());
});

t.test('a card may be pulled through the other way', async (t) => {
  await using at = counter();
  const swipe = at.reader.next(at.signal);
  await at.farEnd.swipe(CARD, { backwards: true });
  t.equal((await swipe).read, 'card');
});

t.test('a reader that lost its power for a moment reads the next card', async (t) => {
  await using at = counter();
  await at.reader.check();
  at.farEnd.power(false);
  at.farEnd.power(true);
  const swipe = at.reader.next(at.signal);
  t.equal(await at.farEnd.swipe(CARD), 'read');
  t.equal((await swipe).read, 'card', 'it was told its settings again');
});

t.test('the first digit of the service code tells a chip card', async (t) => {
  await using at = counter();
  for (const [service, hasChip] of [
    ['220', true],
    ['601', true],
    ['101', false],
  ] as const) {
    const swipe = at.reader.next(at.signal);
    await at.farEnd.swipe({ track2: `6221550010093320=3012${service}0000000000` });
    t.match(await swipe, { read: 'card', card: { serviceCode: service, hasChip } });
  }
});

t.test('the third digit of the service code demands a PIN', async (t) => {
  await using at = counter();
  for (const service of ['120', '121', '123', '125', '126', '127']) {
    const swipe = at.reader.next(at.signal);
    await at.farEnd.swipe({ track2: `6222020010011234=3012${service}0000000000` });
    t.match(await swipe, { card: { needsPin: ['120', '123', '125'].includes(service) } }, service);
  }
});

for (const [garble, why] of [
  ['parity', 'parity'],
  ['lrc', 'lrc'],
  ['noise', 'parity'],
] as const) {
  t.test(`a stripe with ${garble} errors is unreadable, and the next swipe is good`, async (t) => {
    await using at = counter();
    const first = at.reader.next(at.signal);
    await at.farEnd.swipe(CARD, { garble });
    t.same(await first, { read: 'unreadable', why });
    const second = at.reader.next(at.signal);
    await at.farEnd.swipe(CARD);
    t.equal((await second).read, 'card');
  });
}

t.test('a number that is no card number, fields that are none, an empty stripe', async (t) => {
  await using at = counter();
  for (const [track2, why] of [
    ['6222020010011235=30121200000000000', 'luhn'],
    ['6222020010011234=30131200000000000', 'format'],
    ['6222020010011234', 'format'],
  ] as const) {
    const swipe = at.reader.next(at.signal);
    await at.farEnd.swipe({ track2 });
    t.same(await swipe, { read: 'unreadable', why });
  }
  const swipe = at.reader.next(at.signal);
  await at.farEnd.swipe({ track1: CARD.track1 });
  t.same(await swipe, { read: 'unreadable', why: 'no-data' });
  const other = at.reader.next(at.signal);
  await at.farEnd.swipe({ ...CARD, track1: 'B6225880010050087^LI/SI^2911121' });
  t.same(await other, { read: 'unreadable', why: 'format' }, 'two tracks of two cards');
});

t.test('the check is a real exchange', async (t) => {
  await using at = counter();
  t.same(await at.reader.check(), { model: '3S', firmware: 'REVT2.10' });
  t.equal(at.reader.well, true);
});

t.test('the check works while a card is awaited, and the wait goes on', async (t) => {
  await using at = counter();
  const swipe = at.reader.next(at.signal);
  t.equal((await at.reader.check()).model, '3S');
  await at.farEnd.swipe(CARD);
  t.equal((await swipe).read, 'card');
});

t.test('a reader without power is silent; back, it reads again by itself', async (t) => {
  await using at = counter();
  at.farEnd.power(false);
  await t.rejects(at.reader.check(), new Fault({ kind: 'device-silent', device: 'stripe-reader', waited_ms: 400 }));
  t.equal(at.reader.well, false);
  const swipe = at.reader.next(at.signal);
  t.equal(await at.farEnd.swipe(CARD), 'off');
  at.farEnd.power(true);
  t.equal(await at.farEnd.swipe(CARD, { patience_ms: 3000 }), 'read');
  t.equal((await swipe).read, 'card');
  t.equal(at.reader.well, true);
});

t.test('a line that is gone is lost, not a crash', async (t) => {
  await using at = counter();
  at.near.sever();
  await t.rejects(at.reader.check(), new Fault({ kind: 'device-lost', device: 'stripe-reader' }));
});

t.test('a wait that is broken off leaves the reader deaf to the next card', async (t) => {
  await using at = counter();
  const stop = new AbortController();
  const swipe = at.reader.next(stop.signal);
  setTimeout(() => stop.abort(new Error('cancelled')), 100);
  await t.rejects(swipe, { message: 'cancelled' });
  t.equal(await at.farEnd.swipe(CARD, { patience_ms: 50 }), 'not-listening');
});

t.test('a swipe that nobody waited for is not kept', async (t) => {
  const [near, far] = linePair();
  const farEnd = stripeFarEnd(far);
  const reader = stripeReader(near, systemClock);
  await reader.check();
  await far.write(Buffer.from('1b731b01001b02011a1b03003f1c1b30', 'hex'));
  const swipe = reader.next(AbortSignal.timeout(20_000));
  t.equal(await farEnd.swipe(CARD), 'read');
  t.match(await swipe, { read: 'card' });
  await reader.close();
  farEnd.close();
});

t.test('garbage instead of a frame is a bad swipe or nothing, never a crash', async (t) => {
  const [near, far] = linePair();
  const farEnd = stripeFarEnd(far);
  const reader = stripeReader(near, systemClock);
  const swipe = reader.next(AbortSignal.timeout(20_000));
  while (!farEnd.listening) await systemClock.sleep(5);
  await far.write(new Uint8Array(5000).fill(0x41));
  await far.write(Uint8Array.of(0x1b, 0x73, 0x1b, 0x09, 0xff));
  t.same(await swipe, { read: 'unreadable', why: 'format' });
  await reader.close();
  farEnd.close();
});
