import type { Text, TextId } from '../../config/texts.ts';
import { type Fen, yuan } from '../../values/fen.ts';
import type { State } from '../../values/state.ts';
import type { TransactionType } from '../../values/transaction-type.ts';
import type { Foot, Icon, Node, Screen } from '../screen.ts';
import { type BarFacts, barOf } from './bar.ts';
import { centred } from './layout.ts';
import { problemWords } from './problem.ts';

/** Which readers are well: only those are offered. */
export interface Ways {
  readonly stripe: boolean;
  readonly chip: boolean;
  readonly tap: boolean;
}

export const wayOrder = ['stripe', 'chip', 'tap'] as const satisfies readonly Icon[];

export interface IdleFacts {
  readonly merchant: string;
  readonly ways: Ways;
  readonly last: { readonly type: TransactionType; readonly amount: Fen; readonly state: State } | null;
  /** How many debts of each kind there are: each kind stays on the screen until it is cleared. */
  readonly owed: {
    readonly reversing: number;
    /** Refunds whose request is sent again until the bank answers it. */
    readonly repeating: number;
    readonly parked: number;
    /** Reversals that the bank answered with "no original": it has yet to confirm them. */
    readonly unconfirmed: number;
    /** Transactions that the counter had finished and the bank refused, and nobody has seen that. */
    readonly refused: number;
    /** Transactions that the counter has finished, and the bank has yet to hear of. */
    readonly untold: number;
    readonly paper: number;
  };
  /** A batch that the bank has taken away before it was settled; null where there is none. */
  readonly left: string | null;
}

/** Digits are money here, a card may come first, Enter or Menu opens the menu. */
export function idle(text: Text, bar: BarFacts, { merchant, ways, last, owed, left }: IdleFacts): Screen {
  const icons = wayOrder.map((icon) => ({ icon, dark: !ways[icon] }));
  const lit = wayOrder.filter((way) => ways[way]).map((way) => text(`way.${way}.lower`));
  const body: Node[] = [{ node: 'text', text: text('idle.ask'), size: 'headline', align: 'centre', strong: true }];
  if (lit.length > 0) {
    const words = text('idle.card', { ways: lit.join(text('way.or')) });
    body.push({ node: 'text', key: 'or', text: words, size: 'lead', colour: 'muted', align: 'centre' });
  }
  body.push({ node: 'icons', icons });
  const notice = owedNotice(text, bar, { owed, left }) ?? (lit.length === 0 ? readerLost(text, bar) : null);
  return {
    id: 'idle',
    tone: 'plain',
    bar: barOf(text, bar, merchant),
    body: notice === null ? centred(body) : [...centred(body), notice],
    digits: 'open',
    foot: footOf(text, { last, owed }),
  };
}

/** Shows the last transaction or, while something is owed to the bank, the key that looks into it: both do not fit. */
function footOf(text: Text, { last, owed }: Pick<IdleFacts, 'last' | 'owed'>): Foot {
  const enter = text('key.menu');
  if (owesBank(owed)) return { clear: text('key.look-into'), enter };
  return last === null ? { enter } : { note: lastSale(text, last), enter };
}

/** Whether something is owed that Clear can ask the bank about; slips that are owed do not count. */
export function owesBank({ reversing, repeating, parked, unconfirmed, untold }: IdleFacts['owed']): boolean {
  return reversing + repeating + parked + unconfirmed + untold > 0;
}

function lastSale(text: Text, { type, amount, state }: NonNullable<IdleFacts['last']>): string {
  const values = { type: text(`type.${type}`), amount: yuan(amount, true), state: text(`state.${state}`) };
  return text(type === 'sale' ? 'idle.last' : 'idle.last.of', values);
}

/** One line for the debt that weighs most: money before paper, and what needs a call before what clears itself. */
function owedNotice(text: Text, bar: BarFacts, { owed, left }: Pick<IdleFacts, 'owed' | 'left'>): Node | null {
  const { parked, reversing, repeating, unconfirmed, refused, untold, paper } = owed;
  const notice = (colour: 'refused' | 'attention', line: string): Node => {
    return { node: 'notice', align: 'centre', colour, lines: [line] };
  };
  const phone = bar.support.accounts;
  if (parked > 0) return notice('refused', text('idle.parked', { count: parked, phone }));
  if (refused > 0) return notice('refused', text('idle.refused', { count: refused }));
  if (reversing > 0) return notice('attention', text('idle.reversing', { count: reversing }));
  if (repeating > 0) return notice('attention', text('idle.repeating', { count: repeating }));
  if (unconfirmed > 0) return notice('attention', text('idle.unconfirmed', { count: unconfirmed }));
  if (untold > 0) return notice('attention', text('idle.untold', { count: untold }));
  if (left !== null) return notice('attention', text('idle.left', { batch: left }));
  return paper > 0 ? notice('attention', text('idle.paper', { count: paper })) : null;
}

/** No reader is well: what to do, and whom to call. */
export function readerLost(text: Text, bar: BarFacts): Node {
  const { remedy } = problemWords(text, { kind: 'device-lost', device: 'stripe-reader' });
  const lines = [remedy, text('call.machine', { phone: bar.support.machine })];
  return { node: 'notice', align: 'centre', colour: 'attention', lines };
}

/** One entry of a menu, at the digit that chooses it. */
export interface MenuEntry {
  readonly digit: '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '0';
  readonly text: TextId;
  /** The one that the green key chooses. */
  readonly chosen?: boolean;
  /** Shown in its place and greyed: not to be had now. The menu never moves. */
  readonly dark?: boolean;
}

export interface MenuFacts {
  readonly entries: readonly MenuEntry[];
  readonly place?: TextId;
}

export function menu(text: Text, bar: BarFacts, { entries, place }: MenuFacts): Screen {
  const chosen = entries.find((entry) => entry.chosen);
  // Nine tiles fill the smallest panel; the entry at 0 stands under them, as 0 does on the keypad.
  const under = entries.find(({ digit }) => digit === '0');
  const tiles = entries
    .filter((entry) => entry !== under)
    .map((entry) => ({
      key: entry.digit,
      digit: entry.digit,
      text: text(entry.text),
      chosen: entry.chosen === true,
      dark: entry.dark === true,
    }));
  const foot: Foot = {
    cancel: text('key.back'),
    note: under === undefined ? text('menu.hint') : `0  ${text(under.text)}`,
  };
  return {
    id: 'menu',
    tone: 'plain',
    bar: barOf(text, bar, text(place ?? 'place.menu')),
    body: [{ node: 'tiles', columns: 3, tiles }],
    digits: 'open',
    foot: chosen ? { ...foot, enter: text(chosen.text) } : foot,
  };
}

export interface AboutFacts {
  readonly merchant: { readonly id: string; readonly name: string; readonly terminal: string };
  readonly serial: string;
  readonly version: string;
}

export function about(text: Text, bar: BarFacts, { merchant, serial, version }: AboutFacts): Screen {
  const rows: readonly [TextId, string | null][] = [
    ['about.merchant', merchant.name],
    ['about.merchant-number', merchant.id],
    ['about.terminal', merchant.terminal],
    ['about.serial', serial],
    ['about.version', version],
    ['about.batch', bar.batch],
    ['about.phone-machine', bar.support.machine],
    ['about.phone-accounts', bar.support.accounts],
  ];
  const known = rows.flatMap(([id, state]): Node[] =>
    state === null ? [] : [{ node: 'row', key: id, name: text(id), state, colour: 'ink' }],
  );
  return {
    id: 'about',
    tone: 'plain',
    bar: barOf(text, bar, text('place.about')),
    body: [{ node: 'column', key: 'rows', children: known, gap: 'hair' }],
    foot: { cancel: text('key.back') },
  };
}

export interface GoodbyeFacts {
  readonly why: 'signed-out' | 'power-off' | 'restart';
}

export function goodbye(text: Text, bar: BarFacts, { why }: GoodbyeFacts): Screen {
  return {
    id: 'goodbye',
    tone: 'plain',
    bar: barOf(text, bar, ''),
    body: centred([
      { node: 'text', text: text(`goodbye.${why}`), size: 'headline', align: 'centre', strong: true },
      { node: 'text', text: text(`goodbye.${why}.text`), size: 'lead', colour: 'muted', align: 'centre' },
    ]),
    foot: {},
  };
}
