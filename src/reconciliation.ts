import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config/config.ts';
import { mapped } from './journal/disk.ts';
import type { Reconciliation } from './journal/lock.ts';
import { systemClock } from './values/clock.ts';
import { Fault } from './values/problem.ts';
import { vaultFiles } from './vault/files.ts';
import type { PasswordEnd } from './vault/operators.ts';
import { openVault } from './vault/vault.ts';

/** The file in which two people's word about a journal that is missing, broken or behind waits for the next start. */
const fileIn = (home: string) => join(home, 'reconciled.json');

/** How the reconciliation ended; `why` says what it was refused for. */
export type ReconcileEnd = { end: 'reconciled' } | { end: 'refused'; why: string };

/**
 * Takes the word of two people, each checked by password, that the books were compared with the bank's, under the
 * bank's reference. The next start opens the books, or makes new ones where there are none (money rule 12). The
 * terminal must not run meanwhile.
 */
export async function reconcileBooks(
  home: string,
  { profile }: Pick<Config, 'profile'>,
  people: readonly { readonly number: string; readonly password: string }[],
  reference: string,
): Promise<ReconcileEnd> {
  const { operators } = openVault({
    files: vaultFiles(join(home, 'vault')),
    ...{ clock: systemClock, random: (bytes: number) => randomBytes(bytes), secureElement: false },
    sm4PinShape: profile.dialect.sm4_pin_shape,
    operators: profile.operators,
    defaultsAllowed: profile.lab,
  });
  const [first, second] = people;
  if (first === undefined || second === undefined || first.number === second.number) {
    return { end: 'refused', why: 'it takes two people' };
  }
  for (const { number, password } of [first, second]) {
    const end = await operators.check(number, password);
    if (end.end !== 'right') return { end: 'refused', why: whyNot(number, end) };
    if (end.operator.role === 'operator') return { end: 'refused', why: `${number} is an operator, who may not` };
  }
  const by: Reconciliation = { people: [first.number, second.number], reference };
  writeFileSync(fileIn(home), JSON.stringify(by), { mode: 0o600, flush: true });
  return { end: 'reconciled' };
}

function whyNot(number: string, end: Exclude<PasswordEnd, { end: 'right' }>): string {
  switch (end.end) {
    case 'wrong':
      return `the password of ${number} is wrong`;
    case 'locked':
      return `${number} is locked for ${Math.ceil(end.wait_ms / 1000)} s after wrong passwords`;
    case 'must-change':
      return `${number} still has the first password, and has to choose one at the terminal`;
    case 'unknown':
      return `there is nobody with the number ${number}`;
  }
}

/** The reconciliation that waits for this start; null without a usable one. A Fault where the disk cannot read it. */
export function foundReconciliation(home: string): Reconciliation | null {
  const text = textIn(fileIn(home));
  if (text === null) return null;
  try {
    const { people, reference }: Partial<Reconciliation> = JSON.parse(text);
    const whole = Array.isArray(people) && people.length === 2 && typeof reference === 'string' && reference !== '';
    return whole ? ({ people, reference } as Reconciliation) : null;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}

function textIn(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (error.code === 'ENOENT') return null;
    throw new Fault({ kind: 'disk-broken', file, why: String(error.code) }, { cause: error });
  }
}

/** Removes the reconciliation: it is valid for one start. */
export function usedReconciliation(home: string): void {
  mapped(fileIn(home), () => rmSync(fileIn(home), { force: true }));
}
