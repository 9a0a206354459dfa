import 'reflect-metadata';
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension, X509CertificateGenerator } from '@peculiar/x509';
import type { Clock } from '../src/values/clock.ts';
import { syncFolder, writeWhole } from './files.ts';

export const CENTRE_NAME = 'guitai key centre';

const ALGORITHM = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;
const DAY = 86_400_000;
const YEAR = 365 * DAY;
/** Certificates are valid from one day before their issue, as the clocks of the two ends may differ. */
const SLACK = DAY;

const makePair = promisify(generateKeyPair);

export interface Identity {
  readonly certificate: X509Certificate;
  readonly pem: string;
  readonly key: KeyObject;
}

/** The root that issues certificates, and the key centre's own. RSA-2048, PEM files in the bank's `ca/`, 0600. */
export interface Authority {
  readonly root: Identity;
  readonly centre: Identity;
  issue(holder: string, publicKey: KeyObject, now: number): Promise<string>;
}

/** Reads the authority of a bank's folder; makes it where there is none. Two processes may try at once. */
export async function openAuthority(dir: string, clock: Clock): Promise<Authority> {
  const folder = join(dir, 'ca');
  if (!existsSync(folder)) await makeAuthority(dir, folder, clock);
  const root = identityOf(folder, 'root');
  return {
    root,
    centre: identityOf(folder, 'centre'),
    issue: (holder, publicKey, now) => issue(root.key, { holder, publicKey, authority: false, now, years: 10 }),
  };
}

export async function newPair(): Promise<{ publicKey: KeyObject; privateKey: KeyObject; pem: string }> {
  const { publicKey, privateKey } = await makePair('rsa', { modulusLength: 2048 });
  return { publicKey, privateKey, pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** The common name of a certificate's subject. */
export function holderOf(certificate: X509Certificate): string | null {
  return /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? null;
}

export function issuedBy(root: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(root) && certificate.verify(root.publicKey);
}

export function validAt(certificate: X509Certificate, now: number): boolean {
  return Date.parse(certificate.validFrom) <= now && now < Date.parse(certificate.validTo);
}

const ROOT_NAME = 'guitai root';

async function makeAuthority(dir: string, folder: string, clock: Clock): Promise<void> {
  const beside = join(dir, `ca.${process.pid}.${randomBytes(4).toString('hex')}.new`);
  mkdirSync(beside, { recursive: true, mode: 0o700 });
  const now = clock.now();
  const [root, centre] = await Promise.all([newPair(), newPair()]);
  const ask = { authority: true, now, years: 20 };
  writeWhole(join(beside, 'root.key'), root.pem, 0o600);
  writeWhole(
    join(beside, 'root.crt'),
    await issue(root.privateKey, { ...ask, holder: ROOT_NAME, publicKey: root.publicKey }),
    0o600,
  );
  writeWhole(join(beside, 'centre.key'), centre.pem, 0o600);
  writeWhole(
    join(beside, 'centre.crt'),
    await issue(root.privateKey, { ...ask, holder: CENTRE_NAME, publicKey: centre.publicKey, authority: false }),
    0o600,
  );
  try {
    renameSync(beside, folder);
    syncFolder(dir);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    // Another process was first: its authority is used.
    if (!existsSync(join(folder, 'centre.crt'))) throw error;
  }
}

async function issue(
  signer: KeyObject,
  ask: { holder: string; publicKey: KeyObject; authority: boolean; now: number; years: number },
): Promise<string> {
  const { holder, publicKey, authority, now, years } = ask;
  // Clears the first bit: with it the number would be negative (RFC 5280 4.1.2.2).
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial.toString('hex'),
    subject: `CN=${holder}`,
    issuer: `CN=${ROOT_NAME}`,
    notBefore: new Date(now - SLACK),
    notAfter: new Date(now + years * YEAR),
    signingAlgorithm: ALGORITHM,
    signingKey: signer.toCryptoKey(ALGORITHM, false, ['sign']),
    publicKey: publicKey.toCryptoKey(ALGORITHM, true, ['verify']),
    extensions: [
      new BasicConstraintsExtension(authority, authority ? 0 : undefined, true),
      new KeyUsagesExtension(
        authority
          ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign
          : KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment,
        true,
      ),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

function identityOf(folder: string, name: string): Identity {
  const pem = readPem(folder, `${name}.crt`);
  const certificate = new X509Certificate(pem);
  const key = createPrivateKey(readPem(folder, `${name}.key`));
  const mine = createPublicKey(key).equals(certificate.publicKey);
  if (!mine) throw new Error(`${join(folder, `${name}.key`)} is not the key of ${name}.crt: restore the folder ca/`);
  return { certificate, pem, key };
}

function readPem(folder: string, file: string): string {
  try {
    return readFileSync(join(folder, file), 'utf8');
  } catch (error) {
    throw new Error(`${join(folder, file)} cannot be read: restore the folder ca/, or move the bank's folder away`, {
      cause: error,
    });
  }
}
