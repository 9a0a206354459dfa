import { type Cipheriv, createCipheriv, createDecipheriv, type Decipheriv } from 'node:crypto';

/** What a working key is for. `des` is single DES, `3des` two or three keys. */
export type Algorithm = 'des' | '3des' | 'sm4';

/** A key in use: it enciphers, and gives nothing back. */
export interface BlockCipher {
  readonly algorithm: Algorithm;
  /** Bytes of a block: 8, or 16 for SM4. */
  readonly block: 8 | 16;
  /** First four bytes of the enciphered zero block, upper-case hex (unionpay.md 4). */
  readonly kcv: string;
  /** Whole blocks, each by itself (ECB). */
  encrypt(blocks: Uint8Array): Buffer;
  decrypt(blocks: Uint8Array): Buffer;
}

/** A DES key has 8, 16 or 24 bytes, an SM4 key 16; anything else is a RangeError. */
export function blockCipher(algorithm: Algorithm, key: Uint8Array): BlockCipher {
  const [name, whole] = prepared(algorithm, key);
  // Live objects: ECB has no state, so one serves for the life of the key.
  const forth: Cipheriv = createCipheriv(name, whole, null).setAutoPadding(false);
  let back: Decipheriv | null = null;
  const backwards = (): Decipheriv => {
    back = createDecipheriv(name, whole, null).setAutoPadding(false);
    return back;
  };
  const block = algorithm === 'sm4' ? 16 : 8;
  const wholeBlocks = (blocks: Uint8Array): Uint8Array => {
    if (blocks.length % block !== 0) throw new RangeError(`${blocks.length} bytes are no whole blocks of ${block}`);
    return blocks;
  };
  return {
    algorithm,
    block,
    kcv: forth.update(new Uint8Array(block)).toString('hex', 0, 4).toUpperCase(),
    encrypt: (blocks) => forth.update(wholeBlocks(blocks)),
    decrypt: (blocks) => (back ?? backwards()).update(wholeBlocks(blocks)),
  };
}

function prepared(algorithm: Algorithm, key: Uint8Array): [string, Buffer] {
  if (algorithm === 'sm4' && key.length === 16) return ['sm4-ecb', Buffer.from(key)];
  // OpenSSL has no single DES by default; one key three times is the same function.
  if (algorithm === 'des' && key.length === 8) return ['des-ede3-ecb', Buffer.concat([key, key, key])];
  if (algorithm === '3des' && key.length === 16) return ['des-ede3-ecb', Buffer.concat([key, key.subarray(0, 8)])];
  if (algorithm === '3des' && key.length === 24) return ['des-ede3-ecb', Buffer.from(key)];
  throw new RangeError(`${key.length} bytes are no key for ${algorithm}`);
}
