import { countertop, story } from './counter.ts';
import { begin, free, goOn, held, lines, MENU, newestRow } from './hold-steps.ts';

const PIN = ['1', '2', '3', '4', '5', '6', 'enter'];

await countertop('the plug at a request about a hold', { answer_timeout_ms: 1000 }, async (t, counter) => {
  await counter.signIn();

  /** Sends the request, whose answer the bank cannot give, pulls the plug and awaits the reversal after the boot. */
  const cut = async (type: string, toPin: () => Promise<unknown>, pin = PIN) => {
    await toPin();
    await counter.fault('answer-lost', true);
    await counter.press(...pin);
    await counter.until(`the bank has taken the ${type}`, async () => {
      const [row] = await counter.bank();
      return row?.type === type && row.state === 'posted';
    });
    await counter.power(false);
    await counter.fault('answer-lost', false);
    await counter.power(true);
    await counter.signIn();
    await counter.until('the reversal', async () => (await newestRow(counter)).state === 'reversed', 30_000);
  };
  const further = (flow: 'preauth-add' | 'preauth-void' | 'completion-void', amount: string) => async () => {
    await begin(counter, flow, amount);
    await counter.swipe('boc-debit');
    await counter.screen(`${flow}.pin`);
  };
  const done = async () => {
    await counter.press('enter');
    await counter.screen('idle');
  };

  await story(t, counter, 'what was to be added is not held, and the hold is as it was', async (t) => {
    const before = await free(counter);
    await held(counter, '10000');
    await cut('preauth-add', further('preauth-add', '5000'));
    t.equal(await free(counter), before - 10_000);
    await counter.press(...MENU['preauth-add']);
    t.match((await counter.screen('preauth-add.trace')).texts.join(), /¥100\.00/, 'and it can be raised again');
    await counter.press('cancel');
  });

  await story(t, counter, 'what was to be released is still held, and is released then', async (t) => {
    const before = (await free(counter)) + 10_000;
    await cut('preauth-void', further('preauth-void', ''));
    t.equal(await free(counter), before - 10_000);
    await goOn(counter, 'preauth-void', '', 'preauth-void.approved');
    t.equal(await free(counter), before);
    await done();
  });

  await story(t, counter, 'a completion whose void was lost stands charged', async (t) => {
    const before = await free(counter);
    await held(counter, '20000');
    await goOn(counter, 'completion', '15000', 'completion.approved');
    await done();
    await cut('completion-void', further('completion-void', ''));
    t.equal(await free(counter), before - 15_000);
    t.match((await counter.journal()).slice(0, 2), [
      { type: 'completion-void', state: 'reversed' },
      { type: 'completion', state: 'approved' },
    ]);
  });

  await story(t, counter, 'an instalment sale is reversed as a sale is', async (t) => {
    const before = await free(counter, 'cmb-credit');
    const toPin = async () => {
      await counter.press(...MENU.instalment);
      await counter.screen('instalment.amount');
      await counter.press(...'60000', 'enter');
      await counter.screen('instalment.card');
      await counter.swipe('cmb-credit');
      await counter.screen('instalment.number');
      await counter.press('enter');
      await counter.screen('instalment.periods');
      await counter.press('2');
      await counter.screen('instalment.pin');
    };
    await cut('instalment', toPin, [...'654321', 'enter']);
    t.equal(await free(counter, 'cmb-credit'), before);
  });

  await story(t, counter, 'a tip that was taken survives the plug, and is told once', async (t) => {
    const before = await free(counter);
    await counter.sell('7000', 'boc-debit', '123456');
    await done();
    await lines(counter, true);
    await counter.press(...MENU.tip);
    await counter.screen('tip.trace');
    await counter.press('enter');
    await counter.screen('tip.amount.of');
    await counter.press(...'700', 'enter');
    await counter.screen('tip.accepted');
    await counter.power(false);
    await lines(counter, false);
    await counter.power(true);
    await counter.signIn();
    await counter.until('the tip', async () => (await newestRow(counter)).state === 'approved', 30_000);
    const { trace } = await newestRow(counter);
    t.equal((await counter.bank()).filter((row) => row.trace === trace).length, 1);
    t.equal(await free(counter), before - 7700);
  });
});
