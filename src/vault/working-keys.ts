import { Fault } from '../values/problem.ts';
import { type Algorithm, type BlockCipher, blockCipher } from './ciphers.ts';

export type WorkingSlot = 'PIK' | 'MAK' | 'TDK';

export interface WorkingKey {
  readonly slot: WorkingSlot;
  readonly algorithm: Algorithm;
  readonly key: Buffer;
  readonly kcv: string;
}

/** Field 62 of a sign-in answer by its length: each key is followed by four bytes of check value (unionpay.md 4). */
const layouts = [
  { length: 24, size: 8, slots: ['PIK', 'MAK'] },
  { length: 40, size: 16, slots: ['PIK', 'MAK'] },
  { length: 56, size: 24, slots: ['PIK', 'MAK'] },
  { length: 60, size: 16, slots: ['PIK', 'MAK', 'TDK'] },
  { length: 84, size: 24, slots: ['PIK', 'MAK', 'TDK'] },
] as const satisfies readonly { length: number; size: number; slots: readonly WorkingSlot[] }[];

const KCV_SIZE = 4;

/** Unwraps and checks every key; a Fault of kind `keys-mismatch` or `host-garbled` means that none may be used. */
export function unwrapWorkingKeys(payload: Uint8Array, master: BlockCipher): readonly WorkingKey[] {
  const layout = layouts.find(({ length }) => length === payload.length);
  if (layout === undefined) {
    throw new Fault({ kind: 'host-garbled', field: 'F62', why: `${payload.length} bytes are no known set of keys` });
  }
  return layout.slots.map((slot, place) => {
    const from = place * (layout.size + KCV_SIZE);
    const wrapped = payload.subarray(from, from + layout.size);
    const expected = Buffer.from(payload.subarray(from + layout.size, from + layout.size + KCV_SIZE));
    return unwrapped(slot, wrapped, expected.toString('hex').toUpperCase(), master);
  });
}

function unwrapped(slot: WorkingSlot, wrapped: Uint8Array, expected: string, master: BlockCipher): WorkingKey {
  const sm4 = master.algorithm === 'sm4';
  // A single-length MAK fills half of its sixteen bytes; the other half is zero.
  const half = !sm4 && wrapped.length === 16 && wrapped.subarray(8).every((byte) => byte === 0);
  if (sm4 && wrapped.length !== 16) {
    throw new Fault({ kind: 'host-garbled', field: 'F62', why: `${wrapped.length} bytes are no SM4 key` });
  }
  const key = master.decrypt(half ? wrapped.subarray(0, 8) : wrapped);
  const algorithm = sm4 ? 'sm4' : key.length === 8 ? 'des' : '3des';
  const { kcv } = blockCipher(algorithm, key);
  if (kcv !== expected) {
    key.fill(0);
    throw new Fault({ kind: 'keys-mismatch', slot, expected, found: kcv });
  }
  return { slot, algorithm, key, kcv };
}
