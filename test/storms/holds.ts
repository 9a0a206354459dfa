import type { Office } from '../../bank/office.ts';
import { completionOf } from '../../bank/original.ts';
import type { Trade } from '../../bank/trades.ts';

/**
 * Whether a completion that stands has charged this hold, or the hold that this was added to. The hold's own row stays
 * posted, so its state does not say. Null for every other trade.
 */
export function chargedHold(office: Office, { id, type, original }: Trade): boolean | null {
  const preauth = type === 'preauth' ? id : type === 'preauth-add' ? original : null;
  const hold = preauth === null ? null : office.trades.byId(preauth);
  return hold === null ? null : completionOf(office, hold) !== null;
}
