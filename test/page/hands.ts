import type { Page } from 'playwright-core';
import type { Countertop } from '../../board/countertop.ts';
import { asked, shows } from './browser.ts';

export const PIN = [...'123456', 'enter'];

/** A row of the journal or of the bank's books. */
export interface Row {
  readonly trace: string;
  readonly batch: string;
  readonly type: string;
  readonly state: string;
  readonly code: string | null;
  readonly amount: number;
}

/** Acts at the terminal through the control API and waits for what the page then shows. */
export function hands({ url }: Countertop, page: Page) {
  const press = (...keys: string[]) => asked(url, '/api/press', { keys });
  /** Swipes the card, and again where a busy terminal has missed it. */
  const swipe = async (next: string) => {
    for (let tries = 0; tries < 4; tries++) {
      await asked(url, '/api/card', { card: 'boc-debit', how: 'swipe' });
      const { screen } = await asked<{ screen: string }>(url, `/api/screen?wait=${next}&timeout_ms=3000`);
      if (screen === next) break;
    }
    await shows(page, next);
  };
  /** Goes back to idle with `key`. */
  const leave = async (key = 'enter') => {
    for (let tries = 0; tries < 40; tries++) {
      const seen = await page.locator('#screen').getAttribute('data-screen');
      if (seen === 'idle') return;
      // The page may be a moment behind: a key too many at idle has begun a sale.
      await press(seen === 'sale.amount' ? 'cancel' : key);
      await page.waitForTimeout(250);
    }
    throw new Error(`not idle: ${await page.locator('#screen').getAttribute('data-screen')}`);
  };
  const toThePin = async (amount: string) => {
    await press(...amount, 'enter');
    await shows(page, 'sale.card');
    await swipe('sale.number');
    await press('enter');
    await shows(page, 'sale.pin');
    await press(...PIN.slice(0, -1));
  };
  const sell = async (amount: string) => {
    await toThePin(amount);
    await press('enter');
    await shows(page, 'sale.approved');
    await leave();
  };
  /** A flow that follows a hold, up to its end. */
  const follow = async (place: string, flow: string, amount: string) => {
    await press('menu', '4', place);
    await shows(page, `${flow}.trace`);
    await press('enter');
    await shows(page, `${flow}.amount.of`);
    await press(...amount, 'enter');
    await shows(page, `${flow}.card`);
    await swipe(`${flow}.pin`);
    await press(...PIN);
    await shows(page, `${flow}.approved`);
    await leave();
  };
  const settle = async (end: string) => {
    await press('menu', '7');
    await shows(page, 'settlement.confirm');
    await press('enter');
    await shows(page, end);
  };
  const fault = (name: string, on: boolean) => asked(url, '/api/fault', { fault: name, on });
  const newest = async (): Promise<Row | undefined> => (await asked<Row[]>(url, '/api/bank/transactions'))[0];
  return { press, swipe, leave, toThePin, sell, follow, settle, fault, newest };
}
