import type { DatabaseSync } from 'node:sqlite';
import type { Random } from '../src/values/clock.ts';
import type { Books } from './books.ts';
import { type DesKey, desKey, withOddParity } from './ciphers.ts';
import type { Seed, TerminalRow } from './seed.ts';

/** The working keys of one sign-in, ready for use. */
export interface WorkingKeys {
  readonly pin: DesKey;
  readonly mac: DesKey;
  /** Null where the terminal asked for none (F60.3 001 and 003). */
  readonly track: DesKey | null;
}

export interface MasterKeys {
  readonly current: string | null;
  readonly next: string | null;
  readonly rotate: boolean;
}

export interface SignInKeys {
  /** What goes into F62: each key under the master key, with its check value. */
  readonly payload: Buffer;
}

/** F60.3 of a sign-in: which keys, of how many bytes. The MAC key of a double-length set is single (unionpay.md 4). */
export const KEY_SETS = {
  '001': [
    { slot: 'pin', size: 8, field: 8 },
    { slot: 'mac', size: 8, field: 8 },
  ],
  '003': [
    { slot: 'pin', size: 16, field: 16 },
    { slot: 'mac', size: 8, field: 16 },
  ],
  '004': [
    { slot: 'pin', size: 16, field: 16 },
    { slot: 'mac', size: 8, field: 16 },
    { slot: 'track', size: 16, field: 16 },
  ],
} as const satisfies Record<string, readonly { slot: keyof WorkingKeys; size: number; field: number }[]>;

export type KeySet = keyof typeof KEY_SETS;

/** What the bank knows of each terminal: its batch, who is signed in, and its keys, sealed on the disk, cached here. */
export interface Terminals {
  batch(terminal: string): string;
  setBatch(terminal: string, batch: string): void;
  /** Null where nobody is signed in. */
  workingKeys(terminal: string): WorkingKeys | null;
  hasMasterKey(terminal: string): boolean;
  standing(terminal: string): { batch: string; operator: string | null; signed_in: string | null };
  signIn(terminal: string, operator: string, set: KeySet, at: number): SignInKeys;
  signOut(terminal: string): void;
  /** Check values only, no keys. */
  master(terminal: string): MasterKeys;
  /** Makes a new master key, for the key centre to wrap. It is kept as the next one until it is confirmed. */
  nextMaster(terminal: string): { key: Buffer; kcv: string };
  /** The next master key becomes the current one; working keys that came under the old one are deleted. */
  confirmMaster(terminal: string, kcv: string): boolean;
  rotateMaster(terminal: string): void;
  /** Slots and check values, of every terminal. */
  keys(): { terminal: string; serial: string; slots: { slot: string; kcv: string | null }[] }[];
  /** Drops the cached keys; called after a rollback. */
  forget(): void;
}

const COLUMN = { pin: 'pin_key', mac: 'mac_key', track: 'track_key' } as const;
const SLOTS = Object.keys(COLUMN) as (keyof typeof COLUMN)[];

export function terminals({ db, safe }: Books, seed: Seed, random: Random): Terminals {
  const sql = statementsOf(db);
  for (const row of seed.terminals.values()) sql.known.run(row.terminal, row.batch);

  const alive = new Map<string, WorkingKeys | null>();

  const row = (terminal: string): Record<string, unknown> => {
    const found = sql.rowOf.get(terminal);
    if (found === undefined) throw new Error(`no terminal ${terminal}`);
    return found;
  };

  const opened = (terminal: string, slot: string, sealed: unknown): DesKey | null => {
    if (!(sealed instanceof Uint8Array)) return null;
    const clear = safe.open(`${terminal} ${slot}`, sealed);
    const key = desKey(clear);
    clear.fill(0);
    return key;
  };

  const workingKeys = (terminal: string): WorkingKeys | null => {
    const living = alive.get(terminal);
    if (living !== undefined) return living;
    const found = row(terminal);
    const pin = opened(terminal, 'pin', found.pin_key);
    const mac = opened(terminal, 'mac', found.mac_key);
    const keys = pin === null || mac === null ? null : { pin, mac, track: opened(terminal, 'track', found.track_key) };
    alive.set(terminal, keys);
    return keys;
  };

  const masterOf = (terminal: string): MasterKeys => {
    const found = row(terminal);
    return {
      current: textOrNull(found.master_kcv),
      next: textOrNull(found.next_kcv),
      rotate: found.rotate === 1,
    };
  };

  return {
    batch: (terminal) => String(sql.batchOf.get(terminal)?.batch),
    setBatch: (terminal, batch) => void sql.newBatch.run(batch, terminal),
    workingKeys,
    hasMasterKey: (terminal) => row(terminal).master_key instanceof Uint8Array,
    standing(terminal) {
      const { batch, operator, signed_in_at: at } = row(terminal);
      return {
        batch: String(batch),
        operator: textOrNull(operator),
        signed_in: typeof at === 'number' ? new Date(at).toISOString() : null,
      };
    },
    signIn(terminal, operator, set, at) {
      const master = opened(terminal, 'master', row(terminal).master_key);
      if (master === null) throw new Error(`terminal ${terminal} has no master key`);
      const { payload, sealed } = freshSet(set, master, random, (slot, key) => safe.seal(`${terminal} ${slot}`, key));
      sql.signed.run(operator, at, sealed.pin ?? null, sealed.mac ?? null, sealed.track ?? null, terminal);
      alive.delete(terminal);
      return { payload };
    },
    signOut(terminal) {
      sql.signed.run(null, null, null, null, null, terminal);
      alive.delete(terminal);
    },
    master: masterOf,
    nextMaster(terminal) {
      const key = freshKey(16, random);
      const { kcv } = desKey(key);
      sql.next.run(safe.seal(`${terminal} master`, key), kcv, terminal);
      return { key, kcv };
    },
    confirmMaster(terminal, kcv) {
      const promoted = sql.promoted.run(terminal, kcv).changes === 1;
      if (promoted) alive.delete(terminal);
      return promoted;
    },
    rotateMaster: (terminal) => void sql.rotated.run(terminal),
    keys: () => [...seed.terminals.values()].map(slotsOf),
    forget: () => alive.clear(),
  };

  function slotsOf({ terminal, serial }: TerminalRow) {
    const found = row(terminal);
    const slots = SLOTS.map((slot) => ({
      slot: { pin: 'PIK', mac: 'MAK', track: 'TDK' }[slot],
      kcv: opened(terminal, slot, found[COLUMN[slot]])?.kcv ?? null,
    }));
    return { terminal, serial, slots: [{ slot: 'TMK', kcv: masterOf(terminal).current }, ...slots] };
  }
}

function statementsOf(db: DatabaseSync) {
  return {
    known: db.prepare('INSERT INTO terminal (id, batch) VALUES (?, ?) ON CONFLICT DO NOTHING'),
    rowOf: db.prepare('SELECT * FROM terminal WHERE id = ?'),
    batchOf: db.prepare('SELECT batch FROM terminal WHERE id = ?'),
    newBatch: db.prepare('UPDATE terminal SET batch = ? WHERE id = ?'),
    signed: db.prepare(
      'UPDATE terminal SET operator = ?, signed_in_at = ?, pin_key = ?, mac_key = ?, track_key = ? WHERE id = ?',
    ),
    next: db.prepare('UPDATE terminal SET next_key = ?, next_kcv = ? WHERE id = ?'),
    promoted: db.prepare(
      `UPDATE terminal SET master_key = next_key, master_kcv = next_kcv, next_key = NULL, next_kcv = NULL, rotate = 0,
         operator = NULL, signed_in_at = NULL, pin_key = NULL, mac_key = NULL, track_key = NULL
       WHERE id = ? AND next_kcv = ?`,
    ),
    rotated: db.prepare('UPDATE terminal SET rotate = 1 WHERE id = ?'),
  };
}

/** Makes new working keys: `payload` as F62 carries them, `sealed` as the books keep them. */
function freshSet(
  set: KeySet,
  master: DesKey,
  random: Random,
  seal: (slot: string, key: Uint8Array) => Buffer,
): { payload: Buffer; sealed: Partial<Record<keyof WorkingKeys, Buffer>> } {
  const parts: Buffer[] = [];
  const sealed: Partial<Record<keyof WorkingKeys, Buffer>> = {};
  for (const { slot, size, field } of KEY_SETS[set]) {
    const clear = freshKey(size, random);
    parts.push(master.encrypt(clear), Buffer.alloc(field - size), Buffer.from(desKey(clear).kcv, 'hex'));
    sealed[slot] = seal(slot, clear);
    clear.fill(0);
  }
  return { payload: Buffer.concat(parts), sealed };
}

/** A random key with odd parity. The halves of a double-length key must differ, or it would be a single-length one. */
function freshKey(size: number, random: Random): Buffer {
  for (;;) {
    const key = withOddParity(random(size));
    if (size === 8 || !key.subarray(0, 8).equals(key.subarray(8))) return key;
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
