import { askPassword } from '../operator/ask-password.ts';
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
    const { operator, vault, config } = counter;
    const check = (password: string) => vault.operators.check(person, password);
    const given = await askPassword(operator, { person, check, wait_s: config.terminal.waits.confirm_s });
    return given ? person : null;
  } catch (error) {
    // A disk on which no try can be counted approves nothing, and says so.
    if (!(error instanceof Fault)) throw error;
    await refuse(counter, error.problem);
    return null;
  }
}
