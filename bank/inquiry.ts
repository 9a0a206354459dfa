import type { Office } from './office.ts';
import { completionOf, dayOf, dayOfTrade } from './original.ts';
import { answerTo, hostTime, type Outcome, type SealedRequest } from './request.ts';
import { asDecided, CREDITS, DEBITS, movedBy, standingOf } from './standing.ts';
import type { Trade } from './trades.ts';

/**
 * 0820, F60.3 320 (交易状态查询, our own): tells how a trade stands. F61 names it: batch and trace for a trade of this
 * terminal; twelve zeros and MMDD, with F37, for a trade of its merchant; twelve zeros alone for this terminal's
 * newest. Moves nothing and leaves no row.
 *
 * The answer: F4 what is charged (with tip, adjustments and corrections; its own F4 where nothing is), F37, F38, F48
 * what has been refunded (for a completed hold: what of its completion has been refunded, then the completion's total),
 * F61 its batch, trace and day, F63 `CUP`, the state's word padded to twelve, its own F39, and its masked card number,
 * by which a terminal that has reused a trace sees that the row is another trade's. 25 where the books have no such
 * trade.
 */
export function lookUp(office: Office, request: SealedRequest): Outcome {
  const { message, batch, keys, at } = request;
  const answered = (code: string, facts: Record<string, unknown>, extra: Parameters<typeof answerTo>[4] = {}) => ({
    code,
    answer: answerTo(office, message, code, keys.mac, { ...hostTime(office, at), ...extra }),
    facts: { batch, trace: message.trace, ...facts },
  });

  if (message.trace === undefined || message.original === undefined) {
    return answered('30', { why: 'F11 or F61 is missing' });
  }
  const found = asked(office, request, message.original);
  if (found === null) return answered('25', { why: 'no such trade' });
  // A declined trade that two people have collected all the same is charged, and the answer says so.
  const trade = asDecided(office, found);
  const { total, refunded } = chargedOf(office, trade);
  const hold = holdOf(office, trade);
  const word = hold?.word ?? trade.state;
  const completed = hold?.completion == null ? null : standingOf(office, hold.completion);
  return answered(
    '00',
    { of: trade.trace, state: word },
    {
      amount: digits(total),
      reference: trade.reference,
      authorisation: trade.authorisation ?? undefined,
      totals: completed === null ? digits(refunded) : `${digits(completed.refunded)}${digits(completed.total)}`,
      original: `${trade.batch}${trade.trace}${dayOfTrade(office, trade.at)}`,
      operator: `CUP${word.padEnd(12)}${trade.code}${trade.pan ?? ''}`,
    },
  );
}

const NEWEST = '0'.repeat(12);

function asked(office: Office, { message, terminal, merchant }: SealedRequest, place: string): Trade | null {
  if (place === NEWEST) return office.trades.newest(terminal.terminal);
  const day = dayOf(place);
  if (day !== null && message.reference !== undefined) {
    const found = office.trades.byReference(message.reference);
    return found?.merchant === merchant.id && dayOfTrade(office, found.at) === day ? found : null;
  }
  const [, batch, trace] = /^(\d{6})(\d{6})/.exec(place) ?? [];
  if (batch === undefined || trace === undefined) return null;
  const found = office.trades.find({ terminal: terminal.terminal, batch, trace });
  return message.reference === undefined || found?.reference === message.reference ? found : null;
}

/**
 * What has become of the hold of a posted pre-authorisation or addition, at any of the merchant's terminals: their own
 * rows stay posted and do not show it. `released`: the hold has expired or, for an addition, was voided as a whole.
 */
function holdOf(
  office: Office,
  { id, type, state, original }: Trade,
): { readonly word: 'held' | 'completed' | 'released'; readonly completion: Trade | null } | null {
  const preauth = type === 'preauth' ? id : type === 'preauth-add' ? original : null;
  const hold = preauth === null || state !== 'posted' ? null : office.trades.byId(preauth);
  if (hold === null) return null;
  const completion = completionOf(office, hold);
  if (completion !== null) return { word: 'completed', completion };
  return { word: office.holds.amount(hold.id) === 0 ? 'released' : 'held', completion: null };
}

function chargedOf(office: Office, trade: Trade): { total: number; refunded: number } {
  const { type, state, amount } = trade;
  const moved = movedBy(office, trade).amount;
  if (CREDITS.includes(type)) return { total: moved === 0 ? amount : Math.abs(moved), refunded: 0 };
  // Only a debit that was charged can have grown or been refunded in part.
  if (!DEBITS.includes(type) || (moved === 0 && state !== 'posted')) return { total: amount, refunded: 0 };
  const { total, refunded } = standingOf(office, trade);
  return { total, refunded: state === 'voided' ? 0 : refunded };
}

const digits = (amount: number): string => String(amount).padStart(12, '0');
