import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { countertop } from './counter.ts';

const PASSWORDS = { supervisor: '123456', administrator: '12345678' } as const;

await countertop('a journal that is put back from a backup', {}, async (t, counter) => {
  const journal = join(counter.dir, 'terminal', 'journal');
  const backup = join(counter.dir, 'backup');
  const slips = (most: number) =>
    counter.until(`${most} slips`, async () => (await counter.paper()).filter(({ cut }) => cut).length >= most, 30_000);
  await counter.signIn();
  await counter.sell('100', 'boc-debit', '123456');
  await counter.press('enter');
  await counter.screen('idle');
  await slips(2);
  await counter.power(false);
  cpSync(journal, backup, { recursive: true });
  await counter.power(true);
  await counter.signIn();
  await counter.sell('200', 'boc-debit', '123456');
  await counter.press('enter');
  await counter.screen('idle');
  await slips(4);
  await counter.power(false);
  rmSync(journal, { recursive: true });
  cpSync(backup, journal, { recursive: true });
  await counter.power(true);

  await t.test('no payment: the bank has had a sale that the journal does not hold', async (t) => {
    await counter.screen('signin.operator', 20_000);
    await counter.press('0', '1', 'enter', '0', '0', '0', '0', 'enter');
    const seen = await counter.screen('signin.failed', 15_000);
    t.match(seen.texts.join(), /银行有一笔这里没有：批次 000001 凭证号 \d{6}/);
    t.ok(seen.texts.includes('两人解锁'));
    await counter.press('enter');
    await counter.screen('signin.failed', 15_000);
  });

  await t.test('two people unlock it with the bank’s reference, and no trace is taken twice', async (t) => {
    await counter.press('menu');
    await counter.screen('signin.reference');
    await counter.press('4', '7', '1', '1', 'enter');
    await counter.screen('sale.supervisor');
    await counter.press(...PASSWORDS.supervisor, 'enter');
    await counter.press(...PASSWORDS.administrator, 'enter');
    await counter.screen('idle', 20_000);
    await counter.sell('300', 'boc-debit', '123456');
    await counter.press('enter');
    await slips(6);
    const bank = await counter.bank();
    t.same(
      bank.map(({ amount, state }) => [amount, state]),
      [
        [300, 'posted'],
        [200, 'posted'],
        [100, 'posted'],
      ],
    );
    await counter.power(false);
    await counter.power(true);
    await counter.signIn();
    t.pass('and it stays unlocked');
  });
});

await countertop('a journal that is put back from before a sale was approved', {}, async (t, counter) => {
  const journal = join(counter.dir, 'terminal', 'journal');
  const backup = join(counter.dir, 'backup');
  await counter.signIn();
  await counter.tellBank({ do: 'fault', fault: 'slow', on: true, times: 1, mti: '0200' });
  await counter.press('1', '0', '0', 'enter');
  await counter.screen('sale.card');
  await counter.swipe('boc-debit');
  await counter.screen('sale.number');
  await counter.press('enter', ...'123456', 'enter');
  await counter.screen('sale.waiting');
  await counter.power(false);
  cpSync(journal, backup, { recursive: true });
  await counter.power(true);
  // The sale is reversed, as it must be: this journal knows of no approval.
  await counter.until('the reversal', async () => (await counter.bank())[0]?.state === 'reversed', 40_000);
  await counter.signIn();
  await counter.sell('200', 'boc-debit', '123456');
  await counter.press('enter');
  await counter.screen('idle');
  await counter.power(false);
  rmSync(journal, { recursive: true });
  cpSync(backup, journal, { recursive: true });
  const before = await counter.bank();
  await counter.power(true);

  await t.test('nothing is told the bank before it is known to be behind', async (t) => {
    await counter.screen('signin.operator', 20_000);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    t.same(await counter.bank(), before);
    t.match((await counter.journal())[0], { state: 'unknown' }, 'what the backup owes waits');
    await counter.press('0', '1', 'enter', '0', '0', '0', '0', 'enter');
    t.match((await counter.screen('signin.failed', 15_000)).texts.join(), /银行有一笔这里没有/);
  });
});
