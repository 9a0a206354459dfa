import { rmSync } from 'node:fs';
import { countertop, filesUnder, story } from './counter.ts';
import { giveBack, settle, sold, toTheAmount } from './refund-steps.ts';

await countertop('the refund of a settled sale', { answer_timeout_ms: 1000 }, async (t, counter) => {
  await counter.signIn();
  const impossible = async (trace: string) => {
    await counter.press('menu', '2');
    await counter.screen('void.trace');
    await counter.press(...trace, 'enter');
    const { texts } = await counter.screen('refund.impossible');
    await counter.press('cancel');
    await counter.screen('idle');
    return texts.join(' | ');
  };
  const refunds = async () => (await counter.bank()).filter(({ type }) => type === 'refund');
  const row = async (trace: string) => (await counter.journal()).find((each) => each.trace === trace);

  await story(t, counter, 'a refund of all of it: screen, display, paper, journal and bank say so', async (t) => {
    const before = await counter.balance('boc-debit');
    const sale = await sold(counter, '12850');
    await settle(counter);
    await counter.press('menu', '2');
    await counter.screen('void.trace');
    await counter.press(...sale, 'enter');
    const shown = await counter.screen('refund.original');
    for (const text of ['退这一笔吗？', '¥128.50', '6222 02** **** 1234', `批次 000001 · ${sale}`]) {
      t.ok(shown.texts.includes(text), `${text}: ${shown.texts.join(' | ')}`);
    }
    await counter.press('enter');
    const asked = await counter.screen('refund.amount');
    for (const text of ['¥128.50', '最多可退 ¥128.50']) t.ok(asked.texts.includes(text), asked.texts.join(' | '));
    const seen = await giveBack(counter, '', 'refund.approved');
    for (const text of ['已退货', '退货成功', '¥128.50']) t.ok(seen.texts.includes(text), seen.texts.join(' | '));
    t.notMatch(seen.texts.join(), /已扣款|未扣款/);
    await counter.until('the display', async () =>
      /退回 ¥128\.50 已退货/.test((await counter.get<{ rows: string[] }>('display')).rows.join(' ')),
    );
    const [refund] = await counter.journal();
    t.match(refund, { type: 'refund', amount: 12850, state: 'approved', code: '00', original: sale });
    t.match(refund, { particulars: { supervisor: '00' } }, 'who approved it is on record');
    t.match(await row(sale), { type: 'sale', state: 'refunded' });
    t.match(await refunds(), [{ type: 'refund', amount: 12850, state: 'posted', trace: refund?.trace }]);
    t.equal(await counter.balance('boc-debit'), before);
    const paper = await counter.until('both slips', async () => {
      const all = (await counter.paper()).filter(({ cut, text }) => cut && text.includes('退货(REFUND)'));
      return all.length === 2 && all;
    });
    t.match(paper[0]?.text, new RegExp(`${refund?.trace}[\\s\\S]*原凭证号[\\s\\S]*${sale}`));
    await counter.press('enter');
    t.match((await counter.screen('idle')).texts.join(), /退货 ¥128\.50 成功/);
    t.match(await impossible(sale), /这一笔已全额退货.*¥128\.50 · 凭证号 \d{6} · 可退 ¥0\.00/);
  });

  await story(t, counter, 'a refund in two parts, and not a fen more', async (t) => {
    const before = await counter.balance('boc-debit');
    const sale = await sold(counter, '10000');
    await settle(counter);
    await toTheAmount(counter, sale);
    await counter.press(...'10001');
    const over = await counter.screen('refund.amount');
    t.ok(over.texts.includes('超过可退金额：最多可退 ¥100.00'), over.texts.join(' | '));
    for (let digit = 0; digit < 4; digit++) await counter.press('clear');
    await giveBack(counter, '4000', 'refund.approved');
    await counter.press('enter');
    await counter.screen('idle');
    t.match(await row(sale), { state: 'approved' }, 'a part of it is still paid');
    const left = await toTheAmount(counter, sale);
    t.ok(left.texts.includes('最多可退 ¥60.00'), left.texts.join(' | '));
    await counter.press('0');
    await counter.press('enter');
    t.match((await counter.now()).texts.join(), /请先输入退货金额，最多可退 ¥60\.00/);
    await giveBack(counter, '6000', 'refund.approved');
    await counter.press('enter');
    await counter.screen('idle');
    t.match(await row(sale), { state: 'refunded' });
    t.equal(await counter.balance('boc-debit'), before);
  });

  await story(
    t,
    counter,
    'an answer that is lost: asked again, taken once, and meanwhile no second refund',
    async (t) => {
      const before = await counter.balance('boc-debit');
      const sale = await sold(counter, '5000');
      await settle(counter);
      const { length } = await refunds();
      await toTheAmount(counter, sale);
      await counter.fault('answer-lost', true);
      const unknown = await giveBack(counter, '2000', 'refund.unknown');
      t.match(unknown.texts.join(), /退货结果未知.*请勿再次退货.*还不能确定银行是否已退货/);
      t.notMatch(unknown.texts.join(), /冲正|没有退货|已退货，/);
      await counter.press('cancel');
      const idle = await counter.screen('idle');
      t.ok(idle.texts.includes('有 1 笔退货还没有结果，请勿再次退货。'), idle.texts.join(' | '));
      t.match(await impossible(sale), /上一次退货还没有结果.*可退 ¥30\.00/);
      await counter.fault('answer-lost', false);
      await counter.until('the bank’s word', async () => (await counter.journal())[0]?.state === 'approved', 30_000);
      t.equal((await refunds()).length, length + 1, 'the bank has taken it once');
      t.equal(await counter.balance('boc-debit'), before - 3000);
      const left = await toTheAmount(counter, sale);
      t.ok(left.texts.includes('最多可退 ¥30.00'), left.texts.join(' | '));
      await counter.press('cancel');
    },
  );

  await story(t, counter, 'a power cut while it is unknown: asked again after the boot, and taken once', async (t) => {
    const before = await counter.balance('boc-debit');
    const sale = await sold(counter, '7000');
    await settle(counter);
    const { length } = await refunds();
    await toTheAmount(counter, sale);
    await counter.fault('answer-lost', true);
    await counter.press('enter');
    await counter.screen('refund.supervisor');
    await counter.press('1', '2', '3', '4', '5', '6', 'enter');
    await counter.screen('refund.card');
    await counter.swipe('boc-debit');
    await counter.until('the bank has it', async () => (await refunds()).length > length);
    await counter.power(false);
    await counter.fault('answer-lost', false);
    await counter.power(true);
    await counter.signIn();
    await counter.until('the bank’s word', async () => (await row(sale))?.state === 'refunded', 30_000);
    t.equal((await refunds()).length, length + 1);
    t.equal(await counter.balance('boc-debit'), before);
  });
});

await countertop('a refund by the bank’s reference', {}, async (t, counter) => {
  await counter.signIn();

  await story(t, counter, 'a journal that holds it is asked first; a wrong date is no such payment', async (t) => {
    const sale = await sold(counter, '3300');
    const { reference = '' } = ((await counter.journal())[0] ?? {}) as { reference?: string };
    await counter.press('menu', '2');
    await counter.screen('void.trace');
    await counter.press(...'999998', 'enter');
    const none = await counter.screen('void.impossible');
    t.ok(none.texts.includes('按参考号'), none.texts.join(' | '));
    await counter.press('clear');
    await counter.screen('refund.reference');
    await counter.press(...reference, 'enter');
    await counter.screen('refund.date');
    await counter.press(...'0230', 'enter');
    t.match((await counter.screen('refund.date')).texts.join(), /没有这一天/);
    await counter.press(...today(), 'enter');
    const open = await counter.screen('refund.impossible');
    t.match(open.texts.join(), new RegExp(`这一笔还没有结算.*${sale}.*可退 ¥33\\.00.*改为撤销`));
    await counter.press('enter');
    await counter.screen('void.confirm');
    await counter.press('cancel');
  });

  await story(t, counter, 'what the bank does not know is not refunded', async (t) => {
    const rows = (await counter.journal()).length;
    await counter.press('menu', '2');
    await counter.screen('void.trace');
    await counter.press(...'999998', 'enter');
    await counter.screen('void.impossible');
    await counter.press('clear');
    await counter.screen('refund.reference');
    await counter.press(...'999999999999', 'enter');
    await counter.screen('refund.date');
    await counter.press(...today(), 'enter');
    const seen = await counter.screen('refund.impossible');
    t.ok(seen.texts.includes('银行没有这一笔'), seen.texts.join(' | '));
    await counter.press('cancel');
    t.equal((await counter.journal()).length, rows);
  });

  // This test comes last: after it the bank's books hold what the journal does not.
  await t.test('a terminal whose journal is new refunds by the bank’s record', async (t) => {
    const before = await counter.balance('boc-debit');
    await sold(counter, '8800');
    const { reference = '' } = ((await counter.journal())[0] ?? {}) as { reference?: string };
    await settle(counter);
    await counter.power(false);
    // As after a repair: the journal is lost with its memory card, and so is the marker that would miss it.
    for (const file of filesUnder(counter.dir).filter((name) => /journal\/|vault\/journal\.json$/.test(name)))
      rmSync(file);
    await counter.power(true);
    await counter.screen('signin.operator', 20_000);
    await counter.press(...'01', 'enter', ...'0000', 'enter');
    await counter.screen('signin.failed', 15_000);
    // The bank has trades that this journal lacks, so two people must answer for it.
    await counter.press('menu');
    await counter.screen('signin.reference');
    await counter.press(...'4711', 'enter');
    await counter.screen('sale.supervisor');
    await counter.press(...'123456', 'enter', ...'12345678', 'enter');
    await counter.screen('idle', 20_000);
    t.equal((await counter.journal()).length, 0);
    const ask = async () => {
      await counter.press('menu', '2');
      await counter.screen('void.trace');
      await counter.press(...'2', 'enter');
      await counter.screen('void.impossible');
      await counter.press('clear');
      await counter.screen('refund.reference');
      await counter.press(...reference, 'enter');
      await counter.screen('refund.date');
      await counter.press(...today(), 'enter');
    };
    await ask();
    const shown = await counter.screen('refund.original');
    for (const text of [reference, '¥88.00', '以上是银行刚才的记录，请与签购单核对。']) {
      t.ok(shown.texts.includes(text), `${text}: ${shown.texts.join(' | ')}`);
    }
    await counter.press('enter');
    await counter.screen('refund.amount');
    t.match((await giveBack(counter, '', 'refund.declined', 'cmb-credit')).texts.join(), /没有退货/, 'another card');
    await counter.press('enter');
    await counter.screen('refund.card');
    await counter.swipe('boc-debit');
    await counter.screen('refund.approved', 15_000);
    await counter.press('enter');
    await counter.screen('idle');
    t.equal(await counter.balance('boc-debit'), before);
    await ask();
    const again = await counter.screen('refund.impossible');
    t.match(again.texts.join(), new RegExp(`这一笔已全额退货.*${reference} · 可退 ¥0\\.00`));
    await counter.press('cancel');
  });
});

/** MMDD, where the terminal and its bank are. */
function today(): string {
  return new Date().toLocaleDateString('en-CA', { timeZone: 'Asia/Shanghai' }).slice(5).replace('-', '');
}
