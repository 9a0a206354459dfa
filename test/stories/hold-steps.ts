import type { Counter, Row, Seen } from './counter.ts';

/** The keys that open each flow from the menu. */
export const MENU = {
  preauth: ['menu', '4', '1'],
  'preauth-add': ['menu', '4', '2'],
  completion: ['menu', '4', '3'],
  'preauth-void': ['menu', '4', '4'],
  'completion-void': ['menu', '4', '5'],
  'completion-advice': ['menu', '4', '6'],
  instalment: ['menu', '8', '1'],
  tip: ['menu', '8', '2'],
  offline: ['menu', '8', '3'],
  voice: ['menu', '8', '4'],
  adjust: ['menu', '8', '5'],
} as const;

export const SUPERVISOR = ['1', '2', '3', '4', '5', '6', 'enter'];
const CARD = 'boc-debit';
const PIN = ['1', '2', '3', '4', '5', '6', 'enter'];

/** A pre-authorisation, up to the screen that says how it ended. */
export async function hold(counter: Counter, amount: string, end = 'preauth.approved'): Promise<Seen> {
  await counter.press(...MENU.preauth);
  await counter.screen('preauth.amount');
  await counter.press(...amount, 'enter');
  await counter.screen('preauth.card');
  await counter.swipe(CARD);
  await counter.screen('preauth.number');
  await counter.press('enter', ...PIN);
  return counter.screen(end, 15_000);
}

/** Like `hold`, and back to idle; gives the row of the journal. */
export async function held(counter: Counter, amount: string): Promise<Row> {
  await hold(counter, amount);
  await counter.press('enter');
  await counter.screen('idle');
  return newestRow(counter);
}

type Further = 'preauth-add' | 'completion' | 'preauth-void' | 'completion-void';

/** A flow about the last hold, up to the screen that says how it ended; `amount` only where the flow asks for one. */
export async function goOn(counter: Counter, flow: Further, amount: string, end: string): Promise<Seen> {
  await begin(counter, flow, amount);
  await counter.swipe(CARD);
  await counter.screen(`${flow}.pin`);
  await counter.press(...PIN);
  return counter.screen(end, 15_000);
}

/** Goes up to the question for the card. */
export async function begin(counter: Counter, flow: Further, amount: string): Promise<void> {
  await counter.press(...MENU[flow]);
  await counter.screen(`${flow}.trace`);
  await counter.press('enter');
  if (flow === 'preauth-add' || flow === 'completion') {
    await counter.screen(`${flow}.amount.of`);
    await counter.press(...amount, 'enter');
  } else {
    await counter.screen(`${flow}.confirm`);
    await counter.press('enter');
    await counter.screen(`${flow}.supervisor`);
    await counter.press(...SUPERVISOR);
  }
  await counter.screen(`${flow}.card`);
}

/** What the card can still pay with: its balance without what is held. */
export async function free(counter: Counter, card = CARD): Promise<number> {
  const accounts = await counter.get<{ id: string; available: number }[]>('bank/accounts');
  return accounts.find(({ id }) => id === card)?.available ?? Number.NaN;
}

export async function newestRow(counter: Counter): Promise<Row> {
  const [row] = await counter.journal();
  if (row === undefined) throw new Error('the journal is empty');
  return row;
}

/** Both lines down, or both up again. */
export async function lines(counter: Counter, down: boolean): Promise<void> {
  for (const line of ['line-primary-down', 'line-backup-down']) await counter.fault(line, down);
}

/** The text of the newest slip that has been cut. */
export async function slipWith(counter: Counter, words: RegExp): Promise<string> {
  return counter.until(`a slip with ${words}`, async () => {
    const slips = (await counter.paper()).filter(({ cut }) => cut);
    return slips.map(({ text }) => text).findLast((text) => words.test(text)) ?? null;
  });
}
