import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Books } from './books.ts';
import { writeOnce } from './files.ts';

/** Seals what the books must not show: keys, and answers that carry an account number. */
export interface Safe {
  /** AES-256-GCM: initial vector 12, tag 16, text. `label` says what it is; it opens under the same label alone. */
  seal(label: string, clear: Uint8Array): Buffer;
  open(label: string, sealed: Uint8Array): Buffer;
  /** HMAC-SHA-256: recognises the same bytes; nobody without the key can try account numbers against it. */
  digest(bytes: Uint8Array): Buffer;
}

const IV = 12;
const TAG = 16;

const PROOF = 'these books, this key';

/** The key is a file of the bank's folder, 0600, made with the books. A lost key is never silently replaced. */
export function openSafe(dir: string, books: string): Safe {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, 'file.key');
  // Looks for the books first: the key is made before them, so a bank that another process is just making never looks
  // as if it had books without a key.
  const hasBooks = existsSync(books);
  if (!existsSync(file)) {
    if (hasBooks) {
      throw new Error(
        `${file} is missing, so the keys in ${books} cannot be opened. Put the file back, or move the bank's folder away to start anew`,
      );
    }
    writeOnce(file, randomBytes(32), 0o600);
  }
  const stored = readFileSync(file);
  if (stored.length !== 32)
    throw new Error(`${file} has ${stored.length} bytes, 32 are needed. Put the right file back`);
  const key = Buffer.from(hkdfSync('sha256', stored, '', 'guitai bank: sealed values', 32));
  const digestKey = Buffer.from(hkdfSync('sha256', stored, '', 'guitai bank: digests', 32));
  stored.fill(0);
  return {
    digest: (bytes) => createHmac('sha256', digestKey).update(bytes).digest(),
    seal(label, clear) {
      const iv = randomBytes(IV);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(label));
      const text = cipher.update(clear);
      cipher.final();
      return Buffer.concat([iv, cipher.getAuthTag(), text]);
    },
    open(label, sealed) {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV))
        .setAAD(Buffer.from(label))
        .setAuthTag(sealed.subarray(IV, IV + TAG));
      return Buffer.concat([decipher.update(sealed.subarray(IV + TAG)), decipher.final()]);
    },
  };
}

/**
 * Throws where the key is not the one that the books were sealed with (a database that was restored beside another key):
 * found when they are opened, not by each terminal in turn.
 */
export function prove({ db, safe, atomically }: Books, file: string): void {
  const proof = db.prepare('SELECT ? AS label, sealed FROM proof').get(PROOF);
  // Older books have no proof: any other sealed value serves, if there is one.
  const sealed = proof ?? db.prepare(SEALED_BEFORE).get();
  try {
    if (sealed?.sealed instanceof Uint8Array) safe.open(String(sealed.label), sealed.sealed).fill(0);
  } catch (cause) {
    throw new Error(
      `${join(dirname(file), 'file.key')} is not the key of ${file}: what is sealed in it cannot be opened. Put back the file.key that was kept with it, or move the bank's folder away to start anew`,
      { cause },
    );
  }
  if (proof !== undefined) return;
  const kept = db.prepare('INSERT INTO proof (only_row, sealed) VALUES (1, ?) ON CONFLICT DO NOTHING');
  atomically(() => kept.run(safe.seal(PROOF, Buffer.from(PROOF))));
}

const SEALED_BEFORE = `SELECT id || ' master' AS label, master_key AS sealed FROM terminal WHERE master_key IS NOT NULL
  UNION ALL SELECT 'answer ' || id, answer FROM trade WHERE answer IS NOT NULL LIMIT 1`;
