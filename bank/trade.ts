import { type Fen, fen } from '../src/values/fen.ts';
import { Pan } from '../src/values/pan.ts';
import { adjust, tip } from './adjust.ts';
import { clearTrack, pinOf } from './ciphers.ts';
import { complete } from './completion.ts';
import { type Asked, type Decision, type Refusal, refused } from './decision.ts';
import type { Ask, Issuer } from './issuer.ts';
import { followUnsettled, isLeft } from './left-batch.ts';
import { localTime, type Office, sixDigits } from './office.ts';
import { takeOffline, takeVoice } from './offline.ts';
import { dayOfTrade, preauthOf } from './original.ts';
import { addToPreauth, preauthorise, voidPreauth } from './preauth.ts';
import { refund } from './refund.ts';
import { followRefusedAdvice, isTold } from './refused-advice.ts';
import { answerTo, financialAnswer, nextReference, type Outcome, type SealedRequest } from './request.ts';
import { sell, sellInInstalments } from './sale.ts';
import { rowOf, type Trade, type TradeType, typeOf } from './trades.ts';
import { undo } from './void.ts';

export const CURRENCY = '156';

/** Who decides about each type. */
const desks = {
  sale: sell,
  void: undo,
  refund,
  preauth: preauthorise,
  'preauth-add': addToPreauth,
  'preauth-void': voidPreauth,
  completion: complete,
  'completion-advice': complete,
  'completion-void': undo,
  instalment: sellInInstalments,
  offline: takeOffline,
  voice: takeVoice,
  adjust,
  tip,
} as const satisfies Record<TradeType, (office: Office, issuer: Issuer, asked: Asked) => Decision>;

/**
 * Handles a request that moves money; F64 is already checked. The row, the postings and the answer's bytes are written
 * in one transaction. A refusal leaves a row too, so that the same request, doubled on its way, is not decided again.
 * `before` is a refusal of the terminal or the merchant as such.
 */
export function trade(office: Office, issuer: Issuer, request: SealedRequest, before: Refusal | null): Outcome {
  const { message, terminal, batch } = request;
  const { trace, processing = '', condition = '' } = message;
  if (trace === undefined) return answered(office, request, { code: '30', why: 'F11 is missing' });
  const known = office.trades.find({ terminal: terminal.terminal, batch, trace });
  if (known !== null) return again(office, request, known);
  const type = typeOf({ processing, condition, transaction: request.transaction }, message.mti, message.authorisation);
  // A request of another batch, or one that is not offered, leaves no row: a repeat is refused for the same reason.
  const late = batch !== office.terminals.batch(terminal.terminal);
  if (late && !(type !== null && isTold(type) && isLeft(office, terminal.terminal, batch))) {
    const amount = amountOf(request);
    if (type !== null && amount !== null) followRefusedAdvice(office, request, { type, trace, amount, trade: null });
    return answered(office, request, before ?? { code: '77', why: 'another batch' });
  }
  if (type === null) return answered(office, request, before ?? { code: '40', why: 'not offered' });

  const amount = amountOf(request);
  const row = { request, type, trace, amount: amount ?? fen(0) };
  const no = (refusal: Refusal) => keep(office, row, refused(refusal));
  // During the cut-over nothing is posted to either day. An advice leaves no row: it is decided when it comes again.
  if (office.days.quiet(request.at)) {
    const cutOver = { code: '90', why: 'the day is being cut over' };
    return rowOf(type).lost === 'reverse' ? no(cutOver) : answered(office, request, cutOver);
  }
  if (before !== null) return no(before);
  if (amount === null) return no({ code: '30', why: 'a mandatory field is missing' });
  if (!request.merchant.may.has(type)) return no({ code: '58', why: 'the merchant may not' });
  const ask = askOf(office, request, amount);
  // Leaves no row: the terminal signs in and asks again under new keys, and that is to be decided.
  if (ask === '99') return answered(office, request, { code: ask, why: 'card data' });
  if (typeof ask === 'string') return no({ code: ask, why: 'card data' });
  const outcome = keep(office, row, desks[type](office, issuer, { ...row, ask }), ask.pan);
  if (late) followUnsettled(office, { terminal: terminal.terminal, batch, asked: null });
  return outcome;
}

/** Null where a field is missing that every trade has. */
function amountOf({ message: { amount, entryMode, currency } }: SealedRequest): Fen | null {
  return amount === undefined || entryMode === undefined || currency !== CURRENCY ? null : fen(Number(amount));
}

function answered(office: Office, request: SealedRequest, { code, why }: Refusal, reference?: string): Outcome {
  const { message, keys, batch } = request;
  const fields = financialAnswer(office, request, { reference, institution: null });
  return {
    code,
    answer: answerTo(office, message, code, keys.mac, fields),
    facts: { batch, trace: message.trace, why },
  };
}

/**
 * Where terminal, batch and trace are taken: repeats the answer to the same advice; anything else is a duplicate (94).
 */
function again(office: Office, request: SealedRequest, known: Trade): Outcome {
  // Its reversal came first, so the terminal has given it up (money.md 3).
  if (known.state === 'tombstone') {
    return answered(office, request, { code: '12', why: 'reversed before it came' }, known.reference);
  }
  const { message, keys, batch, covered } = request;
  const digest = office.trades.digestOf(known.id);
  if (digest === null || !office.books.safe.digest(covered).equals(digest)) {
    followTaken(office, request, known);
    return answered(office, request, { code: '94', why: 'a duplicate' }, known.reference);
  }
  const { code, reference, authorisation } = known;
  const institution = office.seed.bins.get(message.pan?.slice(0, 6) ?? '') ?? null;
  return {
    code,
    answer: answerTo(office, message, code, keys.mac, {
      ...financialAnswer(office, { ...request, at: known.at }, { reference, institution }),
      // The day that it was booked on, which may be over by now.
      settlementDate: known.settlementDate.slice(4),
      authorisation: authorisation ?? undefined,
    }),
    facts: { type: known.type, batch, trace: known.trace, why: 'told again' },
  };
}

/**
 * Opens a case for an advice whose batch and trace another trade has taken: the counter had finished it all the same.
 */
function followTaken(office: Office, request: SealedRequest, { trace, amount: taken, pan }: Trade): void {
  const { mti, processing = '', condition = '', authorisation, pan: digits } = request.message;
  const type = typeOf({ processing, condition, transaction: request.transaction }, mti, authorisation);
  const amount = amountOf(request);
  const isIts = amount === taken && (digits === undefined || Pan.from(digits)?.masked === pan);
  if (type !== null && amount !== null && !isIts) {
    followRefusedAdvice(office, request, { type, trace, amount, trade: null });
  }
}

/** Answers, writes the row, and moves the money of an approval. */
function keep(office: Office, row: Omit<Asked, 'ask'>, decision: Decision, digits?: string): Outcome {
  const { request, type, trace, amount } = row;
  const { message, merchant, terminal, batch, keys, at, covered } = request;
  const { code, card, institution, original, why } = decision;
  const { id, reference } = nextReference(office, at);
  const posted = code === '00' && card !== null;
  const authorisation = posted ? (decision.authorisation ?? approvalNumber(office, row)) : null;
  const number = digits ?? message.pan;
  const pan = number === undefined ? null : Pan.from(number);
  const answer = answerTo(office, message, code, keys.mac, {
    ...financialAnswer(office, request, { reference, institution }),
    authorisation: authorisation ?? undefined,
  });
  const kept: Trade = {
    id,
    terminal: terminal.terminal,
    merchant: merchant.id,
    batch,
    trace,
    type,
    card: card?.id ?? null,
    pan: pan?.masked ?? null,
    amount,
    moved: posted ? decision.moved : 0,
    fee: posted ? decision.fee : 0,
    entryMode: message.entryMode ?? null,
    code,
    state: posted ? 'posted' : 'declined',
    original,
    reference,
    authorisation,
    at,
    settlementDate: office.days.date(),
    particulars: decision.particulars ?? null,
  };
  office.trades.keep(kept, answer, rowOf(type).lost === 'repeat' ? office.books.safe.digest(covered) : null);
  if (posted) decision.post(id, card);
  else followRefusedAdvice(office, request, { type, trace, amount, trade: kept });
  return { code, answer, facts: { type, batch, trace, amount, pan, reference, ...(why === undefined ? {} : { why }) } };
}

/**
 * Draws F38. A pre-authorisation is found by this number and its day, so none of the merchant's may have it that day.
 */
function approvalNumber(office: Office, { request: { merchant, at } }: Omit<Asked, 'ask'>): string {
  const day = dayOfTrade(office, at);
  for (;;) {
    const authorisation = sixDigits(office);
    if (preauthOf(office, { merchant: merchant.id, authorisation, day }) === null) return authorisation;
  }
}

/** What the card's issuer is asked, or the code of a refusal where the card data cannot be used. */
export function askOf(office: Office, { message, keys, at }: SealedRequest, amount: Fen): Ask | string {
  const { security = '0'.repeat(16), pan, expiry, entryMode = '' } = message;
  let track = message.track2;
  if (track !== undefined && security[2] === '1') {
    // Without a track key nobody can have encrypted it: 99 makes the terminal sign in for one.
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
