import t, { type Test } from 'tap';
import type { MessageFields } from '../../src/host/codec.ts';
import {
  ask,
  books,
  CARDS,
  codeOf,
  lab,
  readyTerminal,
  reversalRequest,
  type SaleChanges,
  saleRequest,
  sealed,
} from './bank-terminal.ts';

/** A bank, a terminal that is signed in, and a sale of ¥128.50 under trace 000002. */
async function afterSale(t: Test) {
  const here = await lab();
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  const answer = await ask(here, sealed(saleRequest(keys, { trace: '000002' }), keys.mak));
  const { reference, authorisation } = answer?.message ?? {};
  const undo = (trace: string, changes: Partial<SaleChanges> = {}) => {
    const fields: Partial<MessageFields> = { processing: '200000', batch: `23${keys.batch}000500` };
    const original = { reference, authorisation, original: `${keys.batch}000002` };
    return saleRequest(keys, { trace, ...changes, fields: { ...fields, ...original, ...changes.fields } });
  };
  const undone = (trace: string) =>
    reversalRequest(keys, { trace, fields: { processing: '200000', batch: `23${keys.batch}000500` } });
  const code = (asked: Parameters<typeof codeOf>[2]) => codeOf(here, keys, asked);
  return { here, keys, undo, undone, code };
}

const FULL = 1_000_000;
const SPENT = FULL - 12_850;

t.test('a void posts the opposite of its sale, fee and all, once', async (t) => {
  const { here, keys, undo, code } = await afterSale(t);
  const asked = sealed(undo('000003'), keys.mak);
  const answer = await ask(here, asked);
  t.match(answer?.message, { mti: '0210', code: '00', processing: '200000', amount: '000000012850' });
  t.equal((await ask(here, asked, 'backup'))?.message.code, '94', 'the same bytes again are a duplicate');
  t.equal(await code(undo('000004')), '12', 'a second void of the same sale');
  const after = books(here);
  t.equal(after.balance('boc-debit'), FULL);
  t.equal(after.pending(), 0);
  t.equal(after.sum, 0);
  t.match(after.transactions, [
    { trace: '000004', type: 'void', state: 'declined', code: '12', original: '000002' },
    { trace: '000003', type: 'void', state: 'posted', original: '000002' },
    { trace: '000002', type: 'sale', state: 'voided' },
  ]);
});

t.test('the reversal of a void leaves the sale charged, and it can be voided again', async (t) => {
  const { here, undo, undone, code } = await afterSale(t);
  t.equal(await code(undo('000003')), '00');
  t.equal(await code(undone('000003')), '00');
  t.equal(await code(undone('000003')), '00', 'asked again, it is still done');
  t.equal(books(here).balance('boc-debit'), SPENT);
  t.match(books(here).transactions, [{ state: 'reversed' }, { type: 'sale', state: 'posted' }]);
  t.equal(await code(undo('000003')), '94', 'the reversed void itself is over');
  t.equal(await code(undo('000004')), '00');
  t.equal(books(here).balance('boc-debit'), FULL);
  await here.restart();
  t.match(books(here).transactions, [{ state: 'posted' }, { state: 'reversed' }, { state: 'voided' }]);
});

t.test('a void whose reversal came first is refused, and the sale stands', async (t) => {
  const { here, undo, undone, code } = await afterSale(t);
  t.equal(await code(undone('000003')), '25');
  t.equal(await code(undo('000003')), '12');
  t.equal(books(here).balance('boc-debit'), SPENT);
  t.match(books(here).transactions, [{ type: 'void', state: 'tombstone' }, { state: 'posted' }]);
});

t.test('what is no void of a sale is refused by name, and moves nothing', async (t) => {
  const { here, keys, undo, code } = await afterSale(t);
  const cases = [
    ['an unknown original', { fields: { original: `${keys.batch}000099` } }, '25'],
    ['another batch', { fields: { original: '000099000002' } }, '25'],
    ['another reference', { fields: { reference: '000000000000' } }, '25'],
    ['another authorisation', { fields: { authorisation: 'AAAAAA' } }, '25'],
    ['another amount', { amount: 12_849 }, '64'],
    ['another card', { card: CARDS.cmb, pin: CARDS.cmb.pin }, '14'],
    ['a wrong PIN', { pin: '000000' }, '55'],
    ['no original', { fields: { original: undefined } }, '30'],
    ['no reference', { fields: { reference: undefined } }, '30'],
  ] as const;
  for (const [place, [name, changes, expected]] of cases.entries()) {
    t.equal(await code(undo(String(place + 10).padStart(6, '0'), changes)), expected, name);
  }
  t.equal(books(here).balance('boc-debit'), SPENT);
  t.equal(books(here).transactions.find(({ trace }) => trace === '000002')?.state, 'posted');
});

t.test('a sale that was declined or reversed has nothing to void', async (t) => {
  const { here, keys, undo, code } = await afterSale(t);
  t.equal(await code(reversalRequest(keys, { trace: '000002' })), '00');
  t.equal(await code(undo('000003')), '25');
  t.equal(books(here).balance('boc-debit'), FULL);
});

t.test('a voided sale is not reversed on top: one way back is enough', async (t) => {
  const { here, keys, undo, code } = await afterSale(t);
  t.equal(await code(undo('000003')), '00');
  t.equal(await code(reversalRequest(keys, { trace: '000002' })), '12');
  t.equal(books(here).balance('boc-debit'), FULL);
});

t.test('a sale of a batch that is closed is settled, and cannot be voided', async (t) => {
  const { here, keys, undo, code } = await afterSale(t);
  here.bank.control({ do: 'set-batch', terminal: '50461160', batch: '000002' });
  t.equal(await code(undo('000003')), '77', 'under the old batch');
  t.equal(await code(undo('000003', { fields: { batch: '23000002000500' } })), '12');
  t.equal(books(here).transactions[0]?.code, '12');
  t.equal(keys.batch, '000001');
  t.equal(books(here).balance('boc-debit'), SPENT);
});

t.test('a void needs no PIN where none is given', async (t) => {
  const { here, undo, code } = await afterSale(t);
  t.equal(await code(undo('000003', { pin: null })), '00');
  t.equal(books(here).balance('boc-debit'), FULL);
});
