import t, { type Test } from 'tap';
import type { InquiryEnd } from '../../src/host/inquiry.ts';
import type { OriginalFacts } from '../../src/host/messages.ts';
import { inquire } from '../../src/payment/inquire.ts';
import { Fault, type Problem } from '../../src/values/problem.ts';
import { type Batch, batch, type Trace, trace } from '../../src/values/trace.ts';
import { saleBench } from '../sale-bench.ts';

const of: OriginalFacts = {
  ...{ place: { batch: batch('000001'), trace: trace('000007') }, date: null, reference: null, authorisation: null },
};

/** A counter whose bank answers the inquiry as the test says. */
function desk(t: Test, answer: () => InquiryEnd | Promise<InquiryEnd>) {
  const bench = saleBench(t);
  const order: string[] = [];
  const asked: { trace: Trace; batch: Batch; of: OriginalFacts }[] = [];
  const { outbox } = bench.counter;
  Object.assign(bench.counter.host, {
    async inquire(question: (typeof asked)[number]) {
      order.push('asked');
      asked.push(question);
      return answer();
    },
  });
  Object.assign(bench.counter, { outbox: { ...outbox, clearBeforeSale: async () => void order.push('cleared') } });
  return { bench, order, asked };
}

t.test('what is owed is told first, then the bank is asked, while the seconds are counted', async (t) => {
  const word = Promise.withResolvers<InquiryEnd>();
  const { bench, order, asked } = desk(t, () => word.promise);
  const end = inquire(bench.counter, of, async () => void order.push('before'));
  await bench.says(/60 s left/);
  await bench.clock.advance(1000);
  await bench.says(/59 s left/);
  word.resolve({ end: 'none' });
  t.same(await end, { end: 'none' });
  t.same(order, ['cleared', 'before', 'asked']);
  t.same(asked, [{ trace: '000001', batch: '000001', of }]);
  t.equal(bench.clock.sleeping, 0, 'no timer is left');
  t.same(await inquire(bench.counter, of), { end: 'none' }, 'with nothing to do before it');
});

t.test('what keeps the bank’s word away is said', async (t) => {
  const problems: Problem[] = [{ kind: 'mac-wrong' }, { kind: 'line-down', tried: [] }];
  for (const problem of problems) {
    const { bench } = desk(t, () => {
      throw new Fault(problem);
    });
    t.same(await inquire(bench.counter, of), { end: 'failed', problem });
  }
  const { bench } = desk(t, () => {
    throw new TypeError('a bug');
  });
  await t.rejects(inquire(bench.counter, of), new TypeError('a bug'));
});
