import t from 'tap';
import { texts } from '../../src/config/texts.ts';
import { operatorAt } from '../../src/operator/operator.ts';
import type { ScreenRenderer } from '../../src/operator/renderer.ts';
import type { BarFacts } from '../../src/operator/screens/bar.ts';
import { saleAmount, salePin } from '../../src/operator/screens/sale.ts';
import { signinPassword } from '../../src/operator/screens/signin.ts';
import { fen } from '../../src/values/fen.ts';
import { virtualClock } from '../virtual-clock.ts';

const bar: BarFacts = {
  ...{ operator: '01', batch: null, line: null, paper: null, time: null, lab: true },
  support: { machine: '-', accounts: '-' },
};

function bench() {
  const shown: string[] = [];
  const renderer = {
    show: (screen: { id: string }) => shown.push(screen.id),
    texts: () => ({ screen: '', texts: [] }),
    close: () => undefined,
  } as unknown as ScreenRenderer;
  const operator = operatorAt({
    ...{ renderer, clock: virtualClock(), confirm_s: 60, text: () => texts('en'), bar: () => bar },
    keypad: { next: () => new Promise(() => undefined), flush: () => undefined } as never,
    buzzer: { beep: () => undefined, quiet: async () => undefined },
  });
  let told = 0;
  operator.watch(() => told++);
  return { operator, shown, told: () => told };
}

t.test('neither the count nor the timing of a PIN or a password leaves the process', async (t) => {
  const card = { masked: '622202******1234', issuer: null };
  const pin = (count: number) => (text: ReturnType<typeof texts>, facts: BarFacts) =>
    salePin(text, facts, { amount: fen(100), card, count, bypass: true });
  const password = (count: number) => (text: ReturnType<typeof texts>, facts: BarFacts) =>
    signinPassword(text, facts, { operator: '01', count });
  for (const screen of [pin, password]) {
    const { operator, shown, told } = bench();
    operator.show(screen(0));
    t.equal(told(), 1, 'the screen itself is told of');
    for (let count = 1; count <= 6; count++) operator.show(screen(count));
    t.equal(told(), 1, 'and no digit on it');
    t.equal(shown.length, 7, 'which the person sees');
  }
});

t.test('what stands on another screen is told of as it changes', async (t) => {
  const { operator, told } = bench();
  for (let amount = 1; amount <= 3; amount++) {
    const facts = { amount: fen(amount), limit: fen(1000), refused: null, again: null };
    operator.show((text, known) => saleAmount(text, known, facts));
  }
  t.equal(told(), 3);
});
