import { countertop, story } from './counter.ts';

await countertop('faults of the line, and debts that wait', { answer_timeout_ms: 1000 }, async (t, counter) => {
  await counter.signIn();
  const state = async () => (await counter.journal())[0]?.state;

  await story(t, counter, 'the backup line takes over, and the bar says so', async (t) => {
    await counter.fault('line-primary-down', true);
    const seen = await counter.sell('1009', 'boc-debit', '123456');
    t.ok(seen.texts.includes('备线'), seen.texts.join());
    await counter.press('enter');
    await counter.fault('line-primary-down', false);
    const again = await counter.sell('1010', 'boc-debit', '123456');
    t.ok(again.texts.includes('主线'), 'and back');
    await counter.press('enter');
  });

  await story(t, counter, 'no line at all: refused before anything is sent, nothing is owed', async (t) => {
    const before = (await counter.bank()).length;
    await counter.fault('line-primary-down', true);
    await counter.fault('line-backup-down', true);
    const seen = await counter.sell('1011', 'boc-debit', '123456', 'sale.refused');
    t.match(seen.texts.join(), /未扣款.*网络不通.*请检查网线和路由器/);
    t.ok(seen.texts.includes('断线'));
    await counter.press('cancel');
    t.notMatch((await counter.screen('idle')).texts.join(), /正在冲正|未了结/);
    await counter.fault('line-primary-down', false);
    await counter.fault('line-backup-down', false);
    t.equal((await counter.bank()).length, before);
  });

  await story(t, counter, 'a line cut before the answer: reversed over the other line', async (t) => {
    const before = await counter.balance('boc-debit');
    await counter.tellBank({ do: 'fault', fault: 'answer-lost', on: true, times: 1, mti: '0200' });
    await counter.sell('1012', 'boc-debit', '123456', 'sale.waiting');
    await counter.fault('line-primary-down', true);
    const seen = await counter.screen('sale.reversed');
    t.ok(seen.texts.includes('备线'));
    await counter.fault('line-primary-down', false);
    t.equal(await counter.balance('boc-debit'), before);
    await counter.press('cancel');
  });

  await story(t, counter, '77 is not charged, and the next sale signs in by itself', async (t) => {
    const before = await counter.balance('boc-debit');
    await counter.tellBank({ do: 'set-batch', batch: '000002' });
    const seen = await counter.sell('1013', 'boc-debit', '123456', 'sale.declined');
    t.match(seen.texts.join(), /未扣款.*应答码 77/);
    t.equal(await counter.balance('boc-debit'), before);
    await counter.press('cancel');
    await counter.screen('idle');
    await counter.sell('1014', 'boc-debit', '123456');
    await counter.press('enter');
    t.match(
      (await counter.journal())[0],
      { state: 'approved', batch: '000002' },
      'in the batch that the bank has open',
    );
  });

  await story(t, counter, '99 comes without a MAC and is no decline: signs in, reverses, and goes on', async (t) => {
    const before = await counter.balance('boc-debit');
    await counter.tellBank({ do: 'drop-working-keys' });
    const seen = await counter.sell('1015', 'boc-debit', '123456', 'sale.reversed');
    t.ok(seen.texts.includes('未扣款'), 'its books have a tombstone, and say so');
    t.equal(await counter.balance('boc-debit'), before);
    await counter.press('cancel');
    await counter.screen('idle');
    await counter.sell('1016', 'boc-debit', '123456');
    await counter.press('enter');
  });

  await story(t, counter, "the bank's wish for a sign-in in a good answer is met before the next sale", async (t) => {
    await counter.tellBank({ do: 'processing-request', digit: 3 });
    await counter.sell('1017', 'boc-debit', '123456');
    await counter.press('enter');
    await counter.screen('idle');
    const { length } = await signIns();
    await counter.sell('1018', 'boc-debit', '123456');
    t.ok((await signIns()).length > length);
    await counter.press('enter');
    await counter.screen('idle');
  });

  await story(t, counter, "the bank's wish for a sign-in in a balance answer is met too", async (t) => {
    await counter.tellBank({ do: 'processing-request', digit: 3 });
    await counter.press('menu', '5');
    await counter.screen('balance.card');
    await counter.swipe('boc-debit');
    await counter.screen('balance.pin');
    await counter.press(...'123456', 'enter');
    await counter.screen('balance.told', 15_000);
    await counter.press('enter');
    await counter.screen('idle');
    const { length } = await signIns();
    await counter.sell('1019', 'boc-debit', '123456');
    t.ok((await signIns()).length > length);
    await counter.press('enter');
    await counter.screen('idle');
  });

  await story(t, counter, 'past the retry limit it is parked, shown, still retried, and then reversed', async (t) => {
    const before = await counter.balance('boc-debit');
    await counter.fault('answer-lost', true);
    await counter.sell('1020', 'boc-debit', '123456', 'sale.unknown');
    await counter.press('enter');
    await counter.screen('sale.reversing');
    await counter.screen('sale.unknown');
    await counter.press('enter');
    const parked = await counter.screen('sale.parked', 15_000);
    t.match(parked.texts.join(), /结果未知.*冲正未完成，已记录在案.*请勿重复收款.*010-0000-0002/);
    t.equal(await state(), 'parked');
    await counter.press('enter');
    const idle = await counter.screen('idle');
    t.ok(idle.texts.includes('有 1 笔未了结，请致电 010-0000-0002。'), idle.texts.join());
    await counter.fault('answer-lost', false);
    await counter.until('the reversal', async () => (await state()) === 'reversed', 30_000);
    t.equal(await counter.balance('boc-debit'), before);
    t.notMatch((await counter.now()).texts.join(), /未了结，请致电/);
  });

  async function signIns(): Promise<object[]> {
    return (await counter.get<object[]>('wire')).filter((event) => JSON.stringify(event).includes('0800'));
  }
});
