import { countertop, story } from './counter.ts';
import { begin, lastTwo, SUPERVISOR, swipeAndPin } from './void-steps.ts';

await countertop('the void of a sale', {}, async (t, counter) => {
  await counter.signIn();
  const displayed = (rows: string) =>
    counter.until(rows, async () => (await counter.get<{ rows: string[] }>('display')).rows.join(' ').startsWith(rows));

  await story(t, counter, 'the last sale is voided: screen, display, paper, journal and bank say so', async (t) => {
    const before = await counter.balance('boc-debit');
    await counter.sell('12850', 'boc-debit', '123456');
    await counter.press('enter');
    await counter.screen('idle');
    await counter.press('menu', '2');
    const asked = await counter.screen('void.trace');
    t.match(asked.texts.join(), /上一笔 ¥128\.50/);
    await counter.press('enter');
    const shown = await counter.screen('void.confirm');
    for (const text of ['¥128.50', '6222 02** **** 1234', '撤销这一笔', '授权码'])
      t.ok(shown.texts.includes(text), text);
    t.equal((await counter.get<{ flow: string }>('state')).flow, 'refund');
    await counter.press('enter');
    await counter.screen('void.supervisor');
    await counter.press(...SUPERVISOR);
    await counter.screen('void.card');
    await displayed('退回 ¥128.50 请刷卡');
    const seen = await swipeAndPin(counter, 'boc-debit', '123456', 'void.approved');
    for (const text of ['已撤销，不再扣款', '撤销成功', '¥128.50']) t.ok(seen.texts.includes(text), text);
    t.notMatch(seen.texts.join(), /已扣款/);
    await displayed('退回 ¥128.50 已撤销');
    const [undo, sale] = await lastTwo(counter);
    t.match(undo, { type: 'void', amount: 12850, state: 'approved', code: '00', original: sale?.trace });
    t.match(sale, { type: 'sale', amount: 12850, state: 'voided' });
    const [atBank, first] = await counter.bank();
    t.match(atBank, { type: 'void', state: 'posted', original: sale?.trace });
    t.match(first, { type: 'sale', state: 'voided' });
    t.equal(await counter.balance('boc-debit'), before);
    const slips = await counter.until('both slips of the void, after both of the sale', async () => {
      const paper = (await counter.paper()).filter(({ cut }) => cut);
      return paper.length >= 4 && paper.slice(2);
    });
    t.match(slips[0]?.text, new RegExp(`消费撤销[\\s\\S]*${undo?.trace}[\\s\\S]*原凭证号[\\s\\S]*${sale?.trace}`));
    await counter.press('enter');
    t.match((await counter.screen('idle')).texts.join(), /上一笔消费撤销 ¥128\.50 成功/);
  });

  await story(t, counter, 'what cannot be voided has its own sentence, and nothing is begun', async (t) => {
    const rows = await counter.journal();
    const undo = rows.find(({ type }) => type === 'void')?.trace ?? '';
    const sale = rows.find(({ state }) => state === 'voided')?.trace ?? '';
    await counter.sell('1000', 'abc-poor', '111111', 'sale.declined');
    await counter.press('cancel');
    await counter.screen('idle');
    const declined = (await counter.journal())[0]?.trace ?? '';
    await counter.press('menu', '2');
    for (const [trace, words] of [
      [sale, '这一笔已经撤销'],
      [undo, '这一笔不是消费'],
      [declined, '这一笔没有扣款'],
      ['999998', '没有这个凭证号'],
      ['0', '没有这个凭证号'],
    ] as const) {
      await counter.screen('void.trace');
      await counter.press(...trace, 'enter');
      const seen = await counter.screen('void.impossible');
      t.ok(seen.texts.includes(words), `${trace}: ${seen.texts.join(' | ')}`);
      await counter.press('enter');
    }
    await counter.screen('void.trace');
    await counter.press('cancel');
    t.equal((await counter.journal()).length, rows.length + 1, 'the declined sale alone is new');
  });

  await story(t, counter, 'another card is refused before anything leaves, then the right one is taken', async (t) => {
    await counter.sell('2001', 'boc-debit', '123456');
    await counter.press('enter');
    await counter.screen('idle');
    const rows = (await counter.journal()).length;
    await begin(counter);
    await counter.swipe('cmb-credit');
    const seen = await counter.screen('void.card.different');
    t.match(seen.texts.join(), /仍已扣款.*不是原来那张卡.*6222 02\*\* \*\*\*\* 1234/);
    t.equal((await counter.journal()).length, rows);
    await counter.press('enter');
    await counter.screen('void.card');
    await swipeAndPin(counter, 'boc-debit', '999999', 'void.declined');
    t.ok((await counter.now()).texts.includes('仍已扣款'), 'a wrong PIN leaves the sale as it was');
    t.match(await lastTwo(counter), [
      { type: 'void', state: 'declined', code: '55' },
      { type: 'sale', state: 'approved' },
    ]);
    await counter.press('enter');
    await counter.screen('void.card');
    await swipeAndPin(counter, 'boc-debit', '123456', 'void.approved');
    await counter.press('enter');
  });

  await story(t, counter, 'a wrong supervisor password approves nothing', async (t) => {
    await counter.sell('5500', 'boc-debit', '123456');
    await counter.press('enter');
    await counter.screen('idle');
    const rows = (await counter.journal()).length;
    await counter.press('menu', '2', 'enter');
    await counter.screen('void.confirm');
    await counter.press('enter');
    await counter.screen('void.supervisor');
    await counter.press('0', '0', '0', '0', 'enter');
    await counter.until('the sentence', async () => /密码不对/.test((await counter.now()).texts.join()));
    await counter.press('cancel');
    await counter.screen('idle');
    t.equal((await counter.journal()).length, rows);
  });
});

await countertop(
  'a profile that asks for neither supervisor nor PIN',
  {
    config: {
      'profiles/lab.json': (text) =>
        text.replace('"supervisor": true, "pin": true', '"supervisor": false, "pin": false'),
    },
  },
  async (t, counter) => {
    await counter.signIn();
    await story(t, counter, 'the void takes the original and the card alone', async (t) => {
      await counter.sell('6001', 'cmb-credit', '');
      await counter.press('enter');
      await counter.screen('idle');
      await counter.press('menu', '2', 'enter');
      await counter.screen('void.confirm');
      await counter.press('enter');
      await counter.screen('void.card');
      await counter.swipe('cmb-credit');
      await counter.screen('void.approved');
      t.match(await lastTwo(counter), [{ type: 'void' }, { type: 'sale', state: 'voided' }]);
      await counter.press('enter');
    });
  },
);
