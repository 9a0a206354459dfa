import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../src/values/clock.ts';
import { type Authority, holderOf, issuedBy, newPair, openAuthority, validAt } from './authority.ts';
import { openBooks } from './books.ts';
import { type Certificates, certificates } from './certificates.ts';
import { writeWhole } from './files.ts';

/** A certificate with less time left than this is replaced. */
const LEAST_LEFT_MS = 30 * 86_400_000;

export interface Provisioned {
  readonly serial: string;
  readonly dir: string;
  /** The files that were written; valid ones are kept. */
  readonly written: readonly string[];
}

/**
 * What the factory does: gives a machine its key pair, a certificate of it and the root that it trusts, as
 * `device.key`, `device.crt` and `root.crt` of `dir` (0600, the folder 0700). A revoked machine gets a new key.
 */
export async function provision(bankDir: string, serial: string, dir: string, clock: Clock): Promise<Provisioned> {
  if (!/^[\w-]{1,64}$/.test(serial)) {
    throw new Error(`--serial ${serial}: a serial number has 1 to 64 letters, digits, hyphens: correct it`);
  }
  const books = openBooks(bankDir);
  try {
    const authority = await openAuthority(bankDir, clock);
    return await give(authority, certificates(books), serial, dir, clock.now());
  } finally {
    books.close();
  }
}

async function give(
  authority: Authority,
  issued: Certificates,
  serial: string,
  dir: string,
  now: number,
): Promise<Provisioned> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  chmodSync(dir, 0o700);
  const written: string[] = [];
  const write = (file: string, content: string): void => {
    writeWhole(join(dir, file), content, 0o600);
    written.push(file);
  };

  if (textOf(dir, 'root.crt') !== authority.root.pem) write('root.crt', authority.root.pem);
  const held = certificateIn(dir);
  const revoked = held !== null && issued.revoked(held);
  let publicKey = revoked ? null : publicKeyIn(dir);
  if (publicKey === null) {
    const pair = await newPair();
    write('device.key', pair.pem);
    publicKey = pair.publicKey;
  }
  const good =
    held !== null &&
    !revoked &&
    issuedBy(authority.root.certificate, held) &&
    holderOf(held) === serial &&
    held.publicKey.equals(publicKey) &&
    validAt(held, now + LEAST_LEFT_MS);
  if (!good) {
    const pem = await authority.issue(serial, publicKey, now);
    issued.issued(new X509Certificate(pem), serial);
    write('device.crt', pem);
  }
  return { serial, dir, written };
}

function textOf(dir: string, file: string): string | null {
  const path = join(dir, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

/** Null where there is none, or none that can be read: then a new one is issued. */
function certificateIn(dir: string): X509Certificate | null {
  const pem = textOf(dir, 'device.crt');
  try {
    return pem === null ? null : new X509Certificate(pem);
  } catch {
    return null;
  }
}

function publicKeyIn(dir: string): KeyObject | null {
  const pem = textOf(dir, 'device.key');
  try {
    const key = pem === null ? null : createPrivateKey(pem);
    const fits = key?.asymmetricKeyType === 'rsa' && key.asymmetricKeyDetails?.modulusLength === 2048;
    return key !== null && fits ? createPublicKey(key) : null;
  } catch {
    return null;
  }
}
