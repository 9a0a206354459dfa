import { fen } from '../src/values/fen.ts';
import type { Issuer } from './issuer.ts';
import { cardAccount } from './ledger.ts';
import type { Office } from './office.ts';
import { answerTo, financialAnswer, type Outcome, type SealedRequest } from './request.ts';
import type { Card } from './seed.ts';
import { askOf, CURRENCY } from './trade.ts';

/** The balance inquiry (余额查询): moves nothing and leaves no row; what is available goes back in F54. */
export function inquire(office: Office, issuer: Issuer, request: SealedRequest): Outcome {
  const { message, terminal, batch, keys } = request;
  const answered = (code: string, facts: Record<string, unknown>, balance?: string, institution?: string): Outcome => ({
    code,
    answer: answerTo(office, message, code, keys.mac, {
      ...financialAnswer(office, request, { reference: undefined, institution: institution ?? null }),
      balance,
    }),
    facts: { batch, trace: message.trace, ...facts },
  });

  const { trace, condition, entryMode, currency } = message;
  if (trace === undefined || condition !== '00' || entryMode === undefined || currency !== CURRENCY) {
    return answered('30', { why: 'a mandatory field is missing' });
  }
  if (batch !== office.terminals.batch(terminal.terminal)) return answered('77', { why: 'another batch' });
  if (request.transaction !== '01') return answered('40', { why: 'not offered' });
  const ask = askOf(office, request, fen(0));
  if (typeof ask === 'string') return answered(ask, { why: 'card data' });
  const { code, card, institution } = issuer.disclose(ask);
  if (code !== '00' || card === null) return answered(code, { why: 'the issuer refused' });
  return answered('00', { card: card.id }, available(office, card), institution ?? undefined);
}

/** F54: account type (10 savings, 30 credit), amount type 02 available, currency, C or D, twelve digits. */
function available({ ledger }: Office, card: Card): string {
  const amount = ledger.balance(cardAccount(card.id)) + card.credit;
  const account = card.kind === 'credit' ? '30' : '10';
  return `${account}02${CURRENCY}${amount < 0 ? 'D' : 'C'}${String(Math.abs(amount)).padStart(12, '0')}`;
}
