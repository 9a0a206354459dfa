import { setTimeout } from 'node:timers/promises';
import { countertop, story } from './counter.ts';

await countertop('sales by stripe', {}, async (t, counter) => {
  await counter.signIn();

  await story(
    t,
    counter,
    'amount, card, PIN: screen, display, paper, journal and bank tell the same sale',
    async (t) => {
      const before = await counter.balance('boc-debit');
      await counter.press('1', '2', '8', '5', '0', 'enter');
      await counter.screen('sale.card');
      await counter.swipe('boc-debit');
      const number = await counter.screen('sale.number');
      t.ok(number.texts.includes('6222 02** **** 1234'), 'the masked number is there to be compared');
      await counter.press('enter', '1', '2', '3', '4', '5', '6', 'enter');
      const seen = await counter.screen('sale.approved');
      t.ok(seen.texts.includes('¥128.50') && seen.texts.includes('已扣款'), 'the money first, and how much');
      const slips = await counter.until('two slips', async () => {
        const paper = await counter.paper();
        return paper.filter(({ cut }) => cut).length >= 2 && paper;
      });
      const [merchant, cardholder] = slips.map(({ text }) => text);
      t.match(merchant, /商户存根[\s\S]*622202\*{6}1234[\s\S]*RMB 128\.50[\s\S]*持卡人签名/);
      t.match(cardholder, /持卡人存根[\s\S]*RMB 128\.50/);
      t.notMatch(cardholder, /DUPLICATE|签名 \(/);
      const display = await counter.get<{ rows: string[] }>('display');
      t.same(display.rows.slice(0, 2), ['应付 ¥128.50', '交易成功']);
      const [row] = await counter.journal();
      t.match(row, { type: 'sale', amount: 12850, state: 'approved', code: '00' });
      t.equal(await counter.balance('boc-debit'), before - 12850);
      await counter.press('enter');
    },
  );

  await story(t, counter, 'the card may come first', async (t) => {
    await counter.swipe('cmb-credit');
    await counter.screen('sale.number');
    await counter.press('enter');
    await counter.screen('sale.amount');
    await counter.press('6', '6', '*', 'enter');
    await counter.screen('sale.pin');
    // An Enter that comes at once would count as a second press on the screen before.
    await setTimeout(600);
    await counter.press('enter');
    const seen = await counter.screen('sale.approved');
    t.ok(seen.texts.includes('¥66.00'), 'a signature card needs no PIN, and * brings two zeros');
    await counter.press('enter');
  });

  const declines = [
    { card: 'abc-poor', pin: '111111', amount: '1000', code: '51', words: '余额不足' },
    { card: 'boc-debit', pin: '999999', amount: '1001', code: '55', words: '密码错误' },
    { card: 'ccb-lost', pin: '222222', amount: '1000', code: '41', words: null },
    { card: 'boc-expired', pin: '333333', amount: '1000', code: '54', words: null },
    { card: 'gdb-limit', pin: '555555', amount: '10001', code: '61', words: null },
  ] as const;
  for (const { card, pin, amount, code, words } of declines) {
    await story(t, counter, `${card}: ${code} is a decline that says "not charged" and moves nothing`, async (t) => {
      const before = await counter.balance(card);
      const seen = await counter.sell(amount, card, pin, 'sale.declined');
      t.ok(seen.texts.includes('未扣款'));
      t.ok(seen.texts.some((text) => text.includes(`应答码 ${code}`)));
      if (words !== null) t.ok(seen.texts.includes(words));
      const display = await counter.get<{ rows: string[] }>('display');
      t.notMatch(display.rows.join(), /余额/, 'nobody is shamed on the customer side');
      t.equal(await counter.balance(card), before);
      await counter.press('cancel');
    });
  }

  await story(t, counter, 'a swiped chip card is asked for its chip, and another card goes on', async (t) => {
    await counter.press('5', '0', '0', 'enter');
    await counter.screen('sale.card');
    await counter.swipe('spdb-chip');
    const seen = await counter.screen('sale.chip');
    t.match(seen.texts.join(), /芯片卡/);
    await counter.swipe('cmb-credit');
    await counter.screen('sale.number');
    await counter.press('cancel');
  });

  await story(t, counter, 'a garbled stripe says swipe again, and after three another way', async (t) => {
    const rows = (await counter.journal()).length;
    await counter.press('5', '0', '0', 'enter');
    await counter.screen('sale.card');
    await counter.swipe('worn-stripe');
    await counter.screen('sale.card.again');
    await counter.swipe('worn-stripe');
    await counter.until('the third', async () => (await counter.now()).texts.some((text) => text.includes('3/3')));
    await counter.swipe('worn-stripe');
    await counter.screen('sale.card.another');
    await counter.press('cancel');
    t.equal((await counter.journal()).length, rows, 'nothing was begun');
  });

  await story(t, counter, 'the same card and amount within minutes asks again? with the first result', async (t) => {
    await counter.sell('777', 'cmb-credit', '');
    await counter.press('enter');
    await counter.screen('idle');
    await counter.press('7', '7', '7', 'enter');
    await counter.screen('sale.card');
    await counter.swipe('cmb-credit');
    const seen = await counter.screen('sale.again');
    t.match(seen.texts.join(), /6225 88\*\* \*\*\*\* 0087.*成功/);
    await counter.press('cancel');
  });

  await story(t, counter, 'cancel leaves at every step, and nothing is written', async (t) => {
    const rows = (await counter.journal()).length;
    await counter.press('1', 'cancel');
    await counter.screen('idle');
    await counter.press('1', 'enter');
    await counter.screen('sale.card');
    await counter.press('cancel');
    await counter.screen('idle');
    await counter.swipe('boc-debit');
    await counter.screen('sale.number');
    await counter.press('cancel');
    await counter.screen('idle');
    await counter.swipe('boc-debit');
    await counter.screen('sale.number');
    await counter.press('enter', '5', 'enter');
    await counter.screen('sale.pin');
    await counter.press('1', '2', 'clear', 'cancel');
    await counter.screen('idle');
    t.equal((await counter.journal()).length, rows);
  });

  await story(t, counter, 'amounts: nothing is not an amount, and the limit holds', async (t) => {
    await counter.press('0', 'enter');
    t.match((await counter.screen('sale.amount')).texts.join(), /请先输入金额/, 'zero stays');
    await counter.press('5', '0', '0', '0', '0', '0', '1');
    const seen = await counter.now();
    t.match(seen.texts.join(), /超过上限 ¥50,000\.00/);
    t.ok(seen.texts.includes('¥5,000.00') && !seen.texts.includes('¥50,000.01'), 'over the limit is not taken');
    await counter.press('cancel');
  });
});
