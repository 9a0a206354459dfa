import { type Fen, fen } from '../src/values/fen.ts';
import { Pan } from '../src/values/pan.ts';
import { clearTrack, pinOf } from './ciphers.ts';
import type { Ask, Issuer, Verdict } from './issuer.ts';
import { localTime, type Office } from './office.ts';
import { answerTo, financialAnswer, nextReference, type Outcome, type SealedRequest } from './request.ts';
import { sell } from './sale.ts';
import type { Card } from './seed.ts';
import { type TradeType, typeOf } from './trades.ts';
import { undo } from './void.ts';

export const CURRENCY = '156';

/** A request that moves money, once it is whole, new, of the open batch, and its card's secrets are opened. */
export interface Asked {
  readonly request: SealedRequest;
  readonly type: TradeType;
  readonly trace: string;
  readonly amount: Fen;
  readonly ask: Ask;
}

/** What a type's own desk makes of it. */
export interface Decision extends Verdict {
  readonly fee: Fen;
  /** The trade that it undoes. */
  readonly original: number | null;
  /** Why it was refused, for the log alone. */
  readonly why?: string;
  /** Moves the money of a yes, inside the transaction that keeps the row. */
  post(trade: number, card: Card): void;
}

/** Who decides about each type. */
const desks = { sale: sell, void: undo } as const satisfies Record<
  TradeType,
  (office: Office, issuer: Issuer, asked: Asked) => Decision
>;

/**
 * A request that moves money, F64 already checked. Refused, declined or posted; in each case the row, the postings and
 * the answer's bytes are of one transaction.
 */
export function trade(office: Office, issuer: Issuer, request: SealedRequest): Outcome {
  const { message, terminal, batch, keys } = request;
  const refused = (code: string, why: string, reference?: string): Outcome => ({
    code,
    answer: answerTo(
      office,
      message,
      code,
      keys.mac,
      financialAnswer(office, request, { reference, institution: null }),
    ),
    facts: { batch, trace: message.trace, why },
  });

  // Until the new day is open nothing is posted to either.
  if (office.days.quiet(request.at)) return refused('90', 'the day is being cut over');
  const form = formOf(request);
  if (form === null) return refused('30', 'a mandatory field is missing');
  const before = office.trades.find({ terminal: terminal.terminal, batch, trace: form.trace });
  // Its reversal came first, so the terminal has given it up (money.md 3).
  if (before?.state === 'tombstone') return refused('12', 'reversed before it came', before.reference);
  if (before !== null) return refused('94', 'a duplicate', before.reference);
  if (batch !== office.terminals.batch(terminal.terminal)) return refused('77', 'another batch');

  const type = typeOf({ ...form, transaction: request.transaction }, message.mti);
  if (type === null) return refused('40', 'not offered');
  const ask = askOf(office, request, form.amount);
  if (typeof ask === 'string') return refused(ask, 'card data');
  const asked = { request, type, trace: form.trace, amount: form.amount, ask };
  return keep(office, asked, desks[type](office, issuer, asked));
}

interface Form {
  readonly trace: string;
  readonly processing: string;
  readonly condition: string;
  readonly amount: Fen;
}

function formOf({ message }: SealedRequest): Form | null {
  const { trace, processing, condition, amount, entryMode, currency } = message;
  if (trace === undefined || processing === undefined || condition === undefined) return null;
  if (amount === undefined || entryMode === undefined || currency !== CURRENCY) return null;
  return { trace, processing, condition, amount: fen(Number(amount)) };
}

/** Answers, writes the row, and moves the money of a yes. */
function keep(office: Office, { request, type, trace, amount, ask }: Asked, decision: Decision): Outcome {
  const { message, merchant, terminal, batch, keys, at } = request;
  const { code, card, institution, fee, original, why } = decision;
  const { id, reference } = nextReference(office, at);
  const posted = code === '00' && card !== null;
  const authorisation = posted ? approvalNumber(office) : null;
  const pan = Pan.from(ask.pan);
  const answer = answerTo(office, message, code, keys.mac, {
    ...financialAnswer(office, request, { reference, institution }),
    authorisation: authorisation ?? undefined,
  });
  office.trades.keep(
    {
      id,
      terminal: terminal.terminal,
      merchant: merchant.id,
      batch,
      trace,
      type,
      card: card?.id ?? null,
      pan: pan?.masked ?? null,
      amount,
      moved: posted ? (type === 'void' ? -amount : amount) : 0,
      fee: posted ? fee : fen(0),
      entryMode: message.entryMode ?? null,
      code,
      state: posted ? 'posted' : 'declined',
      original,
      reference,
      authorisation,
      at,
      settlementDate: office.days.date(),
    },
    answer,
  );
  if (posted) decision.post(id, card);
  return { code, answer, facts: { type, batch, trace, amount, pan, reference, ...(why === undefined ? {} : { why }) } };
}

/** What the card's issuer is asked, or the code that refuses what cannot be asked. */
export function askOf(office: Office, { message, keys, at }: SealedRequest, amount: Fen): Ask | string {
  const { security = '0'.repeat(16), pan, expiry, entryMode = '' } = message;
  let track = message.track2;
  if (track !== undefined && security[2] === '1') {
    // Without a track key nobody can have encrypted it: the terminal signs in for one.
    if (keys.track === null) return '99';
    const clear = clearTrack(keys.track, track);
    if (clear === null) return '30';
    track = clear;
  }
  const read = track === undefined ? null : /^(\d{12,19})D(\d{4})(\d{3})/.exec(track);
  if (track !== undefined && read === null) return '30';
  const number = read?.[1] ?? pan;
  const until = read?.[2] ?? expiry;
  if (number === undefined || until === undefined) return '30';
  if ((pan !== undefined && pan !== number) || (expiry !== undefined && expiry !== until)) return '30';

  return {
    pan: number,
    expiry: until,
    service: read?.[3] ?? null,
    entry: entryMode.slice(0, 2),
    amount,
    pin: pinGiven(keys.pin, message.pinBlock, security, number),
    month: localTime(office, at).date.slice(2, 6),
  };
}

/** F53's first digit: 1 a block without the account number, 2 with it, 0 none. */
function pinGiven(
  key: SealedRequest['keys']['pin'],
  block: Uint8Array | undefined,
  security: string,
  pan: string,
): string | 'malformed' | null {
  if (block === undefined) return security.startsWith('0') ? null : 'malformed';
  if (security.startsWith('0')) return 'malformed';
  return pinOf(key, block, security.startsWith('1') ? null : pan) ?? 'malformed';
}

function approvalNumber({ random }: Office): string {
  const number = Buffer.from(random(4)).readUInt32BE() % 1_000_000;
  return String(number).padStart(6, '0');
}
