import { closeByTwo, ruledByTwo } from './by-two-steps.ts';
import { type Counter, countertop, story } from './counter.ts';
import { begin, swipeAndPin } from './void-steps.ts';

async function trade(counter: Counter): Promise<void> {
  for (const amount of ['12850', '2001', '300']) {
    await counter.sell(amount, 'boc-debit', '123456');
    await counter.press('enter');
    await counter.screen('idle');
  }
  await begin(counter);
  await swipeAndPin(counter, 'boc-debit', '123456', 'void.approved');
  await counter.press('enter');
  await counter.screen('idle');
}

async function settle(counter: Counter) {
  await counter.press('menu', '7');
  const asked = await counter.screen('settlement.confirm');
  await counter.press('enter');
  return asked;
}

await countertop('the settlement of a batch', {}, async (t, counter) => {
  await counter.signIn();

  await story(
    t,
    counter,
    'sales and a void balance, the batch is closed on both sides, and trade goes on',
    async (t) => {
      await trade(counter);
      const asked = await settle(counter);
      for (const text of ['结算批次 000001？', '内卡 收款 3 笔', '¥151.51', '内卡 退回 1 笔', '¥3.00']) {
        t.ok(asked.texts.includes(text), `${text}: ${asked.texts.join(' | ')}`);
      }
      const seen = await counter.screen('settlement.done');
      for (const text of ['结算完成，对账平', '¥151.51']) t.ok(seen.texts.includes(text), seen.texts.join(' | '));
      t.match(seen.texts.join(), /批次 000001 · 新批次 000002/);
      await counter.press('enter');
      await counter.screen('idle');
      t.match(JSON.stringify(await counter.tellBank({ do: 'settlements' })), /000001/);
      await counter.sell('500', 'boc-debit', '123456');
      await counter.press('enter');
      t.match((await counter.journal())[0], { batch: '000002', type: 'sale', state: 'approved' });
    },
  );

  await story(
    t,
    counter,
    'answers that are lost leave the settlement open: it goes on first, and nothing is done twice',
    async (t) => {
      for (const [mti, amount] of [
        ['0500', '700'],
        ['0320', '701'],
      ] as const) {
        await counter.sell(amount, 'boc-debit', '123456');
        await counter.press('enter');
        await counter.screen('idle');
        await counter.tellBank({ do: 'fault', fault: 'answer-lost', on: true, times: 1, mti });
        await settle(counter);
        const stuck = await counter.screen('settlement.stuck', 15_000);
        t.match(stuck.texts.join(), /结算还没有完成/);
        await counter.press('cancel');
        await counter.screen('settlement.open');
        await counter.press('menu', '1');
        const refused = await counter.screen('sale.refused');
        t.match(refused.texts.join(), /先完成结算/);
        await counter.press('enter');
        await counter.screen('settlement.open');
        await counter.press('enter');
        t.match((await counter.screen('settlement.done')).texts.join(), /对账平/);
        await counter.press('enter');
        await counter.screen('idle');
      }
    },
  );

  await story(t, counter, 'a power cut in the middle goes on after the boot', async (t) => {
    await counter.sell('900', 'boc-debit', '123456');
    await counter.press('enter');
    await counter.screen('idle');
    const batch = (await counter.journal())[0]?.batch;
    await counter.tellBank({ do: 'fault', fault: 'slow', on: true, times: 1, mti: '0320' });
    await settle(counter);
    await counter.screen('settlement.running');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await counter.power(false);
    await counter.power(true);
    await counter.screen('signin.operator', 20_000);
    await counter.press('0', '1', 'enter', '0', '0', '0', '0', 'enter');
    const open = await counter.screen('settlement.open', 15_000);
    t.match(open.texts.join(), new RegExp(`批次 ${batch} 正在结算`));
    await counter.press('enter');
    t.match((await counter.screen('settlement.done', 15_000)).texts.join(), /对账平/);
    await counter.press('enter');
  });

  await story(t, counter, 'an empty batch settles too, and Back leaves everything open', async (t) => {
    await counter.press('menu', '7');
    await counter.screen('settlement.confirm');
    await counter.press('cancel');
    await counter.screen('idle');
    await settle(counter);
    t.match((await counter.screen('settlement.done')).texts.join(), /对账平/);
    await counter.press('enter');
  });

  await story(
    t,
    counter,
    'a batch that the bank takes away under its settlement is closed by two people',
    async (t) => {
      await counter.sell('1100', 'boc-debit', '123456');
      await counter.press('enter');
      await counter.screen('idle');
      const batch = (await counter.journal())[0]?.batch;
      const { left, ruled } = await closeByTwo(counter, '000400', async () => {
        const refused = await counter.tellBank({ do: 'set-batch', batch: '000400' });
        t.match(refused, { ok: false, error: /is being settled/ });
      });
      t.match(left.texts.join(), new RegExp(`银行不再受理批次 ${batch}.*银行已开批次 000400`));
      t.match(ruled.texts.join(), /新批次 000400.*案号 17/);
      await counter.press('enter');
      await counter.screen('idle');

      await counter.sell('1200', 'boc-debit', '123456');
      await counter.press('enter');
      t.match((await counter.journal())[0], { batch: '000400', state: 'approved' });
      const cases = JSON.stringify(await counter.tellBank({ do: 'cases', open: true }));
      t.match(cases, new RegExp(`"reason":"unsettled".*"bank_amount":1100,"terminal_amount":1100.*"batch":"${batch}"`));
      await counter.until('the slip', async () => JSON.stringify(await counter.get('paper')).includes('两人关批'));
      await settle(counter);
      t.match((await counter.screen('settlement.done')).texts.join(), /对账平.*新批次 000401/);
      await counter.press('enter');
    },
  );

  await story(
    t,
    counter,
    'a batch that is taken away between two sales stays to be settled, by two people, and the counter goes on meanwhile',
    async (t) => {
      await counter.screen('idle');
      await counter.sell('1300', 'boc-debit', '123456');
      await counter.press('enter');
      await counter.screen('idle');
      const batch = (await counter.journal())[0]?.batch;
      await counter.tellBank({ do: 'set-batch', batch: '000500', people: ['Li', 'Wang'], reference: 'letter 17' });
      await counter.sell('1400', 'boc-debit', '123456', 'sale.declined');
      await counter.press('cancel');
      await counter.screen('idle');
      await counter.sell('1500', 'boc-debit', '123456');
      await counter.press('enter');
      t.match((await counter.journal())[0], { batch: '000500', amount: 1500, state: 'approved' });
      const seen = await counter.screen('idle');
      t.ok(seen.texts.includes(`批次 ${batch} 没有结算，请按菜单 7。`), seen.texts.join(' | '));

      const asked = await settle(counter);
      t.match(asked.texts.join(), new RegExp(`结算批次 ${batch}？.*¥13\\.00`));
      await counter.screen('settlement.left');
      await counter.press('cancel');
      await counter.screen('idle');
      await counter.sell('1600', 'boc-debit', '123456');
      await counter.press('enter');
      await counter.screen('idle');
      await counter.press('menu', '7');
      await counter.screen('settlement.left');
      t.match((await ruledByTwo(counter)).texts.join(), new RegExp(`${batch}.*000500.*案号 17`));
      await counter.press('enter');
      await counter.screen('idle');
      const cases = JSON.stringify(await counter.tellBank({ do: 'cases', open: true }));
      t.match(cases, new RegExp(`"bank_amount":1300,"terminal_amount":1300.*"batch":"${batch}"`));

      t.match((await settle(counter)).texts.join(), /结算批次 000500？.*¥31\.00/);
      t.match((await counter.screen('settlement.done')).texts.join(), /对账平.*新批次 000501/);
      await counter.press('enter');
    },
  );
});
