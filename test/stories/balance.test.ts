import { countertop, story } from './counter.ts';

await countertop('the balance inquiry', { answer_timeout_ms: 1000 }, async (t, counter) => {
  await counter.signIn();
  const ask = async (card: string, pin: string, end: string) => {
    await counter.press('menu', '5');
    await counter.screen('balance.card');
    await counter.swipe(card);
    await counter.screen('balance.pin');
    await counter.press(...pin, 'enter');
    return counter.screen(end, 15_000);
  };
  const display = async () => (await counter.get<{ rows: string[] }>('display')).rows.join(' ');
  const books = async () => JSON.stringify([await counter.journal(), await counter.bank(), await counter.paper()]);

  await story(t, counter, 'the customer sees what is on the card, and nothing is booked', async (t) => {
    const before = await books();
    const seen = await ask('boc-debit', '123456', 'balance.told');
    for (const text of ['¥10,000.00', '可用余额', '6222 02** **** 1234']) t.ok(seen.texts.includes(text), text);
    t.equal((await counter.get<{ flow: string }>('state')).flow, 'balance');
    await counter.until('the display', async () => (await display()).startsWith('余额 ¥10,000.00'));
    await counter.press('enter');
    await counter.screen('idle');
    await counter.until('that it does not stay', async () => !(await display()).includes('10,000'));
    t.equal(await books(), before);
    const wire = JSON.stringify(await counter.get('wire'));
    t.match(wire, /0200/);
    t.notMatch(wire, /1002156C|000001000000/, 'what crossed the wire is told masked');
  });

  await story(t, counter, 'a credit card tells what is left of its limit, after a sale too', async (t) => {
    await counter.sell('10000', 'cmb-credit', '');
    await counter.press('enter');
    await counter.screen('idle');
    const seen = await ask('cmb-credit', '654321', 'balance.told');
    t.ok(seen.texts.includes('¥49,900.00'), seen.texts.join(' | '));
    await counter.press('cancel');
  });

  await story(t, counter, 'a wrong PIN and a lost card are refused in words, with no balance', async (t) => {
    for (const [card, pin, code] of [
      ['boc-debit', '999999', '55'],
      ['ccb-lost', '222222', '41'],
    ] as const) {
      const seen = await ask(card, pin, 'balance.declined');
      t.match(seen.texts.join(), new RegExp(`银行没有给出余额.*应答码 ${code}`));
      t.notMatch(seen.texts.join(), /¥/);
      await counter.press('enter');
      await counter.screen('idle');
    }
  });

  await story(t, counter, 'a silent bank and a bad MAC tell nothing, and nothing is owed for them', async (t) => {
    const before = await books();
    for (const [fault, words] of [
      ['host-silent', '银行没有应答'],
      ['answer-bad-mac', '应答校验错误'],
    ] as const) {
      await counter.tellBank({ do: 'fault', fault, on: true, times: 1, mti: '0200' });
      const seen = await ask('boc-debit', '123456', 'balance.refused');
      t.ok(seen.texts.includes(words), seen.texts.join(' | '));
      await counter.press('enter');
      await counter.screen('idle');
    }
    t.equal(await books(), before);
    const seen = await ask('boc-debit', '123456', 'balance.told');
    t.ok(seen.texts.includes('¥10,000.00'), 'the next one signs in by itself first');
    await counter.press('enter');
  });

  await story(t, counter, 'cancel leaves at the card and at the PIN', async (t) => {
    await counter.press('menu', '5');
    await counter.screen('balance.card');
    t.notMatch((await counter.now()).texts.join(), /¥/, 'no amount is in question');
    await counter.press('cancel');
    await counter.screen('idle');
    await counter.press('menu', '5');
    await counter.screen('balance.card');
    await counter.swipe('boc-debit');
    await counter.screen('balance.pin');
    await counter.press('1', '2', 'cancel');
    await counter.screen('idle');
  });
});
