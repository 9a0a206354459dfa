import { type Counter, countertop, story } from './counter.ts';
import { newest, since } from './outage.ts';

/** The slips since `before`, once the newest of them is cut off. */
async function cutOff(counter: Counter, before: number, many = 1): Promise<string[]> {
  return counter.until(`${many} slips`, async () => {
    const slips = (await counter.paper()).filter(({ n }) => n > before);
    return slips.length >= many && slips.every(({ cut }) => cut) && slips.map(({ text }) => text);
  });
}

async function sell(counter: Counter, amount: string): Promise<string> {
  const before = await newest(counter);
  await counter.sell(amount, 'boc-debit', '123456');
  await counter.press('enter');
  await counter.screen('idle');
  await cutOff(counter, before, 2);
  return (await counter.journal())[0]?.trace ?? '';
}

/** Leaves the screen with Enter and opens this place of the menu's place 6. */
async function print(counter: Counter, place: string): Promise<void> {
  await counter.press('enter');
  await counter.screen('menu');
  await counter.press('6', place);
}

await countertop('what the clerk asks the printer for', {}, async (t, counter) => {
  await counter.signIn();

  await story(t, counter, 'before the first sale there is nothing to print, and the list says so', async (t) => {
    await print(counter, '1');
    t.match((await counter.screen('paper.nothing')).texts.join(), /没有可补打的凭条/);
    await counter.press('enter');
    await print(counter, '5');
    t.match((await counter.screen('print.no-settlement')).texts.join(), /还没有结算过/);
    await counter.press('enter');
    await counter.screen('idle');
    const before = await newest(counter);
    await print(counter, '3');
    const [slip] = await cutOff(counter, before);
    t.match(slip, /交易明细[\s\S]*没有交易/);
  });

  let first = '';
  await story(t, counter, 'any slip comes once more by its trace, as DUPLICATE', async (t) => {
    first = await sell(counter, '5001');
    await sell(counter, '5002');
    const before = await newest(counter);
    await print(counter, '2');
    await counter.screen('print.trace');
    await counter.press(...first.replace(/^0+/, ''), 'enter');
    const seen = await counter.screen('print.confirm');
    t.match(seen.texts.join(), /消费.*50\.01.*成功.*重打印凭证 DUPLICATE/);
    await counter.press('enter');
    const [slip] = await cutOff(counter, before);
    t.match(slip, /DUPLICATE[\s\S]*RMB 50\.01/);
    await counter.screen('idle');
  });

  await story(t, counter, 'a trace that nobody has says so, and another may be typed', async (t) => {
    const before = await newest(counter);
    await print(counter, '2');
    await counter.press('9', '9', '9', 'enter');
    t.match((await counter.screen('print.impossible')).texts.join(), /没有这个凭证号.*000999/);
    await counter.press('enter');
    await counter.screen('print.trace');
    await counter.press('cancel');
    await counter.screen('idle');
    t.same(await since(counter, before), []);
  });

  await story(t, counter, 'the totals and the list say what the batch holds, and close nothing', async (t) => {
    const before = await newest(counter);
    await print(counter, '4');
    await counter.screen('idle');
    await print(counter, '3');
    const [totals, list] = await cutOff(counter, before, 2);
    t.match(totals, /交易汇总单[\s\S]*消费 +2 +100\.03[\s\S]*01 借记 +2 +100\.03[\s\S]*净额 +100\.03/);
    t.match(list, /交易明细[\s\S]*消费 +50\.01[\s\S]*消费 +50\.02[\s\S]*明细完/);
    t.equal((await counter.journal())[0]?.batch, '000001');
  });

  await story(t, counter, 'a report without paper says what to do, and prints when it is there', async (t) => {
    const before = await newest(counter);
    await counter.fault('paper-out', true);
    await print(counter, '4');
    t.match((await counter.screen('paper.out')).texts.join(), /打印机缺纸.*请装入纸卷/);
    await counter.fault('paper-out', false);
    await counter.press('enter');
    const [slip] = await cutOff(counter, before);
    t.match(slip, /交易汇总单/);
    await counter.screen('idle');
  });

  await story(t, counter, 'a settlement prints its slip by itself, and once more as DUPLICATE', async (t) => {
    const before = await newest(counter);
    await counter.press('menu', '7');
    await counter.screen('settlement.confirm');
    await counter.press('enter');
    await counter.screen('settlement.done', 15_000);
    const [slip] = await cutOff(counter, before);
    t.match(slip, /结算单[\s\S]*内卡 +对账平[\s\S]*借记 +2 +100\.03[\s\S]*RMB 100\.03[\s\S]*新批次号 +000002/);
    t.notMatch(slip, /DUPLICATE/);
    await counter.press('enter');
    await counter.screen('idle');
    await print(counter, '5');
    const [, again] = await cutOff(counter, before, 2);
    t.match(again, /结算单[\s\S]*DUPLICATE[\s\S]*RMB 100\.03/);
  });

  await story(t, counter, 'a settled slip is found by its trace still', async (t) => {
    const before = await newest(counter);
    await print(counter, '2');
    await counter.press(...first.replace(/^0+/, ''), 'enter');
    t.match((await counter.screen('print.confirm')).texts.join(), /批次 000001/);
    await counter.press('enter');
    const [slip] = await cutOff(counter, before);
    t.match(slip, /DUPLICATE[\s\S]*批次号\(BATCH\) +000001/);
  });
});
