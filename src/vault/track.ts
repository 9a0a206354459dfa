import type { BlockCipher } from './ciphers.ts';

/**
 * Track encryption (unionpay.md 6; field 53's third digit is 1): of the track's BCD bytes the last stays clear, and the
 * block before it is enciphered. Null where the track is too short to hold one.
 */
export function encryptTrack(key: BlockCipher, digits: string): string | null {
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex');
  const end = bytes.length - 1;
  const start = end - key.block;
  if (start < 0 || bytes.length !== Math.ceil(digits.length / 2)) return null;
  bytes.set(key.encrypt(bytes.subarray(start, end)), start);
  const encrypted = bytes.toString('hex', 0, bytes.length).toUpperCase();
  bytes.fill(0);
  // Joined anew: a slice would keep the padded text alive beside it.
  return Buffer.from(encrypted, 'latin1').toString('latin1', 0, digits.length);
}
