import type { BlockCipher } from './ciphers.ts';

/**
 * The acquirer's MAC (unionpay.md 5): the covered bytes, zero-padded, are folded by XOR into one block; the block as
 * hex text is enciphered half by half; field 64 is the first eight hex characters of the result.
 */
export function acquirerMac(key: BlockCipher, covered: Uint8Array): Buffer {
  const { block } = key;
  const folded = new Uint8Array(block);
  for (let i = 0; i < covered.length; i++) {
    const place = i % block;
    folded[place] = (folded[place] ?? 0) ^ (covered[i] ?? 0);
  }
  const text = asHexText(folded);
  const half = key.encrypt(text.subarray(0, block));
  for (let i = 0; i < block; i++) half[i] = (half[i] ?? 0) ^ (text[block + i] ?? 0);
  return asHexText(key.encrypt(half).subarray(0, 4));
}

function asHexText(bytes: Uint8Array): Buffer {
  return Buffer.from(Buffer.from(bytes).toString('hex').toUpperCase(), 'latin1');
}
