import t from 'tap';
import { texts } from '../../src/config/texts.ts';
import { deskTold } from '../../src/flight/desk-told.ts';
import type { KeyPress } from '../../src/operator/keypad.ts';
import type { Screen } from '../../src/operator/screen.ts';
import { balanceTold } from '../../src/operator/screens/balance.ts';
import type { BarFacts } from '../../src/operator/screens/bar.ts';
import { saleAmount, saleCard, salePin, saleWaiting } from '../../src/operator/screens/sale.ts';
import { signinPassword } from '../../src/operator/screens/signin.ts';
import type { Happening } from '../../src/recorder/happening.ts';
import { fen } from '../../src/values/fen.ts';
import { masked } from '../../src/values/masked.ts';

const text = texts('zh-CN');
const bar: BarFacts = {
  ...{ operator: '01', batch: '000001', line: 'primary', paper: 'good', lab: true, time: '09:41' },
  support: { machine: '1', accounts: '2' },
};
const card = { masked: '622202******1234', issuer: null };
const pin = (count: number): Screen => salePin(text, bar, { amount: fen(100), card, count, bypass: true });
const amount = (digits: number): Screen =>
  saleAmount(text, bar, { amount: fen(digits), limit: fen(5000), refused: null, again: null });
const ways = { stripe: true, chip: false, tap: false };
const waits = (seconds: number): Screen => saleCard(text, bar, { amount: fen(100), ways, seconds });

/** The operator's desk with fingers and screens of a test's own. */
function desk() {
  const told: Happening[] = [];
  const typed: KeyPress[] = [];
  const told_desk = deskTold({ note: (happening) => void told.push(happening) });
  const pad = told_desk.keypad({
    next: async () => typed.shift() ?? { key: 'menu', held: true, at_ms: 0 },
    flush: () => undefined,
    check: async () => null,
    close: async () => undefined,
  });
  const { show } = told_desk.renderer({ show: () => undefined, texts: () => ({ screen: '', texts: [] }) });
  const press = async (...keys: KeyPress['key'][]) => {
    for (const key of keys) {
      typed.push({ key, held: false, at_ms: 0 });
      await pad.next();
    }
  };
  const later = () => new Promise((resolve) => setImmediate(resolve));
  const lines = () => told.splice(0).map(lineOf);
  return { press, show, later, lines, told, reactions: told_desk.reactions };
}

function lineOf(happening: Happening): string {
  if (happening.kind === 'key') return `key ${happening.key}`;
  if (happening.kind === 'secret') return `secret ${happening.state} ${happening.by}`;
  return happening.kind === 'screen' ? happening.screen : happening.kind;
}

t.test('keys that an open screen answers are told, in their order', async (t) => {
  const { press, show, lines } = desk();
  show(amount(0));
  await press('1');
  show(amount(1));
  await press('2');
  show(amount(12));
  await press('enter');
  show(waits(60));
  t.same(lines(), ['sale.amount', ...['key 1', 'sale.amount', 'key 2', 'sale.amount'], ...['key enter', 'sale.card']]);
});

t.test('a PIN is one secret entry, whatever is typed in it', async (t) => {
  const recorded = async (keys: KeyPress['key'][]) => {
    const { press, show, later, told } = desk();
    show(waits(60));
    show(pin(0));
    let count = 0;
    for (const key of keys) {
      await press(key);
      await later();
      count = key === 'clear' ? 0 : count + 1;
      if (key !== 'enter') show(pin(count));
    }
    show(saleWaiting(text, bar, { amount: fen(100), seconds: 60, of: 60 }));
    return told;
  };
  const short = await recorded(['1', '2', '3', '4', 'enter']);
  t.same(short.map(lineOf), ['sale.card', 'sale.pin', 'secret begun null', 'secret ended enter', 'sale.waiting']);
  t.same(await recorded(['9', '8', 'clear', '7', '6', '5', '4', '3', '2', 'enter']), short, 'no count, no value');
});

t.test('digits of a PIN that is typed too early or too late are told without value and number', async (t) => {
  const { press, show, later, lines } = desk();
  show(waits(60));
  await press('1', '2', '3');
  await later();
  show(waits(59));
  await press('4');
  await later();
  show(pin(0));
  t.same(lines(), ['sale.card', 'key digits', 'sale.card', 'key digits', 'sale.pin', 'secret begun null']);
  await press('enter');
  show(waits(50));
  await press('5', '6');
  await later();
  await press('enter');
  show(amount(0));
  t.same(lines(), ['secret ended enter', 'sale.card', 'key enter', 'key digits', 'sale.amount']);
});

t.test('a digit that chooses is told before what it has chosen does, even where that asks for a PIN', async (t) => {
  const { press, show, later, lines, reactions } = desk();
  show(amount(0));
  await press('3');
  reactions.note({ kind: 'display', rows: [] });
  show(pin(0));
  t.same(lines(), ['sale.amount', 'key 3', 'display', 'sale.pin', 'secret begun null']);
  await press('enter');
  show(amount(0));
  lines();
  await press('3');
  show(pin(0));
  t.same(lines(), ['key 3', 'sale.pin', 'secret begun null']);
  await press('4');
  reactions.note({ kind: 'display', rows: [] });
  show(amount(0));
  t.same(lines(), ['display', 'secret ended null', 'sale.amount'], 'what a secret screen takes never is');
  await press('9');
  reactions.note({ kind: 'sound', sound: masked('refused') });
  await later();
  await press('enter');
  show(waits(60));
  t.same(lines(), ['sound', 'key enter', 'key digits', 'sale.card'], 'a digit too many has no value');
});

t.test('a wrong password ends one secret entry and begins the next; its first digit tells nothing', async (t) => {
  const { press, show, lines } = desk();
  const password = (count: number, left?: number) =>
    show(signinPassword(text, bar, { operator: '01', count, ...(left === undefined ? {} : { left }) }));
  password(0);
  await press('1');
  password(1);
  await press('enter');
  password(0, 2);
  await press('1');
  password(1);
  await press('cancel');
  show(amount(0));
  t.same(lines(), [
    ...['signin.password', 'secret begun null', 'secret ended enter'],
    ...['signin.password', 'secret begun null', 'secret ended cancel'],
    'sale.amount',
  ]);
});

t.test('a clock that counts on a screen, or moves in its bar, is not told', async (t) => {
  const { show, lines } = desk();
  for (const seconds of [60, 59, 58]) show(waits(seconds));
  show(saleCard(text, { ...bar, time: '09:42' }, { amount: fen(100), ways, seconds: 57 }));
  t.same(lines(), ['sale.card']);
  show(saleCard(text, { ...bar, line: 'down' }, { amount: fen(100), ways, seconds: 57 }));
  t.same(lines(), ['sale.card'], 'a line that is lost is');
});

t.test("a customer's balance is nobody's business", async (t) => {
  const { show, told } = desk();
  show(balanceTold(text, bar, { amount: fen(123_456), overdrawn: false, masked: '622202******1234' }));
  t.match(told, [{ kind: 'screen', screen: 'balance.told' }]);
  t.notMatch(JSON.stringify(told), /1,?234\.56/);
});
