import type { TextId } from '../config/texts.ts';
import type { Fen } from '../values/fen.ts';
import { askDigits } from './ask.ts';
import type { Operator } from './operator.ts';
import { type SupervisorFacts, supervisorPassword } from './screens/approval.ts';

/** What became of a password: the vault counts the tries and locks. */
export type PasswordEnd =
  | { readonly end: 'right' }
  | { readonly end: 'wrong'; readonly tries_left: number }
  | { readonly end: 'locked'; readonly wait_ms: number }
  | { readonly end: 'must-change' }
  | { readonly end: 'unknown' };

/** Asks a named person for the password until it is right; false where nobody gives it. */
export async function askPassword(
  operator: Operator,
  asked: {
    readonly person: string;
    readonly role: SupervisorFacts['role'];
    readonly place: TextId;
    readonly amount?: Fen | null;
    readonly wait_s?: number | undefined;
    readonly check: (password: string) => Promise<PasswordEnd>;
  },
): Promise<boolean> {
  const { wait_s, check, ...who } = asked;
  let refused: SupervisorFacts['refused'] = null;
  for (;;) {
    const password = await askDigits(operator, {
      ...{ least: 4, most: 12, wait_s },
      draw: (digits) => (text, bar) =>
        supervisorPassword(text, bar, {
          ...{ ...who, count: digits.length },
          refused: digits === '' ? refused : null,
        }),
    });
    if (password === null) return false;
    const end = await check(password);
    if (end.end === 'right') return true;
    operator.beep('refused');
    if (end.end === 'wrong') refused = { left: end.tries_left };
    else if (end.end === 'locked') refused = { locked_s: Math.ceil(end.wait_ms / 1000) };
    else if (end.end === 'must-change') refused = 'default';
    else return false;
  }
}
