import { type Fen, fen } from '../src/values/fen.ts';
import { Pan } from '../src/values/pan.ts';
import { foundOut } from './cases.ts';
import { followUnsettled, isLeft } from './left-batch.ts';
import type { Office } from './office.ts';
import { answerTo, financialAnswer, nextReference, type Outcome, type SealedRequest } from './request.ts';
import { asDecided, DEBITS, entriesOf, movedBy, standingOf } from './standing.ts';
import { rowOf, type Trade, type TradeKey, type TradeType, typeOf } from './trades.ts';

/**
 * 0400: turns back what the same batch and trace posted; repeats change nothing. Without an original it leaves a
 * tombstone in the original's place, so that an original arriving later is refused (money.md 3). F64 is already
 * checked.
 */
export function reverse(office: Office, request: SealedRequest): Outcome {
  const { message, terminal, batch, keys, transaction, at } = request;
  const { trace, processing, condition, amount: digits, code: reason } = message;
  const answered = (code: string, reference: string | undefined, facts: Record<string, unknown> = {}): Outcome => ({
    code,
    answer: answerTo(office, message, code, keys.mac, {
      ...financialAnswer(office, request, { reference, institution: null }),
    }),
    facts: { batch, trace, reason, ...facts },
  });

  if (trace === undefined || processing === undefined || condition === undefined || digits === undefined) {
    return answered('30', undefined, { why: 'a mandatory field is missing' });
  }
  const amount = fen(Number(digits));
  const type = typeOf({ processing, condition, transaction }, null);
  if (type === null || rowOf(type).lost !== 'reverse') return answered('12', undefined, { why: 'no such original' });

  const original = office.trades.find({ terminal: terminal.terminal, batch, trace });
  if (original === null) {
    const pan = message.pan === undefined ? null : (Pan.from(message.pan)?.masked ?? null);
    const place = { terminal: terminal.terminal, merchant: request.merchant.id, batch, trace };
    const about = { ...place, type, amount, at, pan, entryMode: message.entryMode ?? null, reason: reason ?? '98' };
    const next = nextReference(office, at);
    const buried = answered('25', next.reference, { amount, why: 'no original' });
    bury(office, { ...about, ...next }, buried.answer);
    return buried;
  }
  const left = isLeft(office, terminal.terminal, batch);
  if (original.state === 'tombstone') return answered('25', original.reference, { amount, why: 'no original' });

  // A reversal that differs from its original is refused: the terminal keeps owing it, and people look at it.
  if (original.amount !== amount) return answered('64', original.reference, { amount, why: 'another amount' });
  if (differs(original, type, message.pan))
    return answered('30', original.reference, { amount, why: 'another original' });

  // The void has given the money back already; it must not go back twice.
  if (asDecided(office, original).state === 'voided') {
    return answered('12', original.reference, { amount, why: 'voided already' });
  }
  if (original.state === 'posted') {
    // Two people at the counter have ended it on the bank's word that it is charged: this reversal comes too late.
    if (office.rulings.of(original.id) !== null) return answered('12', original.reference, { amount, why: 'ruled on' });
    if (isBuiltUpon(office, original)) return answered('12', original.reference, { amount, why: 'more has followed' });
    const { id } = original;
    const isLate = !left && batch !== office.terminals.batch(terminal.terminal);
    const turnedBack = isLate ? Math.abs(movedBy(office, original).amount) : 0;
    // Where a case has corrected a part of it already, only what is left is turned back.
    office.ledger.postOpposite(entriesOf(office, original), { kind: 'reversal', at, trade: id });
    // The reversal explains why the terminal does not have the trade.
    office.cases.answerTrade(id, { answer: foundOut.reversed, by: terminal.terminal, at });
    if (isLate) lateReversal(office, original, fen(turnedBack), at);
  }
  // A decline whose answer was lost is reversed too: the terminal and the books use the same word for it.
  if (original.state !== 'reversed') office.trades.reversed(original.id, 'reversed', reason ?? '98', at);
  // Brings the case of a batch that was left up to date. A repeated reversal changes nothing.
  if (left && original.state === 'posted') followUnsettled(office, { terminal: terminal.terminal, batch, asked: null });
  return answered('00', original.reference, { amount, was: original.state });
}

/** Opens a case where the batch was settled, or its case closed: what the merchant was told is no longer true. */
function lateReversal(office: Office, original: Trade, amount: Fen, at: number): void {
  const { id, terminal, merchant, batch, trace, card, pan } = original;
  office.cases.open({
    ...{ reason: 'late-reversal', settlement: office.settlements.find(terminal, batch)?.id ?? null, trade: id },
    ...{ terminal, merchant, batch, trace, card, pan, amount, bankAmount: fen(0), terminalAmount: amount, at },
  });
}

/**
 * Whether another posted trade depends on this one: a refund or a tip of it, or a later step on the hold that it made,
 * raised, released or restored.
 */
function isBuiltUpon(office: Office, trade: Trade): boolean {
  const { trades } = office;
  const { id, original, type } = trade;
  if (trades.upon(id).length > 0) return true;
  if (DEBITS.includes(type) && standingOf(office, trade).refunded > 0) return true;
  if (original === null) return false;
  // The original of a completion's void is the completion, whose own original is the pre-authorisation.
  const first = trades.byId(original)?.original ?? original;
  // Additions do not depend on each other, and of every other type at most one is posted.
  const needsIt = (other: Trade) => other.state === 'posted' && other.type !== type;
  return trades.upon(first).some((other) => other.id > id && needsIt(other));
}

function differs(original: Trade, type: TradeType, digits: string | undefined): boolean {
  if (original.type !== type) return true;
  return digits !== undefined && original.pan !== null && original.pan !== Pan.from(digits)?.masked;
}

/**
 * Keeps a tombstone in the place of a trade that has not come, so that it is refused if it still comes (money.md 3).
 */
export function bury(office: Office, { reason, ...of }: Buried, answer: Uint8Array): void {
  office.trades.keep(
    {
      ...of,
      ...{ card: null, moved: 0, fee: 0, code: '25', state: 'tombstone', authorisation: null, original: null },
      settlementDate: office.days.date(),
      particulars: null,
    },
    answer,
  );
  office.trades.reversed(of.id, 'tombstone', reason, of.at);
}

type Buried = Pick<
  Trade,
  keyof TradeKey | 'id' | 'reference' | 'merchant' | 'type' | 'amount' | 'pan' | 'entryMode' | 'at'
> & {
  readonly reason: string;
};
