import { askDigits } from '../operator/ask.ts';
import { type SupervisorFacts, supervisorPassword } from '../operator/screens/approval.ts';
import { Fault } from '../values/problem.ts';
import { refuse } from './charge.ts';
import type { Counter } from './counter.ts';

/** A supervisor's password, until it fits; false where nobody approves. The vault counts the tries and locks. */
export async function approved(counter: Counter): Promise<boolean> {
  return (await approvedBy(counter, 'supervisor')) !== null;
}

/** The number of the person of this role who has given the password; null where nobody has. */
export async function approvedBy(counter: Counter, role: 'supervisor' | 'administrator'): Promise<string | null> {
  const person = counter.config.profile.operators.find((each) => each.role === role)?.number;
  if (person === undefined) return null;
  try {
    return (await asked(counter, person)) ? person : null;
  } catch (error) {
    // A disk on which no try can be counted approves nothing, and says so.
    if (!(error instanceof Fault)) throw error;
    await refuse(counter, error.problem);
    return null;
  }
}

async function asked({ operator, vault, config }: Counter, supervisor: string): Promise<boolean> {
  let refused: SupervisorFacts['refused'] = null;
  for (;;) {
    const password = await askDigits(operator, {
      least: 4,
      most: 12,
      wait_s: config.terminal.waits.confirm_s,
      draw: (digits) => (text, bar) =>
        supervisorPassword(text, bar, {
          ...{ supervisor, count: digits.length },
          refused: digits === '' ? refused : null,
        }),
    });
    if (password === null) return false;
    const end = await vault.operators.check(supervisor, password);
    if (end.end === 'right') return true;
    operator.beep('refused');
    if (end.end === 'wrong') refused = { left: end.tries_left };
    else if (end.end === 'locked') refused = { locked_s: Math.ceil(end.wait_ms / 1000) };
    else if (end.end === 'must-change') refused = 'default';
    else return false;
  }
}
