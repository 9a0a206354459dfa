import fc from 'fast-check';
import t from 'tap';
import { stripeFarEnd } from '../../board/virtual/stripe.ts';
import { readStripe } from '../../src/card/stripe-card.ts';
import { readFrame } from '../../src/card/swipe-frame.ts';
import { decodeTrack } from '../../src/card/tracks.ts';
import { passesLuhn } from '../../src/values/pan.ts';
import { linePair } from '../line-pair.ts';
import { runs } from '../share.ts';

const digits = (min: number, max: number) => fc.stringMatching(new RegExp(`^[0-9]{${min},${max}}$`));

const pan = digits(11, 18).map((start) => {
  const last = [...'0123456789'].find((digit) => passesLuhn(start + digit));
  return `${start}${last}`;
});
const card = fc
  .record({
    pan,
    year: digits(2, 2),
    month: fc.integer({ min: 1, max: 12 }),
    service: digits(3, 3),
    rest: digits(0, 10),
  })
  .map(({ pan, year, month, service, rest }) => ({
    pan,
    track2: `${pan}=${year}${String(month).padStart(2, '0')}${service}${rest}`,
    track1: `B${pan}^DOE/JANE^${year}${String(month).padStart(2, '0')}${service}${rest}`,
  }));

/** What the far end's own encoder puts on the wire for a card. */
async function swiped(stripes: { track1?: string; track2: string }, backwards: boolean): Promise<Uint8Array> {
  const [near, far] = linePair();
  const farEnd = stripeFarEnd(far);
  let heard = Buffer.alloc(0);
  near.listen((bytes) => {
    heard = Buffer.concat([heard, bytes]);
  });
  await near.write(Uint8Array.of(0x1b, 0x6f, 8, 8, 8, 0x1b, 0x6d));
  await farEnd.swipe(stripes, { backwards });
  await new Promise((resolve) => setImmediate(resolve));
  farEnd.close();
  return heard.subarray(5);
}

t.test('any card decodes, whichever way it is pulled', async (t) => {
  const found = await fc.check(
    fc.asyncProperty(card, fc.boolean(), async ({ pan, track1, track2 }, backwards) => {
      const frame = readFrame(await swiped({ track1, track2 }, backwards));
      if (frame.state !== 'complete') return false;
      const read = readStripe(frame.swipe);
      return (
        read.read === 'card' && read.card.pan.reveal() === pan && read.card.track2.reveal() === track2.replace('=', 'D')
      );
    }),
    { numRuns: runs(1000) },
  );
  t.notOk(found.failed, fc.defaultReportMessage(found) ?? '');
});

t.test('no single wrong bit gives another card number', async (t) => {
  const found = await fc.check(
    fc.asyncProperty(card, fc.boolean(), async ({ pan, track2 }, backwards) => {
      const frame = readFrame(await swiped({ track2 }, backwards));
      if (frame.state !== 'complete') return false;
      for (let bit = 0; bit < frame.swipe.track2.length * 8; bit++) {
        const raw = frame.swipe.track2.slice();
        raw[bit >> 3] = (raw[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
        const read = readStripe({ ...frame.swipe, track2: raw });
        if (read.read === 'card' && read.card.pan.reveal() !== pan) return false;
      }
      return true;
    }),
    { numRuns: runs(60) },
  );
  t.notOk(found.failed, fc.defaultReportMessage(found) ?? '');
});

t.test('whatever bits come, the decoder answers and stays within its bounds', async (t) => {
  const found = fc.check(
    fc.property(fc.uint8Array({ maxLength: 255 }), fc.constantFrom(1, 2, 3), (raw, track) => {
      const read = decodeTrack(track as 1 | 2 | 3, raw);
      return read.read === 'garbled' || read.text.length <= 107;
    }),
    { numRuns: runs(2000) },
  );
  t.notOk(found.failed, fc.defaultReportMessage(found) ?? '');
});

t.test('whatever bytes come, the frame reader answers', async () => {
  const hostile = fc.array(fc.constantFrom(0x1b, 0x73, 0x01, 0x02, 0x03, 0x3f, 0x1c, 0x30, 0xff, 0x00), {
    maxLength: 600,
  });
  const found = fc.check(
    fc.property(hostile, (bytes) =>
      ['partial', 'complete', 'broken'].includes(readFrame(Uint8Array.from(bytes)).state),
    ),
    { numRuns: runs(2000) },
  );
  t.notOk(found.failed, fc.defaultReportMessage(found) ?? '');
});
