import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Test } from 'tap';
import { type Countertop, startCountertop } from '../../board/countertop.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Debian's chromium with a profile of its own, and what its pages complained about. */
export async function browser(t: Test) {
  const profile = mkdtempSync(join(tmpdir(), 'guitai-chromium-'));
  const opened = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: FLAGS,
    env: { ...process.env, HOME: profile },
  });
  const complaints: string[] = [];
  t.teardown(async () => {
    await opened.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  const context = async (options: BrowserContextOptions = {}): Promise<BrowserContext> => {
    const made = await opened.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    await made.addInitScript({ path: join(import.meta.dirname, 'probe.js') });
    made.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    made.on('weberror', (error) => complaints.push(String(error.error())));
    return made;
  };
  return { context, complaints };
}

export async function countertop(t: Test, env: Readonly<Record<string, string>> = {}): Promise<Countertop> {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-page-'));
  const started = await startCountertop({ dir, port: 0, env });
  t.teardown(async () => {
    await started.close();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  });
  return started;
}

/** Waits until the page's canvas shows the terminal's screen of that name. */
export async function shows(page: Page, screen: string): Promise<void> {
  try {
    await page.locator(`#screen[data-screen="${screen}"]`).waitFor({ timeout: 10_000 });
  } catch (cause) {
    const shown = await page.locator('#screen').evaluate((canvas) => canvas.outerHTML);
    throw new Error(`${screen} did not come: ${shown}, ${await page.locator('#state').textContent()}`, { cause });
  }
}

/** Types on the computer's keyboard as a person does: a key goes down, stays, comes up. */
export async function types(page: Page, keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key, { delay: 90 });
}

export async function signIn(page: Page): Promise<void> {
  await shows(page, 'signin.operator');
  await types(page, ['0', '1', 'Enter', '0', '0', '0', '0', 'Enter']);
  await shows(page, 'idle');
}

/** What the control API answers. */
export async function asked<T>(url: string, path: string, body?: object): Promise<T> {
  const post = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(`${url}${path}`, body === undefined ? {} : post);
  return (await response.json()) as T;
}
