import { fen } from '../src/values/fen.ts';
import { type Case, DECISIONS, type Ruling } from './cases.ts';
import { charged, feeOf } from './fees.ts';
import { merchantFees, merchantPending, type Office } from './office.ts';
import { held } from './preauth.ts';
import type { Card, Merchant } from './seed.ts';
import { type Charge, CREDITS, DEBITS, entriesOf, feeUpTo, movedAlone, movedBy, standingOf } from './standing.ts';
import { CHANGES, type Trade } from './trades.ts';

/** What two people of the bank have decided about a case, with the paper that proves it. */
export interface Decided {
  readonly decision: Ruling;
  readonly people: readonly [string, string];
  readonly reference: string;
  readonly at: number;
}

/**
 * `given-back`: the card would get more than it paid, as a reversal, a void, refunds or another case have paid it back.
 * `taken`: the card would pay more than either side says, as the bank or another case has charged it already.
 */
export type WhyNot = 'closed' | 'open-again' | 'no-card' | 'no-merchant' | 'given-back' | 'taken';

/**
 * Closes a case: `credit` gives the disputed amount back to the card, `debit` charges it, and the merchant's amount and
 * fee move the other way; `reject` moves nothing. Returns why it is impossible, or null once it is done. To be called
 * inside a transaction.
 */
export function decide(office: Office, disputed: Case, decided: Decided): WhyNot | null {
  if (disputed.state === 'closed') return 'closed';
  if (isOpenAgain(office, disputed)) return 'open-again';
  if (decided.decision !== 'reject' && disputed.amount > 0) {
    const change = changeOf(office, disputed, decided.decision);
    if (typeof change === 'string') return change;
    correct(office, disputed.id, change, decided.at);
  }
  office.cases.close(disputed.id, decided);
  return null;
}

/** The decisions that are possible as the books stand now. */
export function decisionsOf(office: Office, disputed: Case): Ruling[] {
  if (disputed.state === 'closed' || isOpenAgain(office, disputed)) return [];
  const moves = (decision: 'credit' | 'debit') =>
    disputed.amount > 0 && typeof changeOf(office, disputed, decision) !== 'string';
  return DECISIONS.filter((decision) => decision === 'reject' || moves(decision));
}

/** Whether the terminal has been moved back to the case's batch: it stays open for transactions until it is settled. */
export function isOpenAgain({ terminals }: Office, { reason, terminal, batch }: Case): boolean {
  return reason === 'unsettled' && terminals.batch(terminal) === batch;
}

/**
 * What a decision would change. Example: a sale of ¥300 was refused, and two people have already collected its tip of
 * ¥20. Then `before` is ¥20, the `amount` of a debit is ¥300, and the fee posted is that of ¥320 less the tip's.
 */
interface Change {
  readonly card: Card;
  readonly merchant: Merchant;
  readonly trade: Trade | null;
  /** What cases moved for its batch and trace while the books had no such trade. */
  readonly without: Charge;
  /** All that has been moved for it so far, `without` included. */
  readonly before: Charge;
  /** What the merchant gets in addition; negative where it loses. */
  readonly amount: number;
}

function changeOf(office: Office, disputed: Case, decision: 'credit' | 'debit'): Change | WhyNot {
  const card = office.seed.cardsById.get(disputed.card ?? '');
  const merchant = office.seed.merchants.get(disputed.merchant);
  if (card === undefined) return 'no-card';
  if (merchant === undefined) return 'no-merchant';
  const trade = tradeOf(office, disputed);
  const without = {
    amount: office.cases.movedWithout(disputed, merchantPending(merchant.id)),
    fee: -office.cases.movedWithout(disputed, merchantFees(merchant.id)),
  };
  const own = trade === null ? { amount: 0, fee: 0 } : movedBy(office, trade);
  const before = { amount: own.amount + without.amount, fee: own.fee + without.fee };
  const amount = decision === 'debit' ? disputed.amount : -disputed.amount;
  const change = { card, merchant, trade, without, before, amount };
  return whyNot(office, disputed, change) ?? change;
}

/** The trade of a case. If the bank had none when it was opened: the same trade, where it has come since. */
function tradeOf({ trades }: Office, disputed: Case): Trade | null {
  if (disputed.trade !== null) return trades.byId(disputed.trade);
  const found = trades.find(disputed);
  return found?.pan === disputed.pan && found?.amount === disputed.amount ? found : null;
}

/** No correction goes beyond what either side has said, nor gives the same money back twice. */
function whyNot(office: Office, disputed: Case, { trade, without, before, amount }: Change): WhyNot | null {
  const [least, most] = claimsOf(disputed, trade, before);
  // The case of a refused advice covers that advice alone: its tip and adjustments have cases of their own.
  const isAlone = disputed.reason === 'advice-refused' && trade !== null;
  const total = (isAlone ? movedAlone(office, trade) + without.amount : before.amount) + amount;
  if (amount > 0) return total > most || isInItsTotal(office, trade, amount) ? 'taken' : null;
  return total < least || -amount > leftOf(office, trade) ? 'given-back' : null;
}

/** What the merchant should have by the bank's word and by the terminal's, the smaller amount first. */
function claimsOf(disputed: Case, trade: Trade | null, before: Charge): readonly [least: number, most: number] {
  const { reason, bankAmount, terminalAmount } = disputed;
  // An upload does not say which way a transaction goes: where the books do not have it, the slip does.
  if (trade === null && reason === 'terminal-only') return [-terminalAmount, terminalAmount];
  // The case names the card that the bank has charged; by the terminal's word that card has paid nothing.
  const ends = [bankAmount, reason === 'another-card' ? 0 : terminalAmount];
  const side = givesBack(reason, trade, before.amount) ? -1 : 1;
  return [Math.min(...ends.map((end) => side * end)), Math.max(...ends.map((end) => side * end))];
}

/**
 * Whether the transaction gives money back to the card. Where the books have no trade, the sign of what cases have
 * moved tells; a refused advice never gives back.
 */
export function givesBack(reason: Case['reason'], trade: Trade | null, moved: number): boolean {
  return trade === null ? reason !== 'advice-refused' && moved < 0 : CREDITS.includes(trade.type);
}

/**
 * Whether the amount of a tip or an adjustment has been taken already. Each of them names a new total, and another case
 * may have raised the original to it: no correction goes beyond the largest total that was named.
 */
function isInItsTotal(office: Office, trade: Trade | null, amount: number): boolean {
  const whole = trade !== null && CHANGES.includes(trade.type) ? originalOf(office, trade) : null;
  if (whole === null) return false;
  const named = office.trades.about(whole.id).filter(({ type }) => CHANGES.includes(type));
  return movedBy(office, whole).amount + amount > Math.max(...named.map((change) => change.amount));
}

/** What can still be given back of this debit, or of this trade's original; infinity where the books have neither. */
function leftOf(office: Office, trade: Trade | null): number {
  const debit = trade === null || DEBITS.includes(trade.type) ? trade : originalOf(office, trade);
  if (debit === null) return Number.POSITIVE_INFINITY;
  const { total, refunded } = standingOf(office, debit);
  return total - refunded;
}

function correct(office: Office, id: number, change: Change, at: number): void {
  const { card, merchant, trade, before, amount } = change;
  const turned = turnedBy(office, change);
  if (turned !== null) {
    office.ledger.postOpposite(turned.entries, { kind: 'correction', trade: turned.trade, at });
  } else {
    const { preauth, hold } = heldFor(office, change);
    const postings = [...held(card.id, -hold), ...charged(card.id, merchant.id, amount, feeWith(office, change))];
    office.ledger.post({ kind: 'correction', trade: trade?.id ?? null, hold: preauth, at, postings });
  }
  office.cases.corrected(id);
  // A trade that is undone as a whole is marked reversed, so that a reversal that still comes turns nothing back.
  const isUndone = trade?.state === 'posted' && trade.moved !== 0 && before.amount + amount === 0;
  if (trade !== null && isUndone) office.trades.reversed(trade.id, 'reversed', `case ${id}`, at);
}

/**
 * The entries to turn back, where nothing of the trade is to remain or just what its own entry had posted; else null.
 * Turning entries back moves the fee and the hold exactly, whatever the rates are now.
 */
function turnedBy(office: Office, { card, trade, without, before, amount }: Change) {
  const total = before.amount + amount;
  const isOwnAgain = total === trade?.moved && card.id === trade.card;
  if (trade === null || without.amount !== 0 || (total !== 0 && !isOwnAgain)) return null;
  const isOwn = (entry: { kind: string; trade: number }) => entry.trade === trade.id && entry.kind === trade.type;
  return { trade: trade.id, entries: entriesOf(office, trade).filter((entry) => total === 0 || !isOwn(entry)) };
}

/** The hold that a completion releases, where the bank has not booked it: else it could be completed once more. */
function heldFor(office: Office, { card, trade, before, amount }: Change): { preauth: number | null; hold: number } {
  const completes = trade?.type === 'completion' || trade?.type === 'completion-advice';
  const preauth = completes && before.amount === 0 && amount > 0 ? originalOf(office, trade) : null;
  if (preauth === null || preauth.card !== card.id) return { preauth: null, hold: 0 };
  return { preauth: preauth.id, hold: office.holds.amount(preauth.id) };
}

/** The fee of a void or refund is a part of the original's fee; that of a tip or adjustment is what it adds to it. */
function feeWith(office: Office, { card, merchant, trade, before, amount }: Change): number {
  const original = trade === null ? null : originalOf(office, trade);
  if (trade !== null && original !== null && CREDITS.includes(trade.type)) {
    const standing = standingOf(office, original);
    return standing.feeReturned - feeUpTo(standing, standing.refunded - amount);
  }
  const isPart = trade !== null && original !== null && CHANGES.includes(trade.type);
  const whole = isPart ? movedBy(office, original) : before;
  const total = whole.amount + amount;
  const type = (isPart ? original : trade)?.type ?? 'sale';
  return Math.sign(total) * feeOf(merchant, type, card.kind, fen(Math.abs(total))) - whole.fee;
}

function originalOf({ trades }: Office, { original }: Trade): Trade | null {
  return original === null ? null : trades.byId(original);
}
