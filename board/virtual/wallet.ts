import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { Stripe } from './far-ends.ts';

export interface WalletCard {
  readonly id: string;
  readonly name: { readonly 'zh-CN': string; readonly en: string };
  readonly note: { readonly 'zh-CN': string; readonly en: string };
  readonly kind: 'debit' | 'credit';
  readonly colour: string;
  readonly pan: string;
  readonly expiry: string;
  readonly service_code: string;
  readonly discretionary: string;
  readonly holder: string;
  readonly pin: string;
  readonly track3?: string;
  readonly worn?: boolean;
}

/** Thrown where the wallet's file does not match its schema. */
export class WalletError extends Error {
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.name = 'WalletError';
    this.remedy = remedy;
  }
}

const folder = import.meta.dirname;

/** Reads the test cards. Throws a WalletError that names file, key and remedy. */
export function readWallet(file = join(folder, 'wallet.json')): readonly WalletCard[] {
  const schema = JSON.parse(readFileSync(join(folder, 'wallet.schema.json'), 'utf8'));
  const content = parse(file);
  const check = new Ajv({ allErrors: false }).compile<{ cards: WalletCard[] }>(schema);
  if (!check(content)) {
    const [first] = check.errors ?? [];
    const what =
      first?.keyword === 'additionalProperties' ? `unknown key "${first.params.additionalProperty}"` : first?.message;
    throw new WalletError(
      `${file}: ${first?.instancePath || '/'}: ${what}`,
      'The keys and their forms are in wallet.schema.json.',
    );
  }
  const seen = new Set<string>();
  for (const [place, card] of content.cards.entries()) {
    const at = `${file}: /cards/${place}`;
    if (seen.has(card.id))
      throw new WalletError(`${at}/id: "${card.id}" is there twice`, 'Give each card an id of its own.');
    if (!passesLuhn(card.pan))
      throw new WalletError(`${at}/pan: the check digit is wrong`, 'Correct the last digit (ISO 7812).');
    seen.add(card.id);
  }
  return content.cards;
}

/** ISO/IEC 7813 tracks 1 and 2, ISO 4909 track 3, without sentinels and check characters: the far end adds those. */
export function stripeOf(card: WalletCard): Stripe {
  const tail = `${card.expiry}${card.service_code}${card.discretionary}`;
  return {
    track1: `B${card.pan}^${card.holder.padEnd(2)}^${tail}`,
    track2: `${card.pan}=${tail}`,
    track3: card.track3 === undefined ? null : `99${card.pan}==${card.track3}`,
    worn: card.worn === true,
  };
}

/** `622202******1234`: the form in which the control API shows an account number. */
export function maskedPan(pan: string): string {
  return `${pan.slice(0, 6)}${'*'.repeat(pan.length - 10)}${pan.slice(-4)}`;
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new WalletError(`${file}: ${(cause as Error).message}`, 'The wallet is a JSON file; see wallet.schema.json.');
  }
}

function passesLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const value = place % 2 === 0 ? Number(digit) : Number(digit) * 2;
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
