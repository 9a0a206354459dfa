import type { Linked, Recorded } from '../src/recorder/happening.ts';

/**
 * Joins the numbers that the recorder has split into parts (`flight.ts`). The record may have any shape: what is not in
 * parts stays as it is, and `shape.ts` refuses it.
 */
export function whole<R extends Linked | Recorded>(record: R): R {
  if (record.kind === 'parameters') {
    const { machine, accounts } = supportIn(record.support);
    if (!isObject(record.sent) || machine === null || accounts === null) return record;
    return { ...record, sent: { ...record.sent, phone_machine: machine, phone_accounts: accounts } };
  }
  if (record.kind !== 'begin' || !isObject(record.config) || !isObject(record.config.terminal)) return record;
  const serial = joined(record.serial);
  const { machine, accounts } = supportIn(record.support);
  const terminal = {
    ...record.config.terminal,
    ...(serial === null ? {} : { serial }),
    ...(machine === null || accounts === null ? {} : { support: { machine, accounts } }),
  };
  return { ...record, config: { ...record.config, terminal } };
}

function supportIn(support: unknown): { machine: string | null; accounts: string | null } {
  const { machine, accounts } = isObject(support) ? support : {};
  return { machine: joined(machine), accounts: joined(accounts) };
}

function joined(parts: unknown): string | null {
  return Array.isArray(parts) && parts.every((part) => typeof part === 'string') ? parts.join('') : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
