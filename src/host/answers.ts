import type { Vault } from '../vault/vault.ts';
import { coveredByMac, type Message } from './codec.ts';
import { asksForSignIn, responseCode } from './response-codes.ts';

/**
 * What is known of the money: `charged`, the bank has done what was asked (a void's yes is one too); `not charged`, it
 * has not, and said so; else unknown.
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

/** What identifies a request; an answer gives back those that the request had. */
const echoed = ['processing', 'amount', 'trace', 'terminal', 'merchant'] as const;

/** Whether an answer may be believed: its MAC first, then that it is the answer to what was asked (money.md 2). */
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

/** The answer to a financial request. What may not be believed says nothing about the money, whatever its code. */
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

/** Whether the bank hears nothing before a sign-in, whatever was asked: by the answer's MAC, its code or its header. */
export function wantsSignIn({ code, header }: Message, doubt: Doubt | null): boolean {
  // A sign-in does no harm, so it needs no proof; a wrong MAC means that the keys differ (unionpay.md 5).
  if (doubt === 'bad-mac' || doubt === 'no-mac') return true;
  if (asksForSignIn(code)) return true;
  // The sixth digit is the bank's request to the terminal; 3 is "sign in again" (unionpay.md 1).
  return doubt === null && header[5] === '3';
}

/** Host text goes to a screen and to a printer: no control characters, no padding; null where nothing is left. */
function shown(text: string | null | undefined): string | null {
  return unpadded(text)?.trimStart() ?? null;
}

/** F37 and F38 go back to the bank as they came: only the blanks that fill them up are left off, and put on again. */
function unpadded(text: string | null | undefined): string | null {
  const clean = text?.replaceAll(/\p{C}/gu, '').trimEnd() ?? '';
  return clean === '' ? null : clean;
}
