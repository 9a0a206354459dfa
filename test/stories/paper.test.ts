import { type Counter, countertop, story } from './counter.ts';
import { isWhole, newest, since } from './outage.ts';

async function both(counter: Counter, before: number): Promise<string[]> {
  const slips = await counter.until('both copies', async () => {
    const slips = await since(counter, before);
    return isWhole(slips, 'merchant') && isWhole(slips, 'cardholder') && slips;
  });
  await settled(counter);
  return slips;
}

/** The printer's own word on the last line comes a moment after the line. */
async function settled(counter: Counter): Promise<void> {
  const lastWord = async () =>
    (await counter.get<object[]>('wire'))
      .map((event) => JSON.stringify(event))
      .findLast((said) => said.includes('printed'));
  await counter.until('the confirmation', async () => /printed, \d+ rows/.test((await lastWord()) ?? ''));
  await new Promise((resolve) => setTimeout(resolve, 300));
}

await countertop('paper fails, the sale does not', {}, async (t, counter) => {
  await counter.signIn();

  const troubles = [
    ['paper-out', '缺纸', '缺纸，装纸后自动补打', '4001'],
    ['cover-open', '上盖未合', '上盖未合，合上后自动补打', '4002'],
    ['printer-off', '打印机故障', '签购单稍后补打，收款不受影响', '4003'],
  ] as const;
  for (const [fault, bar, words, amount] of troubles) {
    await story(t, counter, `${fault} before the sale: charged, said, and printed when it is mended`, async (t) => {
      const before = await newest(counter);
      await counter.fault(fault, true);
      const seen = await counter.sell(amount, 'boc-debit', '123456');
      t.ok(seen.texts.includes('已扣款'));
      await counter.until('the words', async () => {
        const { texts } = await counter.now();
        return texts.includes(words) && texts.includes(bar);
      });
      await counter.press('enter');
      const idle = await counter.screen('idle');
      t.ok(idle.texts.includes('有 1 张凭条待补打。'), idle.texts.join());
      t.same(await since(counter, before), [], 'nothing is on paper');
      await counter.fault(fault, false);
      const slips = await both(counter, before);
      t.equal(slips.length, 2);
      t.notMatch(slips.join(), /DUPLICATE/, 'what never began is no duplicate');
      await counter.until('the notice goes', async () => !(await counter.now()).texts.join().includes('待补打'));
      t.notOk((await counter.now()).texts.includes(bar));
    });
  }

  for (const [index, fault] of (['paper-out', 'cover-open', 'printer-off'] as const).entries()) {
    await story(t, counter, `${fault} in mid-copy: that copy again with DUPLICATE, the other without`, async (t) => {
      const before = await newest(counter);
      await counter.sell(`401${index}`, 'boc-debit', '123456');
      await counter.until('some lines', async () => /TRACE/.test((await since(counter, before))[0] ?? ''));
      await counter.fault(fault, true);
      await counter.until('the notice', async () => (await counter.now()).texts.some((text) => text.includes('补打')));
      await counter.press('enter');
      await counter.screen('idle');
      await counter.fault(fault, false);
      const slips = await both(counter, before);
      const whole = (words: string) => slips.filter((text) => text.includes(words));
      t.match(whole('本人确认以上交易').join(), /DUPLICATE/);
      t.notMatch(whole('谢谢惠顾').join(), /DUPLICATE/);
      t.equal((await counter.journal())[0]?.state, 'approved');
    });
  }

  await story(t, counter, 'the last slip from the menu says DUPLICATE, and moves no money', async (t) => {
    const before = await newest(counter);
    const balance = await counter.balance('boc-debit');
    await counter.press('enter');
    await counter.screen('menu');
    await counter.press('6', 'enter');
    await counter.screen('idle');
    const [slip] = await counter.until('the slip', async () => {
      const slips = await since(counter, before);
      return isWhole(slips, 'cardholder') && slips;
    });
    t.match(slip, /DUPLICATE[\s\S]*RMB 40\.12/);
    t.equal(await counter.balance('boc-debit'), balance);
  });

  await story(t, counter, 'a reprint without paper says what to do, and prints when it is done', async (t) => {
    const before = await newest(counter);
    await counter.fault('paper-out', true);
    await counter.press('enter');
    await counter.screen('menu');
    await counter.press('6', 'enter');
    const seen = await counter.screen('paper.out');
    t.match(seen.texts.join(), /打印机缺纸.*已扣款.*40\.12.*请装入纸卷/);
    await counter.fault('paper-out', false);
    await counter.press('enter');
    await counter.screen('idle');
    t.match((await since(counter, before)).join(), /DUPLICATE/);
  });
});
