import type { Page } from 'playwright-core';
import t from 'tap';
import { asked, browser, countertop, shows, signIn } from './browser.ts';

t.test('faults and power are switches that every open page shows alike', async (t) => {
  const { url } = await countertop(t);
  const { context } = await browser(t);
  const window = await context();
  const [one, two] = [await window.newPage(), await window.newPage()];
  await one.goto(url);
  await two.goto(url);
  await shows(one, 'signin.operator');
  for (const fault of ['paper-out', 'line-primary-down', 'answer-lost']) {
    await one.locator(`[data-fault="${fault}"]`).click();
    await two.locator(`[data-fault="${fault}"][aria-checked="true"]`).waitFor();
  }
  t.match(
    (await asked<{ fault: string; on: boolean }[]>(url, '/api/fault')).filter(({ on }) => on).map(({ fault }) => fault),
    ['paper-out', 'line-primary-down', 'answer-lost'],
  );
  for (const fault of ['paper-out', 'line-primary-down', 'answer-lost']) {
    await two.locator(`[data-fault="${fault}"]`).click();
    await one.locator(`[data-fault="${fault}"][aria-checked="false"]`).waitFor();
  }

  await two.locator('#power').click();
  await one.locator('#over h3').waitFor();
  t.match(await one.locator('#state').textContent(), /已断电/);
  t.same(await asked(url, '/api/state'), { power: 'off' });
  await one.locator('#over button').click();
  await shows(two, 'signin.operator');
  t.ok(await two.locator('#over').isHidden());
});

t.test('the page speaks both languages, and every control has a name', async (t) => {
  const { url } = await countertop(t);
  const { context, complaints } = await browser(t);
  const page = await (await context()).newPage();
  await page.goto(url);
  await shows(page, 'signin.operator');
  t.same(await page.evaluate('probe.nameless()'), []);
  t.ok(await page.evaluate('probe.clearMarks()'), 'no style of the bank reaches the keypad');
  t.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
  t.equal(await page.getByRole('button', { name: '取消' }).count(), 1);
  await page.locator('#language').click();
  await page.locator('html[lang="en"]').waitFor();
  t.equal(await page.getByRole('button', { name: 'Cancel' }).count(), 1);
  t.equal(await page.getByRole('switch', { name: 'Paper out' }).count(), 1);
  t.equal(await page.getByRole('button', { name: /Bank of China debit.*PIN 123456/ }).count(), 1);
  t.same(await page.evaluate('probe.nameless()'), []);
  t.same(await page.evaluate('probe.chinese()'), [], 'nothing is left untranslated');
  await page.reload();
  await page.locator('html[lang="en"]').waitFor();
  t.same(complaints, []);
});

t.test(
  'the newest on the wires stays in sight through a resize, and an older one that is being read does too',
  async (t) => {
    const { url } = await countertop(t);
    const { context } = await browser(t);
    const page = await (await context()).newPage();
    await page.goto(url);
    await signIn(page);
    const log = page.locator('#wires');
    const below = () => log.evaluate((it) => it.scrollHeight - it.scrollTop - it.clientHeight);
    await page.setViewportSize({ width: 1440, height: 600 });
    await page.waitForTimeout(200);
    t.ok((await below()) < 40, 'a lower window');
    await page.setViewportSize({ width: 1440, height: 900 });
    for (const key of ['2', '5', '0', 'enter']) await page.locator(`[data-key="${key}"]`).click();
    await shows(page, 'sale.card');
    await page.waitForTimeout(500);
    t.ok((await below()) < 40, 'what comes after it is followed');
    await log.evaluate((it) => it.scrollTo(0, 0));
    await page.locator('[data-key="cancel"]').click();
    await shows(page, 'idle');
    await page.waitForTimeout(500);
    t.ok((await below()) > 40, 'nothing is pulled away from who reads further up');
  },
);

t.test('on a phone nothing is wider than the glass, and a finger can pull a card through the slot', async (t) => {
  const { url } = await countertop(t);
  const { context } = await browser(t);
  const phone = await context({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const page = await phone.newPage();
  await page.goto(url);
  await signIn(page);
  t.ok(await page.evaluate('probe.fitsWidth()'), 'no sideways scrolling');
  for (const key of ['2', '5', '0', 'enter']) await page.locator(`[data-key="${key}"]`).tap();
  await shows(page, 'sale.card');
  await page.evaluate('scrollTo(0, 0)');
  await pull(page, '[data-card="cmb-credit"]');
  await shows(page, 'sale.number');
  t.match(await page.locator('#screen').getAttribute('aria-label'), /0087/);
});

t.test('whoever asks for less movement gets none, and a page that lost the board says so', async (t) => {
  const started = await countertop(t);
  const { context } = await browser(t);
  const page = await (await context({ reducedMotion: 'reduce' })).newPage();
  await page.goto(started.url);
  await shows(page, 'signin.operator');
  t.equal(await page.evaluate('probe.moving()'), 0);
  await started.close();
  await page.locator('#lost').waitFor();
});

async function pull(page: Page, card: string): Promise<void> {
  const from = await page.locator(card).boundingBox();
  const slot = await page.locator('.zone.stripe').boundingBox();
  if (from === null || slot === null) throw new Error('no card or no slot on the page');
  const touch = await page.context().newCDPSession(page);
  const path = [
    [from.x + 40, from.y + 20],
    [from.x + 42, from.y + 60],
    [slot.x, slot.y + 10],
    [slot.x + 5, slot.y + 60],
    [slot.x + 5, slot.y + slot.height * 0.6],
    [slot.x + 5, slot.y + slot.height - 10],
  ] as const;
  for (const [place, [x, y]] of path.entries()) {
    await touch.send('Input.dispatchTouchEvent', {
      type: place === 0 ? 'touchStart' : 'touchMove',
      touchPoints: [{ x, y }],
    });
    await page.waitForTimeout(40);
  }
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}
