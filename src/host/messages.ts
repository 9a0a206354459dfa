import type { Fen } from '../values/fen.ts';
import type { Pan } from '../values/pan.ts';
import { Fault } from '../values/problem.ts';
import type { Batch, Trace } from '../values/trace.ts';
import type { PinBlock } from '../vault/pin-entry.ts';
import type { Vault } from '../vault/vault.ts';
import { type Message, type MessageFields, message } from './codec.ts';
import type { FieldName, FieldValue } from './fields.ts';
import type { HostSettings } from './settings.ts';
import type { Transaction } from './transactions.ts';

/** A card as a message needs it. Its tracks keep their text to themselves until they are asked. */
export interface SaleCard {
  readonly pan: Pan;
  /** YYMM */
  readonly expiry: string;
  /** Null if the card itself is not there and its number comes from the journal. */
  readonly track2: Revealing | null;
  readonly track3: Revealing | null;
}

/** The original as the bank knows it: its batch and trace (F61), its reference (F37) and its authorisation (F38). */
export interface OriginalFacts {
  /** Null where only its date is known. */
  readonly place: { readonly batch: Batch; readonly trace: Trace } | null;
  /** MMDD, the host's day of it. */
  readonly date: string | null;
  readonly reference: string | null;
  readonly authorisation: string | null;
}

interface Revealing {
  reveal(): string;
}

/** Why a reversal is sent (F39): no or late answer, a bad MAC in it, an answer that could not be kept, another reason. */
export type ReversalReason = '98' | 'A0' | '96' | '06';

/** Everything that a message can be made of. */
export interface Facts {
  readonly batch: Batch;
  readonly trace?: Trace;
  readonly amount?: Fen;
  /** F22, three digits. */
  readonly entryMode?: string;
  readonly pan?: Pan | null;
  readonly expiry?: string | null;
  readonly card?: SaleCard;
  readonly pin?: PinBlock | null;
  readonly operator?: string;
  readonly authorisation?: string | null;
  /** F37 of the original's answer. */
  readonly reference?: string | null;
  readonly original?: OriginalFacts | null;
  readonly reason?: ReversalReason;
  /** F48, digits. */
  readonly totals?: string;
  /** Of an instalment sale: how many, and under which plan of the bank's. */
  readonly instalments?: { readonly periods: number; readonly plan: string };
}

interface Making {
  readonly row: Transaction;
  readonly facts: Facts;
  readonly settings: HostSettings;
  readonly vault: Vault;
}

type Makers = { readonly [Name in FieldName]?: (making: Making) => FieldValue<Name> | null | undefined };

/** Makes the message of a row, without its MAC. Throws a Fault if a key is missing or a field cannot be made. */
export function compose(row: Transaction, facts: Facts, settings: HostSettings, vault: Vault): Message {
  const making: Making = { row, facts, settings, vault };
  const values: Record<string, string | Uint8Array> = {};
  for (const name of row.fields) {
    const value = makers[name]?.(making);
    if (value !== undefined && value !== null) values[name] = value;
  }
  const { tpdu, header } = settings.network;
  return message({ tpdu, header, mti: row.request, ...values } as MessageFields);
}

/** For each field: what it holds, or nothing if it is left out (unionpay.md 2). */
const makers: Makers = {
  pan: ({ facts }) => facts.pan?.reveal(),
  processing: ({ row }) => row.processing,
  amount: ({ facts }) => facts.amount?.toString().padStart(12, '0'),
  trace: ({ facts }) => facts.trace,
  expiry: ({ facts }) => facts.expiry,
  entryMode: ({ facts }) => facts.entryMode,
  condition: ({ row }) => row.condition,
  // The most digits that a PIN can have; only where there is one.
  pinCapture: ({ facts }) => (facts.pin ? '12' : null),
  track2: (making) => track(making, making.facts.card?.track2, 'F35'),
  track3: (making) => track(making, making.facts.card?.track3, 'F36'),
  reference: ({ facts }) => facts.reference?.padEnd(12),
  authorisation: ({ facts }) => facts.authorisation?.padEnd(6),
  code: ({ facts }) => facts.reason,
  terminal: ({ settings }) => settings.merchant.terminal,
  merchant: ({ settings }) => settings.merchant.id,
  currency: ({ settings }) => settings.profile.currency,
  pinBlock: ({ facts: { pin } }) => (pin ? (pin.algorithm === 'sm4' ? new Uint8Array(8) : pin.reveal()) : null),
  security: securityOf,
  additional59: ({ facts: { pin } }) => (pin?.algorithm === 'sm4' ? tagged('A1', pin.reveal()) : null),
  batch: batchOf,
  totals: ({ facts }) => facts.totals,
  original: originalOf,
  payload: ({ facts: { instalments } }) =>
    instalments && Buffer.from(`${String(instalments.periods).padStart(2, '0')}${instalments.plan}`, 'latin1'),
  operator: ({ row, facts, settings }) =>
    row.organisation ?? (facts.operator === undefined ? null : operatorOf(facts.operator, settings)),
};

/** F53: PIN block with PAN or none; single DES, 3DES or SM4; track encrypted or not. */
function securityOf({ facts, settings, vault }: Making): string | null {
  const encrypted = facts.card !== undefined && settings.profile.encrypt_tracks;
  if (!facts.pin && !encrypted) return null;
  const algorithm = facts.pin?.algorithm ?? vault.algorithmOf('TDK') ?? '3des';
  const digit = { des: '0', '3des': '6', sm4: '3' }[algorithm];
  return `${facts.pin ? '2' : '0'}${digit}${encrypted ? '1' : '0'}`.padEnd(16, '0');
}

/** F60 ends at the last sub-field that is needed. */
function batchOf({ row, facts, settings }: Making): string {
  const network = row.network === 'sign-in' ? settings.profile.sign_in : row.network;
  const { read_capability } = settings.profile.dialect;
  return `${row.kind}${facts.batch}${network}${row.capability === true ? `${read_capability}0` : ''}`;
}

/** F61: batch and trace, or twelve zeros and the date where the bank finds it by reference or authorisation. */
function originalOf({ row, facts: { original } }: Making): string | null {
  // A telephone authorisation names no transaction, so there is no place and no date.
  if (row.original === undefined || original === null || original === undefined) return null;
  // Twelve zeros ask for this terminal's newest transaction, whatever it is.
  if (row.newest === true && original.place === null && original.date === null) return '0'.repeat(12);
  if (row.original === 'date' || original.place === null) {
    if (original.date === null) throw new Fault({ kind: 'host-garbled', field: 'F61', why: 'the date is not known' });
    return `${'0'.repeat(12)}${original.date}`;
  }
  return `${original.place.batch}${original.place.trace}`;
}

function operatorOf(operator: string, { profile }: HostSettings): string {
  return profile.dialect.operator_field === 'spaces' ? operator.padEnd(3, ' ') : operator.padStart(3, '0');
}

function track({ settings, vault }: Making, held: Revealing | null | undefined, label: string): string | null {
  if (held === null || held === undefined) return null;
  if (!settings.profile.encrypt_tracks) return held.reveal();
  const encrypted = vault.encryptTrack(held.reveal());
  if (encrypted === null) throw new Fault({ kind: 'host-garbled', field: label, why: 'too short to be encrypted' });
  return encrypted;
}

/** F59: tag of two characters, length of three digits, value. */
function tagged(tag: string, value: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${tag}${String(value.length).padStart(3, '0')}`, 'latin1'), value]);
}
