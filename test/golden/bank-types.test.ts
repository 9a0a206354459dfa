import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { TRADE_TYPES, type TradeType, tradeTypes, typeOf } from '../../bank/trades.ts';
import { FORMS } from '../unit/bank-counter.ts';

interface Fact {
  id: string;
  mti: string;
  F3: string;
  F25: string;
  F60_1: string;
  reversal: boolean;
}

const file = join(import.meta.dirname, 'transactions.json');
const { transactions } = JSON.parse(readFileSync(file, 'utf8')) as { transactions: Fact[] };

/** Which fact each type is. Telephone sales are offline sales with F38; an adjustment and a tip share one fact. */
const FACT_OF: Partial<Record<TradeType, string>> = {
  offline: 'offline_settle',
  voice: 'offline_settle',
  adjust: 'offline_adjust',
  tip: 'offline_adjust',
};
const factOf = (type: TradeType): Fact | undefined =>
  transactions.find(({ id }) => id === (FACT_OF[type] ?? type.replace('-', '_')));

t.test('each type is told by the MTI, F3, F25 and F60.1 that acquirers’ terminals send', async (t) => {
  for (const type of TRADE_TYPES) {
    const fact = factOf(type);
    const { mti, processing, condition, transaction, lost } = tradeTypes[type];
    t.same([mti, processing, condition], [fact?.mti, fact?.F3, fact?.F25], type);
    t.ok(fact?.F60_1.match(/\d\d/g)?.includes(transaction), `${type}: ${transaction} is one of ${fact?.F60_1}`);
    t.equal(lost === 'reverse', fact?.reversal, `${type}: made good by a reversal`);
    t.same([mti, processing, condition, transaction], FORMS[type], `${type}: as the bank's tests send it`);
  }
  t.equal(tradeTypes.adjust.transaction, '32');
  t.equal(tradeTypes.tip.transaction, '34');
});

t.test('no two types share a message, but for the authorisation; a reversal finds its original’s', async (t) => {
  for (const type of TRADE_TYPES) {
    const { mti, ...form } = tradeTypes[type];
    t.equal(typeOf(form, mti, type === 'voice' ? '123456' : undefined), type);
    if (tradeTypes[type].lost === 'reverse') t.equal(typeOf(form, null), type);
  }
  t.equal(typeOf({ processing: '000000', condition: '00', transaction: '99' }, '0200'), null);
});
