import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from './config.ts';

/** What the key centre sends down at each handshake. */
export interface CentreParameters {
  readonly merchant_name: string;
  readonly limit_fen: number;
  readonly phone_machine: string;
  readonly phone_accounts: string;
  readonly answer_timeout_ms: number;
  readonly reversal_retries: number;
}

/** The configuration as the key centre wants it: its names, limits and numbers take the place of the file's. */
export function withParameters(config: Config, sent: CentreParameters): Config {
  const { terminal, network, profile } = config;
  return {
    ...config,
    terminal: {
      ...terminal,
      merchant: { ...terminal.merchant, name: sent.merchant_name },
      support: { machine: sent.phone_machine, accounts: sent.phone_accounts },
      sale: { ...terminal.sale, limit_fen: sent.limit_fen },
    },
    network: { ...network, answer_timeout_ms: sent.answer_timeout_ms },
    profile: { ...profile, reversal_retries: sent.reversal_retries },
  };
}

/**
 * Keeps the parameters, whole or not at all: a power cut leaves those of the handshake before. So does a disk that is
 * full or read-only (false): the new ones are in effect all the same, and the next handshake brings them again.
 */
export function keepParameters(file: string, sent: CentreParameters): boolean {
  try {
    write(file, JSON.stringify(sent));
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    return false;
  }
}

function write(file: string, text: string): void {
  const fresh = `${file}.new`;
  const written = openSync(fresh, 'w', 0o600);
  try {
    writeSync(written, text);
    fsyncSync(written);
  } finally {
    closeSync(written);
  }
  renameSync(fresh, file);
  const folder = openSync(dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** The last handshake's parameters; null before the first, and if the file is damaged: the next handshake mends it. */
export function keptParameters(file: string): CentreParameters | null {
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isParameters(kept) ? kept : null;
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error && error.code === 'ENOENT'))
      return null;
    throw error;
  }
}

const shape = {
  merchant_name: 'string',
  limit_fen: 'number',
  phone_machine: 'string',
  phone_accounts: 'string',
  answer_timeout_ms: 'number',
  reversal_retries: 'number',
} as const satisfies Record<keyof CentreParameters, string>;

function isParameters(value: unknown): value is CentreParameters {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return Object.entries(shape).every(([name, type]) => {
    const field = fields.get(name);
    return typeof field === type && (typeof field !== 'number' || (Number.isSafeInteger(field) && field > 0));
  });
}
