import t from 'tap';
import { adjust } from '../../src/advice/adjust.ts';
import { sellOffline } from '../../src/advice/offline.ts';
import { addTip } from '../../src/advice/tip.ts';
import { sellByVoice } from '../../src/advice/voice.ts';
import { tellBalance } from '../../src/balance/balance.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { OtherFlow } from '../../src/operator/screens/flow-words.ts';
import type { Counter } from '../../src/payment/counter.ts';
import { inPayment } from '../../src/payment/in-flow.ts';
import { addToHold } from '../../src/preauth/add.ts';
import { complete, completeByAdvice } from '../../src/preauth/complete.ts';
import { preauthorise } from '../../src/preauth/preauth.ts';
import { releaseHold } from '../../src/preauth/release.ts';
import { voidCompletion } from '../../src/preauth/void-completion.ts';
import { paidOf } from '../../src/refund/paid.ts';
import { refundPayment } from '../../src/refund/refund.ts';
import { voidSale } from '../../src/refund/void.ts';
import { sellByInstalments } from '../../src/sale/instalment.ts';
import { done } from '../journal-bench.ts';
import { saleBench } from '../sale-bench.ts';

type Flow = (counter: Counter, original: Entry) => Promise<unknown>;

const flows: Readonly<Record<OtherFlow, Flow | null>> = {
  adjust,
  balance: tellBalance,
  // It moves nothing: it is answered whatever is missing.
  charged: null,
  completion: complete,
  'completion-advice': completeByAdvice,
  'completion-void': voidCompletion,
  instalment: sellByInstalments,
  offline: sellOffline,
  preauth: preauthorise,
  'preauth-add': addToHold,
  'preauth-void': releaseHold,
  refund: (counter, entry) =>
    refundPayment(counter, { entry, paid: paidOf(entry, counter.journal), referred: null, told: null }),
  tip: addTip,
  void: voidSale,
  voice: sellByVoice,
};

for (const [name, run] of Object.entries(flows)) {
  if (run === null) continue;
  t.test(`${name} is not begun without keys: the operator sees why, and the customer is welcome`, async (t) => {
    const bench = saleBench(t);
    Object.assign(bench.counter.vault, { kcvOf: () => null });
    const ended = run(bench.counter, done(bench.journal, 10_000));
    await bench.screen(`${name}.refused`);
    bench.press('enter');
    await ended;
    t.same(bench.screens, [`${name}.refused`]);
    t.equal(bench.said.at(-1), 'display.welcome');
  });
}

t.test('the customer is welcome again after a bug too', async (t) => {
  const bench = saleBench(t);
  const bug = () => Promise.reject(new TypeError('a bug'));
  await t.rejects(inPayment(bench.counter, 'tip', bug), new TypeError('a bug'));
  t.same(bench.said, ['display.welcome']);
});
