import { Fault } from '../values/problem.ts';
import { type Algorithm, type BlockCipher, blockCipher } from './ciphers.ts';
import type { VaultFiles } from './files.ts';
import { SealError, type Sealer } from './seal.ts';

/** Terminal master key; working keys for PINs, MACs and tracks. */
export const slotNames = ['TMK', 'PIK', 'MAK', 'TDK'] as const;
export type Slot = (typeof slotNames)[number];

/** What stands in a slot: nothing, a key, or nothing because a check value did not match. */
export type SlotState = 'empty' | 'loaded' | 'locked';

export interface SlotKey {
  readonly algorithm: Algorithm;
  readonly key: Buffer;
  /** A key for real money; only a secure element may hold it. */
  readonly live: boolean;
}

/** The keys of the terminal, sealed in one file that is replaced as a whole. */
export interface Slots {
  /** Whether keys for real money may be kept here. */
  readonly takesLive: boolean;
  stateOf(slot: Slot): SlotState;
  kcvOf(slot: Slot): string | null;
  isLive(slot: Slot): boolean;
  /** The key at work. A Fault of kind `keys-missing` where the slot is empty or locked. */
  cipher(slot: Slot): BlockCipher;
  /** Puts keys into slots, empties those given as null, locks those given as `locked`; on disk when it returns. */
  change(changes: Partial<Record<Slot, SlotKey | 'locked' | null>>): void;
}

const FILE = 'slots.sealed';
const algorithms = ['des', '3des', 'sm4'] as const satisfies readonly Algorithm[];

type Held = { key: SlotKey; cipher: BlockCipher } | 'locked';

export function openSlots(files: VaultFiles, sealer: Sealer, secureElement: boolean): Slots {
  const held = new Map<Slot, Held>();
  const hold = (slot: Slot, key: SlotKey): void => {
    if (key.live && !secureElement) throw liveRefused();
    held.set(slot, { key, cipher: blockCipher(key.algorithm, key.key) });
  };
  const sealed = files.read(FILE);
  if (sealed !== null) {
    for (const [slot, key] of parsed(opened(sealer, sealed))) {
      if (key === 'locked') held.set(slot, key);
      else hold(slot, key);
    }
  }
  const loaded = (slot: Slot) => {
    const found = held.get(slot);
    return found === undefined || found === 'locked' ? null : found;
  };
  return {
    takesLive: secureElement,
    stateOf: (slot) => (held.get(slot) === 'locked' ? 'locked' : held.has(slot) ? 'loaded' : 'empty'),
    kcvOf: (slot) => loaded(slot)?.cipher.kcv ?? null,
    isLive: (slot) => loaded(slot)?.key.live ?? false,
    cipher(slot) {
      const found = loaded(slot);
      if (found === null) throw new Fault({ kind: 'keys-missing', slot });
      return found.cipher;
    },
    change(changes) {
      const next = new Map<Slot, SlotKey | 'locked'>();
      for (const slot of slotNames) {
        const before = held.get(slot);
        const change = changes[slot];
        const after = change === undefined ? (before === 'locked' ? before : before?.key) : change;
        if (after === undefined || after === null) continue;
        if (after !== 'locked' && after.live && !secureElement) throw liveRefused();
        next.set(slot, after);
      }
      const clear = serialised(next);
      files.write(FILE, sealer.seal(clear, FILE));
      clear.fill(0);
      held.clear();
      for (const [slot, key] of next) {
        if (key === 'locked') held.set(slot, key);
        else hold(slot, key);
      }
    },
  };
}

function liveRefused(): Fault {
  return new Fault({ kind: 'key-centre', step: 'key', why: 'a live key needs a secure element' });
}

function opened(sealer: Sealer, sealed: Uint8Array): Buffer {
  try {
    return sealer.open(sealed, FILE);
  } catch (cause) {
    if (!(cause instanceof SealError)) throw cause;
    throw new Fault({ kind: 'disk-broken', file: FILE, why: cause.message }, { cause });
  }
}

/** A row a slot: number, algorithm (255 = locked), live, length of the key, key. */
const LOCKED = 255;

function serialised(keys: ReadonlyMap<Slot, SlotKey | 'locked'>): Buffer {
  const rows: Uint8Array[] = [];
  for (const [slot, key] of keys) {
    const number = slotNames.indexOf(slot);
    if (key === 'locked') rows.push(Uint8Array.of(number, LOCKED, 0, 0));
    else {
      const algorithm = algorithms.indexOf(key.algorithm);
      rows.push(Uint8Array.of(number, algorithm, key.live ? 1 : 0, key.key.length), key.key);
    }
  }
  return Buffer.concat(rows);
}

function parsed(bytes: Buffer): (readonly [Slot, SlotKey | 'locked'])[] {
  const found: (readonly [Slot, SlotKey | 'locked'])[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [number = 0, algorithm = 0, live, size = 0] = bytes.subarray(at, at + 4);
    const slot = slotNames[number];
    const known = algorithms[algorithm];
    if (slot === undefined || (known === undefined && algorithm !== LOCKED) || at + 4 + size > bytes.length) {
      throw new Fault({ kind: 'disk-broken', file: FILE, why: 'a row of it is none of this version' });
    }
    const key = Buffer.from(bytes.subarray(at + 4, at + 4 + size));
    found.push([slot, known === undefined ? 'locked' : { algorithm: known, key, live: live === 1 }]);
    at += 4 + size;
  }
  bytes.fill(0);
  return found;
}
