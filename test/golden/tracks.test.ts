import t from 'tap';
import { readFrame } from '../../src/card/swipe-frame.ts';
import { decodeTrack } from '../../src/card/tracks.ts';

/** A stripe as bits on paper, spaces between the characters, to the bytes of a raw read. */
function bytes(bits: string): Uint8Array {
  const plain = bits.replace(/\s/g, '');
  return Uint8Array.from({ length: Math.ceil(plain.length / 8) }, (_, index) =>
    Number.parseInt(plain.slice(index * 8, index * 8 + 8).padEnd(8, '0'), 2),
  );
}

/** The MSR605 manual prints raw data for writing, least significant bit first; a read gives each byte mirrored. */
function mirrored(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'), (byte) =>
    Number.parseInt(byte.toString(2).padStart(8, '0').split('').reverse().join(''), 2),
  );
}

t.test("the manual's own example stripe decodes on each track", async (t) => {
  t.same(decodeTrack(1, mirrored('C5B07814954E3E2A')), { read: 'text', text: 'ABC123' });
  t.same(decodeTrack(2, mirrored('2B8849EAAF')), { read: 'text', text: '12345' });
  t.same(decodeTrack(3, mirrored('2B8849EAAF')), { read: 'text', text: '12345' });
});

// Drawn by hand from ISO/IEC 7811-6, table 3: ; 1 2 = 9 ? LRC, least significant bit first, then odd parity.
const DRAWN = '00000 00000 11010 10000 01000 10110 10011 11111 LRC 00000 00000';

t.test('a stripe drawn by hand decodes both ways', async (t) => {
  // Columns b1 … b4 of ; 1 2 = 9 ?: 1+1+0+1+1+1=5, 1+0+1+0+0+1=3, 0+0+0+1+0+1=2, 1+0+0+1+1+1=4: the LRC is 1100, its parity 1.
  const stripe = DRAWN.replace('LRC', '11001');
  t.same(decodeTrack(2, bytes(stripe)), { read: 'text', text: '12=9' });
  t.same(decodeTrack(2, bytes([...stripe].reverse().join(''))), { read: 'text', text: '12=9' });
});

t.test('what is wrong with a stripe is named', async (t) => {
  const stripe = DRAWN.replace('LRC', '11001');
  t.same(decodeTrack(2, bytes('0000000000000000')), { read: 'garbled', why: 'no-data' });
  t.same(decodeTrack(2, new Uint8Array(0)), { read: 'garbled', why: 'no-data' });
  t.same(decodeTrack(2, bytes(stripe.replace('01000', '01100'))), { read: 'garbled', why: 'parity' });
  t.same(decodeTrack(2, bytes(DRAWN.replace('LRC', '01000'))), { read: 'garbled', why: 'lrc' });
  t.same(decodeTrack(2, bytes(DRAWN.replace('LRC', '11000'))), { read: 'garbled', why: 'parity' });
  t.same(decodeTrack(2, bytes('0000 11010 10000')), { read: 'garbled', why: 'format' });
});

t.test('a glitch before the clocking zeros is no start', async (t) => {
  const stripe = DRAWN.replace('LRC', '11001');
  t.same(decodeTrack(2, bytes(`1 ${stripe}`)), { read: 'text', text: '12=9' });
});

t.test('a frame is read as it trickles in', async (t) => {
  const frame = Buffer.from('1b731b01001b02052b8849eaaf1b03003f1c1b30', 'hex');
  for (let length = 0; length < frame.length; length++) {
    t.equal(readFrame(frame.subarray(0, length)).state, 'partial', `${length} bytes`);
  }
  const whole = readFrame(Buffer.concat([Buffer.from([0x55, 0x1b]), frame, Buffer.from([0x00])]));
  t.same(whole, {
    state: 'complete',
    swipe: { track1: new Uint8Array(0), track2: Buffer.from('2b8849eaaf', 'hex'), track3: new Uint8Array(0) },
    status: 0x30,
    used: frame.length + 2,
  });
});

t.test('a track that mirrored would begin with a sentinel is read the right way', async (t) => {
  // Its LRC is 01011, which backwards is ; and is followed by ?, as an empty track's would be.
  const text = '20201790370183=1807194';
  t.same(decodeTrack(2, Buffer.from('000003480a030e4c39e0602cda020f21327d60000000', 'hex')), { read: 'text', text });
});

t.test('a frame that names a track twice, or an unknown one, is broken', async (t) => {
  t.match(readFrame(Buffer.from('1b731b0201aa1b0201bb3f1c1b30', 'hex')), { state: 'broken' });
  t.match(readFrame(Buffer.from('1b731b0401aa3f1c1b30', 'hex')), { state: 'broken' });
  t.match(readFrame(Buffer.from('1b733f1c4130', 'hex')), { state: 'broken' });
});
