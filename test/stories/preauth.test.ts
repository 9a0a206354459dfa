import { countertop, story } from './counter.ts';
import { begin, free, goOn, held, hold, MENU, newestRow, slipWith } from './hold-steps.ts';

await countertop('the pre-authorisation family', { answer_timeout_ms: 1000 }, async (t, counter) => {
  await counter.signIn();
  const displayed = (rows: RegExp) =>
    counter.until(`${rows}`, async () => rows.test((await counter.get<{ rows: string[] }>('display')).rows.join(' ')));
  const once = (fault: string, mti: string) => counter.tellBank({ do: 'fault', fault, on: true, times: 1, mti });
  const done = async () => {
    await counter.press('enter');
    await counter.screen('idle');
  };

  await story(t, counter, 'an amount is held, raised, completed in part, and the rest is there again', async (t) => {
    const before = await free(counter);
    const seen = await hold(counter, '10000');
    t.match(seen.texts.join(), /已冻结.*预授权成功.*¥100\.00/);
    t.notMatch(seen.texts.join(), /已扣款/);
    await displayed(/冻结 ¥100\.00 已冻结/);
    t.equal((await counter.get<{ flow: string }>('state')).flow, 'preauth');
    t.match(await newestRow(counter), { type: 'preauth', state: 'approved', amount: 10_000 });
    t.match((await counter.bank())[0], { type: 'preauth', state: 'posted' });
    t.equal(await free(counter), before - 10_000, 'the bank holds it');
    const { trace } = await newestRow(counter);
    t.match(await slipWith(counter, new RegExp(trace)), /预授权/);
    await done();
    t.match((await counter.now()).texts.join(), /上一笔预授权 ¥100\.00 成功/);

    const raised = await goOn(counter, 'preauth-add', '5000', 'preauth-add.approved');
    t.match(raised.texts.join(), /已追加冻结.*追加成功/);
    t.equal(await free(counter), before - 15_000);
    await done();

    await counter.press(...MENU.completion);
    t.match((await counter.screen('completion.trace')).texts.join(), /¥150\.00/);
    await counter.press('enter');
    t.match((await counter.screen('completion.amount.of')).texts.join(), /¥150\.00.*最多 ¥172\.50/);
    await counter.press('1', '7', '2', '5', '1');
    await counter.until('the sentence', async () =>
      /最多可完成 ¥172\.50（冻结金额的 115%）/.test((await counter.now()).texts.join()),
    );
    await counter.press('cancel');
    await counter.screen('idle');
    const charged = await goOn(counter, 'completion', '12000', 'completion.approved');
    t.match(charged.texts.join(), /已扣款.*预授权完成成功.*¥120\.00/);
    await displayed(/应付 ¥120\.00 已扣款|¥120\.00 已扣款/);
    t.equal(await free(counter), before - 12_000, 'what was not used is not held any more');
    t.match(await newestRow(counter), { type: 'completion', state: 'approved', original: trace });
    await done();
  });

  await story(t, counter, 'a second completion, and whatever else cannot be, has its sentence', async (t) => {
    const rows = await counter.journal();
    const traceOf = (type: string) => rows.find((row) => row.type === type)?.trace ?? '';
    await counter.press(...MENU.completion);
    for (const [trace, words] of [
      [traceOf('preauth'), '这笔预授权已经完成'],
      [traceOf('completion'), '这一笔不是预授权'],
      ['999998', '没有这个凭证号'],
      ['0', '没有这个凭证号'],
    ] as const) {
      await counter.screen('completion.trace');
      await counter.press(...trace, 'enter');
      t.ok((await counter.screen('completion.impossible')).texts.includes(words), `${trace}: ${words}`);
      await counter.press('enter');
    }
    await counter.screen('completion.trace');
    await counter.press('cancel');
    t.equal((await counter.journal()).length, rows.length, 'nothing was begun');
  });

  await story(t, counter, 'the completion is voided: the hold is there again, and is released', async (t) => {
    const before = (await free(counter)) + 12_000;
    const seen = await goOn(counter, 'completion-void', '', 'completion-void.approved');
    t.match(seen.texts.join(), /不再扣款，恢复冻结.*完成已撤销/);
    t.equal(await free(counter), before - 15_000, 'all of it is held');
    await displayed(/恢复冻结/);
    await done();
    const released = await goOn(counter, 'preauth-void', '', 'preauth-void.approved');
    t.match(released.texts.join(), /已解冻.*预授权已撤销.*¥150\.00/);
    await displayed(/解冻 ¥150\.00 已解冻/);
    t.equal(await free(counter), before);
    t.match(
      (await counter.journal()).slice(0, 5).map(({ type, state }) => `${type} ${state}`),
      [
        'preauth-void approved',
        'completion-void approved',
        'completion voided',
        'preauth-add approved',
        'preauth voided',
      ],
    );
    await done();
  });

  await story(t, counter, 'a pre-authorisation whose answer is lost is reversed: nothing is held', async (t) => {
    const before = await free(counter);
    await once('answer-lost', '0100');
    const seen = await hold(counter, '20000', 'preauth.reversed');
    t.match(seen.texts.join(), /未冻结.*已冲正.*这张卡没有冻结任何金额/);
    t.notMatch(seen.texts.join(), /扣款/);
    await displayed(/没有冻结/);
    t.equal(await free(counter), before);
    await counter.press('cancel');
  });

  await story(t, counter, 'a lost void of a pre-authorisation leaves it held, and the screen says so', async (t) => {
    const before = await free(counter);
    const { trace } = await held(counter, '30000');
    await once('answer-lost', '0100');
    const seen = await goOn(counter, 'preauth-void', '', 'preauth-void.reversed');
    t.match(seen.texts.join(), /仍已冻结.*撤销没有完成.*预授权恢复原状：金额仍冻结在卡上/);
    t.equal(await free(counter), before - 30_000);
    await counter.press('cancel');
    await counter.screen('idle');

    await once('answer-lost', '0200');
    const lost = await goOn(counter, 'completion', '', 'completion.reversed');
    t.match(lost.texts.join(), /未扣款，仍已冻结.*没有扣款，预授权恢复原状/);
    t.equal(await free(counter), before - 30_000, 'held, and not charged');
    await counter.press('enter');
    await counter.screen('completion.card');
    await counter.swipe('boc-debit');
    await counter.screen('completion.pin');
    await counter.press(...'123456', 'enter');
    await counter.screen('completion.approved');
    await done();

    await once('answer-lost', '0200');
    const undone = await goOn(counter, 'completion-void', '', 'completion-void.reversed');
    t.match(undone.texts.join(), /仍已扣款.*完成仍然有效：这张卡已被扣款/);
    t.equal(await free(counter), before - 30_000);
    await counter.press('cancel');
    await counter.screen('idle');
    t.equal((await counter.journal()).find((row) => row.trace === trace)?.state, 'approved');
  });

  await story(
    t,
    counter,
    'a power cut at the request: held or completed is what the bank says after the boot',
    async (t) => {
      const before = await free(counter);
      const cut = async (toBank: () => Promise<unknown>) => {
        await counter.fault('answer-lost', true);
        await toBank();
        await counter.power(false);
        await counter.fault('answer-lost', false);
        await counter.power(true);
        await counter.signIn();
        await counter.until('the reversal', async () => (await newestRow(counter)).state === 'reversed', 30_000);
      };
      await cut(async () => {
        await hold(counter, '40000', 'preauth.waiting');
        await counter.until('the hold', async () => (await counter.bank())[0]?.amount === 40_000);
      });
      t.equal(await free(counter), before, 'nothing is held');

      await held(counter, '41000');
      await cut(async () => {
        await begin(counter, 'completion', '41001');
        await counter.swipe('boc-debit');
        await counter.screen('completion.pin');
        await counter.press(...'123456', 'enter');
        await counter.screen('completion.waiting');
        await counter.until('the charge', async () => (await counter.bank())[0]?.amount === 41_001);
      });
      t.equal(await free(counter), before - 41_000, 'held again, and not charged');
      await goOn(counter, 'preauth-void', '', 'preauth-void.approved');
      t.equal(await free(counter), before);
      await done();
    },
  );

  await story(
    t,
    counter,
    'by authorisation code and date; a day that is not its own is the bank’s to judge',
    async (t) => {
      const before = await free(counter);
      await held(counter, '50000');
      const [atBank] = await counter.get<{ authorisation: string }[]>('bank/transactions');
      const byCode = async (date: string) => {
        await counter.press(...MENU.completion, 'menu');
        await counter.screen('completion.authorisation');
        await counter.press(...(atBank?.authorisation ?? ''), 'enter');
        await counter.screen('completion.date');
        await counter.press(...date, 'enter');
        await counter.screen('completion.amount.of');
        await counter.press(...'12300', 'enter');
        await counter.screen('completion.card');
        await counter.swipe('boc-debit');
      };
      // The bank's own day is eight hours ahead of Greenwich.
      const day = (back: number) =>
        new Date(Date.now() + (8 - 24 * back) * 3_600_000).toISOString().slice(5, 10).replace('-', '');
      await byCode(day(4));
      await counter.screen('completion.number');
      await counter.press('enter', ...'123456', 'enter');
      t.match((await counter.screen('completion.declined')).texts.join(), /本次未办理.*应答码 25.*以银行为准/);
      t.equal(await free(counter), before - 50_000);
      await counter.press('enter');
      await counter.screen('idle');

      await byCode(day(0));
      await counter.screen('completion.pin');
      await counter.press(...'123456', 'enter');
      t.match((await counter.screen('completion.approved')).texts.join(), /¥123\.00/);
      t.equal(await free(counter), before - 12_300);
      await done();
    },
  );

  await story(t, counter, 'a day that is none has its sentence', async (t) => {
    await counter.press(...MENU.completion, 'menu');
    await counter.screen('completion.authorisation');
    await counter.press(...'999999', 'enter');
    await counter.screen('completion.date');
    await counter.press('0', '2', '3', '0', 'enter');
    await counter.until('the sentence', async () => /没有这一天/.test((await counter.now()).texts.join()));
    await counter.press('cancel');
    await counter.screen('completion.trace');
    await counter.press('cancel');
    t.ok(await counter.screen('idle'));
  });
});
