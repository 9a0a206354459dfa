import { fen } from '../src/values/fen.ts';
import { besideAmount } from './decision.ts';
import type { Office } from './office.ts';
import { rowOf, type Trade } from './trades.ts';

/**
 * The counter had finished before the bank was told, and the bank says no: the merchant is out of pocket, and a case is
 * opened. A refund is no such thing: there the customer has been told nothing yet.
 */
export function followRefusedAdvice({ cases }: Office, trade: Trade, beside: string | undefined): void {
  const { id, type, terminal, merchant, batch, trace, card, pan, amount, at } = trade;
  if (rowOf(type).lost !== 'repeat' || type === 'refund') return;
  const other = besideAmount(beside) ?? 0;
  const missing = type === 'tip' ? other : type === 'adjust' ? amount - other : amount;
  if (missing <= 0) return;
  cases.open({
    ...{ reason: 'advice-refused', settlement: null, trade: id, terminal, merchant, batch, trace, card, pan, at },
    ...{ amount: fen(missing), bankAmount: fen(0), terminalAmount: fen(missing) },
  });
}
