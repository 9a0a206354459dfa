import t from 'tap';
import { digestOf } from '../../src/host/advice.ts';
import type { Message } from '../../src/host/codec.ts';
import { bankStates, inquiryEnd, isAnothers, isOfHold, isTaken } from '../../src/host/inquiry.ts';
import { fen } from '../../src/values/fen.ts';
import { problemOf } from '../journal-bench.ts';

const found = { code: '00', amount: '000000012850', operator: 'CUPposted      00' };
const heard = (fields: object) => inquiryEnd(fields as Message);
const garbledIn = (fields: object) => problemOf(() => heard(fields));

t.test('what the bank’s books have is told with its own code, amount and refunds', async (t) => {
  t.strictSame(heard(found), {
    ...{ end: 'found', state: 'posted', code: '00', amount: 12_850, refunded: 0 },
    ...{ completed: null, reference: null, authorisation: null, place: null, card: null },
  });
  const more = { totals: '000000000300', reference: '633500000001', authorisation: 'A1B2C3' };
  t.match(heard({ ...found, ...more, original: '0000070001230' }), {
    ...{ refunded: 300, reference: '633500000001', authorisation: 'A1B2C3' },
    place: { batch: '000007', trace: '000123' },
  });
});

t.test('each state has its word, padded to twelve; another word is not guessed at', async (t) => {
  for (const state of bankStates) {
    t.match(heard({ ...found, operator: `CUP${state.padEnd(12)}A2` }), { state, code: 'A2' }, state);
  }
  for (const operator of [
    '',
    'CUPpost        00',
    'CUPposted      0',
    'CUPposted      0x',
    'posted      00',
    'XXCUPposted      00',
    'CUPposted',
    'CUPPOSTED      00',
    'CUPposted      001',
    'CUPposted      006222021234',
    'CUPposted      00622202******12345',
  ]) {
    t.match(garbledIn({ ...found, operator }), { kind: 'host-garbled', field: 'F63', why: /state/ }, operator);
  }
  t.match(garbledIn({ code: '00', amount: '000000000001' }), { field: 'F63' });
});

t.test('a completed hold says what its completion came to and what has gone back of that', async (t) => {
  const completed = { ...found, operator: 'CUPcompleted   00622202******1234' };
  t.match(heard({ ...completed, totals: '000000003000000000008000' }), {
    ...{ state: 'completed', amount: 12_850, refunded: 3000, completed: 8000 },
  });
  t.match(heard({ ...completed, totals: '000000003000' }), { refunded: 3000, completed: null });
  t.match(heard(completed), { refunded: 0, completed: null });
  t.match(garbledIn({ ...found, totals: '000000003000000000008000' }), { field: 'F48' });
});

t.test('what has become of a hold is still one that the bank has taken', async (t) => {
  const taken = bankStates.filter((state) => isTaken({ state }));
  t.same(taken, ['posted', 'held', 'completed', 'released']);
  t.same(
    bankStates.filter((state) => isOfHold({ state })),
    taken.slice(1),
  );
});

t.test('the masked card of the row is read, and tells it from another’s of the same amount', async (t) => {
  const of = (operator: string) => {
    const end = heard({ ...found, operator });
    if (end.end !== 'found') throw new Error(end.end);
    return end;
  };
  const ours = { amounts: [fen(12_850), fen(13_000)], card: '622202******1234' };
  t.equal(of('CUPposted      00622202******1234').card, ours.card);
  t.notOk(isAnothers(of('CUPposted      00622202******1234'), ours));
  t.ok(isAnothers(of('CUPposted      00622202******1235'), ours));
  t.ok(isAnothers(of('CUPposted      00622202*******1234'), ours), 'a longer number');
  t.notOk(isAnothers(of('CUPposted      00'), ours), 'a bank that does not say');
  t.notOk(isAnothers(of('CUPposted      00622202******1235'), { ...ours, card: null }), 'a journal that does not');
  t.ok(isAnothers(of('CUPposted      00622202******1234'), { ...ours, amounts: [fen(1)] }));
});

t.test('a place is read where batch and trace are both there', async (t) => {
  const placeOf = (original: string) => {
    const end = heard({ ...found, original });
    return end.end === 'found' ? end.place : undefined;
  };
  t.same(placeOf('000007000123'), { batch: '000007', trace: '000123' });
  t.same(placeOf('0000070001231124'), { batch: '000007', trace: '000123' });
  for (const none of ['', '000000000123', '000007000000', '00000700012', 'x00007000123', 'x000007000123'])
    t.equal(placeOf(none), null, none);
});

t.test('25 is none; every other code is a refusal, with whether it wants a sign-in', async (t) => {
  t.same(heard({ code: '25' }), { end: 'none' });
  t.same(heard({ code: '12' }), { end: 'refused', code: '12', signInAgain: false });
  t.same(heard({ code: 'A0' }), { end: 'refused', code: 'A0', signInAgain: true });
  t.same(heard({ code: 'ZZ' }), { end: 'refused', code: 'ZZ', signInAgain: false });
});

t.test('an answer to an inquiry that cannot be read names the field', async (t) => {
  t.same(garbledIn({ ...found, code: undefined }), { kind: 'host-garbled', field: 'F39', why: 'missing' });
  t.same(garbledIn({ ...found, amount: undefined }), { kind: 'host-garbled', field: 'F4', why: 'missing' });
  t.match(garbledIn({ ...found, totals: '300' }), { kind: 'host-garbled', field: 'F48', why: /twelve digits/ });
});

t.test('a digest is of the message alone: not of its envelope, and not of its MAC', async (t) => {
  const frame = Buffer.from('0102'.repeat(40), 'hex');
  const changed = (at: number) => {
    const other = Buffer.from(frame);
    other[at] = (other[at] ?? 0) ^ 1;
    return digestOf(other);
  };
  t.match(digestOf(frame), /^[0-9a-f]{64}$/);
  t.equal(digestOf(frame), digestOf(Buffer.from(frame)));
  for (const at of [0, 12, frame.length - 8, frame.length - 1]) t.equal(changed(at), digestOf(frame), `byte ${at}`);
  for (const at of [13, 14, 40, frame.length - 9]) t.not(changed(at), digestOf(frame), `byte ${at}`);
});
