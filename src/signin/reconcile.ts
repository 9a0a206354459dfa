import { askDigits } from '../operator/ask.ts';
import { askPassword } from '../operator/ask-password.ts';
import { signinReference } from '../operator/screens/signin-reference.ts';
import type { Problem } from '../values/problem.ts';
import { batch, trace } from '../values/trace.ts';
import type { SignInDesk } from './signin.ts';

/** How long the screen waits for each person. */
const WAIT_S = 60;

/**
 * Two people answer, with the bank's reference, for transactions that the bank has and this terminal has not; from then
 * on it may sign in. False if one of them goes back.
 */
export async function reconcile(desk: SignInDesk, ahead: Extract<Problem, { kind: 'bank-ahead' }>): Promise<boolean> {
  const { operator, people, journal, config } = desk;
  const reference = await askDigits(operator, {
    ...{ least: 1, most: 12, wait_s: WAIT_S },
    draw: (typed) => (text, bar) => signinReference(text, bar, { typed, batch: ahead.batch, trace: ahead.trace }),
  });
  if (reference === null) return false;
  const named: string[] = [];
  for (const role of ['supervisor', 'administrator'] as const) {
    const person = config.profile.operators.find((each) => each.role === role)?.number;
    if (person === undefined) return false;
    const check = (password: string) => people.check(person, password);
    if (!(await askPassword(operator, { person, role, place: 'place.signin', check, wait_s: WAIT_S }))) return false;
    named.push(person);
  }
  const [first = '', second = ''] = named;
  const place = { batch: batch(ahead.batch), trace: trace(ahead.trace) };
  journal.reconcile(place, { people: [first, second], reference });
  return true;
}
