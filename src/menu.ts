import type { TextId } from './config/texts.ts';
import type { Key } from './operator/keypad.ts';
import type { Operator } from './operator/operator.ts';
import { type MenuEntry, menu } from './operator/screens/idle.ts';

/** What the menus can choose. A choice keeps its digit for ever: hands learn places, not words. */
export type Choice =
  | 'sale'
  | 'void-refund'
  | 'balance'
  | 'settle'
  | 'print-last'
  | 'manage'
  | 'checkup'
  | 'language'
  | 'sign-out'
  | 'about';

interface Row extends MenuEntry {
  readonly choice: Choice | null;
}

/** A place without a choice belongs to a transaction that this terminal does not offer; it is shown dark. */
const main: readonly Row[] = [
  { digit: '1', text: 'menu.sale', choice: 'sale', chosen: true },
  { digit: '2', text: 'menu.void-refund', choice: 'void-refund' },
  { digit: '3', text: 'menu.scan', choice: null, dark: true },
  { digit: '4', text: 'menu.preauth', choice: null, dark: true },
  { digit: '5', text: 'menu.balance', choice: 'balance' },
  { digit: '6', text: 'menu.print-last', choice: 'print-last' },
  { digit: '7', text: 'menu.settle', choice: 'settle' },
  { digit: '8', text: 'menu.prepaid', choice: null, dark: true },
  { digit: '9', text: 'menu.manage', choice: 'manage' },
];

const manage: readonly Row[] = [
  { digit: '1', text: 'menu.checkup', choice: 'checkup', chosen: true },
  { digit: '2', text: 'menu.language', choice: 'language' },
  { digit: '3', text: 'menu.sign-out', choice: 'sign-out' },
  { digit: '4', text: 'menu.about', choice: 'about' },
];

/** A menu that nobody answers goes away. */
const WAIT_S = 60;

/** Null where the operator goes back. */
export async function chooseFromMenu(operator: Operator): Promise<Exclude<Choice, 'manage'> | null> {
  for (;;) {
    const chosen = await chooseOf(operator, main, 'place.menu');
    if (chosen !== 'manage') return chosen;
    const within = await chooseOf(operator, manage, 'menu.manage');
    if (within !== null && within !== 'manage') return within;
  }
}

async function chooseOf(operator: Operator, rows: readonly Row[], place: TextId): Promise<Choice | null> {
  operator.show((text, bar) => menu(text, bar, { entries: rows, place }));
  for (;;) {
    const key = await operator.pressWithin(WAIT_S);
    if (key === null || key === 'cancel') return null;
    const choice = choiceOf(rows, key);
    if (choice !== null) return choice;
    operator.beep('refused');
  }
}

function choiceOf(rows: readonly Row[], key: Key): Choice | null {
  const row = key === 'enter' ? rows.find(({ chosen }) => chosen) : rows.find(({ digit }) => digit === key);
  return row?.choice ?? null;
}
