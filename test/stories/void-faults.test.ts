import { countertop, story } from './counter.ts';
import { begin, lastTwo, swipeAndPin } from './void-steps.ts';

await countertop('voids that are lost', { answer_timeout_ms: 1000 }, async (t, counter) => {
  await counter.signIn();
  const once = (fault: string) => counter.tellBank({ do: 'fault', fault, on: true, times: 1, mti: '0200' });

  await story(t, counter, 'a lost void is reversed: the sale is charged again, and the screen says that', async (t) => {
    const before = await counter.balance('boc-debit');
    await counter.sell('3001', 'boc-debit', '123456');
    await counter.press('enter');
    await counter.screen('idle');
    await begin(counter);
    await once('answer-lost');
    const seen = await swipeAndPin(counter, 'boc-debit', '123456', 'void.reversed');
    t.match(seen.texts.join(), /仍已扣款.*撤销没有完成.*原交易不变：这张卡已被扣款/);
    t.notMatch(seen.texts.join(), /未扣款|没有被扣款/);
    t.match(await lastTwo(counter), [
      { type: 'void', state: 'reversed' },
      { type: 'sale', state: 'approved' },
    ]);
    t.match((await counter.bank()).slice(0, 2), [
      { type: 'void', state: 'reversed' },
      { type: 'sale', state: 'posted' },
    ]);
    t.equal(await counter.balance('boc-debit'), before - 3001);
    await counter.until('the display', async () =>
      /撤销未完成/.test((await counter.get<{ rows: string[] }>('display')).rows.join()),
    );
    await counter.press('enter');
    await counter.screen('void.card');
    await swipeAndPin(counter, 'boc-debit', '123456', 'void.approved');
    t.equal(await counter.balance('boc-debit'), before, 'and it can be voided again');
    await counter.press('enter');
  });

  await story(t, counter, 'while a void is open nobody begins a second one', async (t) => {
    await counter.sell('4001', 'boc-debit', '123456');
    await counter.press('enter');
    await counter.screen('idle');
    const [sale] = await counter.journal();
    await begin(counter);
    await counter.fault('answer-lost', true);
    const seen = await swipeAndPin(counter, 'boc-debit', '123456', 'void.unknown');
    t.match(seen.texts.join(), /结果未知.*请勿再次撤销.*还不能确定原交易是否已撤销/);
    t.notMatch(seen.texts.join(), /未扣款|仍已扣款|已撤销，不再/);
    await counter.press('cancel');
    await counter.screen('idle');
    await counter.press('menu', '2', ...(sale?.trace ?? ''), 'enter');
    t.ok((await counter.screen('void.impossible')).texts.includes('这一笔正在撤销'));
    await counter.press('cancel');
    await counter.fault('answer-lost', false);
    await counter.until('the reversal', async () => (await counter.journal())[0]?.state === 'reversed', 30_000);
  });

  await story(
    t,
    counter,
    'a power cut in mid-void: after the boot the sale stands or is voided, never both',
    async (t) => {
      const before = await counter.balance('boc-debit');
      await counter.sell('5001', 'boc-debit', '123456');
      await counter.press('enter');
      await counter.screen('idle');
      await begin(counter);
      await counter.fault('answer-lost', true);
      await counter.swipe('boc-debit');
      await counter.screen('void.pin');
      await counter.press(...'123456', 'enter');
      await counter.screen('void.waiting');
      await counter.until('the bank has voided it', async () => (await counter.bank())[0]?.type === 'void');
      await counter.power(false);
      await counter.fault('answer-lost', false);
      await counter.power(true);
      await counter.signIn();
      await counter.until('the reversal', async () => (await counter.journal())[0]?.state === 'reversed', 30_000);
      t.match(await lastTwo(counter), [
        { type: 'void', state: 'reversed' },
        { type: 'sale', state: 'approved' },
      ]);
      t.equal(await counter.balance('boc-debit'), before - 5001);
    },
  );
});
