import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto';

const BLOCK = 8;

/**
 * One DES key, 8 or 16 bytes, with its ciphers kept alive: making one costs ten times what a block costs.
 * Eight bytes are used as K|K|K, which is single DES.
 */
export interface DesKey {
  /** First four bytes of E(eight zero bytes), eight hex digits. */
  readonly kcv: string;
  encrypt(blocks: Uint8Array): Buffer;
  decrypt(blocks: Uint8Array): Buffer;
}

export function desKey(key: Uint8Array): DesKey {
  const triple = tripled(key);
  const cipher = createCipheriv('des-ede3-ecb', triple, null).setAutoPadding(false);
  const decipher = createDecipheriv('des-ede3-ecb', triple, null).setAutoPadding(false);
  triple.fill(0);
  const encrypt = (blocks: Uint8Array): Buffer => cipher.update(blocks);
  return {
    kcv: encrypt(Buffer.alloc(BLOCK)).toString('hex', 0, 4).toUpperCase(),
    encrypt,
    decrypt: (blocks) => decipher.update(blocks),
  };
}

function tripled(key: Uint8Array): Buffer {
  if (key.length === 8) return Buffer.concat([key, key, key]);
  if (key.length === 16) return Buffer.concat([key, key.subarray(0, 8)]);
  throw new RangeError(`a DES key of ${key.length} bytes; 8 or 16 are possible`);
}

/** Each byte given odd parity, as DES keys are exchanged (FIPS 46-3). The strength of the key does not change. */
export function withOddParity(key: Uint8Array): Buffer {
  const odd = Buffer.from(key);
  for (const [at, byte] of key.entries()) {
    let ones = 0;
    for (let bit = 1; bit < 8; bit++) ones += (byte >> bit) & 1;
    odd[at] = (byte & 0xfe) | (ones % 2 === 0 ? 1 : 0);
  }
  return odd;
}

/**
 * F64 of the bytes that it covers: the zero-padded blocks XORed together, the sixteen hex characters of that encrypted
 * half by half, the first eight hex characters of the result (the UnionPay style's "ECB" MAC).
 */
export function macOf(key: DesKey, covered: Uint8Array): Buffer {
  const folded = Buffer.alloc(BLOCK);
  for (let at = 0; at < covered.length; at++) {
    const place = at % BLOCK;
    folded[place] = (folded[place] ?? 0) ^ (covered[at] ?? 0);
  }
  const characters = Buffer.from(folded.toString('hex').toUpperCase(), 'latin1');
  const chained = key.encrypt(characters.subarray(0, BLOCK));
  for (let at = 0; at < BLOCK; at++) chained[at] = (chained[at] ?? 0) ^ (characters[BLOCK + at] ?? 0);
  return Buffer.from(key.encrypt(chained).toString('hex', 0, 4).toUpperCase(), 'latin1');
}

export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

/**
 * The PIN of an ISO 9564-1 format 0 block under the PIN key, or null where the block has no such form. `pan` is null
 * where F53 says that the block was made without the account number.
 */
export function pinOf(key: DesKey, block: Uint8Array, pan: string | null): string | null {
  if (block.length !== BLOCK) return null;
  const field = key.decrypt(block);
  if (pan !== null) {
    const account = Buffer.from(`0000${pan.slice(-13, -1).padStart(12, '0')}`, 'hex');
    for (let at = 0; at < BLOCK; at++) field[at] = (field[at] ?? 0) ^ (account[at] ?? 0);
  }
  const text = field.toString('hex');
  field.fill(0);
  const length = Number.parseInt(text.slice(1, 2), 16);
  const digits = text.slice(2, 2 + length);
  const wellFormed =
    text.startsWith('0') && length >= 4 && length <= 12 && /^\d+$/.test(digits) && /^f*$/.test(text.slice(2 + length));
  return wellFormed ? digits : null;
}

/**
 * The clear track of an encrypted one (F53's third digit 1): its last byte is clear, the eight bytes before it are
 * encrypted under the track key. `digits` may hold any nibble. Null where the track is too short to hold a block.
 */
export function clearTrack(key: DesKey, digits: string): string | null {
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex');
  const end = bytes.length - 1;
  if (end < BLOCK) return null;
  key.decrypt(bytes.subarray(end - BLOCK, end)).copy(bytes, end - BLOCK);
  return bytes.toString('hex').toUpperCase().slice(0, digits.length);
}
