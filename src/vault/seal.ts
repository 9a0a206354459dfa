import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { Random } from '../values/clock.ts';

/** AES-256-GCM under a key of the device that never leaves the vault: version 1, nonce 12, ciphertext, tag 16. */
export interface Sealer {
  /** `context` must be the same when it is opened: a sealed value cannot be put in another's place. */
  seal(bytes: Uint8Array, context?: string): Buffer;
  /** Throws a `SealError` on anything that this device did not seal for this context. */
  open(sealed: Uint8Array, context?: string): Buffer;
}

export class SealError extends Error {
  override readonly name = 'SealError';
}

const VERSION = 1;
const NONCE = 12;
const TAG = 16;

/** One sealer for each purpose, so that what is sealed for one is noise to the other. */
export function sealerFor(purpose: string, deviceKey: Uint8Array, random: Random): Sealer {
  const key = Buffer.from(hkdfSync('sha256', deviceKey, 'guitai vault', purpose, 32));
  return {
    seal(bytes, context = '') {
      const nonce = random(NONCE);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([cipher.update(bytes), cipher.final()]);
      return Buffer.concat([Uint8Array.of(VERSION), nonce, sealed, cipher.getAuthTag()]);
    },
    open(sealed, context = '') {
      if (sealed.length < 1 + NONCE + TAG || sealed[0] !== VERSION) throw new SealError('this is nothing sealed');
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + NONCE), { authTagLength: TAG })
        .setAAD(Buffer.from(context))
        .setAuthTag(sealed.subarray(sealed.length - TAG));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(1 + NONCE, sealed.length - TAG)), decipher.final()]);
      } catch (cause) {
        throw new SealError('it was sealed by another device, for another purpose, or changed', { cause });
      }
    },
  };
}
