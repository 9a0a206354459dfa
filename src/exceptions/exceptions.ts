import type { Entry } from '../journal/entry.ts';
import { mayHappen } from '../journal/events.ts';
import type { Journal } from '../journal/journal.ts';
import { acknowledged, askDigits, askKey, askYes } from '../operator/ask.ts';
import {
  exceptionArchive,
  exceptionChosen,
  exceptionList,
  exceptionNone,
  exceptionReference,
  exceptionRuled,
  exceptionRuling,
  exceptionTrying,
  LISTED,
} from '../operator/screens/exceptions.ts';
import { showProblem } from '../operator/show-problem.ts';
import { showUntilSeen } from '../payment/accept.ts';
import type { Counter } from '../payment/counter.ts';
import { approvedBy, approvedByTwo } from '../payment/supervisor.ts';
import { Fault } from '../values/problem.ts';

/**
 * The exceptions list (异常交易): everything that the bank has not acknowledged, for as long as it has not. Each is tried
 * again from here, or ended by two people with the bank's reference (money rule 13). A problem of the archive is shown
 * first, until a supervisor has seen it.
 */
export async function lookAtExceptions(counter: Counter): Promise<void> {
  const { operator, journal, outbox } = counter;
  if (journal.archiveProblem !== null) await lookAtArchive(counter, journal.archiveProblem);
  for (let from = 0; ; ) {
    const open = exceptionsOf(journal);
    if (open.length === 0) {
      operator.show((text, bar) => exceptionNone(text, bar));
      await acknowledged(operator, ['enter', 'cancel']);
      return;
    }
    if (from >= open.length) from = 0;
    const page = open.slice(from, from + LISTED);
    const key = await askKey(operator, {
      keys: ['1', '2', '3', '4', '5', '*', 'enter', 'cancel'],
      draw: () => (text, bar) =>
        exceptionList(text, bar, { rows: page.map(shownOf), more: open.length > LISTED, count: open.length }),
    });
    if (key === null || key === 'cancel') return;
    if (key === 'enter') {
      operator.show((text, bar) => exceptionTrying(text, bar));
      await outbox.settleAll();
    } else if (key === '*') from += LISTED;
    else {
      const chosen = page[Number(key) - 1];
      if (chosen === undefined) operator.beep('refused');
      else await lookAt(counter, chosen);
    }
  }
}

type ArchiveBroken = NonNullable<Journal['archiveProblem']>;

async function lookAtArchive(counter: Counter, problem: ArchiveBroken): Promise<void> {
  const { operator, journal } = counter;
  if (!(await askYes(operator, (text, bar) => exceptionArchive(text, bar, { problem })))) return;
  try {
    const by = await approvedBy(counter, 'supervisor', 'menu.exceptions');
    if (by !== null) journal.archiveSeen(by);
  } catch (error) {
    // The disk refused the note that somebody has seen it: it is shown again next time.
    if (!(error instanceof Fault)) throw error;
    await showProblem(counter.operator, error.problem);
  }
}

/**
 * Entries in nobody's hand that the bank has not answered for, and those that it refused and nobody has seen; each
 * once, oldest first.
 */
export function exceptionsOf(journal: Pick<Journal, 'debts'>): readonly Entry[] {
  return journal.debts().flatMap(({ entry, debt }) => (debt === 'reprint' ? [] : [entry]));
}

function shownOf({ trace, amount, facts, state, history, batch }: Entry) {
  return { trace, amount, batch, type: facts.type, state, tries: history.tries, card: facts.card };
}

async function lookAt(counter: Counter, entry: Entry): Promise<void> {
  const { operator, outbox } = counter;
  while (entry.debts.some((debt) => debt !== 'reprint')) {
    // The bank has refused it, maybe just now: there is nothing to try, and nothing to rule.
    if (entry.debt === 'tell') return showUntilSeen(counter, entry);
    const ruled = mayRule(entry);
    const key = await askKey(operator, {
      keys: ['enter', 'menu', 'cancel'],
      draw: () => (text, bar) => exceptionChosen(text, bar, { ...shownOf(entry), mayRule: ruled }),
    });
    if (key === null || key === 'cancel') return;
    if (key === 'menu' && ruled) await rule(counter, entry);
    else if (key === 'enter') {
      operator.show((text, bar) => exceptionTrying(text, bar));
      await outbox.settle(entry);
    }
  }
  operator.show((text, bar) => exceptionRuled(text, bar, shownOf(entry)));
  await acknowledged(operator, ['enter']);
}

function mayRule(entry: Entry): boolean {
  return mayHappen(entry.history, 'ruled') || isUnbegun(entry);
}

/** Whether a reversal is owed and still waits for something else to be settled: a ruling need not wait for that. */
function isUnbegun({ debt, history }: Entry): boolean {
  return debt === 'reverse' && mayHappen(history, 'reversal-begun');
}

/** Two people enter what the bank has said by telephone or letter, under its reference. */
async function rule(counter: Counter, entry: Entry): Promise<void> {
  const { operator, outbox } = counter;
  const key = await askKey(operator, {
    keys: ['1', '2', 'cancel'],
    draw: () => (text, bar) => exceptionRuling(text, bar, shownOf(entry)),
  });
  if (key === null || key === 'cancel') return;
  const reference = await askDigits(operator, {
    ...{ least: 1, most: 12 },
    draw: (digits) => (text, bar) => exceptionReference(text, bar, { typed: digits }),
  });
  if (reference === null) return;
  try {
    const people = await approvedByTwo(counter, 'menu.exceptions');
    if (people === null) return;
    // A try that is on the line must end first: the bank may just be acknowledging what they rule on.
    operator.show((text, bar) => exceptionTrying(text, bar));
    await outbox.quiet(entry);
    if (!mayRule(entry)) return;
    if (isUnbegun(entry)) entry.reversalBegun();
    entry.ruled({ money: key === '1' ? 'charged' : 'not charged', people, reference });
  } catch (error) {
    // The disk refused the ruling, so nothing is ruled: they come again when there is room.
    if (!(error instanceof Fault)) throw error;
    await showProblem(counter.operator, error.problem);
  }
}
