import t from 'tap';
import { balanceOf } from '../../src/host/balance.ts';
import type { MessageFields } from '../../src/host/codec.ts';
import {
  ask,
  books,
  CARDS,
  lab,
  macIsRight,
  readyTerminal,
  type SaleChanges,
  saleRequest,
  sealed,
} from './bank-terminal.ts';

t.test('field 54: the available amount of the currency, its sign, and nothing guessed', async (t) => {
  t.same(balanceOf('1002156C000001000000', '156'), { amount: 1_000_000, overdrawn: false });
  t.same(balanceOf('1002156D000000000500', '156'), { amount: 500, overdrawn: true });
  t.same(balanceOf('1002156D000000000000', '156'), { amount: 0, overdrawn: false });
  t.same(balanceOf('1001156C0000000007001002156C000000000600', '156'), { amount: 600, overdrawn: false });
  t.same(
    balanceOf('1001156C000000000700', '156'),
    { amount: 700, overdrawn: false },
    'the ledger’s, where no other is',
  );
  for (const field of [undefined, '', '1002156X000001000000', '1002840C000001000000', '1002156C00000100000']) {
    t.equal(balanceOf(field, '156'), null, String(field));
  }
});

t.test('the bank tells the balance to who has card and PIN, and books nothing', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  const inquiry = (changes: Partial<SaleChanges> = {}, fields: Partial<MessageFields> = {}) => {
    const form = { processing: '310000', amount: undefined, batch: `01${keys.batch}000500` };
    return saleRequest(keys, { trace: '000002', ...changes, fields: { ...form, ...fields } });
  };
  const told = async (asked: ReturnType<typeof inquiry>) => {
    const answer = await ask(here, sealed(asked, keys.mak));
    t.ok(macIsRight(answer?.bytes ?? Buffer.alloc(30), keys.mak));
    return { code: answer?.message.code, balance: answer?.message.balance };
  };
  t.same(await told(inquiry()), { code: '00', balance: '1002156C000001000000' });
  const credit = { card: CARDS.cmb, pin: CARDS.cmb.pin };
  t.same(await told(inquiry(credit)), { code: '00', balance: '3002156C000005000000' });
  const refused = [
    ['a wrong PIN', inquiry({ pin: '999999' }), '55'],
    ['no PIN on a card that has one', inquiry({ pin: null }), '55'],
    ['a lost card', inquiry({ card: CARDS.lost, pin: CARDS.lost.pin }), '41'],
    ['an expired card', inquiry({ card: CARDS.expired, pin: CARDS.expired.pin }), '54'],
    ['another batch', inquiry({}, { batch: '01000009000500' }), '77'],
    ['another transaction code', inquiry({}, { batch: `22${keys.batch}000500` }), '40'],
    ['another condition', inquiry({}, { condition: '06' }), '30'],
  ] as const;
  for (const [name, asked, code] of refused) {
    const answer = await told(asked);
    t.equal(answer.code, code, name);
    t.equal(answer.balance, undefined, `${name}: no balance`);
  }
  t.same(books(here).transactions, [], 'nothing is written down');
  t.equal(books(here).sum, 0);
});
