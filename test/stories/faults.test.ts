import { countertop, story } from './counter.ts';

await countertop('faults of host and line', { answer_timeout_ms: 1000 }, async (t, counter) => {
  await counter.signIn();
  const state = async () => (await counter.journal())[0]?.state;
  const lose = (fault: string, more: object = {}) => counter.tellBank({ do: 'fault', fault, on: true, ...more });
  const once = { times: 1, mti: '0200' } as const;

  await story(t, counter, 'a lost answer: unknown, reversed by itself, and the money is back', async (t) => {
    const before = await counter.balance('boc-debit');
    await lose('answer-lost', once);
    const seen = await counter.sell('1001', 'boc-debit', '123456', 'sale.reversed');
    for (const text of ['未扣款', '已冲正', '这张卡没有被扣款。']) t.ok(seen.texts.includes(text), text);
    t.match(seen.texts.join(), /¥10\.01.*银行已确认/);
    t.equal(await state(), 'reversed');
    t.equal(await counter.balance('boc-debit'), before);
    await counter.until('the display', async () =>
      /已冲正 未扣款/.test((await counter.get<{ rows: string[] }>('display')).rows.join()),
    );
    await counter.press('cancel');
  });

  await story(t, counter, 'nothing is known while no reversal is answered, then the screen follows', async (t) => {
    const before = await counter.balance('boc-debit');
    await counter.fault('answer-lost', true);
    const reversing = await counter.sell('1002', 'boc-debit', '123456', 'sale.reversing');
    t.match(reversing.texts.join(), /结果未知.*正在向银行冲正.*请勿重复收款/);
    t.notMatch(reversing.texts.join(), /未扣款/, 'not charged is not known');
    const unknown = await counter.screen('sale.unknown');
    t.match(unknown.texts.join(), /结果未知.*正在冲正，请勿重复收款.*银行没有应答/);
    t.notMatch(unknown.texts.join(), /未扣款|重新收款|再收一笔/, 'no key charges again');
    t.match(await state(), /reversing|unknown/);
    await counter.fault('answer-lost', false);
    const seen = await counter.screen('sale.reversed', 15_000);
    t.ok(seen.texts.includes('未扣款'));
    t.equal(await counter.balance('boc-debit'), before);
    await counter.press('cancel');
  });

  await story(t, counter, 'an unknown result that is put off stands at idle and is settled from there', async (t) => {
    await counter.fault('answer-lost', true);
    await counter.sell('1003', 'boc-debit', '123456', 'sale.unknown');
    await counter.press('cancel');
    const idle = await counter.screen('idle');
    t.ok(idle.texts.includes('有 1 笔正在冲正，请勿重复收款。'), idle.texts.join());
    await counter.fault('answer-lost', false);
    await counter.until('the reversal', async () => (await state()) === 'reversed');
    t.notMatch((await counter.now()).texts.join(), /正在冲正，请勿/, 'and is gone when it is settled');
  });

  await story(
    t,
    counter,
    'a host that never heard of it: reversed, and confirmed when its books can be asked',
    async (t) => {
      const before = await counter.balance('boc-debit');
      await lose('host-silent', once);
      await counter.tellBank({ do: 'fault', fault: 'answer-lost', on: true, mti: '0820' });
      const seen = await counter.sell('1004', 'boc-debit', '123456', 'sale.reversed-unconfirmed');
      t.match(seen.texts.join(), /结果未知.*已冲正，等待银行确认.*请勿重复收款.*010-0000-0002/);
      t.notMatch(seen.texts.join(), /未扣款/);
      t.equal(await state(), 'reversed-unconfirmed');
      t.equal(await counter.balance('boc-debit'), before);
      await counter.press('enter');
      const idle = await counter.screen('idle');
      t.ok(idle.texts.includes('有 1 笔已冲正，等待银行确认。'), 'idle says what is open, by its own name');
      await counter.fault('answer-lost', false);
      await counter.until('the bank’s word', async () => (await state()) === 'reversed', 30_000);
      t.notMatch((await counter.now()).texts.join(), /等待银行确认/, 'and no longer than it is open');
    },
  );

  await story(
    t,
    counter,
    'a bad MAC is no answer: reversed with A0, and the next sale signs in by itself',
    async (t) => {
      const before = await counter.balance('boc-debit');
      await lose('answer-bad-mac', once);
      await counter.sell('1005', 'boc-debit', '123456', 'sale.reversed');
      t.equal(await counter.balance('boc-debit'), before);
      const [trade] = await counter.get<{ reversal_reason: string }[]>('bank/transactions');
      t.equal(trade?.reversal_reason, 'A0');
      await counter.press('cancel');
      await counter.screen('idle');
      const { length } = await signIns();
      await counter.sell('1006', 'boc-debit', '123456');
      await counter.press('enter');
      t.ok((await signIns()).length > length, 'one more 0800 crossed the line');
    },
  );

  await story(t, counter, 'reversals under keys that nobody believes: signs in for them by itself', async () => {
    await lose('answer-bad-mac');
    await counter.sell('1007', 'boc-debit', '123456', 'sale.unknown');
    await counter.fault('answer-bad-mac', false);
    await counter.press('enter');
    await counter.screen('sale.reversed', 15_000);
    await counter.press('cancel');
  });

  await story(t, counter, 'an answer after the timer changes nothing', async (t) => {
    const before = await counter.balance('boc-debit');
    await lose('slow', once);
    const from = Date.now();
    await counter.sell('1008', 'boc-debit', '123456', 'sale.reversed');
    await counter.press('cancel');
    // The bank answers 8 s after it was asked.
    await counter.until('the late answer', async () => Date.now() - from > 9000);
    t.equal(await state(), 'reversed');
    t.equal(await counter.balance('boc-debit'), before);
    t.equal((await counter.screen('idle')).screen, 'idle');
  });

  async function signIns(): Promise<object[]> {
    return (await counter.get<object[]>('wire')).filter((event) => JSON.stringify(event).includes('0800'));
  }
});
