import type { Prompts } from '../customer/prompts.ts';
import { asIn, movesOf, type OtherFlow, wordOf } from '../operator/screens/flow-words.ts';
import type { Counter } from './counter.ts';

/** The counter as another flow has it: the questions and results of a sale, in that flow's name and words. */
export function inFlow(counter: Counter, flow: OtherFlow): Counter {
  const { operator, customer } = counter;
  const move = movesOf(flow);
  const inWords =
    (say: Prompts['due']): Prompts['due'] =>
    (amount, ...rows) =>
      say(amount, ...rows.map((id) => wordOf(flow, id)));
  return {
    ...counter,
    operator: { ...operator, show: (draw) => operator.show(asIn(flow, draw)) },
    customer: {
      ...customer,
      say: (...rows) => customer.say(...rows.map((id) => wordOf(flow, id))),
      due: inWords(customer[move]),
      back: inWords(customer.back),
    },
  };
}
