import type { Problem } from '../values/problem.ts';
import { acknowledged } from './ask.ts';
import type { Operator } from './operator.ts';
import { problemScreen } from './screens/problem.ts';

/** What is wrong, until the operator has seen it. */
export async function showProblem(operator: Operator, problem: Problem): Promise<void> {
  operator.flush();
  operator.beep('refused');
  operator.show((text, bar) => problemScreen(text, bar, { problem }));
  await acknowledged(operator, ['enter', 'cancel']);
}
