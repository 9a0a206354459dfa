import { timingSafeEqual } from 'node:crypto';
import type { Clock, Random } from '../values/clock.ts';
import { Fault } from '../values/problem.ts';
import { openAudit } from './audit.ts';
import { type CardSafe, cardSafe } from './card-safe.ts';
import type { Algorithm } from './ciphers.ts';
import type { VaultFiles } from './files.ts';
import { type HandshakeEnd, type HandshakeRequest, shakeHands } from './handshake.ts';
import { acquirerMac } from './mac.ts';
import { type Operators, openOperators, type PasswordHash, slowHash } from './operators.ts';
import { type PinEntry, pinEntry, type Sm4PinShape } from './pin-entry.ts';
import { type Sealer, sealerFor } from './seal.ts';
import { openSlots, type Slot, type SlotState } from './slots.ts';
import { encryptTrack } from './track.ts';
import { unwrapWorkingKeys, type WorkingSlot } from './working-keys.ts';

/** The only place where key bytes are. Everything else holds this, and asks it to work with keys that it never sees. */
export interface Vault extends Sealer, CardSafe {
  /** Upper-case hex of four bytes; null where the slot holds no key. */
  kcvOf(slot: Slot): string | null;
  stateOf(slot: Slot): SlotState;
  /** What kind of key is in a slot; null where there is none. */
  algorithmOf(slot: Slot): Algorithm | null;

  /**
   * Unwraps field 62 of a sign-in answer under the TMK. Every check value must match, else nothing is stored and a
   * Fault of kind `keys-mismatch`, `keys-missing` or `host-garbled` says why. Returns the check values.
   */
  loadWorkingKeys(payload: Uint8Array): Partial<Record<WorkingSlot, string>>;
  /** After a sign-out no transaction can be made. */
  forgetWorkingKeys(): void;

  /** Field 64 under the MAK: eight characters. */
  mac(covered: Uint8Array): Uint8Array;
  /** False, too, where there is no MAK: an answer that comes after the sign-out cannot be believed. */
  macMatches(covered: Uint8Array, mac: Uint8Array): boolean;
  pinEntry(): PinEntry;
  /** Digits and `D` with one block under the TDK; null where the track is too short. */
  encryptTrack(digits: string): string | null;

  /** Shakes hands with the key centre and takes the master key that it sends. See `handshake.ts`. */
  handshake(request: HandshakeRequest, signal?: AbortSignal): Promise<HandshakeEnd>;
  readonly operators: Operators;
}

export interface VaultSettings {
  readonly files: VaultFiles;
  readonly clock: Clock;
  readonly random: Random;
  /** Live keys are refused without one. */
  readonly secureElement: boolean;
  readonly sm4PinShape: Sm4PinShape;
  /** The people of a new terminal, at which nobody has worked yet. */
  readonly operators: Parameters<typeof openOperators>[0]['first'];
  /** Defaults must be changed before they open anything, where the profile is not a lab's. */
  readonly defaultsAllowed: boolean;
  /** The slow one if absent. */
  readonly passwordHash?: PasswordHash;
}

export function openVault(settings: VaultSettings): Vault {
  const { files, clock, random } = settings;
  const deviceKey = deviceKeyOf(files, random);
  const slots = openSlots(files, sealerFor('slots', deviceKey, random), settings.secureElement);
  const audit = openAudit(files, clock);
  const operators = openOperators({
    files,
    clock,
    random,
    sealer: sealerFor('operators', deviceKey, random),
    first: settings.operators,
    defaultsAllowed: settings.defaultsAllowed,
    hash: settings.passwordHash ?? slowHash,
  });
  const journal = sealerFor('journal', deviceKey, random);
  const cards = cardSafe(sealerFor('card', deviceKey, random), deviceKey);
  deviceKey.fill(0);

  return {
    ...journal,
    ...cards,
    operators,
    kcvOf: slots.kcvOf,
    stateOf: slots.stateOf,
    algorithmOf: (slot) => (slots.stateOf(slot) === 'loaded' ? slots.cipher(slot).algorithm : null),
    loadWorkingKeys(payload) {
      const keys = unwrapWorkingKeys(payload, slots.cipher('TMK'));
      const kcvs: Partial<Record<WorkingSlot, string>> = {};
      const live = slots.isLive('TMK');
      const change: Parameters<typeof slots.change>[0] = { PIK: null, MAK: null, TDK: null };
      for (const { slot, algorithm, key, kcv } of keys) {
        change[slot] = { algorithm, key, live };
        kcvs[slot] = kcv;
      }
      slots.change(change);
      audit.note('working-keys', kcvs);
      return kcvs;
    },
    forgetWorkingKeys: () => slots.change({ PIK: null, MAK: null, TDK: null }),
    mac: (covered) => acquirerMac(slots.cipher('MAK'), covered),
    macMatches(covered, mac) {
      if (slots.stateOf('MAK') !== 'loaded') return false;
      const expected = acquirerMac(slots.cipher('MAK'), covered);
      return mac.length === expected.length && timingSafeEqual(expected, mac);
    },
    pinEntry: () => pinEntry(() => slots.cipher('PIK'), settings.sm4PinShape),
    encryptTrack: (digits) => encryptTrack(slots.cipher('TDK'), digits),
    handshake: (request, signal) => shakeHands({ ...request, slots, audit, clock, random }, signal),
  };
}

const DEVICE_KEY = 'device.key';
const DEVICE_KEY_SIZE = 32;

/**
 * Reads the device's key, made once. If it is lost, what it sealed cannot be opened: a new key would hide that, so none
 * is made.
 */
function deviceKeyOf(files: VaultFiles, random: Random): Buffer {
  const found = files.read(DEVICE_KEY);
  if (found !== null) {
    if (found.length !== DEVICE_KEY_SIZE) {
      throw new Fault({
        kind: 'disk-broken',
        file: DEVICE_KEY,
        why: `${found.length} bytes, ${DEVICE_KEY_SIZE} are a key`,
      });
    }
    return Buffer.from(found);
  }
  if (files.read('operators.sealed') !== null || files.read('slots.sealed') !== null) {
    throw new Fault({ kind: 'keys-missing', slot: 'device key' });
  }
  const made = Buffer.from(random(DEVICE_KEY_SIZE));
  files.write(DEVICE_KEY, made);
  return made;
}
