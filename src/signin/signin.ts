import type { CodeWords } from '../config/codes.ts';
import type { Config } from '../config/config.ts';
import type { Host, SignInEnd } from '../host/host.ts';
import type { Journal } from '../journal/journal.ts';
import { askDigits, askKey, untilSeen } from '../operator/ask.ts';
import type { Operator } from '../operator/operator.ts';
import {
  type NewPasswordFacts,
  type SigninFailedFacts,
  signinFailed,
  signinLocked,
  signinNewPassword,
  signinOperator,
  signinPassword,
  signinRunning,
} from '../operator/screens/signin.ts';
import { Fault } from '../values/problem.ts';
import type { SetClock } from '../values/set-clock.ts';
import type { Operators } from '../vault/operators.ts';
import type { Vault } from '../vault/vault.ts';
import { comparesNewest, signInToBank } from './bank.ts';
import { reconcile } from './reconcile.ts';

export interface SignInDesk {
  readonly operator: Operator;
  readonly people: Operators;
  readonly vault: Pick<Vault, 'forgetWorkingKeys'>;
  readonly host: Host;
  readonly journal: Journal;
  readonly clock: SetClock;
  readonly config: Config;
  codeWords(code: string): CodeWords;
}

/** Asks until an operator is signed in at the terminal and at the bank; resolves to the operator's number. */
export async function signIn(desk: SignInDesk): Promise<string> {
  for (;;) {
    try {
      const number = await whoIsThere(desk);
      if (await atTheBank(desk, number)) return number;
    } catch (error) {
      // If the disk cannot count a try nobody gets in, and the operator sees why.
      if (!(error instanceof Fault)) throw error;
      await failed(desk.operator, { problem: error.problem });
    }
  }
}

function failed(operator: Operator, failure: SigninFailedFacts): Promise<'enter' | 'cancel' | 'menu'> {
  const ahead = 'problem' in failure && failure.problem.kind === 'bank-ahead';
  return untilSeen(operator, 'refused', ahead ? ['enter', 'cancel', 'menu'] : ['enter', 'cancel'], (text, bar) =>
    signinFailed(text, bar, failure),
  );
}

/** Asks for an operator's number and password until they fit. */
async function whoIsThere({ operator, people }: SignInDesk): Promise<string> {
  let unknown = false;
  for (;;) {
    const number = await askDigits(operator, {
      least: 2,
      most: 2,
      wait_s: null,
      draw: (typed) => (text, bar) => signinOperator(text, bar, { typed, unknown: unknown && typed === '' }),
    });
    if (number === null) {
      unknown = false;
      continue;
    }
    let left: number | undefined;
    for (;;) {
      const password = await askDigits(operator, {
        least: 4,
        most: 12,
        wait_s: 60,
        draw: (digits) => (text, bar) =>
          signinPassword(text, bar, {
            operator: number,
            count: digits.length,
            ...(left !== undefined && digits === '' ? { left } : {}),
          }),
      });
      unknown = false;
      if (password === null) break;
      const end = await people.check(number, password);
      if (end.end === 'right') return number;
      if (end.end === 'must-change' && (await newPassword(operator, people, number, password))) return number;
      if (end.end === 'must-change') break;
      operator.beep('refused');
      if (end.end === 'wrong') {
        left = end.tries_left;
        continue;
      }
      // Whether a number exists is told only after a password, and looks like any other refusal.
      if (end.end === 'unknown') unknown = true;
      if (end.end === 'locked') await lockedOut(operator, number, end.wait_ms);
      break;
    }
  }
}

/** True once a new password has been typed twice and taken; false where the operator goes back. */
async function newPassword(operator: Operator, people: Operators, number: string, old: string): Promise<boolean> {
  let refused: NonNullable<NewPasswordFacts['refused']> | null = null;
  for (;;) {
    const ask = (step: 'first' | 'repeat') =>
      askDigits(operator, {
        least: 4,
        most: 12,
        wait_s: 60,
        draw: (digits) => (text, bar) =>
          signinNewPassword(text, bar, {
            ...{ operator: number, count: digits.length, step },
            ...(refused !== null && step === 'first' && digits === '' ? { refused } : {}),
          }),
      });
    const fresh = await ask('first');
    if (fresh === null) return false;
    const repeated = await ask('repeat');
    if (repeated === null) return false;
    const end = fresh === repeated ? await people.change(number, old, fresh) : null;
    if (end?.end === 'changed') return true;
    operator.beep('refused');
    if (end !== null && end.end !== 'refused') return false;
    refused = end === null ? 'differs' : end.why;
  }
}

/** Counts down until the operator goes back or the lock is over; the vault enforces the lock in any case. */
async function lockedOut(operator: Operator, number: string, wait_ms: number): Promise<void> {
  await askKey(operator, {
    ...{ keys: ['cancel'], wait_s: Math.ceil(wait_ms / 1000) },
    draw: (seconds) => (text, bar) => signinLocked(text, bar, { operator: number, seconds }),
  });
}

/** True when the bank has given keys; false where the operator goes back. */
async function atTheBank(desk: SignInDesk, number: string): Promise<boolean> {
  const { operator } = desk;
  for (;;) {
    operator.show((text, bar) => signinRunning(text, bar, { step: 'line' }));
    const failure = await attempt(desk, number);
    if (failure === null) return true;
    const key = await failed(operator, failure);
    if (key === 'cancel') return false;
    if (key === 'menu' && 'problem' in failure && failure.problem.kind === 'bank-ahead') {
      await reconcile(desk, failure.problem);
    }
  }
}

async function attempt(desk: SignInDesk, number: string): Promise<SigninFailedFacts | null> {
  let end: SignInEnd;
  try {
    end = await signInToBank({ ...desk, compares: comparesNewest(desk.config.profile.transactions) }, number);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { problem: error.problem };
  }
  if (end.end === 'signed-in') return null;
  const { title, clerk } = desk.codeWords(end.code);
  return { code: end.code, title, clerk };
}
