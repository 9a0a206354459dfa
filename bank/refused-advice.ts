import { type Fen, fen } from '../src/values/fen.ts';
import { Pan } from '../src/values/pan.ts';
import { besideAmount } from './decision.ts';
import type { Office } from './office.ts';
import type { SealedRequest } from './request.ts';
import { rowOf, type Trade, type TradeType } from './trades.ts';

interface Refused {
  readonly type: TradeType;
  readonly trace: string;
  readonly amount: Fen;
  /** Its row; null where it left none. */
  readonly trade: Trade | null;
}

/**
 * Whether the counter finishes this type before the bank hears of it. A refund does not count: nothing was promised
 * yet.
 */
export function isTold(type: TradeType): boolean {
  return rowOf(type).lost === 'repeat' && type !== 'refund';
}

/**
 * Opens a case for a refused advice: the counter had finished before the bank was told, so the merchant is out of
 * pocket. However often the advice is repeated, there is one case.
 */
export function followRefusedAdvice({ cases, seed }: Office, request: SealedRequest, refused: Refused): void {
  const { message, terminal, merchant, batch, at } = request;
  const { type, trace, amount, trade } = refused;
  if (!isTold(type)) return;
  const other = besideAmount(message.totals) ?? 0;
  const missing = type === 'tip' ? other : type === 'adjust' ? amount - other : amount;
  if (missing <= 0) return;
  const pan = message.pan === undefined ? null : Pan.from(message.pan);
  cases.open({
    ...{ reason: 'advice-refused', settlement: null, trade: trade?.id ?? null },
    ...{ terminal: terminal.terminal, merchant: merchant.id, batch, trace, at },
    card: pan === null ? null : (seed.cards.get(pan.reveal())?.id ?? null),
    pan: pan?.masked ?? null,
    ...{ amount: fen(missing), bankAmount: fen(0), terminalAmount: fen(missing) },
  });
}
