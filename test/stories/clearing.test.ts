import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tamper } from '../bank-tampered.ts';
import { type Counter, countertop, story } from './counter.ts';

interface Case {
  readonly id: number;
  readonly reason: string;
  readonly trace: string;
  readonly amount: number;
}

interface Payout {
  readonly day: string;
  readonly paid: number;
}

async function sellAndGoOn(counter: Counter, amount: string): Promise<void> {
  await counter.sell(amount, 'boc-debit', '123456');
  await leave(counter);
}

/** Presses the key until idle: a screen that has just come up ignores a key that was pressed before it. */
async function leave(counter: Counter, key = 'enter'): Promise<void> {
  await counter.until('idle', async () => {
    if ((await counter.now()).screen === 'idle') return true;
    await counter.press(key);
    return null;
  });
}

await countertop('clearing, seen from the counter', { cut_over_lasts_s: 3 }, async (t, counter) => {
  await counter.signIn();

  await story(
    t,
    counter,
    'a cut-over in mid-trade: the sale is reversed, nothing was taken, the next one is of the next day',
    async (t) => {
      await sellAndGoOn(counter, '12850');
      const { day } = await counter.tellBank({ do: 'day' });
      const before = await counter.balance('boc-debit');
      for (const key of ['5', '0', '0', 'enter']) await counter.press(key);
      await counter.screen('sale.card');
      await counter.swipe('boc-debit');
      await counter.screen('sale.number');
      await counter.press('enter', '1', '2', '3', '4', '5', '6');
      await counter.screen('sale.pin');
      await counter.tellBank({ do: 'cut-over' });
      await counter.press('enter');
      await counter.screen('sale.reversed', 15_000);
      t.equal(await counter.balance('boc-debit'), before);
      t.match((await counter.journal())[0], { state: /reversed/, code: '90' });
      await leave(counter, 'cancel');
      await counter.until('the cut-over is over', async () => {
        const { cutting_over } = await counter.tellBank({ do: 'day' });
        return cutting_over === false;
      });
      await sellAndGoOn(counter, '700');
      const rows = (await counter.bank()) as unknown as { state: string; day: string; amount: number }[];
      t.match(rows[0], { state: 'posted', amount: 700 });
      t.ok(String(rows[0]?.day) > String(day), `${rows[0]?.day} after ${day}`);
      t.match(await counter.get<Payout[]>('bank/payouts'), [{ day: String(day), paid: 12_786 }]);
      const [merchant] = await counter.get<{ id: string }[]>('bank/merchants');
      const file = join(counter.dir, 'bank', 'reconciliation', `${merchant?.id}-${day}.csv`);
      t.match(readFileSync(file, 'utf8'), /total,1,12850,0,0,64,12786/);
    },
  );

  await story(
    t,
    counter,
    'two amounts of one sale: the settlement names it on both sides, and two people end the case',
    async (t) => {
      tamper(counter.dir);
      await counter.press('menu', '7');
      await counter.screen('settlement.confirm');
      await counter.press('enter');
      const done = await counter.screen('settlement.done', 15_000);
      t.match(done.texts.join(), /不平/);
      const [found, ...others] = await counter.get<Case[]>('bank/cases?open=true');
      t.match(found, { reason: 'another-amount', amount: 100 });
      t.same(others, []);
      await counter.press('enter');
      const named = await counter.now();
      t.match(named.texts.join(), new RegExp(found?.trace ?? 'nothing'), 'the terminal names the same one');
      await counter.tellBank({
        do: 'case',
        id: found?.id,
        decide: 'reject',
        people: ['Li', 'Wang'],
        reference: 'slip',
      });
      t.same(await counter.get<Case[]>('bank/cases?open=true'), []);
      await leave(counter);
    },
  );
});
