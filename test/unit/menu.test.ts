import t from 'tap';
import { readConfig } from '../../src/config/config.ts';
import { type Choice, chooseFromMenu, isOffered, menuOf } from '../../src/menu.ts';
import type { Key } from '../../src/operator/keypad.ts';
import type { Operator } from '../../src/operator/operator.ts';

const everything = () => true;
const { profile } = readConfig(new URL('../../firmware-config', import.meta.url).pathname);

/** What is chosen by these keys, and how often a key did nothing. */
async function chosen(keys: readonly Key[], offers: (choice: Choice) => boolean = everything) {
  const left = [...keys];
  let refused = 0;
  const operator = {
    show: () => undefined,
    pressWithin: async () => left.shift() ?? null,
    beep: () => void refused++,
  } as unknown as Operator;
  return { choice: await chooseFromMenu(operator, offers), refused, left: left.length };
}

t.test('each transaction is at its place, and the green key is a sale or a pre-authorisation', async (t) => {
  const places = {
    sale: ['1'],
    'void-refund': ['2'],
    preauth: ['4', '1'],
    'preauth-add': ['4', '2'],
    completion: ['4', '3'],
    'preauth-void': ['4', '4'],
    'completion-void': ['4', '5'],
    'completion-advice': ['4', '6'],
    balance: ['5'],
    instalment: ['8', '1'],
    tip: ['8', '2'],
    offline: ['8', '3'],
    voice: ['8', '4'],
    adjust: ['8', '5'],
  } as const satisfies Partial<Record<Choice, readonly Key[]>>;
  for (const [choice, keys] of Object.entries(places)) t.equal((await chosen(keys)).choice, choice);
  t.equal((await chosen(['enter'])).choice, 'sale');
  t.equal((await chosen(['4', 'enter'])).choice, 'preauth');
});

t.test('back from a menu within is the menu, and back from there is idle', async (t) => {
  t.same(await chosen(['4', 'cancel', '8', 'cancel', 'cancel']), { choice: null, refused: 0, left: 0 });
});

t.test('what the acquirer does not offer keeps its place, is dark, and answers to no key', async (t) => {
  const offers = (choice: Choice) => choice !== 'offline' && choice !== 'preauth';
  const more = menuOf('more', offers).entries;
  t.same(
    more.map(({ digit }) => digit),
    menuOf('more', everything).entries.map(({ digit }) => digit),
  );
  t.equal(more.find(({ digit }) => digit === '3')?.dark, true);
  t.same(await chosen(['8', '3', '4'], offers), { choice: 'voice', refused: 1, left: 0 });
  t.same(await chosen(['4', 'enter', '3'], offers), { choice: 'completion', refused: 1, left: 0 });
});

t.test('a menu in which nothing can be had is dark itself', async (t) => {
  const noHolds = (choice: Choice) => !/preauth|completion/.test(choice);
  const { entries } = menuOf('main', noHolds);
  t.equal(entries.find(({ digit }) => digit === '4')?.dark, true);
  t.same(await chosen(['4', '1'], noHolds), { choice: 'sale', refused: 1, left: 0 });
});

t.test('the profile says what is offered; what has no row in it always is', async (t) => {
  const { transactions } = profile;
  t.ok(isOffered(transactions, 'completion-advice'));
  t.ok(isOffered(transactions, 'balance'));
  const none = { ...transactions, completion: { ...transactions.completion, offered: false } };
  t.notOk(isOffered(none, 'completion'));
  t.notOk(isOffered(none, 'completion-advice'), 'told or asked, it is a completion');
  const noVoids = { ...transactions, void: { ...transactions.void, offered: false } };
  t.ok(isOffered(noVoids, 'void-refund'));
  t.notOk(isOffered({ ...noVoids, refund: { ...transactions.refund, offered: false } }, 'void-refund'));
});
