import type { Transactions } from './config/config.ts';
import type { TextId } from './config/texts.ts';
import type { Key } from './operator/keypad.ts';
import type { Operator } from './operator/operator.ts';
import { type MenuEntry, menu } from './operator/screens/idle.ts';

/** Everything that the menus offer. A choice keeps its digit for ever: hands learn places, not words. */
export type Choice =
  | 'sale'
  | 'void-refund'
  | 'preauth'
  | 'preauth-add'
  | 'completion'
  | 'preauth-void'
  | 'completion-void'
  | 'completion-advice'
  | 'balance'
  | 'charged'
  | 'settle'
  | 'print-last'
  | 'print-any'
  | 'print-details'
  | 'print-totals'
  | 'print-settlement'
  | 'instalment'
  | 'tip'
  | 'offline'
  | 'voice'
  | 'adjust'
  | 'exceptions'
  | 'checkup'
  | 'language'
  | 'sign-out'
  | 'about';

type Place = keyof typeof submenus;

interface Row extends MenuEntry {
  /** Null where this terminal has no such function yet: its place in the menu is kept and greyed. */
  readonly choice: Choice | Place | null;
}

const main: readonly Row[] = [
  { digit: '1', text: 'menu.sale', choice: 'sale', chosen: true },
  { digit: '2', text: 'menu.void-refund', choice: 'void-refund' },
  { digit: '3', text: 'menu.scan', choice: null },
  { digit: '4', text: 'menu.preauth', choice: 'holds' },
  { digit: '5', text: 'menu.balance', choice: 'balance' },
  { digit: '6', text: 'menu.print', choice: 'print' },
  { digit: '7', text: 'menu.settle', choice: 'settle' },
  { digit: '8', text: 'menu.more', choice: 'more' },
  { digit: '9', text: 'menu.manage', choice: 'manage' },
  { digit: '0', text: 'menu.charged', choice: 'charged' },
];

const submenus = {
  holds: {
    place: 'menu.preauth',
    rows: [
      { digit: '1', text: 'menu.preauth', choice: 'preauth', chosen: true },
      { digit: '2', text: 'menu.preauth-add', choice: 'preauth-add' },
      { digit: '3', text: 'menu.completion', choice: 'completion' },
      { digit: '4', text: 'menu.preauth-void', choice: 'preauth-void' },
      { digit: '5', text: 'menu.completion-void', choice: 'completion-void' },
      { digit: '6', text: 'menu.completion-advice', choice: 'completion-advice' },
    ],
  },
  print: {
    place: 'menu.print',
    rows: [
      { digit: '1', text: 'menu.print-last', choice: 'print-last', chosen: true },
      { digit: '2', text: 'menu.print-any', choice: 'print-any' },
      { digit: '3', text: 'menu.print-details', choice: 'print-details' },
      { digit: '4', text: 'menu.print-totals', choice: 'print-totals' },
      { digit: '5', text: 'menu.print-settlement', choice: 'print-settlement' },
    ],
  },
  more: {
    place: 'menu.more',
    rows: [
      { digit: '1', text: 'menu.instalment', choice: 'instalment' },
      { digit: '2', text: 'menu.tip', choice: 'tip' },
      { digit: '3', text: 'menu.offline', choice: 'offline' },
      { digit: '4', text: 'menu.voice', choice: 'voice' },
      { digit: '5', text: 'menu.adjust', choice: 'adjust' },
      { digit: '8', text: 'menu.prepaid', choice: null },
    ],
  },
  manage: {
    place: 'menu.manage',
    rows: [
      { digit: '1', text: 'menu.checkup', choice: 'checkup', chosen: true },
      { digit: '2', text: 'menu.language', choice: 'language' },
      { digit: '3', text: 'menu.sign-out', choice: 'sign-out' },
      { digit: '4', text: 'menu.about', choice: 'about' },
      { digit: '5', text: 'menu.exceptions', choice: 'exceptions' },
    ],
  },
} as const satisfies Record<
  string,
  { readonly place: TextId; readonly rows: readonly (MenuEntry & { choice: Choice | null })[] }
>;

/** A menu closes after this long without a key. */
const WAIT_S = 60;

/** Null when the operator goes back. An entry that the acquirer does not offer keeps its place, greyed. */
export async function chooseFromMenu(operator: Operator, offers: (choice: Choice) => boolean): Promise<Choice | null> {
  for (;;) {
    const chosen = await chooseOf(operator, menuOf('main', offers));
    if (chosen === null || !isPlace(chosen)) return chosen;
    const within = await chooseOf(operator, menuOf(chosen, offers));
    if (within !== null && !isPlace(within)) return within;
  }
}

/** For each choice that an acquirer may leave out: its row in the profile. */
const profileRows = {
  preauth: 'preauth',
  'preauth-add': 'preauth_add',
  'preauth-void': 'preauth_void',
  completion: 'completion',
  'completion-advice': 'completion',
  'completion-void': 'completion_void',
  instalment: 'instalment',
  tip: 'tip',
  offline: 'offline',
  voice: 'voice',
  adjust: 'adjust',
} as const satisfies Partial<Record<Choice, keyof Transactions>>;

export function isOffered(transactions: Transactions, choice: Choice): boolean {
  if (choice === 'void-refund') return transactions.void.offered || transactions.refund.offered;
  return !(choice in profileRows) || transactions[profileRows[choice as keyof typeof profileRows]].offered;
}

function isPlace(choice: Choice | Place): choice is Place {
  return Object.hasOwn(submenus, choice);
}

/** A menu as it stands on the screen. */
export function menuOf(
  name: Place | 'main',
  offers: (choice: Choice) => boolean,
): { readonly entries: readonly Row[]; readonly place: TextId } {
  if (name === 'main') return { entries: lit(main, offers), place: 'place.menu' };
  const { rows, place } = submenus[name];
  return { entries: lit(rows, offers), place };
}

/** Greys every row that cannot be chosen; a submenu is greyed when none of its rows can be chosen. */
function lit(rows: readonly Row[], offers: (choice: Choice) => boolean): readonly Row[] {
  const toBeHad = ({ choice }: Pick<Row, 'choice'>): boolean => {
    if (choice === null) return false;
    return isPlace(choice) ? submenus[choice].rows.some(toBeHad) : offers(choice);
  };
  return rows.map((row) => (toBeHad(row) ? row : { ...row, choice: null, dark: true, chosen: false }));
}

async function chooseOf(operator: Operator, shown: ReturnType<typeof menuOf>): Promise<Choice | Place | null> {
  const rows = shown.entries;
  operator.show((text, bar) => menu(text, bar, shown));
  for (;;) {
    const key = await operator.pressWithin(WAIT_S);
    if (key === null || key === 'cancel') return null;
    const choice = choiceOf(rows, key);
    if (choice !== null) return choice;
    operator.beep('refused');
  }
}

function choiceOf(rows: readonly Row[], key: Key): Choice | Place | null {
  const row = key === 'enter' ? rows.find(({ chosen }) => chosen) : rows.find(({ digit }) => digit === key);
  return row?.choice ?? null;
}
