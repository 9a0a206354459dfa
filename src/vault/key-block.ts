import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto';

/** What the header of a key block says of its key (ASC X9.143, formerly TR-31). */
export interface KeyBlock {
  readonly usage: string;
  readonly algorithm: string;
  readonly mode: string;
  readonly exportability: string;
  readonly key: Buffer;
}

/** A key block that is not what it says. Its message names the part, never key bytes. */
export class KeyBlockError extends Error {
  override readonly name = 'KeyBlockError';
}

const HEADER = 16;
const MAC_SIZE = 16;

/** Opens a version D block (AES, key derivation binding method) with its protection key of 16, 24 or 32 bytes. */
export function openKeyBlock(protection: Uint8Array, block: string): KeyBlock {
  if (!/^[\x20-\x7e]{64,4096}$/.test(block)) throw new KeyBlockError('it is no text of 64 to 4096 characters');
  if (block[0] !== 'D') throw new KeyBlockError(`version ${block[0]}, only D is accepted`);
  if (block.slice(1, 5) !== String(block.length).padStart(4, '0')) throw new KeyBlockError('its length is wrong');
  const headerEnd = endOfHeader(block);
  const rest = block.slice(headerEnd);
  if (!/^([0-9A-F]{32})+$/.test(rest) || rest.length < 4 * MAC_SIZE) {
    throw new KeyBlockError('what follows its header is no whole number of AES blocks in hex');
  }
  const sealed = Buffer.from(rest.slice(0, -2 * MAC_SIZE), 'hex');
  const mac = Buffer.from(rest.slice(-2 * MAC_SIZE), 'hex');

  const encryption = derived(protection, 0x0000);
  const decipher = createDecipheriv(`aes-${protection.length * 8}-cbc`, encryption, mac).setAutoPadding(false);
  const clear = Buffer.concat([decipher.update(sealed), decipher.final()]);
  const authentication = derived(protection, 0x0001);
  const expected = cmac(authentication, Buffer.concat([Buffer.from(block.slice(0, headerEnd), 'latin1'), clear]));
  encryption.fill(0);
  authentication.fill(0);
  if (!timingSafeEqual(expected, mac)) {
    clear.fill(0);
    throw new KeyBlockError('its MAC is wrong');
  }
  const bits = clear.readUInt16BE(0);
  if (bits === 0 || bits % 8 !== 0 || bits / 8 > clear.length - 2) throw new KeyBlockError('its key length is wrong');
  const key = Buffer.from(clear.subarray(2, 2 + bits / 8));
  clear.fill(0);
  return {
    usage: block.slice(5, 7),
    algorithm: block.slice(7, 8),
    mode: block.slice(8, 9),
    exportability: block.slice(11, 12),
    key,
  };
}

/** The header is sixteen characters and the optional blocks that it counts: two of name, two of length, data. */
function endOfHeader(block: string): number {
  const count = block.slice(12, 14);
  if (!/^\d\d$/.test(count)) throw new KeyBlockError('its count of optional blocks is no number');
  let at = HEADER;
  for (let i = 0; i < Number(count); i++) {
    const length = block.slice(at + 2, at + 4);
    if (!/^[0-9A-F]{2}$/.test(length) || Number.parseInt(length, 16) < 4) {
      throw new KeyBlockError('an optional block has a wrong length');
    }
    at += Number.parseInt(length, 16);
    if (at > block.length) throw new KeyBlockError('an optional block goes past the end');
  }
  return at;
}

/** X9.143, 8.3: CMAC of a counter, the purpose (0 encryption, 1 authentication), the algorithm and the length in bits. */
function derived(protection: Uint8Array, purpose: number): Buffer {
  const algorithm = { 16: 2, 24: 3, 32: 4 }[protection.length];
  if (algorithm === undefined) throw new KeyBlockError(`a protection key of ${protection.length} bytes`);
  const input = Buffer.from([0, 0, purpose, 0, 0, algorithm, 0, 0]);
  input.writeUInt16BE(protection.length * 8, 6);
  const parts: Buffer[] = [];
  for (let counter = 1; (counter - 1) * 16 < protection.length; counter++) {
    input[0] = counter;
    parts.push(cmac(protection, input));
  }
  return Buffer.from(Buffer.concat(parts).subarray(0, protection.length));
}

/** AES-CMAC, NIST SP 800-38B. */
export function cmac(key: Uint8Array, data: Uint8Array): Buffer {
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
  const once = doubled(cipher.update(new Uint8Array(16)));
  const blocks = Math.max(1, Math.ceil(data.length / 16));
  const last = Buffer.alloc(16);
  last.set(data.subarray((blocks - 1) * 16));
  const whole = data.length === blocks * 16;
  if (!whole) last[data.length % 16] = 0x80;
  mix(last, whole ? once : doubled(once));
  let state = Buffer.alloc(16);
  for (let i = 0; i < blocks; i++) {
    mix(state, i === blocks - 1 ? last : data.subarray(i * 16, i * 16 + 16));
    state = Buffer.from(cipher.update(state));
  }
  return state;
}

/** Multiplication by x in GF(2^128), SP 800-38B, 6.1. */
function doubled(block: Uint8Array): Buffer {
  const out = Buffer.alloc(16);
  for (let i = 0; i < 16; i++) out[i] = ((block[i] ?? 0) << 1) | ((block[i + 1] ?? 0) >> 7);
  if (((block[0] ?? 0) & 0x80) !== 0) out[15] = (out[15] ?? 0) ^ 0x87;
  return out;
}

function mix(into: Uint8Array, from: Uint8Array): void {
  for (let i = 0; i < 16; i++) into[i] = (into[i] ?? 0) ^ (from[i] ?? 0);
}
