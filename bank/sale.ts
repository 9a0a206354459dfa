import { type Fen, fen } from '../src/values/fen.ts';
import { Pan } from '../src/values/pan.ts';
import { clearTrack, pinOf } from './ciphers.ts';
import type { Ask, Issuer } from './issuer.ts';
import { ACQUIRER_FEES, cardAccount, localTime, merchantFees, merchantPending, type Office } from './office.ts';
import { answerTo, financialAnswer, nextReference, type Outcome, type SealedRequest } from './request.ts';
import type { Card, FeeRate } from './seed.ts';
import { type TradeType, typeOf } from './trades.ts';

const CURRENCY = '156';

/**
 * A request that charges a card, F64 already checked. Refused, declined or posted; in each case the row, the postings
 * and the answer's bytes are of one transaction.
 */
export function charge(office: Office, issuer: Issuer, request: SealedRequest): Outcome {
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
  return decide(office, issuer, request, { ...form, type, ask });
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

function decide(
  office: Office,
  issuer: Issuer,
  request: SealedRequest,
  { trace, amount, type, ask }: { trace: string; amount: Fen; type: TradeType; ask: Ask },
): Outcome {
  const { message, merchant, terminal, batch, keys, at } = request;
  const { id, reference } = nextReference(office, at);
  const acquirerRefusal = amount === 0 ? '13' : amount > merchant.saleLimit ? '61' : null;
  const verdict =
    acquirerRefusal === null ? issuer.decide(ask) : { code: acquirerRefusal, card: null, institution: null };
  const { code, card, institution } = verdict;
  const posted = code === '00' && card !== null;
  const fee = posted ? feeOf(merchant.fee[card.kind], amount) : fen(0);
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
      fee,
      entryMode: message.entryMode ?? null,
      code,
      state: posted ? 'posted' : 'declined',
      reference,
      authorisation,
      at,
      settlementDate: localTime(office, at).date,
    },
    answer,
  );
  if (posted) post(office, { type, trade: id, at, card, merchant: merchant.id, amount, fee });
  return { code, answer, facts: { type, batch, trace, amount, pan, reference } };
}

function post(
  office: Office,
  sale: { type: TradeType; trade: number; at: number; card: Card; merchant: string; amount: Fen; fee: Fen },
): void {
  const { type, trade, at, card, merchant, amount, fee } = sale;
  const fees = [
    { account: merchantFees(merchant), amount: -fee },
    { account: ACQUIRER_FEES, amount: fee as number },
  ];
  office.ledger.post({
    kind: type,
    trade,
    at,
    postings: [
      { account: cardAccount(card.id), amount: -amount },
      { account: merchantPending(merchant), amount },
      ...(fee === 0 ? [] : fees),
    ],
  });
}

/** Half a fen is rounded up. */
export function feeOf({ perMyriad, cap }: FeeRate, amount: Fen): Fen {
  const fee = Math.floor((amount * perMyriad + 5000) / 10_000);
  return fen(cap === null ? fee : Math.min(fee, cap));
}

/** What the card's issuer is asked, or the code that refuses what cannot be asked. */
function askOf(office: Office, { message, keys, at }: SealedRequest, amount: Fen): Ask | string {
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
