import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { SEED } from '../../bank/bank.ts';
import { tamper } from '../bank-tampered.ts';
import { asked, browser, countertop, shows, signIn } from './browser.ts';
import { hands, PIN, type Row } from './hands.ts';

/** Sales and settlements by hand take their time on a busy machine. */
const LONGEST = { timeout: 120_000 };

/** A countertop that is signed in, whose terminal waits 3 s for an answer, and its page at a desk of the bank. */
async function atTheBank(t: Test) {
  const seed = mkdtempSync(join(tmpdir(), 'guitai-seed-'));
  cpSync(SEED, seed, { recursive: true });
  const file = join(seed, 'acquirer.json');
  // The bank's day must not end while a test looks at payments: it ends twelve hours from now, by the bank's clock.
  const ends = new Date(Date.now() + 20 * 3_600_000).toISOString().slice(11, 19);
  const acquirer = readFileSync(file, 'utf8')
    .replace(/("answer_timeout_ms": )\d+/, '$13000')
    .replace(/("cut_over": )"[\d:]+"/, `$1"${ends}"`);
  writeFileSync(file, acquirer);
  const top = await countertop(t, { GUITAI_SEED: seed });
  t.teardown(() => rmSync(seed, { recursive: true, force: true }));
  const { context, complaints } = await browser(t);
  const window = await context();
  const page = await window.newPage();
  await page.goto(top.url);
  await signIn(page);
  return { top, page, window, complaints, ...hands(top, page) };
}

async function bothPasswords(page: Page, press: (...keys: string[]) => Promise<unknown>): Promise<void> {
  await shows(page, 'sale.supervisor');
  await press(...'123456', 'enter');
  await page.locator('#screen[aria-label*=" 99"]').waitFor();
  await press(...'12345678', 'enter');
}

/** Fills in a form of the desk and does one of its acts. */
async function fill(desk: Page | Locator, form: string, values: Readonly<Record<string, string>>, act: string) {
  const place = desk.locator(`[data-form="${form}"]`);
  for (const [name, value] of Object.entries(values)) await place.locator(`[name="${name}"]`).fill(value);
  await place.locator(`[data-act="${act}"]`).click();
}

/** The texts as they are read, one element a line. */
async function words(place: Locator): Promise<string> {
  await place.first().waitFor();
  return (await place.allInnerTexts()).join('\n');
}

t.test(
  'a hold says what it still holds, and what is added to it or completes it says to which it belongs',
  LONGEST,
  async (t) => {
    const { page, press, swipe, leave, follow, newest, sell, settle, complaints } = await atTheBank(t);
    await page.click('#tab-trades');
    t.equal(await page.locator('#trades .rows').getAttribute('data-none'), '银行还没有交易');
    await press('menu', '4', '1');
    await shows(page, 'preauth.amount');
    await press(...'10000', 'enter');
    await shows(page, 'preauth.card');
    await swipe('preauth.number');
    await press('enter');
    await shows(page, 'preauth.pin');
    await press(...PIN);
    await shows(page, 'preauth.approved');
    await leave();
    const hold = await newest();
    const row = (trace = '') => page.locator(`#trades details[data-key$="/${trace}"]`);
    await row(hold?.trace).locator('summary', { hasText: '仍冻结 ¥100.00' }).waitFor();
    t.notMatch(await words(row(hold?.trace)), /入账|扣款/, 'what is held is not called charged');

    await follow('2', 'preauth-add', '5000');
    const added = await newest();
    await row(hold?.trace).locator('summary', { hasText: '仍冻结 ¥150.00' }).waitFor();
    const both = `属于预授权 ${hold?.trace}\n这笔预授权仍冻结 ¥150.00`;
    t.match(await words(row(added?.trace)), both);
    await follow('3', 'completion', '12000');
    const completion = await newest();
    await row(hold?.trace).locator('summary', { hasText: '不再冻结' }).waitFor();
    t.match(await words(row(completion?.trace)), `属于预授权 ${hold?.trace}`);
    t.notMatch(await words(row(completion?.trace)), /仍冻结/);

    await row(completion?.trace).locator('summary').focus();
    await page.keyboard.press('Enter');
    await row(completion?.trace).locator('.link').focus();
    await page.keyboard.press('Enter');
    await row(hold?.trace).locator('.inside').waitFor();
    t.match(
      await words(row(hold?.trace)),
      /相关交易\n+预授权完成 \d{6} ¥120\.00 已入账\n+追加预授权 \d{6} ¥50\.00 已受理/,
    );
    await shows(page, 'idle');

    await sell('12850');
    const sale = await newest();
    await settle('settlement.done');
    await leave();
    await press('menu', '2');
    await shows(page, 'void.trace');
    await press(...(sale?.trace ?? ''), 'enter');
    await shows(page, 'refund.original');
    await press('enter');
    await shows(page, 'refund.amount');
    await press(...'2000', 'enter');
    await shows(page, 'refund.supervisor');
    await press(...PIN);
    await shows(page, 'refund.card');
    await swipe('refund.approved');
    await row(sale?.trace).locator('summary', { hasText: '已退 ¥20.00' }).waitFor();
    const refund = await newest();
    t.match(await words(row(refund?.trace)), `退 ${sale?.batch}-${sale?.trace}`, 'with its batch, which is another');
    await page.click('#language');
    await row(sale?.trace).locator('summary', { hasText: 'refunded ¥20.00' }).waitFor();
    t.same(complaints, []);
  },
);

t.test(
  'the day is cut over by hand in mid-trade: 90, nothing is posted, the merchant is paid and has its file',
  LONGEST,
  async (t) => {
    const { top, page, toThePin, sell, leave, complaints } = await atTheBank(t);
    await sell('12850');
    const { day, next } = await asked<{ day: string; next: string }>(top.url, '/api/bank/day');
    const written = (date: string) => date.replace(/(....)(..)(..)/, '$1-$2-$3');
    await page.click('#tab-clearing');
    t.equal(await words(page.locator('#clearing .standing output')), written(day));
    t.match(await words(page.locator('#clearing .standing')), /自动日切\s+\d\d-\d\d \d\d:\d\d:\d\d/);
    t.match(await words(page.locator('#clearing .why')), /交易应答 90，不入账/);
    await page.locator('[data-list="owed"]', { hasText: '待清算 ¥128.50，手续费 ¥0.64' }).waitFor();

    await toThePin('500');
    await page.selectOption('[name="lasts_s"]', '30');
    await page.click('[data-act="cut-over"]');
    await page.locator('.quiet', { hasText: '一律应答 90' }).waitFor();
    t.equal(await words(page.locator('#clearing .standing output')), written(next));
    await page.click('[data-key="enter"]');
    await shows(page, 'sale.reversed');
    t.match((await asked<Row[]>(top.url, '/api/journal'))[0], { amount: 500, code: '90', state: /reversed/ });
    t.match((await asked<{ balance: number }[]>(top.url, '/api/bank/accounts'))[0], { balance: 987_150 });
    await leave('cancel');

    const paid = page.locator('[data-list="paid"] details');
    t.match(
      await words(paid),
      new RegExp(`${written(day)}[\\s\\S]*¥127\\.86[\\s\\S]*收 1 笔 ¥128\\.50，退 0 笔 ¥0\\.00，手续费 ¥0\\.64`),
    );
    await paid.locator('summary').click();
    await paid.locator('[data-act="look"]').click();
    t.match(
      await words(paid.locator('.file')),
      /消费\s+\d{6}\s+¥128\.50\s+¥0\.64\s+¥127\.86[\s\S]*合计 1 笔\s+¥128\.50/,
    );
    const [download] = await Promise.all([page.waitForEvent('download'), paid.locator('a').click()]);
    const [merchant] = await asked<{ id: string }[]>(top.url, '/api/bank/merchants');
    const name = `${merchant?.id}-${day}.csv`;
    t.equal(download.suggestedFilename(), name);
    t.equal(
      readFileSync(await download.path(), 'utf8'),
      readFileSync(join(top.dir, 'bank', 'reconciliation', name), 'utf8'),
      'the file that the bank has written',
    );
    t.same(complaints, []);
  },
);

t.test('a discrepancy is followed to its end by clerks, and what they decide is in the ledger', LONGEST, async (t) => {
  const { top, page, window, sell, settle, leave } = await atTheBank(t);
  await sell('700');
  tamper(top.dir);
  await settle('settlement.done');
  await leave();
  await page.locator('#tab-cases i', { hasText: '1' }).waitFor();

  // From tab to tab by the arrows; none of it reaches the terminal.
  await page.locator('#tab-books').focus();
  for (const _ of ['trades', 'clearing', 'cases']) await page.keyboard.press('ArrowRight');
  t.equal(await page.locator('#tab-cases').getAttribute('aria-selected'), 'true');
  const [one] = await asked<{ id: number; trace: string }[]>(top.url, '/api/bank/cases');
  const row = page.locator('#cases details');
  await row.locator('summary', { hasText: '金额不同' }).focus();
  await page.keyboard.press('Enter');
  t.match(await words(page.locator('#cases .differs')), /金额\s+¥6\.00\s+¥7\.00/);
  t.equal(await page.locator('#cases .differs').count(), 1, 'the cards are one and the same');
  t.match(
    await words(row),
    new RegExp(`案号 ${one?.id}[\\s\\S]*¥1\\.00[\\s\\S]*待查[\\s\\S]*${one?.trace}[\\s\\S]*以签购单为准`),
  );

  await page.locator('[data-form="answer"] [name="answer"]').fill('签购单 7.00 元');
  await page.keyboard.press('Enter');
  await page.locator('[data-form="answer"] .said.bad', { hasText: '请填写：柜员姓名' }).waitFor();
  // Other events must not change the words that are being typed.
  await sell('800');
  t.equal(await page.locator('[data-form="answer"] [name="answer"]').inputValue(), '签购单 7.00 元');
  await page.locator('[data-form="answer"] [name="person"]').fill('Li 7');
  await page.keyboard.press('Enter');
  await row.locator('.done', { hasText: '签购单 7.00 元（Li 7）' }).waitFor();
  await shows(page, 'idle');

  const acts = await page.locator('[data-form="decide"] [data-act]').allInnerTexts();
  t.equal(acts.length, 2, 'what would give back more than the slip says is not offered');
  await fill(page, 'decide', { people: 'Li', second: '', reference: 'slip 17' }, 'debit');
  await page.locator('[data-form="decide"] .said.bad', { hasText: '请填写：' }).waitFor();
  await fill(page, 'decide', { second: 'Li' }, 'debit');
  await page.locator('[data-form="decide"] .said.bad', { hasText: '要两个不同的人' }).waitFor();
  const other = await window.newPage();
  await other.goto(top.url);
  await other.locator('#tab-cases i', { hasText: '1' }).waitFor();
  await fill(page, 'decide', { second: 'Wang' }, 'debit');
  await row.locator('summary', { hasText: '已结' }).waitFor();
  t.match(
    await words(row),
    /借记持卡人 ¥1\.00[\s\S]*Li、Wang[\s\S]*slip 17[\s\S]*总账分录 \d+\s+中国银行 借记卡\s+−¥1\.00\s+商户 待清算\s+¥1\.00/,
  );
  t.match((await asked<{ balance: number }[]>(top.url, '/api/bank/accounts'))[0], { balance: 998_500 });
  t.same(await asked(top.url, '/api/bank/cases?open=true'), []);
  await other.locator('#tab-cases i:empty').waitFor({ state: 'attached' });
});

t.test(
  'the accounts desk gives the reference under which two people end an exception at the terminal',
  LONGEST,
  async (t) => {
    const { top, page, toThePin, press, fault, leave, newest } = await atTheBank(t);
    await toThePin('900');
    await fault('answer-lost', true);
    await press('enter');
    for (let looks = 0; (await newest())?.amount !== 900; looks++) {
      if (looks > 200) throw new Error('the sale did not reach the bank');
      await page.waitForTimeout(20);
    }
    // From here on the reversal does not reach the bank.
    await fault('host-silent', true);
    await page.locator('#screen[data-screen="sale.unknown"]').waitFor({ timeout: 30_000 });
    await leave('cancel');
    const sale = await newest();
    t.match(sale, { state: 'posted' });

    await page.click('#tab-trades');
    const row = page.locator(`#trades details[data-key$="/${sale?.trace}"]`);
    await row.locator('summary').click();
    await fill(page, 'ruling', { person: 'Zhao' }, 'not-charged');
    await row.locator('.said.bad', { hasText: '账上是“已入账”，不能这样答复' }).waitFor();
    await fill(page, 'ruling', {}, 'charged');
    const given = row.locator('.ruled', { hasText: '已答复“已扣款”（Zhao）' });
    const reference = await words(given.locator('output'));
    t.match(reference, /^\d{6}$/);

    await press('menu', '9', '5');
    await shows(page, 'exceptions.list');
    await press('1');
    await shows(page, 'exceptions.chosen');
    await press('menu');
    await shows(page, 'exceptions.ruling');
    await press('1');
    await shows(page, 'exceptions.reference');
    await press(...reference, 'enter');
    await bothPasswords(page, press);
    await shows(page, 'exceptions.ended');
    await fault('host-silent', false);
    await fault('answer-lost', false);
    t.match((await asked<Row[]>(top.url, '/api/journal'))[0], { amount: 900, state: 'approved' });
    await leave('enter');

    // A sale that never came: a tombstone takes its place, under a reference too.
    await page.locator('#trades .more summary').click();
    await fill(page, 'absent', { batch: sale?.batch ?? '', trace: '000321', person: 'Zhao' }, 'not-charged');
    const noAmount = page.locator('[data-form="absent"] .said.bad', { hasText: '请填写：金额（元）' });
    await noAmount.waitFor();
    await fill(page, 'absent', { amount: '3.21' }, 'not-charged');
    await page.locator('[data-form="absent"] .said', { hasText: /凭证 000321 未扣款，凭据号 \d{6}/ }).waitFor();
    t.match(await newest(), { trace: '000321', state: 'tombstone', type: 'sale', amount: 321 });

    // Trades older than the list are answered by their number; the amount must be that of the books.
    await fill(page, 'absent', { trace: sale?.trace ?? '', amount: '' }, 'charged');
    await noAmount.waitFor();
    await fill(page, 'absent', { amount: '9.01' }, 'charged');
    await page.locator('[data-form="absent"] .said.bad', { hasText: '账上这一笔是消费 ¥9.00：请与终端核对' }).waitFor();
    await fill(page, 'absent', { trace: '000321', amount: '' }, 'not-charged');
    await noAmount.waitFor();
    await fill(page, 'absent', { trace: sale?.trace ?? '', amount: '9' }, 'charged');
    await page.locator('[data-form="absent"] .said', { hasText: `已扣款，凭据号 ${reference}` }).waitFor();
    await page.locator('#trades summary', { hasText: '未到先冲' }).waitFor();
  },
);

t.test(
  'a batch that cannot be settled is taken away by two clerks, and closed by two people under its case',
  LONGEST,
  async (t) => {
    const { top, page, sell, settle, fault, press, leave, newest } = await atTheBank(t);
    await sell('1100');
    const batch = (await newest())?.batch ?? '';
    await fault('answer-lost', true);
    await settle('settlement.stuck');
    await fault('answer-lost', false);

    await page.click('#tab-batches');
    await page
      .locator('#batches summary', { hasText: `批次 ${batch}` })
      .filter({ hasText: '进行中' })
      .waitFor();
    await fill(page, 'batch', { batch: '4', people: 'Li', second: 'Wang', reference: 'letter 17' }, 'move');
    await page.locator('[data-form="batch"] .said.bad', { hasText: '“批次号（6 位）”要六位数字' }).waitFor();
    await fill(page, 'batch', { batch: '000400' }, 'move');
    await page.locator('[data-form="batch"] .said', { hasText: `批次 ${batch} 有 1 笔未结，已立案` }).waitFor();
    await page.locator('#batches .standing', { hasText: /50461160 现批次\s*000400/ }).waitFor();

    await page.click('#tab-cases');
    const row = page.locator('#cases details', { hasText: '批次未结平' });
    await row.locator('summary').click();
    t.match(await words(row), /银行在本批次有 1 笔\s+\d{6}\s+消费\s+已入账\s+¥11\.00/);
    const number = await words(row.locator('.ruled output'));
    const sale = await newest();
    await fill(page, 'dispute', { trace: sale?.trace ?? '', terminal_amount: '11' }, 'dispute');
    await row.locator('.said.bad', { hasText: `凭证 ${sale?.trace} 两边相同` }).waitFor();
    await fill(page, 'dispute', { terminal_amount: '10.50' }, 'dispute');
    const own = page.locator('#cases details', { hasText: '金额不同' });
    await own.locator('summary').click();
    t.match(await words(own.locator('.differs')), /金额\s+¥11\.00\s+¥10\.50/);
    await own.locator('summary').click();

    await press('enter');
    await shows(page, 'settlement.refused');
    await press('enter');
    await shows(page, 'settlement.left');
    await press('menu');
    await shows(page, 'settlement.by-two');
    await press('enter');
    await shows(page, 'settlement.reference');
    await press(...number, 'enter');
    await bothPasswords(page, press);
    await shows(page, 'settlement.ruled');
    t.match(await page.locator('#screen').getAttribute('aria-label'), new RegExp(`案号 ${number}`));
    await leave();

    await fill(row, 'decide', { people: 'Li', second: 'Wang', reference: '结算单' }, 'reject');
    await row.locator('summary', { hasText: '已结' }).waitFor();
    t.match(await words(row), /账上未动/, 'nothing is in dispute');
    t.match(await asked(top.url, '/api/bank/cases?open=true'), [{ reason: 'another-amount', terminal_amount: 1050 }]);
  },
);

t.test('every desk of the bank fits a phone, has names, and is there in English', LONGEST, async (t) => {
  const { top, page, sell, settle, leave, complaints } = await atTheBank(t);
  await sell('700');
  await settle('settlement.done');
  await leave();
  await asked(top.url, '/api/bank/cut-over', { lasts_s: 0 });
  await asked(top.url, '/api/bank/ruling', {
    batch: '000002',
    trace: '000099',
    money: 'not-charged',
    person: 'Li',
    type: 'sale',
    amount: 5,
  });
  await page.setViewportSize({ width: 390, height: 844 });
  for (const language of ['zh-CN', 'en']) {
    if (language === 'en') await page.click('#language');
    for (const desk of ['trades', 'clearing', 'batches']) {
      await page.click(`#tab-${desk}`);
      for (const summary of await page.locator(`#${desk} summary:visible`).all()) {
        if ((await summary.evaluate((one) => one.parentElement?.hasAttribute('open'))) !== true) await summary.click();
      }
      await page.waitForTimeout(300);
      t.ok(await page.evaluate('probe.fitsWidth()'), `${desk} in ${language}: no sideways scrolling`);
      t.same(await page.evaluate('probe.nameless()'), [], `${desk} in ${language}`);
      if (language === 'en') t.same(await page.evaluate('probe.chinese()'), [], `${desk} in English`);
    }
  }
  t.same(complaints, []);
});
