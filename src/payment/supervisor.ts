import type { TextId } from '../config/texts.ts';
import type { Particulars } from '../journal/types.ts';
import { askPassword } from '../operator/ask-password.ts';
import type { Fen } from '../values/fen.ts';
import { Fault } from '../values/problem.ts';
import { asOftenAsWanted, type ChargeEnd, refuse } from './charge.ts';
import type { Counter } from './counter.ts';

/**
 * Who approves this amount besides the operator, as its row keeps it: nobody (`{}`) if the acquirer's profile does not
 * ask; null if it asks and nobody approves. A supervisor's password is asked for until it fits; the vault counts the
 * tries and locks.
 */
export async function approval(
  counter: Counter,
  asked: boolean,
  amount: Fen,
): Promise<Pick<Particulars, 'supervisor'> | null> {
  if (!asked) return {};
  try {
    const supervisor = await approvedBy(counter, 'supervisor', 'place.sale', amount);
    return supervisor === null ? null : { supervisor };
  } catch (error) {
    // If the disk cannot count a try nothing is approved, and the operator sees why.
    if (!(error instanceof Fault)) throw error;
    await refuse(counter, error.problem);
    return null;
  }
}

/** An amount, and who has approved it. */
export interface Approved {
  readonly amount: Fen;
  readonly by: Particulars;
}

/** Asks for an amount, has it approved and takes it, as often as the operator wants. */
export function takeApproved(
  counter: Counter,
  supervisor: boolean,
  ask: () => Promise<Fen | null>,
  take: (terms: Approved) => Promise<ChargeEnd>,
): Promise<ChargeEnd> {
  let terms: Approved | null = null;
  return asOftenAsWanted(counter, async (how) => {
    // `digit`: the first try, or one after codes 13 and 61, for which the same amount has no chance.
    if ('digit' in how) terms = await approvedAmount(counter, supervisor, terms, ask);
    return terms === null ? { end: 'cancelled' } : take(terms);
  });
}

/**
 * Asks for the amount and has it approved, if the profile wants that; an approval given `before` also covers a smaller
 * amount. Null if the operator goes back or nobody approves.
 */
async function approvedAmount(
  counter: Counter,
  supervisor: boolean,
  before: Approved | null,
  ask: () => Promise<Fen | null>,
): Promise<Approved | null> {
  const amount = await ask();
  if (amount === null) return null;
  if (before !== null && amount <= before.amount) return { amount, by: before.by };
  const by = await approval(counter, supervisor, amount);
  return by === null ? null : { amount, by };
}

/**
 * The number of the person of this role who has given the password; null where nobody has. Throws a Fault where the disk
 * takes no note of a try.
 */
export async function approvedBy(
  counter: Counter,
  role: 'supervisor' | 'administrator',
  place: TextId,
  amount: Fen | null = null,
): Promise<string | null> {
  const person = counter.config.profile.operators.find((each) => each.role === role)?.number;
  if (person === undefined) return null;
  const { operator, vault } = counter;
  const check = (password: string) => vault.operators.check(person, password);
  const given = await askPassword(operator, { person, role, place, amount, check });
  return given ? person : null;
}

/** The supervisor and the administrator, one after the other; null where one of them has not given the password. */
export async function approvedByTwo(counter: Counter, place: TextId): Promise<readonly [string, string] | null> {
  const supervisor = await approvedBy(counter, 'supervisor', place);
  const administrator = supervisor === null ? null : await approvedBy(counter, 'administrator', place);
  return supervisor === null || administrator === null ? null : [supervisor, administrator];
}
