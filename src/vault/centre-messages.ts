import { createHash } from 'node:crypto';

/** The key centre's wire: each message two bytes of length and UTF-8 JSON, version 1. Binary values are upper-case hex. */
export const VERSION = 1;
export const MOST_MESSAGE = 16_384;
export const CENTRE_NAME = 'guitai key centre';

/** Why one side refuses the other. */
export const refusals = [
  'wrong-ca',
  'expired',
  'replayed-token',
  'bad-signature',
  'kcv-mismatch',
  'unknown-terminal',
  'revoked',
  'version',
  'malformed',
] as const;
export type Refusal = (typeof refusals)[number];

/** What the centre sends a terminal besides its key. */
export interface Parameters {
  readonly merchant_name: string;
  readonly limit_fen: number;
  readonly phone_machine: string;
  readonly phone_accounts: string;
  readonly answer_timeout_ms: number;
  readonly reversal_retries: number;
}

export type Incoming =
  | { step: 'centre-proof'; certificate: string; token: string; signature: string }
  | {
      step: 'key';
      wrapped: string;
      block: string;
      kcv: string;
      parameters: Parameters;
      raw: unknown;
      signature: string;
    }
  | { step: 'keep'; parameters: Parameters; raw: unknown; signature: string }
  | { step: 'done' }
  | { step: 'refused'; problem: string; detail: string };

/** Null for anything that is not one of the centre's messages, whole and in bounds. */
export function parseMessage(bytes: Uint8Array): Incoming | 'version' | null {
  let found: unknown;
  try {
    found = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof TypeError)) throw cause;
    return null;
  }
  if (typeof found !== 'object' || found === null) return null;
  const it = found as Record<string, unknown>;
  if (it.v !== VERSION) return 'version';
  const { step, certificate, token, signature, wrapped, block, kcv } = it;
  if (step === 'done') return { step };
  if (step === 'refused') return { step, problem: shortText(it.problem), detail: shortText(it.detail) };
  if (step === 'centre-proof' && isText(certificate) && isHex(token, 16) && isHex(signature)) {
    return { step, certificate, token, signature };
  }
  const parameters = parsedParameters(it.parameters);
  if (parameters === null || !isHex(signature)) return null;
  if (step === 'keep') return { step, parameters, raw: it.parameters, signature };
  if (step === 'key' && isHex(wrapped) && isText(block) && isHex(kcv, 4)) {
    return { step, wrapped, block, kcv, parameters, raw: it.parameters, signature };
  }
  return null;
}

function parsedParameters(found: unknown): Parameters | null {
  if (typeof found !== 'object' || found === null) return null;
  const it = found as Record<string, unknown>;
  // Flat, so that hashing it has a bound.
  if (Object.values(it).some((value) => typeof value === 'object' && value !== null)) return null;
  const whole = (value: unknown, least: number, most: number): value is number =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most;
  const { merchant_name, limit_fen, phone_machine, phone_accounts, answer_timeout_ms, reversal_retries } = it;
  if (typeof merchant_name !== 'string' || merchant_name.length > 40) return null;
  if (typeof phone_machine !== 'string' || typeof phone_accounts !== 'string') return null;
  if (phone_machine.length > 20 || phone_accounts.length > 20) return null;
  if (!whole(limit_fen, 1, 999_999_999_999) || !whole(answer_timeout_ms, 1000, 120_000)) return null;
  if (!whole(reversal_retries, 1, 99)) return null;
  return {
    merchant_name: withoutControls(merchant_name),
    limit_fen,
    phone_machine: withoutControls(phone_machine),
    phone_accounts: withoutControls(phone_accounts),
    answer_timeout_ms,
    reversal_retries,
  };
}

/** SHA-256 of canonical JSON: keys sorted, no spaces. `parameters` is what `parseMessage` accepted: flat. */
export function hashOf(parameters: unknown): string {
  const entries = Object.entries(parameters ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(entries)), 'utf8')
    .digest('hex')
    .toUpperCase();
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 8192;
}

function isHex(value: unknown, bytes?: number): value is string {
  return isText(value) && /^([0-9A-F]{2})+$/.test(value) && (bytes === undefined || value.length === 2 * bytes);
}

/** The far end's words are shown to a technician and kept in the audit record: no control characters, and short. */
function shortText(value: unknown): string {
  return typeof value === 'string' ? withoutControls(value).slice(0, 200) : '';
}

function withoutControls(text: string): string {
  return text.replaceAll(/\p{C}/gu, ' ');
}
