import type { Problem } from '../values/problem.ts';
import { untilSeen } from './ask.ts';
import type { Operator } from './operator.ts';
import { problemScreen } from './screens/problem.ts';

/** Shows a problem until the operator has seen it. */
export async function showProblem(operator: Operator, problem: Problem): Promise<void> {
  await untilSeen(operator, 'refused', ['enter', 'cancel'], (text, bar) => problemScreen(text, bar, { problem }));
}
