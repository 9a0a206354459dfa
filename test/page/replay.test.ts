import { spawn } from 'node:child_process';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { asked, browser, countertop, shows, signIn } from './browser.ts';

const guitai = join(import.meta.dirname, '..', '..', 'bin', 'guitai');

/** Runs `guitai` with these words; resolves with what it says once `said` fits. */
async function started(t: Test, words: readonly string[], dir: string, said: RegExp): Promise<string> {
  const child = spawn(guitai, words, { env: { ...process.env, GUITAI_DIR: dir } });
  const ended = new Promise((resolve) => child.once('close', resolve));
  t.teardown(async () => {
    child.kill('SIGINT');
    await ended;
  });
  let heard = '';
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      heard += chunk;
      const found = said.exec(heard)?.[0];
      if (found !== undefined) resolve(found);
    };
    for (const stream of [child.stdout, child.stderr]) stream.on('data', hear);
    child.once('close', () => reject(new Error(heard)));
  });
}

t.test('a record is played in the page, frame by frame', { timeout: 120_000 }, async (t) => {
  const { context, complaints } = await browser(t);
  const recorded = await countertop(t);
  const page = await (await context()).newPage();
  await page.goto(recorded.url);
  await signIn(page);
  t.ok(await page.locator('#replay').isHidden(), 'a countertop at work has no bar');
  await asked(recorded.url, '/api/press', { keys: ['1', '2', '3', 'enter', 'cancel'] });
  await shows(page, 'idle');
  t.equal(await asked(recorded.url, '/api/replay'), null);
  t.match(await asked(recorded.url, '/api/replay', { act: 'play' }), { error: /replay/, remedy: /bin\/guitai/ });
  await new Promise((resolve) => setTimeout(resolve, 700));
  const file = join(recorded.dir, 'record.jsonl.gz');
  await started(t, ['export', file], recorded.dir, /chain head/);

  const url = await started(t, ['replay', file, '--port', '0'], recorded.dir, /http:\S+/);
  await page.goto(url);
  const said = page.locator('#replay output');
  await page.locator('#replay li').first().waitFor();
  t.match(await said.textContent(), /第 0 \/ \d+ 帧，0 处不同/);
  for (const step of [1, 2, 3]) {
    await page.click('#replay [data-act="step"]');
    await page.locator(`#replay li[aria-current][data-place="${step - 1}"]`).waitFor();
    t.match(await said.textContent(), `第 ${step} / `);
  }
  await page.selectOption('#replay select', '1000');
  await page.click('#replay [data-act="play"]');
  await said.filter({ hasText: '回放完毕' }).waitFor({ timeout: 60_000 });
  t.match(await said.textContent(), /，0 处不同/);
  await shows(page, 'idle');
  await page.click('#language');
  await said.filter({ hasText: 'Over: ' }).waitFor();
  t.same(complaints, []);
});
