import t from 'tap';
import type { StripeCard } from '../../src/card/stripe-card.ts';
import { complete } from '../../src/preauth/complete.ts';
import { preauthorise } from '../../src/preauth/preauth.ts';
import { voidCompletion } from '../../src/preauth/void-completion.ts';
import { paidOf } from '../../src/refund/paid.ts';
import { refundPayment } from '../../src/refund/refund.ts';
import { voidSale } from '../../src/refund/void.ts';
import { sellByInstalments } from '../../src/sale/instalment.ts';
import type { Session } from '../../src/session.ts';
import { sale, signInFirst, transact } from '../../src/terminal.ts';
import { Fault } from '../../src/values/problem.ts';
import { batch, following } from '../../src/values/trace.ts';
import { PIN } from '../hold-bench.ts';
import { answerOf, done } from '../journal-bench.ts';
import { keysOf } from '../keys.ts';
import { type SaleBench, saleBench } from '../sale-bench.ts';

/** A counter whose bank wants a sign-in, and says this to it. */
function wanted(t: Parameters<typeof saleBench>[0], signIn: () => unknown) {
  const bench = saleBench(t);
  Object.assign(bench.counter.host, { signIn: async () => signIn() });
  Object.assign(bench.counter.config.profile.transactions, { inquiry: { offered: false } });
  Object.assign(bench.counter.clock, { set: () => undefined });
  const session = { signInAgain: true, operator: '01' } as Session;
  return { bench, session, first: () => signInFirst({ counter: bench.counter, session }) };
}

const signedIn = (number: string) => ({ end: 'signed-in', batch: batch(number), host_time: null });

t.test('what the bank wants first is done once', async (t) => {
  let signIns = 0;
  const { session, first } = wanted(t, () => {
    signIns++;
    return signedIn('000001');
  });
  t.equal(await first(), true);
  t.equal(await first(), true);
  t.equal(session.signInAgain, false);
  t.equal(signIns, 1);
});

t.test('a batch that was settled here is said, and no payment follows, however often one is begun', async (t) => {
  const { bench, session, first } = wanted(t, () => signedIn('000001'));
  bench.journal.closeBatch(following(bench.journal.batch));
  for (const time of [1, 2]) {
    const asked = first();
    await bench.screen('problem', time);
    t.match(bench.texts().join(), /The bank wants a batch that was settled here.*Call accounts/);
    bench.press('enter');
    t.equal(await asked, false);
    t.equal(session.signInAgain, true);
    t.equal(bench.screens.at(-1), 'problem');
    bench.counter.operator.show(() => ({ id: 'idle', body: [] }) as never);
  }
});

t.test('a card that was swiped before the sign-in stopped the sale is wiped', async (t) => {
  const { bench, session } = wanted(t, () => signedIn('000001'));
  Object.assign(bench.counter, { signInFirst: async () => false });
  let wiped = 0;
  const card = { wipe: () => void wiped++ } as unknown as StripeCard;
  await sale({ counter: bench.counter, session }, { swipe: { read: 'card', card } });
  t.equal(wiped, 1);
  await sale({ counter: bench.counter, session }, { digit: '1' });
  t.same(bench.screens, []);
});

t.test('a settlement without keys signs in before it goes on, though no answer has asked for it', async (t) => {
  let signIns = 0;
  const { bench, session, first } = wanted(t, () => {
    signIns++;
    return signedIn('000001');
  });
  session.signInAgain = false;
  done(bench.journal, 100);
  Object.assign(bench.counter, { signInFirst: first });
  Object.assign(bench.counter.host, {
    async settle() {
      throw new Fault(signIns === 0 ? { kind: 'keys-missing', slot: 'MAK' } : { kind: 'line-down', tried: [] });
    },
  });
  const settling = transact({ counter: bench.counter, session }, 'settle');
  await bench.screen('settlement.confirm');
  bench.press('enter');
  await bench.screen('settlement.stuck');
  t.equal(signIns, 0);
  bench.press('enter');
  await bench.screen('settlement.stuck', 2);
  t.equal(signIns, 1);
  t.equal(session.signInAgain, false);
  bench.press('cancel');
  await settling;
  t.equal(signIns, 1);
});

t.test('without a line the payment says so by itself; a bug is none', async (t) => {
  const down = wanted(t, () => {
    throw new Fault({ kind: 'line-down', tried: [] });
  });
  t.equal(await down.first(), true);
  t.equal(down.session.signInAgain, true);
  const refused = wanted(t, () => ({ end: 'refused', code: '58' }));
  t.equal(await refused.first(), true);
  const bug = wanted(t, () => {
    throw new TypeError('a bug');
  });
  await t.rejects(bug.first(), new TypeError('a bug'));
});

t.test('a sign-in that an answer asks for comes before the next try, whatever is tried', async (t) => {
  const flows = {
    void: (bench: SaleBench) => voidSale(bench.counter, done(bench.journal, 10_000)),
    refund: (bench: SaleBench) => {
      const entry = done(bench.journal, 10_000);
      return refundPayment(bench.counter, { paid: paidOf(entry, bench.journal), entry, referred: null, told: null });
    },
    preauth: (bench: SaleBench) => preauthorise(bench.counter),
    completion: (bench: SaleBench) => {
      done(bench.journal, 10_000, { type: 'preauth' });
      return complete(bench.counter);
    },
    'completion-void': (bench: SaleBench) => {
      done(bench.journal, 10_000, { type: 'completion' });
      return voidCompletion(bench.counter);
    },
    instalment: (bench: SaleBench) => sellByInstalments(bench.counter),
  };
  for (const [flow, run] of Object.entries(flows)) {
    const bench = saleBench(t);
    Object.assign(bench.counter.config.profile.transactions, {
      void: { offered: true, supervisor: false, pin: true },
      refund: { offered: true, supervisor: false, limit_fen: 500_000, window_days: 180 },
    });
    bench.answers = () => ({ ...answerOf('not charged', '55'), signInAgain: true });
    const running = run(bench);
    const answers: Record<string, () => void> = {
      amount: () => bench.press(...keysOf('100'), 'enter'),
      'amount.of': () => bench.press('enter'),
      trace: () => bench.press('enter'),
      original: () => bench.press('enter'),
      confirm: () => bench.press('enter'),
      supervisor: () => bench.press(...PIN),
      number: () => bench.press('enter'),
      periods: () => bench.press('1'),
      card: () => bench.swipe(),
      pin: () => bench.press(...PIN),
    };
    for (let turn = 0, seen = 0; turn < 400 && bench.screens.at(-1) !== `${flow}.declined`; turn++) {
      if (bench.screens.length > seen) {
        seen = bench.screens.length;
        answers[bench.screens.at(-1)?.replace(/^[a-z-]+\./, '') ?? '']?.();
      }
      await new Promise(setImmediate);
    }
    t.equal(bench.screens.at(-1), `${flow}.declined`, bench.screens.join());
    t.equal(bench.signedInFirst, 0, flow);
    bench.paysAfter = false;
    bench.press('enter');
    await running;
    t.equal(bench.signedInFirst, 1, `${flow}: and where no payment can follow none is begun`);
    t.equal(bench.sent.length, 1);
  }
});
