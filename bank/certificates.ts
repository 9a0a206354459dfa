import type { X509Certificate } from 'node:crypto';
import type { Books } from './books.ts';

/** What was issued and what was revoked, and the tokens that were seen: the books of the key centre. */
export interface Certificates {
  issued(certificate: X509Certificate, holder: string): void;
  revoked(certificate: X509Certificate): boolean;
  /** Revokes every certificate of the holder; returns how many. */
  revoke(holder: string, now: number): number;
  reinstate(holder: string): number;
  /** False where the token was seen before: someone replays an old exchange. */
  firstSeen(token: string, now: number): boolean;
  /** `proven`: the caller holds the key of its certificate. Of other callers only the newest records are kept. */
  audit(row: AuditRow & { proven: boolean }, now: number): void;
  audits(limit: number): (AuditRow & { at: number })[];
}

export interface AuditRow {
  readonly holder: string | null;
  readonly step: string;
  readonly outcome: string;
  readonly detail: string;
}

/** Tokens older than this are forgotten: the centre's own fresh token proves the exchange anyway. */
const TOKEN_MEMORY_MS = 90 * 86_400_000;
/** Anybody can connect. Keeping only so many records of unproven callers stops them from filling the disk. */
const MOST_OF_STRANGERS = 10_000;

export function certificates({ db, atomically }: Books, most = MOST_OF_STRANGERS): Certificates {
  const issued = db.prepare('INSERT INTO certificate (serial_number, holder, expires_at) VALUES (?, ?, ?)');
  const revokedAt = db.prepare('SELECT revoked_at FROM certificate WHERE serial_number = ?');
  const revoke = db.prepare('UPDATE certificate SET revoked_at = ? WHERE holder = ? AND revoked_at IS NULL');
  const reinstate = db.prepare('UPDATE certificate SET revoked_at = NULL WHERE holder = ? AND revoked_at IS NOT NULL');
  const forgotten = db.prepare('DELETE FROM seen_token WHERE at < ?');
  const seen = db.prepare('INSERT INTO seen_token (token, at) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const audited = db.prepare('INSERT INTO audit (at, holder, step, outcome, detail, proven) VALUES (?, ?, ?, ?, ?, ?)');
  const dropped = db.prepare(
    `DELETE FROM audit WHERE proven = 0 AND id <=
       (SELECT id FROM audit WHERE proven = 0 ORDER BY id DESC LIMIT 1 OFFSET ?)`,
  );
  const listed = db.prepare('SELECT * FROM audit ORDER BY id DESC LIMIT ?');
  return {
    issued: (certificate, holder) => void issued.run(certificate.serialNumber, holder, Date.parse(certificate.validTo)),
    revoked(certificate) {
      const row = revokedAt.get(certificate.serialNumber);
      return row !== undefined && row.revoked_at !== null;
    },
    revoke: (holder, now) => Number(revoke.run(now, holder).changes),
    reinstate: (holder) => Number(reinstate.run(holder).changes),
    firstSeen(token, now) {
      forgotten.run(now - TOKEN_MEMORY_MS);
      return seen.run(token, now).changes === 1;
    },
    audit({ holder, step, outcome, detail, proven }, now) {
      atomically(() => {
        audited.run(now, holder, step, outcome, detail, proven ? 1 : 0);
        if (!proven) dropped.run(most);
      });
    },
    audits: (limit) =>
      listed.all(limit).map((row) => ({
        at: Number(row.at),
        holder: typeof row.holder === 'string' ? row.holder : null,
        step: String(row.step),
        outcome: String(row.outcome),
        detail: String(row.detail),
      })),
  };
}
