import t from 'tap';
import codesEn from '../../firmware-config/texts/codes.en.json' with { type: 'json' };
import codesZh from '../../firmware-config/texts/codes.zh-CN.json' with { type: 'json' };
import { type Answer, type Asked, judged, noAnswer } from '../../src/host/answers.ts';
import { type Message, type MessageFields, message, pack, unpack } from '../../src/host/codec.ts';
import { inquiryEnd } from '../../src/host/inquiry.ts';
import { responseCodes } from '../../src/host/response-codes.ts';
import { reversalEnd } from '../../src/host/reversal.ts';
import { MOST_UPLOADED, settlementFacts } from '../../src/host/settlement.ts';
import { fen } from '../../src/values/fen.ts';
import { Pan } from '../../src/values/pan.ts';
import { Fault } from '../../src/values/problem.ts';
import { blockCipher } from '../../src/vault/ciphers.ts';
import { acquirerMac } from '../../src/vault/mac.ts';
import type { Vault } from '../../src/vault/vault.ts';

const key = blockCipher('3des', Buffer.from('0123456789ABCDEFFEDCBA9876543210', 'hex'));
const vault = {
  macMatches: (covered: Uint8Array, mac: Uint8Array) => acquirerMac(key, covered).equals(Buffer.from(mac)),
} as unknown as Vault;

const envelope = { tpdu: '6000030000', header: '603100310000' };
const identity = {
  ...{ processing: '000000', amount: '000000012850', trace: '000123' },
  ...{ terminal: '50461160', merchant: '898110248990001' },
};
const asked: Asked = { message: message({ ...envelope, mti: '0200', ...identity }), answer: '0210', sealed: true };

function heard(changes: Partial<MessageFields>, mac: 'good' | 'bad' | 'none' = 'good', to: Asked = asked): Answer {
  const answer = message({ ...envelope, mti: '0210', ...identity, code: '00', ...changes });
  const seal = (covered: Uint8Array) => (mac === 'bad' ? Buffer.from('00000000') : acquirerMac(key, covered));
  const bytes = Uint8Array.from(mac === 'none' ? pack(answer) : pack(answer, seal));
  return judged(bytes, unpack(bytes), to, vault);
}

/** money.md 2, written out again: what the table may never call definite. */
const UNKNOWN = ['09', '68', '90', '91', '95', '96', '98', '94', '10', 'A4', 'A5', 'A6'];
const CHARGED = ['00', '11', 'A2'];
const SIGN_IN = ['A0', '77', '99'];

t.test('each of all two-character codes says exactly what may be said of the money', async (t) => {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ abz*';
  let listed = 0;
  for (const first of alphabet) {
    for (const second of alphabet) {
      const code = first + second;
      const answer = heard({ code });
      const known = Object.hasOwn(responseCodes, code);
      if (known) listed++;
      const money = CHARGED.includes(code) ? 'charged' : known && !UNKNOWN.includes(code) ? 'not charged' : 'unknown';
      if (answer.money !== money || answer.why !== (known ? null : 'unlisted'))
        t.fail(`${code}: ${JSON.stringify(answer)}`);
      if (answer.signInAgain !== SIGN_IN.includes(code)) t.fail(`${code} asks to sign in: ${answer.signInAgain}`);
    }
  }
  t.equal(listed, Object.keys(responseCodes).length);
});

t.test('whatever the code, a bad or a missing MAC says nothing', async (t) => {
  for (const code of Object.keys(responseCodes)) {
    for (const mac of ['bad', 'none'] as const) {
      const { money, why, signInAgain } = heard({ code }, mac);
      t.strictSame(
        [money, why, signInAgain],
        ['unknown', mac === 'bad' ? 'bad-mac' : 'no-mac', true],
        `${code} ${mac}`,
      );
    }
  }
});

t.test('an answer that is not to what was asked says nothing, whatever its MAC and code', async (t) => {
  const others: Partial<MessageFields>[] = [
    ...[{ mti: '0410' }, { mti: '0200' }, { processing: '200000' }, { amount: '000000012851' }, { trace: '000124' }],
    ...[{ terminal: '50461161' }, { merchant: '898110248990002' }, { amount: undefined }, { trace: undefined }],
    ...[{ processing: undefined }, { terminal: undefined }, { merchant: undefined }],
  ];
  for (const other of others) {
    for (const code of ['00', '51']) {
      t.match(heard({ code, ...other }), { money: 'unknown', why: 'mismatch' }, JSON.stringify(other));
    }
  }
  t.match(heard({ code: undefined }), { money: 'unknown', why: 'garbled', code: null });
});

t.test('an approval tells who approved, stripped of what a printer must not get', async (t) => {
  const answer = heard({
    ...{ authorisation: 'A1B2C3', reference: '112314253001', time: '142530', date: '1123' },
    institutions: '01020000   48021000   ',
  });
  t.strictSame(answer, {
    ...{ money: 'charged', code: '00', why: null, signInAgain: false },
    ...{ authorisation: 'A1B2C3', reference: '112314253001', issuer: '01020000', acquirer: '48021000' },
    host_time: { hhmmss: '142530', mmdd: '1123' },
  });
  t.equal(heard({ authorisation: '      ' }).authorisation, null);
  // The codec lets no such text in; the printer is spared it all the same.
  const text = { ...identity, mti: '0210', header: envelope.header, code: '00', authorisation: 'A1\u001bC3 ' };
  const told = judged(new Uint8Array(), text as unknown as Message, { ...asked, sealed: false }, vault);
  t.equal(told.authorisation, 'A1C3', 'no control character comes to the printer');
  t.match(heard({}), { issuer: null, acquirer: null });
});

t.test("the host's time is told whole or not at all", async (t) => {
  t.equal(heard({}).host_time, null);
  t.equal(heard({ time: '142530' }).host_time, null);
  t.equal(heard({ date: '1123' }).host_time, null);
});

t.test('no answer knows nothing, and asks for nothing', async (t) => {
  const nothing = { code: null, authorisation: null, reference: null, issuer: null, acquirer: null, host_time: null };
  t.strictSame(noAnswer('silent'), { ...nothing, money: 'unknown', why: 'silent', signInAgain: false });
});

t.test('a code that is no row is shown as it came, and believed in nothing', async (t) => {
  t.strictSame(heard({ code: 'ZZ' }), { ...noAnswer('unlisted'), code: 'ZZ' });
});

t.test('where a dialect leaves the MAC out, its absence is no doubt; all else must fit still', async (t) => {
  const plain = { ...asked, sealed: false };
  t.match(heard({}, 'none', plain), { money: 'charged', why: null });
  t.match(heard({ amount: '000000012851' }, 'none', plain), { money: 'unknown', why: 'mismatch' });
});

t.test('what the request did not have, the answer may have', async (t) => {
  const { amount: _, ...rest } = identity;
  const without = { ...asked, message: message({ ...envelope, mti: '0200', ...rest }) };
  t.match(heard({}, 'good', without), { money: 'charged', why: null });
});

t.test('the header can ask for a sign-in, of whatever is believed', async (t) => {
  const header = '603103310000';
  t.equal(heard({ header }).signInAgain, true);
  t.equal(heard({ header, code: 'ZZ' }).signInAgain, true, 'a code that is no row has a MAC still');
  t.equal(heard({ header, trace: '000124' }).signInAgain, false, 'an answer to something else');
});

t.test('a reversal is over by 00 alone, has no original by 12 and 25 alone, and nothing under a bad MAC', async (t) => {
  const ends: Record<string, string[]> = {};
  for (const code of Object.keys(responseCodes)) {
    const { end } = reversalEnd(heard({ code }));
    ends[end] = [...(ends[end] ?? []), code];
    const { end: forged } = reversalEnd(heard({ code }, 'bad'));
    t.equal(forged, 'sign-in-first', `${code} under a bad MAC`);
  }
  t.strictSame(ends.acknowledged, ['00']);
  t.strictSame(ends['no-original'], ['12', '25']);
  t.strictSame(ends['sign-in-first'], ['77', '99', 'A0']);
});

t.test('every code has its words in both languages, and no words lack a code', async (t) => {
  const codes = Object.keys(responseCodes).sort();
  t.strictSame(Object.keys(codesZh).sort(), codes);
  t.strictSame(Object.keys(codesEn).sort(), codes);
  for (const words of [...Object.values(codesZh), ...Object.values(codesEn)]) t.not(words.title, '');
});

t.test('an inquiry is answered with amounts of twelve digits, or with nothing that can be read', async (t) => {
  const said = (changes: Partial<MessageFields>) =>
    inquiryEnd(
      message({
        ...{ ...envelope, mti: '0830', code: '00', amount: '000000012850', operator: 'CUPposted      00' },
        ...changes,
      }),
    );
  t.match(said({ totals: '000000000850' }), { end: 'found', state: 'posted', amount: 12_850, refunded: 850 });
  t.match(said({}), { refunded: 0 });
  for (const totals of ['9'.repeat(62), '850']) {
    t.throws(() => said({ totals }), Fault, totals);
  }
});

t.test('no row of an upload is told, however few there are; totals, amounts and counts are', async (t) => {
  const pan = Pan.from('6222020010011234') as Pan;
  const row = { group: 'home', trace: '000045', pan, amount: fen(12_850) } as const;
  const told = (totals: string) => message({ ...envelope, mti: '0320', totals }).masked();
  for (let count = 1; count <= MOST_UPLOADED; count++) {
    const { totals = '' } = settlementFacts({ step: 'upload', rows: Array.from({ length: count }, () => row) });
    t.match(told(totals), { totals: `(${2 + 40 * count} characters)` });
  }
  for (const digits of ['0'.repeat(62), '000000012850', '0008']) t.match(told(digits), { totals: digits });
});
