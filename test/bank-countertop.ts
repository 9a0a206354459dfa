import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bank, startBank } from '../bank/bank.ts';
import { provision } from '../bank/provision.ts';
import type { Dialect } from '../src/config/config.ts';
import { lineConnect } from '../src/host/connect.ts';
import { type Host, type HostTools, openHost } from '../src/host/host.ts';
import type { SaleCard } from '../src/host/messages.ts';
import type { HostSettings } from '../src/host/settings.ts';
import { type Clock, systemClock } from '../src/values/clock.ts';
import { Pan } from '../src/values/pan.ts';
import { Fault, type Problem } from '../src/values/problem.ts';
import type { Trace } from '../src/values/trace.ts';
import { vaultFiles } from '../src/vault/files.ts';
import type { HandshakeRequest } from '../src/vault/handshake.ts';
import { readIdentity } from '../src/vault/identity.ts';
import { openVault, type Vault, type VaultSettings } from '../src/vault/vault.ts';

export const dialect: Dialect = {
  read_capability: '2',
  operator_field: 'spaces',
  without_mac: ['sign-in', 'sign-out', 'echo', 'settle', 'upload', 'upload-end', 'upload-end-balanced'],
  reversal_pan: true,
  reversal_expiry: true,
  sm4_pin_shape: 'a',
};

/** The default countertop's host settings, for lines at `primary` and `backup`. */
export function hostSettings(primary: string, backup: string, answer_timeout_ms: number): HostSettings {
  return {
    merchant: { id: '898110248990001', terminal: '50461160' },
    network: {
      ...{ primary, backup, tpdu: '6000030000', header: '603100310000' },
      ...{ connect_timeout_ms: 1000, answer_timeout_ms },
    },
    profile: { sign_in: '004', currency: '156', encrypt_tracks: true, dialect },
  };
}

export function vaultSettings(folder: string, clock: Clock = systemClock): VaultSettings {
  return {
    files: vaultFiles(folder),
    clock,
    random: randomBytes,
    secureElement: false,
    sm4PinShape: 'a',
    operators: [
      { number: '01', role: 'operator', first_password: '0000' },
      { number: '00', role: 'supervisor', first_password: '123456' },
      { number: '99', role: 'administrator', first_password: '12345678' },
    ],
    defaultsAllowed: true,
  };
}

/** A test card's stripe, by its PAN. */
export function cardOf(digits: string, expiry = '3012', service = '120'): SaleCard {
  const pan = Pan.from(digits);
  if (pan === null) throw new RangeError('that is no account number');
  return { pan, expiry, track2: { reveal: () => `${digits}D${expiry}${service}0000012300` }, track3: null };
}

export interface BankCountertop extends AsyncDisposable {
  readonly bank: Bank;
  readonly vault: Vault;
  readonly host: Host;
  readonly folder: string;
  readonly handshake: HandshakeRequest;
  next(): Trace;
}

/** A real bank in a folder of its own, and a terminal's vault and host beside it. */
export async function bankCountertop(more: Partial<HostTools> = {}, answer_timeout_ms = 400): Promise<BankCountertop> {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-'));
  const bank = await startBank({ dir: folder });
  await provision(join(folder, 'bank'), 'GT-V-000001', join(folder, 'identity'), systemClock);
  const { primary, backup, 'key-centre': address } = bank.addresses;
  const connect = lineConnect({ folder });
  const vault = openVault(vaultSettings(join(folder, 'vault')));
  const host = openHost(hostSettings(primary, backup, answer_timeout_ms), {
    vault,
    connect,
    clock: systemClock,
    ...more,
  });
  let trace = 0;
  return {
    ...{ bank, vault, host, folder },
    handshake: {
      ...{ connect, address, model: 'guitai-virtual', firmware: '1.0.0', step_ms: 3000 },
      identity: () => readIdentity(join(folder, 'identity')),
      merchant: { id: '898110248990001', name: '便民小超市', terminal: '50461160' },
    },
    next() {
      trace += 1;
      return String(trace).padStart(6, '0') as Trace;
    },
    async [Symbol.asyncDispose]() {
      host.close();
      await bank.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The problem of the Fault that `work` ends with, or null; any other error is thrown on. */
export async function problemOf(work: Promise<unknown>): Promise<Problem | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof Fault) return error.problem;
    throw error;
  }
}

export function textOfFile(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}
