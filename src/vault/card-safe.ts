import { createHmac, hkdfSync } from 'node:crypto';
import { Pan } from '../values/pan.ts';
import { SealError, type Sealer } from './seal.ts';

/** What is kept of a card after its sale: enough for a reversal, readable by this device alone. */
export interface CardSafe {
  sealCard(pan: Pan, expiry: string): Buffer;
  /** Throws a `SealError` on anything that `sealCard` of this device did not make. */
  openCard(sealed: Uint8Array): { readonly pan: Pan; readonly expiry: string };
  /** Recognises the same card, and tells nothing else: HMAC-SHA-256 of the number under a key of this device. */
  fingerprint(pan: Pan): Buffer;
}

export function cardSafe(sealer: Sealer, deviceKey: Uint8Array): CardSafe {
  const key = Buffer.from(hkdfSync('sha256', deviceKey, 'guitai vault', 'card fingerprint', 32));
  return {
    sealCard(pan, expiry) {
      const clear = Buffer.from(`${pan.reveal()}=${expiry}`, 'latin1');
      try {
        return sealer.seal(clear);
      } finally {
        clear.fill(0);
      }
    },
    openCard(sealed) {
      const clear = sealer.open(sealed);
      const [digits = '', expiry = ''] = clear.toString('latin1').split('=');
      clear.fill(0);
      const pan = Pan.from(digits);
      if (pan === null) throw new SealError('what was sealed is no card');
      return { pan, expiry };
    },
    fingerprint: (pan) => createHmac('sha256', key).update(pan.reveal()).digest(),
  };
}
