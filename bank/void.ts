import { fen } from '../src/values/fen.ts';
import type { Issuer } from './issuer.ts';
import type { Office } from './office.ts';
import type { Asked, Decision } from './trade.ts';
import type { Trade } from './trades.ts';

/**
 * The void of a sale (消费撤销): everything that the sale posted is posted the other way, the fee too. Its original is
 * named by F61 (batch and trace), and F37 must be its reference. A void that is reversed leaves the sale as it was.
 */
export function undo(office: Office, issuer: Issuer, { request, amount, ask }: Asked): Decision {
  const { message, terminal, batch, at } = request;
  const refused = (code: string, why: string, original: Trade | null = null): Decision => ({
    ...{ code, why, card: null, institution: null, fee: fen(0), original: original?.id ?? null },
    post: () => undefined,
  });

  const named = /^(\d{6})(\d{6})/.exec(message.original ?? '');
  if (named === null || message.reference === undefined) return refused('30', 'no original is named');
  const [, ofBatch = '', ofTrace = ''] = named;
  const original = office.trades.find({ terminal: terminal.terminal, batch: ofBatch, trace: ofTrace });
  if (original === null || original.type !== 'sale' || original.reference !== message.reference) {
    return refused('25', 'no such sale');
  }
  const why = whyNot(original, message.authorisation);
  if (why !== null) return refused(why.code, why.why, original);
  // A settled sale is on its way to the merchant's account: it is refunded, not undone.
  if (ofBatch !== batch) return refused('12', 'settled already', original);
  if (original.amount !== amount) return refused('64', 'another amount', original);

  const verdict = issuer.recognise(ask);
  if (verdict.code === '00' && verdict.card?.id !== original.card) return refused('14', 'another card', original);
  return {
    ...verdict,
    fee: original.fee,
    original: original.id,
    post(trade) {
      office.ledger.postOpposite({ kind: 'sale', trade: original.id }, { kind: 'void', at, trade });
    },
  };
}

/** 25 where nothing is charged that could be undone, 12 where it has been undone already. */
function whyNot({ state, authorisation }: Trade, named: string | undefined): { code: string; why: string } | null {
  if (state === 'voided') return { code: '12', why: 'voided already' };
  if (state !== 'posted') return { code: '25', why: `the sale is ${state}` };
  return named === undefined || named === authorisation ? null : { code: '25', why: 'another authorisation' };
}
