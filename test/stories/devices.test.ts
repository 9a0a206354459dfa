import { type Counter, countertop, story } from './counter.ts';

interface CheckupRow {
  readonly id: string;
  readonly state: string;
  readonly problem: { readonly kind: string } | null;
}

const rowOf = async (counter: Counter, part: string) =>
  (await counter.get<CheckupRow[]>('checkup')).find(({ id }) => id === part);

await countertop('devices that fail and come back', {}, async (t, counter) => {
  await counter.signIn();

  await story(t, counter, 'the self-check has a row for each part, and all are well', async (t) => {
    const rows = await counter.get<CheckupRow[]>('checkup');
    const parts = ['keypad', 'display', 'reader', 'printer', 'storage', 'clock', 'keys', 'line'];
    t.strictSame(
      rows.map(({ id, state }) => [id, state]),
      parts.map((part) => [part, 'ok']),
    );
  });

  await story(t, counter, 'a reader without power: idle offers no card, and offers it again by itself', async (t) => {
    t.ok((await counter.now()).texts.includes('或先刷卡'));
    await counter.fault('reader-off', true);
    await counter.until('the tile', async () => !(await counter.now()).texts.includes('或先刷卡'));
    await counter.fault('reader-off', false);
    await counter.until('the tile again', async () => (await counter.now()).texts.includes('或先刷卡'));
    await counter.sell('5001', 'boc-debit', '123456');
    await counter.press('enter');
    t.equal((await counter.journal())[0]?.state, 'approved');
  });

  await story(t, counter, 'a display without power comes back with what it should show', async (t) => {
    const rows = async () => (await counter.get<{ rows: string[] }>('display')).rows.join();
    t.match(await rows(), /欢迎光临/);
    await counter.fault('display-off', true);
    await counter.press('5', '0', '0', '2', 'enter');
    await counter.screen('sale.card');
    await counter.fault('display-off', false);
    await counter.until('the amount', async () => /应付 ¥50\.02/.test(await rows()));
    await counter.press('cancel');
    await counter.screen('idle');
    await counter.until('the welcome', async () => /欢迎光临/.test(await rows()));
    t.equal((await counter.journal()).length, 1, 'and nothing was charged');
  });

  await story(t, counter, 'what a sale can do without: the start says so and goes on by Enter', async (t) => {
    await counter.power(false);
    await counter.fault('display-off', true);
    await counter.fault('paper-out', true);
    await counter.power(true);
    const seen = await counter.screen('checkup.degraded', 15_000);
    t.match(seen.texts.join(), /客显.*打印机.*缺纸.*可以继续收款.*010-0000-0001/);
    t.match(await rowOf(counter, 'printer'), { state: 'failed', problem: { kind: 'paper-out' } });
    t.match(await rowOf(counter, 'display'), { state: 'failed' });
    await counter.press('enter');
    await counter.signIn();
    t.ok((await counter.now()).texts.includes('缺纸'), 'the bar goes on saying it');
    await counter.fault('paper-out', false);
    await counter.fault('display-off', false);
    await counter.until('the bar', async () => !(await counter.now()).texts.includes('缺纸'));
  });

  await story(t, counter, 'without a reader no day begins, until it is there', async (t) => {
    await counter.power(false);
    await counter.fault('reader-off', true);
    await counter.power(true);
    const seen = await counter.screen('checkup.failed', 15_000);
    t.match(seen.texts.join(), /读卡器.*请检查.*010-0000-0001.*现在不能收款/);
    await counter.fault('reader-off', false);
    await counter.signIn();
  });

  await story(t, counter, 'a key that is stuck is found by name, and the start goes on when it is loose', async (t) => {
    await counter.power(false);
    await counter.fault('stuck-key', true);
    await counter.power(true);
    const seen = await counter.screen('checkup.failed', 15_000);
    t.match(seen.texts.join(), /键盘.*键卡住.*请松开卡住的按键/);
    t.match(await rowOf(counter, 'keypad'), { state: 'failed', problem: { kind: 'key-stuck' } });
    await counter.fault('stuck-key', false);
    await counter.signIn();
  });

  await story(t, counter, 'the check from the menu says what has failed since, and what to do', async (t) => {
    await counter.fault('cover-open', true);
    await counter.press('menu');
    await counter.screen('menu');
    await counter.press('9', '1');
    const seen = await counter.screen('checkup.done', 10_000);
    t.match(seen.texts.join(), /打印机.*上盖未合.*请合上打印机上盖/);
    await counter.fault('cover-open', false);
    await counter.press('enter');
    await counter.until('all well', async () => (await counter.now()).texts.includes('自检正常。'));
    await counter.press('cancel');
    t.equal((await counter.screen('idle')).screen, 'idle');
  });
});
