import type { Text, TextId } from '../config/texts.ts';
import { dayAndTime } from '../operator/screens/layout.ts';
import { yuan } from '../values/fen.ts';
import type { Evidence } from './evidence.ts';

/** The row's name, and how and when it happened; the day is left out where it is today. */
export function evidenceRow(
  evidence: Evidence,
  text: Text,
  now: Date,
): { readonly name: string; readonly state: string } {
  const { name, how } = wordsOf(evidence, text);
  const when = dayAndTime(new Date(evidence.at));
  const [day, time = ''] = when.split(' ');
  const isToday = day === dayAndTime(now).split(' ')[0];
  return { name, state: apart(how, isToday ? time : when.slice(5)) };
}

/** The same in one sentence, with the bank's reference, for paper, which prints the time beside it. */
export function evidenceSaid(evidence: Evidence, text: Text): string {
  const { name, how } = wordsOf(evidence, text);
  const reference = evidence.what === 'bank' ? evidence.reference : null;
  return apart(how === null ? name : `${name}: ${how}`, reference);
}

interface Words {
  readonly name: string;
  readonly how: string | null;
}

function wordsOf(evidence: Evidence, text: Text): Words {
  switch (evidence.what) {
    case 'tries':
      return { name: text('charged.evidence.tries'), how: text('charged.evidence.times', { tries: evidence.tries }) };
    case 'ruled':
      return { name: text('charged.evidence.ruled'), how: apart(evidence.people, evidence.reference) };
    case 'sequel': {
      const amount = text('result.amount', { amount: yuan(evidence.amount, true) });
      return {
        name: `${text(`type.${evidence.type}`)} ${evidence.trace}`,
        how: apart(amount, text(`state.${evidence.state}`)),
      };
    }
    case 'bank':
      return { name: text('charged.evidence.bank'), how: text(bankWords[evidence.word]) };
    case 'bank-refunded': {
      const amount = text('result.amount', { amount: yuan(evidence.amount, true) });
      return { name: text('charged.evidence.bank-refunded'), how: amount };
    }
    default:
      return { name: text(`charged.evidence.${evidence.what}`), how: evidence.code };
  }
}

const bankWords = {
  posted: 'charged.bank.posted',
  voided: 'charged.bank.voided',
  declined: 'charged.bank.declined',
  reversed: 'charged.bank.reversed',
  tombstone: 'charged.bank.tombstone',
  held: 'charged.bank.held',
  completed: 'charged.bank.completed',
  released: 'charged.bank.released',
  none: 'charged.bank.none',
  refused: 'charged.bank.refused',
} as const satisfies Record<Extract<Evidence, { what: 'bank' }>['word'], TextId>;

function apart(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join(' · ');
}
