import { scrypt, timingSafeEqual } from 'node:crypto';
import type { Clock, Random } from '../values/clock.ts';
import { exclusive } from '../values/exclusive.ts';
import { Fault } from '../values/problem.ts';
import type { VaultFiles } from './files.ts';
import { SealError, type Sealer } from './seal.ts';

export type Role = 'operator' | 'supervisor' | 'administrator';

export interface Operator {
  readonly number: string;
  readonly role: Role;
  /** The password is still the one that everybody knows. */
  readonly isDefault: boolean;
}

export type PasswordEnd =
  | { end: 'right'; operator: Operator }
  /** Right, but it is a default that must be changed first. */
  | { end: 'must-change'; operator: Operator }
  | { end: 'wrong'; tries_left: number }
  | { end: 'locked'; wait_ms: number }
  | { end: 'unknown' };

export type ChangeEnd = PasswordEnd | { end: 'changed' } | { end: 'refused'; why: 'digits' | 'same' | 'known' };

/** The people of the terminal. Passwords are digits; they are kept salted and slowly hashed, in a sealed file. */
export interface Operators {
  list(): readonly Operator[];
  /** Counts the try on disk before it looks, so that a power cut takes no try back. Overwrites `password` if it is bytes. */
  check(number: string, password: Uint8Array | string): Promise<PasswordEnd>;
  change(number: string, old: Uint8Array | string, fresh: Uint8Array | string): Promise<ChangeEnd>;
  /** A supervisor opens a locked operator again. */
  unlock(number: string): void;
  add(number: string, password: Uint8Array | string): Promise<void>;
  remove(number: string): void;
}

export interface OperatorSettings {
  readonly files: VaultFiles;
  readonly clock: Clock;
  readonly random: Random;
  readonly sealer: Sealer;
  readonly first: readonly { readonly number: string; readonly role: Role; readonly first_password: string }[];
  readonly defaultsAllowed: boolean;
  readonly hash: PasswordHash;
}

/** A password under a salt in hex; 32 bytes. Storms bring a quick one: they sign in thousands of times. */
export type PasswordHash = (password: Uint8Array | string, salt: string) => Promise<Buffer>;

interface Row {
  number: string;
  role: Role;
  salt: string;
  hash: string;
  isDefault: boolean;
  /** Wrong passwords in a row. */
  wrong: number;
  /** Wall-clock time until which no password is looked at; 0 = none. */
  locked_until: number;
}

const FILE = 'operators.sealed';
const TRIES = 3;
const FIRST_LOCK_MS = 60_000;
const LONGEST_LOCK_MS = 3_600_000;
/** RFC 7914: 16 MB and tens of milliseconds a guess on a small board. */
const COST = { N: 16_384, r: 8, p: 1 };

export function openOperators(settings: OperatorSettings): Operators {
  const { files, clock, random, sealer, first, defaultsAllowed, hash } = settings;
  const rows = new Map<string, Row>();
  for (const row of read(files, sealer)) rows.set(row.number, row);

  // One password at a time: tries are counted, and a count must not be read twice.
  const alone = exclusive();
  const save = () => files.write(FILE, sealer.seal(Buffer.from(JSON.stringify([...rows.values()])), FILE));
  const shown = ({ number, role, isDefault }: Row): Operator => ({ number, role, isDefault });

  async function withPassword(row: Row, password: Uint8Array | string): Promise<Row> {
    const salt = Buffer.from(random(16)).toString('hex');
    const hashed = (await hash(password, salt)).toString('hex');
    return { ...row, salt, hash: hashed, wrong: 0, locked_until: 0 };
  }

  async function setPassword(row: Row, password: Uint8Array): Promise<void> {
    rows.set(row.number, { ...(await withPassword(row, password)), isDefault: false });
    save();
  }

  // People of the configuration are written down, all at once, when a password is first needed. Their hashes are made
  // one after another: each holds 16 MB meanwhile.
  async function rowOf(number: string): Promise<Row | null> {
    if (rows.size === 0) {
      const born: Row[] = [];
      for (const { number, role, first_password } of first) {
        born.push(await withPassword(blank(number, role), first_password));
      }
      for (const row of born) rows.set(row.number, row);
      save();
    }
    return rows.get(number) ?? null;
  }

  async function check(number: string, password: Buffer): Promise<PasswordEnd> {
    const row = await rowOf(number);
    if (row === null) return { end: 'unknown' };
    if (row.locked_until - clock.now() > LONGEST_LOCK_MS) {
      // The clock has jumped back: nobody waits longer than the longest lock.
      row.locked_until = clock.now() + LONGEST_LOCK_MS;
      save();
    }
    const wait_ms = row.locked_until - clock.now();
    if (wait_ms > 0) return { end: 'locked', wait_ms };
    row.wrong += 1;
    if (row.wrong >= TRIES) {
      row.locked_until = clock.now() + Math.min(FIRST_LOCK_MS * 2 ** (row.wrong - TRIES), LONGEST_LOCK_MS);
    }
    save();
    const hashed = await hash(password, row.salt);
    if (!timingSafeEqual(hashed, Buffer.from(row.hash, 'hex'))) {
      if (row.wrong < TRIES) return { end: 'wrong', tries_left: TRIES - row.wrong };
      return { end: 'locked', wait_ms: row.locked_until - clock.now() };
    }
    row.wrong = 0;
    row.locked_until = 0;
    save();
    return { end: row.isDefault && !defaultsAllowed ? 'must-change' : 'right', operator: shown(row) };
  }

  return {
    list: () =>
      rows.size > 0
        ? [...rows.values()].map(shown)
        : first.map(({ number, role }) => ({ number, role, isDefault: true })),
    check: (number, password) => withBytes(password, (bytes) => alone(() => check(number, bytes))),
    change: (number, old, fresh) =>
      withBytes(fresh, async (next) => {
        const before = await withBytes(old, (bytes) => alone(() => check(number, bytes)));
        if (before.end !== 'right' && before.end !== 'must-change') return before;
        const row = rows.get(number);
        if (row === undefined) return { end: 'unknown' };
        if (!isDigits(next)) return { end: 'refused', why: 'digits' };
        if (first.some((one) => one.number === number && Buffer.from(one.first_password).equals(next))) {
          return { end: 'refused', why: 'known' };
        }
        if ((await hash(next, row.salt)).toString('hex') === row.hash) return { end: 'refused', why: 'same' };
        await setPassword(row, next);
        return { end: 'changed' };
      }),
    unlock(number) {
      const row = rows.get(number);
      if (row === undefined) return;
      row.wrong = 0;
      row.locked_until = 0;
      save();
    },
    add: (number, password) =>
      withBytes(password, async (bytes) => {
        if (!/^\d{2}$/.test(number) || !isDigits(bytes))
          throw new RangeError('an operator has two digits, a password 4 to 12');
        await rowOf(number);
        if (rows.has(number)) throw new RangeError(`operator ${number} exists`);
        await setPassword(blank(number, 'operator'), bytes);
      }),
    remove(number) {
      if (rows.get(number)?.role !== 'operator') throw new RangeError(`operator ${number} cannot be removed`);
      rows.delete(number);
      save();
    },
  };
}

function blank(number: string, role: Role): Row {
  return { number, role, salt: '', hash: '', isDefault: true, wrong: 0, locked_until: 0 };
}

function read(files: VaultFiles, sealer: Sealer): Row[] {
  const sealed = files.read(FILE);
  if (sealed === null) return [];
  try {
    return JSON.parse(sealer.open(sealed, FILE).toString('utf8'));
  } catch (cause) {
    if (!(cause instanceof SealError)) throw cause;
    throw new Fault({ kind: 'disk-broken', file: FILE, why: cause.message }, { cause });
  }
}

async function withBytes<T>(password: Uint8Array | string, work: (bytes: Buffer) => Promise<T>): Promise<T> {
  const bytes = Buffer.from(password);
  if (typeof password !== 'string') password.fill(0);
  try {
    return await work(bytes);
  } finally {
    bytes.fill(0);
  }
}

function isDigits(password: Uint8Array): boolean {
  return password.length >= 4 && password.length <= 12 && password.every((byte) => byte >= 0x30 && byte <= 0x39);
}

export function slowHash(password: Uint8Array | string, salt: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, Buffer.from(salt, 'hex'), 32, COST, (error, hash) =>
      error === null ? resolve(hash) : reject(error),
    );
  });
}
