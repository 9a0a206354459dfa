import type { Prompts } from '../customer/prompts.ts';
import { asIn, movesOf, type OtherFlow, wordOf } from '../operator/screens/flow-words.ts';
import { type Refused, refuse, whyNoPayment } from './charge.ts';
import type { Counter } from './counter.ts';

/**
 * Runs a flow other than the sale, under its own name and in its words. If no payment can begin, the operator sees why
 * and the flow does not run. However it ends, the customer's display returns to its welcome.
 */
export async function inPayment<End>(
  standing: Counter,
  flow: OtherFlow,
  run: (counter: Counter) => Promise<End>,
): Promise<End | Refused> {
  const counter = inFlow(standing, flow);
  try {
    const problem = whyNoPayment(counter);
    return problem === null ? await run(counter) : await refuse(counter, problem);
  } finally {
    standing.customer.say('display.welcome');
  }
}

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
