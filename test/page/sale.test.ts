import type { Page } from 'playwright-core';
import t from 'tap';
import { asked, browser, countertop, shows, signIn, types } from './browser.ts';

interface Row {
  readonly state: string;
  readonly amount: number;
}

async function drag(page: Page, card: string): Promise<void> {
  const from = await page.locator(`[data-card="${card}"]`).boundingBox();
  const slot = await page.locator('.zone.stripe').boundingBox();
  if (from === null || slot === null) throw new Error('no card or no slot on the page');
  await page.mouse.move(from.x + 60, from.y + 20);
  await page.mouse.down();
  await page.mouse.move(slot.x + 10, slot.y + 20, { steps: 8 });
  await page.mouse.move(slot.x + 10, slot.y + slot.height - 10, { steps: 8 });
  await page.mouse.up();
}

/** Whether two pages show the same screen; the terminal may be drawing, so they get two seconds to agree. */
async function alike(one: Page, other: Page): Promise<boolean> {
  for (let look = 0; look < 20; look++) {
    const [mine, theirs] = await Promise.all([one, other].map((page) => page.evaluate("probe.pixels('#screen')")));
    if (mine === theirs) return true;
    await one.waitForTimeout(100);
  }
  return false;
}

t.test(
  'a sale by hand: screen, paper, display, journal and the books agree, and a second page shows the same',
  async (t) => {
    const { url } = await countertop(t);
    const { context, complaints } = await browser(t);
    const window = await context();
    const page = await window.newPage();
    await page.goto(url);
    await signIn(page);

    for (const key of ['1', '2', '8', '5', '0', 'enter'])
      await page.locator(`[data-key="${key}"]`).click({ delay: 90 });
    await shows(page, 'sale.card');
    await drag(page, 'boc-debit');
    await shows(page, 'sale.number');
    await types(page, ['Enter']);
    await shows(page, 'sale.pin');
    await types(page, ['1', '2', '3', '4', '5', '6', 'Enter']);
    await shows(page, 'sale.approved');
    t.match(await page.locator('#screen').getAttribute('aria-label'), /¥128\.50/);
    t.ok(Number(await page.evaluate("probe.colours('#screen')")) > 20, 'the framebuffer is on the canvas');

    await page.locator('[data-row="rows"] .good', { hasText: '1 / 1 ✓' }).waitFor();
    t.match(await page.locator('[data-row="account boc-debit"]').textContent(), /¥9,871\.50/);
    t.match(await page.locator('[data-row="sum"]').textContent(), /¥0\.00 ✓/);
    t.match(await page.locator('#display').getAttribute('aria-label'), /128\.50/);
    await page.locator('#paper.cut img[data-n="2"]').waitFor({ timeout: 15_000 });
    t.match(await page.locator('#paper img').getAttribute('alt'), /622202\*{6}1234[\s\S]*128\.50/);
    t.ok(Number(await page.evaluate('probe.paperHeight()')) > 300);
    t.match(await page.locator('#wires').textContent(), /0200[\s\S]*0210/);

    const second = await window.newPage();
    await second.goto(url);
    await shows(second, 'sale.approved');
    await second.locator('[data-row="rows"] .good', { hasText: '1 / 1 ✓' }).waitFor();
    await page.locator('#slips output', { hasText: /[23] \/ [23]/ }).waitFor();
    t.ok(await alike(page, second), 'the same pixels');
    await page.reload();
    await shows(page, 'sale.approved');
    await page.locator('#slips output', { hasText: /[23] \/ [23]/ }).waitFor();

    t.match(await asked<Row[]>(url, '/api/journal'), [{ state: 'approved', amount: 12850 }]);
    t.match(await asked<Row[]>(url, '/api/bank/transactions'), [{ state: 'posted', amount: 12850 }]);
    t.notMatch(await page.content(), /6222020010011234/, 'no whole account number on the page');
    t.same(complaints, [], 'no script, style or connection was refused');
  },
);

t.test('a sale by keyboard alone', async (t) => {
  const { url } = await countertop(t);
  const { context } = await browser(t);
  const page = await (await context()).newPage();
  await page.goto(url);
  await signIn(page);
  await types(page, ['5', '0', '0', 'Backspace', '0', 'Enter']);
  await shows(page, 'sale.card');

  // From the top of the page by Tab to the wallet's first card.
  for (let presses = 0; presses < 12; presses++) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate('probe.focused()')) === 'boc-debit') break;
  }
  await page.keyboard.press('Enter');
  await page.locator('[role="menu"]').waitFor();
  t.equal(await page.locator('[role="menuitem"][aria-disabled="true"]').count(), 2, 'two ways are not fitted yet');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await shows(page, 'sale.number');
  t.equal(await page.evaluate('probe.focused()'), 'terminal', 'the next Enter is for the terminal');
  await types(page, ['Enter']);
  await shows(page, 'sale.pin');
  await types(page, ['1', '2', '3', '4', '5', '6', 'Enter']);
  await shows(page, 'sale.approved');
  t.match(await asked<Row[]>(url, '/api/journal'), [{ state: 'approved', amount: 500 }]);
});
