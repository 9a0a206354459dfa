import t from 'tap';
import type { Counter } from '../../src/payment/counter.ts';
import { whileWaiting } from '../../src/payment/waiting.ts';
import { systemClock } from '../../src/values/clock.ts';
import { fen } from '../../src/values/fen.ts';

t.test('the request leaves before the screen that waits for its answer is drawn', async (t) => {
  const happened: string[] = [];
  const answer = Promise.withResolvers<string>();
  const counter = { clock: systemClock, operator: { show: () => happened.push('drawn') } } as unknown as Counter;
  const waiting = whileWaiting(counter, fen(12_850), 60, (sent) => {
    sent();
    happened.push('first byte');
    return answer.promise;
  });
  await new Promise(setImmediate);
  t.same(happened, ['first byte', 'drawn']);
  answer.resolve('00');
  t.equal(await waiting, '00');
  t.same(happened, ['first byte', 'drawn'], 'nothing is counted when the answer is there');
});
