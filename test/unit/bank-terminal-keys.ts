import { createCipheriv, createDecipheriv } from 'node:crypto';

/** The cryptography of the bank's test terminal: written from the standards, apart from the bank's and the vault's. */

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();

export function tripleDes(key: Uint8Array, text: Uint8Array, decrypt = false): Buffer {
  const [one, two = one] = [key.subarray(0, 8), key.length === 8 ? undefined : key.subarray(8, 16)];
  const whole = Buffer.concat([one, two, one]);
  const cipher = decrypt ? createDecipheriv('des-ede3-ecb', whole, null) : createCipheriv('des-ede3-ecb', whole, null);
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(text), cipher.final()]);
}

export const kcvOf = (key: Uint8Array): string => hex(tripleDes(key, Buffer.alloc(8)).subarray(0, 4));

export function macText(key: Uint8Array, text: Uint8Array): Buffer {
  let folded = 0n;
  for (let at = 0; at < text.length; at += 8) {
    folded ^= BigInt(`0x${hex(text.subarray(at, at + 8)).padEnd(16, '0')}`);
  }
  const characters = Buffer.from(folded.toString(16).toUpperCase().padStart(16, '0'));
  const first = BigInt(`0x${hex(tripleDes(key, characters.subarray(0, 8)))}`);
  const second = first ^ BigInt(`0x${hex(characters.subarray(8))}`);
  const result = tripleDes(key, Buffer.from(second.toString(16).padStart(16, '0'), 'hex'));
  return Buffer.from(hex(result).slice(0, 8));
}

export function pinBlock(key: Uint8Array, pin: string, pan: string): Buffer {
  const field = BigInt(`0x0${pin.length.toString(16)}${pin.padEnd(14, 'F')}`) ^ BigInt(`0x0000${pan.slice(-13, -1)}`);
  return tripleDes(key, Buffer.from(field.toString(16).padStart(16, '0'), 'hex'));
}

export function encryptedTrack(key: Uint8Array, track: string): string {
  const bytes = Buffer.from(track.length % 2 === 0 ? track : `${track}0`, 'hex');
  const end = bytes.length - 1;
  bytes.set(tripleDes(key, bytes.subarray(end - 8, end)), end - 8);
  return hex(bytes).slice(0, track.length);
}

/** AES-CMAC by NIST SP 800-38B, with whole numbers. */
export function cmacOf(key: Uint8Array, text: Uint8Array): Buffer {
  const block = (bytes: Uint8Array): Buffer => {
    const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
    return Buffer.concat([cipher.update(bytes), cipher.final()]);
  };
  const twice = (value: bigint): bigint => ((value << 1n) & ((1n << 128n) - 1n)) ^ (value >> 127n === 1n ? 0x87n : 0n);
  const number = (bytes: Uint8Array): bigint => BigInt(`0x${hex(bytes)}`);
  const bytesOf = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(32, '0'), 'hex');
  const k1 = twice(number(block(Buffer.alloc(16))));
  const count = Math.max(1, Math.ceil(text.length / 16));
  let chained: Buffer = Buffer.alloc(16);
  for (let place = 0; place < count; place++) {
    const part = text.subarray(place * 16, place * 16 + 16);
    let value = number(Buffer.concat([part, Buffer.from([0x80]), Buffer.alloc(16)]).subarray(0, 16));
    if (place === count - 1) value ^= part.length === 16 ? k1 : twice(k1);
    chained = block(bytesOf(value ^ number(chained)));
  }
  return chained;
}

/** TR-31 version D: the key, its header's attributes and the padding that was used. Throws where the MAC is wrong. */
export function openKeyBlock(kbpk: Uint8Array, text: string): { header: string; key: Buffer; padding: Buffer } {
  const options = Number(text.slice(12, 14));
  let headerLength = 16;
  for (let place = 0; place < options; place++) {
    headerLength += Number.parseInt(text.slice(headerLength + 2, headerLength + 4), 16);
  }
  const header = text.slice(0, headerLength);
  const mac = Buffer.from(text.slice(-32), 'hex');
  const encrypted = Buffer.from(text.slice(headerLength, -32), 'hex');
  const bits = kbpk.length * 8;
  const derived = (usage: number): Buffer =>
    Buffer.concat(
      [1, 2].map((counter) =>
        cmacOf(
          kbpk,
          Buffer.from([counter, 0, usage, 0, 0, { 128: 2, 192: 3, 256: 4 }[bits] ?? 0, bits >> 8, bits & 255]),
        ),
      ),
    ).subarray(0, kbpk.length);
  const cipher = createDecipheriv(`aes-${bits}-cbc`, derived(0), mac).setAutoPadding(false);
  const clear = Buffer.concat([cipher.update(encrypted), cipher.final()]);
  if (!cmacOf(derived(1), Buffer.concat([Buffer.from(header), clear])).equals(mac)) throw new Error('wrong MAC');
  const size = clear.readUInt16BE(0) / 8;
  return { header, key: clear.subarray(2, 2 + size), padding: clear.subarray(2 + size) };
}
