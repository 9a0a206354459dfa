import type { Vault } from '../vault/vault.ts';
import { coveredByMac, type Message } from './codec.ts';
import { asksForSignIn, responseCode } from './response-codes.ts';

/**
 * What is known of the money. `charged`: the bank has done what was asked (an approved void too). `not charged`: the
 * bank says that it has not. `unknown`: anything else.
 */
export type Money = 'charged' | 'not charged' | 'unknown';

export type Doubt = 'silent' | 'line-lost' | 'bad-mac' | 'no-mac' | 'mismatch' | 'garbled' | 'unlisted';

export interface Answer {
  readonly money: Money;
  /** F39 as it came, even where it may not be believed. */
  readonly code: string | null;
  /** Why nothing is known; null where the bank's code decides. */
  readonly why: Doubt | null;
  readonly authorisation: string | null;
  readonly reference: string | null;
  readonly issuer: string | null;
  readonly acquirer: string | null;
  readonly host_time: { readonly hhmmss: string; readonly mmdd: string } | null;
  /** The terminal must sign in before its next request: `HostTools.onSignInAgain` is told, whatever was asked. */
  readonly signInAgain: boolean;
}

/** An answer that never came, or came as nonsense. */
export function noAnswer(why: Doubt): Answer {
  return {
    money: 'unknown',
    code: null,
    why,
    authorisation: null,
    reference: null,
    issuer: null,
    acquirer: null,
    host_time: null,
    signInAgain: false,
  };
}

export interface Asked {
  readonly message: Message;
  /** The MTI that answers it. */
  readonly answer: string;
  readonly sealed: boolean;
}

/** Fields that identify a request; an answer repeats those that the request had. */
const echoed = ['processing', 'amount', 'trace', 'terminal', 'merchant'] as const;

/**
 * Why an answer may not be believed; null if it may. Checks its MAC first, then that it answers what was asked
 * (money.md 2).
 */
export function doubtOf(bytes: Uint8Array, heard: Message, asked: Asked, vault: Vault): Doubt | null {
  if (asked.sealed) {
    if (heard.mac === undefined) return 'no-mac';
    if (!vault.macMatches(coveredByMac(bytes), heard.mac)) return 'bad-mac';
  }
  if (heard.mti !== asked.answer) return 'mismatch';
  if (echoed.some((name) => asked.message[name] !== undefined && heard[name] !== asked.message[name]))
    return 'mismatch';
  if (heard.code === undefined) return 'garbled';
  return null;
}

/**
 * Judges the answer to a financial request. An answer that may not be believed says nothing about the money, whatever
 * its code.
 */
export function judged(bytes: Uint8Array, heard: Message, asked: Asked, vault: Vault): Answer {
  const { code = null, reference, authorisation, institutions = '', time, date } = heard;
  const row = code === null ? null : responseCode(code);
  const unsound = doubtOf(bytes, heard, asked, vault);
  const doubt = unsound ?? (row === null ? 'unlisted' : null);
  const signInAgain = wantsSignIn(heard, unsound);
  if (doubt !== null || row === null) return { ...noAnswer(doubt ?? 'unlisted'), code: shown(code), signInAgain };
  return {
    money: row.money,
    code,
    why: null,
    authorisation: unpadded(authorisation),
    reference: unpadded(reference),
    issuer: shown(institutions.slice(0, 11)),
    acquirer: shown(institutions.slice(11, 22)),
    host_time: time !== undefined && date !== undefined ? { hhmmss: time, mmdd: date } : null,
    signInAgain,
  };
}

/** Whether the answer (its MAC, code or header) says that the bank takes nothing more before a sign-in. */
export function wantsSignIn({ code, header }: Message, doubt: Doubt | null): boolean {
  // A sign-in does no harm, so it needs no proof; a wrong MAC means that the keys differ (unionpay.md 5).
  if (doubt === 'bad-mac' || doubt === 'no-mac') return true;
  if (asksForSignIn(code)) return true;
  // The sixth digit is the bank's request to the terminal; 3 is "sign in again" (unionpay.md 1).
  return doubt === null && header[5] === '3';
}

/** Host text for a screen and a printer: without control characters and padding; null if nothing is left. */
function shown(text: string | null | undefined): string | null {
  return unpadded(text)?.trimStart() ?? null;
}

/** F37 and F38 go back to the bank as they came: only the blanks that pad them are left off here, and put on again. */
function unpadded(text: string | null | undefined): string | null {
  const clean = text?.replaceAll(/\p{C}/gu, '').trimEnd() ?? '';
  return clean === '' ? null : clean;
}
