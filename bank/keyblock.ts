import { createCipheriv } from 'node:crypto';
import type { Random } from '../src/values/clock.ts';

const BLOCK = 16;

/**
 * A TR-31 (X9.143) version D key block of a double-length DES key: usage K0 (key encryption), algorithm T, mode D
 * (decrypt only), not exportable. The payload is always 32 bytes, so its size tells nothing of the key's.
 */
export function wrapMasterKey(kbpk: Uint8Array, key: Uint8Array, random: Random): string {
  return wrapKeyBlock(kbpk, 'K0TD00N0000', key, random(30 - key.length));
}

/**
 * `attributes`: what stands between the length and the payload, optional blocks none: usage 2, algorithm 1, mode 1, key
 * version 2, exportability 1, number of optional blocks 2, reserved 2. `padding` fills the payload to whole blocks.
 */
export function wrapKeyBlock(kbpk: Uint8Array, attributes: string, key: Uint8Array, padding: Uint8Array): string {
  const bits = Buffer.alloc(2);
  bits.writeUInt16BE(key.length * 8);
  const payload = Buffer.concat([bits, key, padding]);
  if (payload.length % BLOCK !== 0) throw new RangeError('the padding does not fill the payload to whole blocks');
  const length = String(BLOCK + 2 * payload.length + 2 * BLOCK).padStart(4, '0');
  const header = Buffer.from(`D${length}${attributes}`, 'latin1');
  if (header.length !== BLOCK) throw new RangeError('a key block header has 16 characters');

  // The MAC covers the clear payload and is the initial vector of its encryption (TR-31 5.3.2.2).
  const mac = cmac(derive(kbpk, 1), Buffer.concat([header, payload]));
  const cipher = createCipheriv(`aes-${kbpk.length * 8}-cbc`, derive(kbpk, 0), mac).setAutoPadding(false);
  const encrypted = cipher.update(payload);
  payload.fill(0);
  return header.toString('latin1') + Buffer.concat([encrypted, mac]).toString('hex').toUpperCase();
}

/** TR-31 5.3.2.1: encryption key (0) and authentication key (1) of the protection key, by CMAC in counter mode. */
function derive(kbpk: Uint8Array, usage: 0 | 1): Buffer {
  const algorithm = { 16: 2, 24: 3, 32: 4 }[kbpk.length];
  if (algorithm === undefined) throw new RangeError(`an AES key of ${kbpk.length} bytes`);
  const blocks: Buffer[] = [];
  for (let counter = 1; blocks.length * BLOCK < kbpk.length; counter++) {
    blocks.push(cmac(kbpk, Buffer.from([counter, 0, usage, 0, 0, algorithm, (kbpk.length * 8) >> 8, kbpk.length * 8])));
  }
  return Buffer.concat(blocks, kbpk.length);
}

/** AES-CMAC, NIST SP 800-38B. */
export function cmac(key: Uint8Array, text: Uint8Array): Buffer {
  const mode = `aes-${key.length * 8}-`;
  const zero = Buffer.alloc(BLOCK);
  const first = doubled(createCipheriv(`${mode}ecb`, key, null).setAutoPadding(false).update(zero));
  const whole = text.length > 0 && text.length % BLOCK === 0;
  const padded = whole
    ? Buffer.from(text)
    : Buffer.concat([text, Buffer.from([0x80])], (Math.floor(text.length / BLOCK) + 1) * BLOCK);
  const subkey = whole ? first : doubled(first);
  const last = padded.length - BLOCK;
  for (let at = 0; at < BLOCK; at++) padded[last + at] = (padded[last + at] ?? 0) ^ (subkey[at] ?? 0);
  return createCipheriv(`${mode}cbc`, key, zero).setAutoPadding(false).update(padded).subarray(last);
}

/** Multiplication by x in GF(2^128): how CMAC makes its subkeys. */
function doubled(block: Uint8Array): Buffer {
  const out = Buffer.alloc(BLOCK);
  for (let at = 0; at < BLOCK; at++) out[at] = (((block[at] ?? 0) << 1) | ((block[at + 1] ?? 0) >> 7)) & 0xff;
  if (((block[0] ?? 0) & 0x80) !== 0) out[BLOCK - 1] = (out[BLOCK - 1] ?? 0) ^ 0x87;
  return out;
}
