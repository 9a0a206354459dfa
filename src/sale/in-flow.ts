import type { Prompts } from '../customer/prompts.ts';
import { asIn, type OtherFlow, wordOf } from '../operator/screens/flow-words.ts';
import type { Counter } from './counter.ts';

/** To the customer the amount of these goes back. */
const givesBack: readonly OtherFlow[] = ['void', 'refund'];

/** The counter as another flow has it: the questions and results of a sale, in that flow's name and words. */
export function inFlow(counter: Counter, flow: OtherFlow): Counter {
  const { operator, customer } = counter;
  const back: Prompts['back'] = (amount, ...rows) => customer.back(amount, ...rows.map((id) => wordOf(flow, id)));
  return {
    ...counter,
    operator: { ...operator, show: (draw) => operator.show(asIn(flow, draw)) },
    customer: {
      ...customer,
      say: (...rows) => customer.say(...rows.map((id) => wordOf(flow, id))),
      due: givesBack.includes(flow)
        ? back
        : (amount, ...rows) => customer.due(amount, ...rows.map((id) => wordOf(flow, id))),
      back,
    },
  };
}
