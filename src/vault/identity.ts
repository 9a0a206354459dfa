import {
  constants,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  privateDecrypt,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../values/problem.ts';

/** Who the terminal is, by the certificate that it got at the factory. The private key stays in here. */
export interface Identity {
  /** The certificate's common name: the serial number of the terminal. */
  readonly serial: string;
  /** PEM. */
  readonly certificate: string;
  /** RSASSA-PKCS1-v1_5 with SHA-256 over the UTF-8 bytes; upper-case hex. */
  sign(text: string): string;
  /** RSA-OAEP with SHA-256 under the terminal's public key; null where it does not open. */
  unwrap(wrapped: Uint8Array): Buffer | null;
  /** Checks a certificate of the other side to the root that the terminal carries. */
  examine(certificate: string, name: string, now_ms: number): CertificateEnd;
}

export type CertificateEnd =
  | { end: 'trusted'; verify(text: string, signature: string): boolean }
  | { end: 'refused'; problem: 'wrong-ca' | 'expired' | 'malformed'; detail: string };

const LEAST_RSA_BITS = 2048;

/** Reads `device.key`, `device.crt` and `root.crt`. A Fault of kind `key-centre`, step `identity`, where they are no identity. */
export function readIdentity(folder: string): Identity {
  const { key, device, root } = readFiles(folder);
  if (!root.ca || !root.verify(root.publicKey)) throw noIdentity('root.crt is no root');
  if (!device.checkIssued(root) || !device.verify(root.publicKey)) throw noIdentity('device.crt is not of root.crt');
  if (!device.checkPrivateKey(key)) throw noIdentity('device.key is not the key of device.crt');
  const serial = commonName(device);
  if (serial === null) throw noIdentity('device.crt names no serial number');

  return {
    serial,
    certificate: device.toString(),
    sign: (text) => sign('sha256', Buffer.from(text, 'utf8'), key).toString('hex').toUpperCase(),
    unwrap(wrapped) {
      try {
        return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, wrapped);
      } catch (cause) {
        // What does not open is refused by name; OpenSSL's reason says nothing that a technician could use.
        if (cause instanceof Error) return null;
        throw cause;
      }
    },
    examine: (certificate, name, now_ms) => examine(root, certificate, name, now_ms),
  };
}

function readFiles(folder: string): { key: KeyObject; device: X509Certificate; root: X509Certificate } {
  const read = (name: string) => readFileSync(join(folder, name));
  try {
    return {
      key: createPrivateKey(read('device.key')),
      device: new X509Certificate(read('device.crt')),
      root: new X509Certificate(read('root.crt')),
    };
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
    throw noIdentity(`its files: ${code}`, cause);
  }
}

function examine(root: X509Certificate, pem: string, name: string, now_ms: number): CertificateEnd {
  const refused = (problem: 'wrong-ca' | 'expired' | 'malformed', detail: string): CertificateEnd => ({
    end: 'refused',
    problem,
    detail,
  });
  let certificate: X509Certificate;
  let publicKey: KeyObject;
  try {
    certificate = new X509Certificate(pem);
    publicKey = createPublicKey(certificate.publicKey.export({ type: 'spki', format: 'pem' }));
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    return refused('malformed', 'it is no certificate');
  }
  if (!certificate.checkIssued(root) || !certificate.verify(root.publicKey)) {
    return refused('wrong-ca', 'it was issued by somebody else');
  }
  if (certificate.ca) return refused('wrong-ca', 'it is an authority, no key centre');
  if (now_ms < certificate.validFromDate.getTime() || now_ms > certificate.validToDate.getTime()) {
    return refused('expired', `it is valid from ${certificate.validFrom} to ${certificate.validTo}`);
  }
  if (now_ms > root.validToDate.getTime()) return refused('expired', 'the root has expired');
  if (commonName(certificate) !== name) return refused('wrong-ca', `it names ${commonName(certificate)}, not ${name}`);
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (publicKey.asymmetricKeyType !== 'rsa' || bits < LEAST_RSA_BITS) {
    return refused('malformed', `its key is no RSA key of ${LEAST_RSA_BITS} bits or more`);
  }
  return {
    end: 'trusted',
    verify: (text, signature) =>
      /^([0-9A-F]{2})+$/.test(signature) &&
      verify('sha256', Buffer.from(text, 'utf8'), publicKey, Buffer.from(signature, 'hex')),
  };
}

function commonName(certificate: X509Certificate): string | null {
  return /^CN=(.+)$/m.exec(certificate.subject)?.[1] ?? null;
}

function noIdentity(why: string, cause?: unknown): Fault {
  return new Fault({ kind: 'key-centre', step: 'identity', why }, { cause });
}
