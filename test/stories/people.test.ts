import { countertop, story } from './counter.ts';

const chinese = /\p{Script=Han}/u;
/** The merchant's name is its own, and the badge of a lab is in both languages on every screen. */
const ownWords = ['便民小超市', '实验 LAB', '中文'];

await countertop('people at the terminal', {}, async (t, counter) => {
  await counter.screen('signin.operator', 15_000);

  await t.test('whether a number exists is told only after a password', async (t) => {
    await counter.press('7', '7', 'enter');
    await counter.screen('signin.password');
    await counter.press('0', '0', '0', '0', 'enter');
    const seen = await counter.screen('signin.operator');
    t.ok(seen.texts.includes('没有这个操作员号，请重新输入。'), seen.texts.join());
  });

  await t.test('a wrong password counts down, and Cancel goes back', async (t) => {
    await counter.press('9', '9', 'enter', '1', '1', '1', '1', 'enter');
    await counter.until('the count', async () => (await counter.now()).texts.includes('密码不对，还可以试 2 次。'));
    t.notMatch((await counter.now()).texts.join(), /1111/);
    await counter.press('cancel');
    await counter.screen('signin.operator');
  });

  await t.test('three wrong passwords lock, and a power cut does not open it', async (t) => {
    await counter.press('0', '1', 'enter', '1', '1', '1', '1', 'enter', '2', '2', '2', '2', 'enter');
    await counter.until('two tries', async () => (await counter.now()).texts.includes('密码不对，还可以试 1 次。'));
    await counter.press('3', '3', '3', '3', 'enter');
    const seen = await counter.screen('signin.locked');
    t.match(seen.texts.join(), /已锁定.*操作员 01.*秒后可以再试|秒后可以再试.*操作员 01/);
    await counter.power(false);
    await counter.power(true);
    await counter.screen('signin.operator', 15_000);
    await counter.press('0', '1', 'enter', '0', '0', '0', '0', 'enter');
    await counter.screen('signin.locked');
    await counter.press('cancel');
    await counter.screen('signin.operator');
    await counter.press('9', '9', 'enter', '1', '2', '3', '4', '5', '6', '7', '8', 'enter');
    const idle = await counter.screen('idle');
    t.ok(idle.texts.includes('操作员 99'), 'another may sign in meanwhile');
  });

  await story(t, counter, 'in English no screen of a sale has Chinese left', async (t) => {
    await counter.press('menu');
    await counter.screen('menu');
    await counter.press('9', '2');
    await counter.screen('idle');
    const look = async () => {
      const { screen, texts } = await counter.now();
      const left = texts.filter((text) => chinese.test(ownWords.reduce((rest, own) => rest.replaceAll(own, ''), text)));
      t.same(left, [], screen);
      const { rows } = await counter.get<{ rows: string[] }>('display');
      t.notMatch(rows.join(), chinese, `the display at ${screen}`);
    };
    await look();
    await counter.press('6', '0', '0', '1');
    await look();
    await counter.press('enter');
    await counter.screen('sale.card');
    await look();
    await counter.swipe('spdb-chip');
    await counter.screen('sale.chip');
    await look();
    await counter.swipe('worn-stripe');
    await counter.screen('sale.card.again');
    await look();
    await counter.swipe('boc-debit');
    await counter.screen('sale.number');
    await look();
    await counter.press('enter');
    await counter.screen('sale.pin');
    await look();
    await counter.press('1', '2', '3', '4', '5', '6', 'enter');
    await counter.screen('sale.approved');
    await look();
    await counter.press('enter');
    await counter.sell('6002', 'ccb-lost', '222222', 'sale.declined');
    await look();
    await counter.press('cancel');
    await counter.tellBank({ do: 'fault', fault: 'answer-lost', on: true, times: 1, mti: '0200' });
    await counter.sell('6003', 'boc-debit', '123456', 'sale.waiting');
    await look();
    await counter.screen('sale.reversed');
    await look();
    await counter.press('cancel');
    for (const keys of [['menu'], ['9'], ['4']]) {
      await counter.press(...keys);
      await look();
    }
    await counter.press('cancel');
    await counter.screen('idle');
  });

  await t.test('sign-out ends the day until somebody signs in', async (t) => {
    await counter.press('menu');
    await counter.screen('menu');
    await counter.press('9', '3');
    await counter.screen('goodbye');
    await counter.screen('signin.operator');
    t.match(await counter.get('state'), { flow: 'signin', operator: null });
    await t.rejects(counter.swipe('boc-debit'), /not waiting for a card/, 'a card begins nothing');
  });
});
