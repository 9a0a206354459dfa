import { countertop, story } from './counter.ts';
import { free, held, lines, MENU, newestRow, SUPERVISOR, slipWith } from './hold-steps.ts';
import { outage } from './outage.ts';

/** The one card whose service code lets a terminal decide: 101. */
const CARD = 'overseas-credit';

await countertop('what the counter decides, and the bank is told', { answer_timeout_ms: 1000 }, async (t, counter) => {
  await counter.signIn();
  const displayed = (rows: RegExp) =>
    counter.until(`${rows}`, async () => rows.test((await counter.get<{ rows: string[] }>('display')).rows.join(' ')));
  const done = async () => {
    await counter.press('enter');
    await counter.screen('idle');
  };
  const booked = (state = 'approved') =>
    counter.until(`the newest row ${state}`, async () => (await newestRow(counter)).state === state, 40_000);
  /** Goes up to the question whether the payment is taken offline. */
  const offline = async (amount: string, compared = 'offline.number') => {
    await counter.press(...MENU.offline);
    await counter.screen('offline.amount');
    await counter.press(...amount, 'enter');
    await counter.screen('offline.card');
    await counter.swipe(CARD);
    await counter.screen(compared);
    await counter.press('enter');
    return counter.screen('offline.confirm');
  };
  const told = async (trace: string) => (await counter.bank()).filter((row) => row.trace === trace).length;

  await story(t, counter, 'with a line nobody goes offline', async (t) => {
    await counter.press(...MENU.offline);
    t.ok((await counter.screen('offline.impossible')).texts.includes('线路正常，不用离线'));
    await done();
  });

  await story(t, counter, 'offline under the floor limit, pending, then told once', async (t) => {
    const before = await free(counter, CARD);
    await lines(counter, true);
    t.match((await offline('12850')).texts.join(), /银行还不知道这一笔/);
    await counter.press('enter');
    const seen = await counter.screen('offline.accepted');
    t.match(seen.texts.join(), /待入账.*离线消费已受理.*¥128\.50/);
    t.notMatch(seen.texts.join(), /已扣款/);
    await displayed(/待入账/);
    t.equal((await counter.get<{ flow: string }>('state')).flow, 'advice');
    const { trace } = await newestRow(counter);
    t.match(await newestRow(counter), { type: 'offline', state: 'pending', amount: 12_850 });
    t.equal(await told(trace), 0);
    t.match(await slipWith(counter, new RegExp(trace)), /离线/);
    await done();
    t.match((await counter.now()).texts.join(), /有 1 笔待送银行入账/);

    await counter.power(false);
    await lines(counter, false);
    await counter.power(true);
    await counter.signIn();
    await booked();
    t.equal(await told(trace), 1);
    t.equal(await free(counter, CARD), before - 12_850);
    await counter.until('idle without a notice', async () => !/待送银行/.test((await counter.now()).texts.join()));
  });

  await story(t, counter, 'an advice whose answer is lost is told again, and booked once', async (t) => {
    const before = await free(counter, CARD);
    await lines(counter, true);
    await offline('3300');
    await counter.press('enter');
    await counter.screen('offline.accepted');
    await counter.tellBank({ do: 'fault', fault: 'answer-lost', on: true, times: 2, mti: '0220' });
    await lines(counter, false);
    await counter.until('已扣款', async () => (await counter.now()).texts.includes('已扣款'), 40_000);
    t.equal(await told((await newestRow(counter)).trace), 1);
    t.equal(await free(counter, CARD), before - 3300);
    await done();
  });

  await story(
    t,
    counter,
    'after an online try without an answer it has its own trace; the first is reversed',
    async (t) => {
      const before = await free(counter, CARD);
      await counter.tellBank({ do: 'fault', fault: 'answer-lost', on: true, mti: '0200' });
      await counter.press(...'4400', 'enter');
      await counter.screen('sale.card');
      await counter.swipe(CARD);
      await counter.screen('sale.number');
      await counter.press('enter', ...'777777', 'enter');
      await counter.screen('sale.waiting');
      await counter.until('the charge', async () => (await counter.bank())[0]?.amount === 4400);
      await lines(counter, true);
      await counter.screen('sale.unknown', 15_000);
      await counter.press('cancel');
      await counter.screen('idle');
      await counter.tellBank({ do: 'fault', fault: 'answer-lost', on: false });
      const first = await newestRow(counter);
      t.match((await offline('4400', 'offline.again')).texts.join(), new RegExp(`${first.trace}.*不会重复扣款`));
      await counter.press('enter');
      await counter.screen('offline.accepted');
      await done();
      await lines(counter, false);
      await booked();
      const [second, reversed] = await counter.journal();
      t.match(
        [second, reversed],
        [
          { type: 'offline', state: 'approved' },
          { trace: first.trace, state: 'reversed' },
        ],
      );
      t.equal(await free(counter, CARD), before - 4400, 'charged once');
    },
  );

  await story(t, counter, 'over the floor, and a card that must be online, have their sentence', async (t) => {
    const rows = (await counter.journal()).length;
    await lines(counter, true);
    await counter.press(...MENU.offline);
    await counter.screen('offline.amount');
    await counter.press(...'20001');
    await counter.until('the sentence', async () => /超过离线限额 ¥200\.00/.test((await counter.now()).texts.join()));
    await counter.press('clear', 'clear', 'clear', 'enter');
    await counter.screen('offline.card');
    await counter.swipe('boc-debit');
    await counter.screen('offline.number');
    await counter.press('enter');
    t.ok((await counter.screen('offline.impossible')).texts.includes('这张卡必须联机'));
    await counter.press('enter');
    await lines(counter, false);
    t.equal((await counter.journal()).length, rows);
  });

  await story(
    t,
    counter,
    'a telephone authorisation with the desk’s code; one that nobody gave is refused',
    async (t) => {
      const before = await free(counter, 'cmb-credit');
      const voice = async (code: string, amount = '250000') => {
        await counter.press(...MENU.voice);
        await counter.screen('voice.amount');
        await counter.press(...amount, 'enter');
        await counter.screen('voice.card');
        await counter.swipe('cmb-credit');
        await counter.screen('voice.number');
        await counter.press('enter');
        const seen = await counter.screen('voice.call');
        await counter.press(...code, 'enter');
        return seen;
      };
      await lines(counter, true);
      const { authorisation } = await counter.tellBank({ do: 'voice', card: 'cmb-credit', amount: 250_000 });
      t.match(
        (await voice(String(authorisation))).texts.join(),
        /¥2,500\.00.*010-0000-0002.*898110248990001.*50461160/,
      );
      await counter.screen('voice.accepted');
      await done();
      await lines(counter, false);
      await booked();
      t.match((await counter.bank())[0], { type: 'voice', state: 'posted', authorisation });
      t.equal(await free(counter, 'cmb-credit'), before - 250_000);

      await voice('000001', '1');
      t.match((await counter.screen('voice.accepted.refused', 15_000)).texts.join(), /未扣款.*银行不予入账/);
      await done();
      t.match(await newestRow(counter), { type: 'voice', state: 'declined' });
    },
  );

  await story(t, counter, 'a refusal that came while nobody looked stays at idle until it is seen', async (t) => {
    await lines(counter, true);
    await counter.press(...MENU.voice);
    await counter.screen('voice.amount');
    await counter.press(...'100', 'enter');
    await counter.screen('voice.card');
    await counter.swipe('cmb-credit');
    await counter.screen('voice.number');
    await counter.press('enter');
    await counter.screen('voice.call');
    await counter.press(...'000002', 'enter');
    await counter.screen('voice.accepted');
    await done();
    await lines(counter, false);
    await booked('declined');
    t.match((await counter.screen('idle')).texts.join(), /有 1 笔银行不予入账/);
    await outage(counter);
    t.match((await counter.screen('idle')).texts.join(), /有 1 笔银行不予入账/, 'after a power cut too');
    await counter.press('enter');
    await counter.screen('voice.accepted.refused');
    await counter.press('enter');
    await counter.screen('menu');
    await counter.press('cancel');
    t.notMatch((await counter.screen('idle')).texts.join(), /不予入账/);
  });

  await story(t, counter, 'an offline sale is adjusted before the bank has heard of it', async (t) => {
    const before = await free(counter, CARD);
    await lines(counter, true);
    await offline('10000');
    await counter.press('enter');
    await counter.screen('offline.accepted');
    await done();
    await counter.press(...MENU.adjust);
    await counter.screen('adjust.trace');
    await counter.press('enter');
    await counter.screen('adjust.amount.of');
    await counter.press(...'8800', 'enter');
    await counter.screen('adjust.supervisor');
    await counter.press(...SUPERVISOR);
    await counter.screen('adjust.accepted');
    await done();
    await lines(counter, false);
    await booked();
    t.match((await counter.journal()).slice(0, 2), [
      { type: 'adjust', state: 'approved', amount: 8800 },
      { type: 'offline', state: 'approved', amount: 10_000 },
    ]);
    t.equal(await free(counter, CARD), before - 8800);
  });

  await story(t, counter, 'a tip is added to a sale, and is told with its total', async (t) => {
    await counter.sell('10000', 'boc-debit', '123456');
    await done();
    const before = await free(counter);
    await counter.press(...MENU.tip);
    await counter.screen('tip.trace');
    await counter.press('enter');
    await counter.screen('tip.amount.of');
    await counter.press(...'1500', 'enter');
    t.match((await counter.screen('tip.accepted')).texts.join(), /小费已受理.*¥15\.00/);
    await booked();
    t.equal(await free(counter), before - 1500);
    await done();
  });

  await story(t, counter, 'a sale with its tip is voided as one', async (t) => {
    const before = (await free(counter)) + 11_500;
    await counter.press('menu', '2');
    await counter.screen('void.trace');
    await counter.press('enter');
    t.match((await counter.screen('void.confirm')).texts.join(), /¥115\.00/);
    await counter.press('enter');
    await counter.screen('void.supervisor');
    await counter.press(...SUPERVISOR);
    await counter.screen('void.card');
    await counter.swipe('boc-debit');
    await counter.screen('void.pin');
    await counter.press(...'123456', 'enter');
    t.match((await counter.screen('void.approved')).texts.join(), /¥115\.00/);
    t.equal(await free(counter), before);
    await done();
  });

  await story(t, counter, 'a completion is told without card and line', async (t) => {
    await held(counter, '60000');
    const before = (await free(counter)) + 60_000;
    await lines(counter, true);
    await counter.press(...MENU['completion-advice']);
    await counter.screen('completion-advice.trace');
    await counter.press('enter');
    await counter.screen('completion-advice.amount.of');
    await counter.press(...'45000', 'enter');
    t.match((await counter.screen('completion-advice.confirm')).texts.join(), /完成这笔预授权吗.*450\.00/);
    await counter.press('enter');
    t.match((await counter.screen('completion-advice.accepted')).texts.join(), /待入账.*完成已受理/);
    await lines(counter, false);
    await booked();
    t.equal(await free(counter), before - 45_000);
    await done();
  });

  await story(t, counter, 'a sale by instalments carries its periods to the bank', async (t) => {
    await counter.press(...MENU.instalment);
    await counter.screen('instalment.amount');
    await counter.press(...'120000', 'enter');
    await counter.screen('instalment.card');
    await counter.swipe('cmb-credit');
    await counter.screen('instalment.number');
    await counter.press('enter');
    t.match((await counter.screen('instalment.periods')).texts.join(), /12 期 × ¥100\.00/);
    await counter.press('3');
    await counter.screen('instalment.pin');
    await counter.press(...'654321', 'enter');
    t.match((await counter.screen('instalment.approved')).texts.join(), /已扣款.*分期成功/);
    t.match((await counter.bank())[0], { type: 'instalment', state: 'posted' });
    await done();

    const before = await free(counter, 'cmb-credit');
    await counter.tellBank({ do: 'fault', fault: 'answer-lost', on: true, times: 1, mti: '0200' });
    await counter.press(...MENU.instalment);
    await counter.screen('instalment.amount');
    await counter.press(...'130000', 'enter');
    await counter.screen('instalment.card');
    await counter.swipe('cmb-credit');
    await counter.screen('instalment.number');
    await counter.press('enter');
    await counter.screen('instalment.periods');
    await counter.press('1');
    await counter.screen('instalment.pin');
    await counter.press(...'654321', 'enter');
    t.match((await counter.screen('instalment.reversed', 15_000)).texts.join(), /未扣款.*已冲正/);
    t.equal(await free(counter, 'cmb-credit'), before);
    await counter.press('cancel');
  });
});
