import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { clearTrack, desKey, macOf, pinOf } from '../../bank/ciphers.ts';
import { cmac, wrapKeyBlock, wrapMasterKey } from '../../bank/keyblock.ts';
import { openKeyBlock } from '../unit/bank-terminal-keys.ts';

/** The same vectors that the terminal's side is checked by: two programs, one standard. */
function vectorsOf<Vectors>(file: string): Vectors {
  return JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8')) as Vectors;
}

const published = vectorsOf<{
  mac: { id: string; alg: string; key: string; mab?: string; F64_ascii: string }[];
  kcv: { alg: string; key: string; kcv: string }[];
  pin_block: { pan: string; pin: string; key: string; F52?: string }[];
  track: { clear: string; key: string; encrypted: string }[];
  f62: { tmk: string; pik?: string; mak?: string; tdk?: string; F62: string }[];
}>('mac-vectors.json');
const computed = vectorsOf<{
  cup_ecb_mac: { key: string; data: string; out: string }[];
  kcv: { key: string; out: string }[];
  pinblock_iso0: { pin: string; pan: string; out: string }[];
  aes128_cmac: { key: string; data: string; out: string }[];
  tr31_unwrap: { kbpk: string; block: string; out: string }[];
}>('crypto-vectors.json');

const bytes = (text: string): Buffer => Buffer.from(text, 'hex');

t.test('the bank’s MAC is that of public messages and of an independent library', async (t) => {
  for (const { id, alg, key, mab, F64_ascii } of published.mac) {
    // SM4 is not the bank's yet; of one public message only the steps are public.
    if (alg === 'sm4' || mab === undefined) continue;
    t.equal(macOf(desKey(bytes(key)), bytes(mab)).toString(), F64_ascii, id);
  }
  for (const { key, data, out } of computed.cup_ecb_mac) {
    t.equal(macOf(desKey(bytes(key)), bytes(data)).toString(), out, `${data.length / 2} bytes`);
  }
});

t.test('key check values are those published and those of independent libraries', async (t) => {
  for (const { alg, key, kcv } of published.kcv) if (!alg.startsWith('SM4')) t.equal(desKey(bytes(key)).kcv, kcv);
  for (const { key, out } of computed.kcv) t.equal(desKey(bytes(key)).kcv.slice(0, 4), out);
});

t.test('a PIN comes out of blocks that others made, and out of nothing else', async (t) => {
  for (const { pan, pin, key, F52 } of published.pin_block) {
    if (F52 === undefined) continue;
    t.equal(pinOf(desKey(bytes(key)), bytes(F52), pan), pin);
    t.equal(pinOf(desKey(bytes(key)), bytes(F52), '6222020010011234'), null, 'another card’s');
    t.equal(pinOf(desKey(bytes(key)), bytes(F52).subarray(1), pan), null, 'seven bytes');
  }
  const key = desKey(bytes('0123456789ABCDEFFEDCBA9876543210'));
  for (const { pin, pan, out } of computed.pinblock_iso0) t.equal(pinOf(key, key.encrypt(bytes(out)), pan), pin);
  t.equal(pinOf(key, key.encrypt(bytes('06123456FFFFFFFF')), null), '123456', 'made without the account number');
  for (const field of [
    '16123456FFFFFFFF',
    '03123FFFFFFFFFFF',
    '0612345AFFFFFFFF',
    '0612345612FFFFFF',
    '0D12345678901234',
  ]) {
    t.equal(pinOf(key, key.encrypt(bytes(field)), null), null, field);
  }
});

t.test('a track comes out of its encryption', async (t) => {
  for (const { clear, key, encrypted } of published.track) {
    for (const digits of [clear.length, clear.length - 1]) {
      t.equal(clearTrack(desKey(bytes(key)), encrypted.slice(0, digits)), clear.slice(0, digits), `${digits} digits`);
    }
    t.equal(clearTrack(desKey(bytes(key)), encrypted.slice(0, 16)), null, 'too short to hold a block');
  }
});

t.test('working keys leave under the master key as in the public layouts', async (t) => {
  for (const { tmk, pik = '', mak = '', tdk, F62 } of published.f62) {
    const master = desKey(bytes(tmk));
    const wrapped = (key: string) => master.encrypt(bytes(key)).toString('hex').toUpperCase();
    const all = (tdk === undefined ? [pik, mak] : [pik, mak, tdk]).filter((key) => key !== '');
    for (const key of all)
      t.ok(F62.includes(wrapped(key) + (key.length === 16 ? '0'.repeat(16) : '') + desKey(bytes(key)).kcv));
  }
});

t.test('CMAC is that of an independent library', async (t) => {
  for (const { key, data, out } of computed.aes128_cmac) {
    t.equal(cmac(bytes(key), bytes(data)).toString('hex').toUpperCase(), out, `${data.length / 2} bytes`);
  }
});

t.test('key blocks of version D are made as an independent library makes them', async (t) => {
  for (const { kbpk, block, out } of computed.tr31_unwrap.filter((row) => row.block.startsWith('D'))) {
    const { header, key, padding } = openKeyBlock(bytes(kbpk), block);
    t.equal(key.toString('hex').toUpperCase(), out);
    // The bank writes none of the optional blocks.
    if (header.slice(12, 14) === '00') t.equal(wrapKeyBlock(bytes(kbpk), header.slice(5), key, padding), block);
  }
});

t.test('a master key’s block says what the key may do', async (t) => {
  const kbpk = Buffer.alloc(32, 7);
  const tmk = bytes('0123456789ABCDEFFEDCBA9876543210');
  const block = wrapMasterKey(kbpk, tmk, (size) => Buffer.alloc(size, 9));
  t.equal(block.slice(0, 16), 'D0112K0TD00N0000');
  t.equal(block.length, 112);
  t.same(openKeyBlock(kbpk, block).key, tmk);
  for (let at = 0; at < block.length; at += 7) {
    const spoilt = block.slice(0, at) + (block[at] === '1' ? '2' : '1') + block.slice(at + 1);
    t.throws(() => openKeyBlock(kbpk, spoilt), `character ${at}`);
  }
});
