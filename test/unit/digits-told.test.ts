import t from 'tap';
import { texts } from '../../src/config/texts.ts';
import { deskTold } from '../../src/flight/desk-told.ts';
import type { KeyPress } from '../../src/operator/keypad.ts';
import { type Operator, operatorAt } from '../../src/operator/operator.ts';
import { takesSecret, textsOf } from '../../src/operator/screen.ts';
import type { BarFacts } from '../../src/operator/screens/bar.ts';
import { presentCard } from '../../src/payment/card.ts';
import { showUnsettled } from '../../src/payment/unsettled.ts';
import type { Happening } from '../../src/recorder/happening.ts';
import { type SignInDesk, signIn } from '../../src/signin/signin.ts';
import { fen } from '../../src/values/fen.ts';
import { saleOf, silence } from '../journal-bench.ts';
import { saleBench } from '../sale-bench.ts';
import { samples, sentencesOf } from '../screens/samples.ts';
import { settled, type VirtualClock } from '../virtual-clock.ts';

const bar: BarFacts = {
  ...{ operator: null, batch: null, line: null, paper: null, time: null, lab: true },
  support: { machine: '-', accounts: '-' },
};

/** The operator's desk as it is built into the terminal, with a finger of a test's own, and what is told of it. */
function recorded(clock: VirtualClock) {
  const told: Happening[] = [];
  const shown: string[] = [];
  const waiting: ((press: KeyPress) => void)[] = [];
  const desk = deskTold({ note: (happening) => void told.push(happening) });
  const keypad = desk.keypad({
    next: (signal) =>
      new Promise((resolve, reject) => {
        const taken = (press: KeyPress) => {
          waiting.splice(waiting.indexOf(taken), 1);
          resolve(press);
        };
        waiting.push(taken);
        signal?.addEventListener('abort', () => {
          if (waiting.includes(taken)) waiting.splice(waiting.indexOf(taken), 1);
          reject(signal.reason);
        });
      }),
    ...{ flush: () => undefined, check: async () => null, close: async () => undefined },
  });
  const renderer = desk.renderer({
    show: (screen) => void shown.push([screen.id, ...textsOf(screen)].join(' ')),
    texts: () => ({ screen: '', texts: [] }),
  });
  const buzzer = { beep: () => undefined } as unknown as Parameters<typeof operatorAt>[0]['buzzer'];
  const operator: Operator = operatorAt({
    ...{ keypad, renderer, buzzer, clock, confirm_s: 60, text: () => texts('en'), bar: () => bar },
  });
  /** Each key in a turn of its own, as fingers do it. */
  const type = async (keys: string) => {
    for (const key of keys) {
      waiting[0]?.({ key: key as KeyPress['key'], held: false, at_ms: 0 });
      await settled();
    }
  };
  const press = async (key: KeyPress['key']) => {
    waiting[0]?.({ key, held: false, at_ms: 0 });
    await settled();
  };
  const values = () => told.flatMap((each) => (each.kind === 'key' && /^\d$/.test(each.key) ? [each.key] : []));
  return { operator, type, press, told, shown, values };
}

t.test('a password that is typed while the number is locked stays unsaid, and moves no clock', async (t) => {
  const { clock } = saleBench(t);
  const { operator, type, press, told, shown, values } = recorded(clock);
  const people = { check: async () => ({ end: 'locked', wait_ms: 300_000 }) } as unknown as SignInDesk['people'];
  signIn({ operator, people } as unknown as SignInDesk).catch((error) => t.fail(error));
  await settled();
  await type('01');
  await press('enter');
  await type('2468');
  await press('enter');
  t.match(shown.at(-1), /^signin\.locked .*300/);
  const before = shown.length;
  told.splice(0);
  await type('24681357');
  t.equal(shown.length, before, 'no key takes a second off the lock');
  await clock.advance(1000);
  t.match(shown.at(-1), /^signin\.locked .*299/, 'the clock does');
  t.same(values(), []);
  t.ok(
    told.some((each) => each.kind === 'key' && each.key === 'digits'),
    'that there were digits is told',
  );
  await press('cancel');
  t.match(shown.at(-1), /^signin\.operator/);
  t.same(values(), []);
});

t.test('a PIN that is typed before the card is swiped stays unsaid', async (t) => {
  const bench = saleBench(t);
  const { operator, type, press, shown, values } = recorded(bench.clock);
  const presented = presentCard({ ...bench.counter, operator }, fen(12_850), null);
  await settled();
  t.match(shown.at(-1), /^sale\.card .*60/);
  await bench.clock.advance(3000);
  t.match(shown.at(-1), /^sale\.card .*57/);
  const before = shown.length;
  await type('135790');
  t.equal(shown.length, before, 'no key begins the wait anew');
  await bench.clock.advance(1000);
  t.match(shown.at(-1), /^sale\.card .*56/);
  await press('cancel');
  t.equal(await presented, null);
  t.same(values(), []);
});

t.test('a PIN that is typed while nobody knows of the money stays unsaid', async (t) => {
  const bench = saleBench(t);
  const entry = bench.journal.begin(saleOf(12_850));
  entry.sent();
  entry.answered(silence);
  bench.reverses = () => ({ end: 'no-answer', code: null, why: 'silent' });
  const { operator, type, press, shown, values } = recorded(bench.clock);
  const ended = showUnsettled({ ...bench.counter, operator }, entry);
  await settled();
  await bench.clock.advance(1600);
  const before = shown.at(-1);
  await type('135790');
  t.equal(shown.at(-1), before, 'the seconds move by the clock alone');
  await press('cancel');
  t.equal(await ended, null);
  t.same(values(), []);
});

t.test('digits are told of every screen that reads them back, and of none that takes a secret', async (t) => {
  const all = Object.values(samples).map((make) => make(texts('en'), sentencesOf('en')));
  for (const screen of all) {
    const open = screen.digits === 'open';
    // What is typed, or the digit of a choice.
    if (/"key":"typed"|"digit":/.test(JSON.stringify(screen.body))) t.ok(open, screen.id);
    if (takesSecret(screen) || /card|pin|locked|waiting|unknown|reversing/.test(screen.id)) t.notOk(open, screen.id);
  }
});
