import type { Test } from 'tap';
import { type Counter, countertop, type Seen, story } from './counter.ts';
import { sold } from './refund-steps.ts';
import { begin, swipeAndPin } from './void-steps.ts';

/** From idle to the answer about what is typed; with nothing typed, about the last transaction. */
async function ask(counter: Counter, typed = ''): Promise<Seen> {
  await counter.press('menu', '0');
  await counter.screen('charged.which');
  await counter.press(...typed, 'enter');
  return counter.screen('charged.told', 15_000);
}

async function leave(counter: Counter): Promise<void> {
  await counter.press('cancel');
  await counter.screen('idle');
}

function says(t: Test, { texts }: Seen, ...wanted: string[]): void {
  for (const text of wanted) t.ok(texts.includes(text), `${text}: ${texts.join(' | ')}`);
}

await countertop('was I charged?', { answer_timeout_ms: 1000 }, async (t, counter) => {
  await counter.signIn();
  const once = (fault: string, mti = '0200') => counter.tellBank({ do: 'fault', fault, on: true, times: 1, mti });

  await story(t, counter, 'charged: by the journal at once, by the bank where it is asked, and on paper', async (t) => {
    const trace = await sold(counter, '12850');
    const { length } = await inquiries();
    const seen = await ask(counter);
    says(t, seen, '已扣款', '银行已同意', '请勿再次收款。', '送出请求', '银行应答');
    t.match(seen.texts.join(), new RegExp(`¥128\\.50 · 凭证号 ${trace}`));
    t.equal((await inquiries()).length, length, 'the journal knows it');
    await counter.press('enter');
    await counter.until('the bank’s word', async () => (await counter.now()).texts.includes('银行确认：已入账'));
    says(t, await counter.now(), '已扣款', '银行记录');
    t.ok((await inquiries()).length > length);
    await counter.press('menu');
    const slip = await counter.until(
      'the slip',
      async () => (await counter.paper()).find(({ text, cut }) => cut && text.includes('交易核实单')) ?? null,
    );
    for (const text of ['已扣款', trace, '银行记录: 已入账', '本单不是签购单']) t.ok(slip.text.includes(text), text);
    t.match(slip.text, /622202\*{6}1234/, 'the number is masked');
    await leave(counter);
    says(t, await ask(counter, trace), '已扣款');
    await leave(counter);
  });

  await story(t, counter, 'by an amount: the one that fits, or a list of those that do', async (t) => {
    const [first] = await counter.journal();
    await counter.sell('12850', 'cmb-credit', '');
    await counter.press('enter');
    await counter.screen('idle');
    const second = (await counter.journal())[0]?.trace;
    await counter.press('menu', '0');
    await counter.screen('charged.which');
    await counter.press(...'12850');
    says(t, await counter.now(), '凭证号 012850，或金额 ¥128.50');
    await counter.press('enter');
    const list = await counter.screen('charged.several');
    t.match(list.texts.join(), new RegExp(`1 .*${second} · \\d{4}.*2 .*${first?.trace} · 1234`));
    await counter.press('2');
    t.match((await counter.screen('charged.told')).texts.join(), new RegExp(`凭证号 ${first?.trace}`));
    await leave(counter);
    await counter.press('menu', '0');
    await counter.screen('charged.which');
    await counter.press(...'77', 'enter');
    const none = await counter.screen('charged.none');
    says(t, none, '本机没有这一笔');
    t.notMatch(none.texts.join(), /未扣款/, 'money rule 15');
    await leave(counter);
  });

  await story(t, counter, 'declined, and not charged', async (t) => {
    await counter.sell('1000', 'abc-poor', '111111', 'sale.declined');
    await counter.press('cancel');
    await counter.screen('idle');
    const seen = await ask(counter);
    says(t, seen, '未扣款', '银行已拒绝', '可以重新收款。');
    t.match(seen.texts.join(), /银行应答,51 · /);
    await leave(counter);
  });

  await story(t, counter, 'reversed: not charged, with the bank’s acknowledgement', async (t) => {
    await once('answer-lost');
    await counter.sell('1001', 'boc-debit', '123456', 'sale.reversed');
    await counter.press('cancel');
    await counter.screen('idle');
    const seen = await ask(counter);
    says(t, seen, '未扣款', '银行已确认撤回', '没有可信的应答', '银行确认冲正');
    await counter.press('enter');
    await counter.until('the bank’s record', async () => (await counter.now()).texts.includes('银行记录'));
    says(t, await counter.now(), '未扣款');
    await leave(counter);
  });

  await story(t, counter, 'voided: no longer charged; the number of the void leads to its sale', async (t) => {
    const sale = await sold(counter, '2002');
    await begin(counter);
    await swipeAndPin(counter, 'boc-debit', '123456', 'void.approved');
    await counter.press('enter');
    await counter.screen('idle');
    const [undo] = await counter.journal();
    const seen = await ask(counter, undo?.trace);
    says(t, seen, '未扣款', '已撤销，款项退回原卡', `消费撤销 ${undo?.trace}`);
    t.match(seen.texts.join(), new RegExp(`凭证号 ${sale}`));
    await leave(counter);
  });

  await story(t, counter, 'unknown while the line is down, and answered when it is back', async (t) => {
    const before = await counter.balance('boc-debit');
    await counter.fault('answer-lost', true);
    await counter.sell('1003', 'boc-debit', '123456', 'sale.unknown');
    await counter.press('cancel');
    await counter.screen('idle');
    await lines(true);
    await counter.fault('answer-lost', false);
    const seen = await ask(counter);
    t.match(seen.texts.join(), /结果未知|正在冲正/);
    t.match(seen.texts.join(), /请勿重复收款.*这次没有问到银行：/);
    t.notMatch(seen.texts.join(), /未扣款|已扣款|可以重新收款/);
    await lines(false);
    await counter.press('enter');
    await counter.until('the answer', async () => (await counter.now()).texts.includes('未扣款'));
    says(t, await counter.now(), '银行确认冲正');
    t.equal(await counter.balance('boc-debit'), before);
    await leave(counter);
  });

  await story(t, counter, 'from what is owed at idle; the answer follows what the outbox finds out', async (t) => {
    await counter.fault('answer-lost', true);
    await counter.sell('1004', 'boc-debit', '123456', 'sale.unknown');
    await counter.press('cancel');
    says(t, await counter.screen('idle'), '查这一笔');
    await counter.press('clear');
    const seen = await counter.screen('charged.told', 15_000);
    t.match(seen.texts.join(), /¥10\.04/);
    t.notMatch(seen.texts.join(), /未扣款|已扣款/);
    await counter.fault('answer-lost', false);
    await counter.until('the reversal', async () => (await counter.now()).texts.includes('未扣款'), 30_000);
    await leave(counter);
  });

  await story(
    t,
    counter,
    'a request that never reached the bank: reversed, and confirmed by the bank’s books',
    async (t) => {
      await once('host-silent');
      await counter.sell('1005', 'boc-debit', '123456', 'sale.reversed');
      await counter.press('cancel');
      await counter.screen('idle');
      t.match((await counter.journal())[0], { state: 'reversed' });
      const seen = await ask(counter);
      says(t, seen, '未扣款', '银行没找到原交易', '银行确认没有扣款');
      await leave(counter);
      t.notMatch((await counter.now()).texts.join(), /等待银行确认/, 'nothing stands at idle for ever');
    },
  );

  async function lines(down: boolean): Promise<void> {
    for (const line of ['line-primary-down', 'line-backup-down']) await counter.fault(line, down);
  }

  async function inquiries(): Promise<object[]> {
    return (await counter.get<object[]>('wire')).filter((event) => /"0820"/.test(JSON.stringify(event)));
  }
});

await countertop(
  'was I charged?, of a bank that answers no inquiries',
  {
    config: {
      'profiles/lab.json': (text) => text.replace('"inquiry": { "offered": true }', '"inquiry": { "offered": false }'),
    },
  },
  async (t, counter) => {
    await counter.signIn();
    await story(t, counter, 'the journal answers alone, and the green key ends it', async (t) => {
      await sold(counter, '3003');
      const seen = await ask(counter);
      says(t, seen, '已扣款', '完成');
      t.notMatch(seen.texts.join(), /向银行查询/);
      await counter.press('enter');
    });
    await t.test('a reversal that the bank has not confirmed stays unknown', async (t) => {
      await counter.tellBank({ do: 'fault', fault: 'host-silent', on: true, times: 1, mti: '0200' });
      await counter.sell('3004', 'boc-debit', '123456', 'sale.reversed-unconfirmed');
      await counter.press('enter');
      await counter.screen('idle');
      const seen = await ask(counter);
      says(t, seen, '结果未知', '已冲正，等待银行确认', '请勿重复收款，稍后再查。');
      await counter.press('enter');
      await counter.screen('idle');
    });
  },
);
