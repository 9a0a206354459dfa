import type { Settlement } from '../journal/settlements.ts';
import { settlementTotals } from '../journal/sums.ts';
import { askYes, untilSeen } from '../operator/ask.ts';
import type { Draw } from '../operator/operator.ts';
import {
  type SettlingStep,
  settlementConfirm,
  settlementOwing,
  settlementRefused,
  settlementRunning,
  settlementStuck,
} from '../operator/screens/settlement.ts';
import { settlementLeft } from '../operator/screens/settlement-by-two.ts';
import type { Counter } from '../payment/counter.ts';
import { Fault, type Problem, SPOILT } from '../values/problem.ts';
import { type Batch, batch } from '../values/trace.ts';
import { type ByTwoEnd, closeByTwo, openInstead, tellRuled } from './by-two.ts';
import { tellOutcome } from './outcome.ts';
import { type Refused, throughTheSteps } from './steps.ts';

export type SettleEnd =
  | { end: 'cancelled' }
  | { end: 'put-off' }
  /** The operator wants another try, and the bank accepts nothing before a sign-in. */
  | { end: 'sign-in-first' }
  | { end: 'settled'; settlement: Settlement }
  /** Two people have closed the batch without the bank. */
  | { end: 'ruled'; settlement: Settlement };

type Attempt = Failed | { settlement: Settlement };
type Failed = { owing: number } | { problem: Problem } | Refused;

/**
 * The settlement (批结算): debts are settled, the totals are compared, the batch is closed at the bank and then here. Each
 * step is on the disk before the next; after a power cut or a fault of the line it goes on where it was, before any
 * other trade (money rule 6). A batch that the bank will not settle any more is closed by two people.
 */
export async function settleBatch(counter: Counter): Promise<SettleEnd> {
  const { journal, customer } = counter;
  customer.say('display.closed');
  try {
    let seen = journal.due().batch;
    if (journal.settling === null && !(await confirmed(counter))) return { end: 'cancelled' };
    for (;;) {
      const attempt = await tryToSettle(counter, seen);
      if (attempt === 'another-due') {
        seen = journal.due().batch;
        if (!(await confirmed(counter))) return { end: 'cancelled' };
        continue;
      }
      if ('settlement' in attempt) {
        await tellOutcome(counter, attempt.settlement);
        return { end: 'settled', settlement: attempt.settlement };
      }
      const signIn = wantsSignIn(attempt);
      const ruled = await again(counter, attempt);
      if (typeof ruled === 'object') return { end: 'ruled', settlement: ruled };
      if (ruled === 'cancel') return { end: 'put-off' };
      if (signIn) return { end: 'sign-in-first' };
    }
  } finally {
    customer.say('display.welcome');
  }
}

/** Shows what the batch comes to before it is settled. */
function confirmed({ operator, journal }: Counter): Promise<boolean> {
  const { batch: number, totals: sums } = journal.due();
  const { approved, waiting } = sums;
  const totals = settlementTotals(approved);
  return askYes(operator, (text, bar) => settlementConfirm(text, bar, { totals, waiting, batch: number }));
}

/** Settles only the batch shown on the confirmation screen: once debts are cleared, another batch may be due first. */
async function tryToSettle(counter: Counter, seen: Batch): Promise<Attempt | 'another-due'> {
  const { operator, outbox, journal, signedIn } = counter;
  const show = (step: SettlingStep, done?: { readonly rows: number; readonly of: number }) =>
    operator.show((text, bar) => settlementRunning(text, bar, { step, ...(done && { done }) }));
  try {
    if (journal.settling === null) {
      show('clearing');
      await outbox.settleAll();
      if (journal.due().batch !== seen) return 'another-due';
    }
    const begun = journal.beginSettlement(signedIn);
    if ('owing' in begun) return begun;
    const ended = await throughTheSteps(counter, begun, show);
    if ('code' in ended) return ended;
    const next = ended.step('ended')?.next;
    if (next === undefined) throw new Error('the settlement went through its steps and has not ended');
    const closed = journal.closeBatch(batch(next));
    return closed.closed ? { settlement: ended } : { owing: closed.owing };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { problem: error.problem };
  }
}

function wantsSignIn(attempt: Failed): boolean {
  if ('code' in attempt) return attempt.signInAgain;
  if (!('problem' in attempt)) return false;
  // The next batch that the bank named was closed here: a clerk of the bank opens another, and the sign-in says which.
  return attempt.problem.kind === 'batch-closed' || SPOILT.includes(attempt.problem.kind);
}

/** Shows why the settlement has not ended: the operator tries again or puts it off, or two people close the batch. */
async function again(counter: Counter, failed: Failed): Promise<'enter' | 'cancel' | Settlement> {
  const { operator, journal } = counter;
  for (let told = failed; ; ) {
    const { settling } = journal;
    const code = 'code' in told ? told.code : null;
    const bankBatch = settling === null || code === null ? null : openInstead(counter, settling, code);
    if (settling === null || code === null || bankBatch === null) {
      return await untilSeen(operator, 'attention', ['enter', 'cancel'], whyFailed(counter, told));
    }
    const key = await untilSeen(operator, 'attention', ['enter', 'menu', 'cancel'], (text, bar) =>
      settlementLeft(text, bar, { code, bankBatch, batch: settling.batch }),
    );
    if (key !== 'menu') return key;
    const ended = await byTwo(counter, settling, code);
    if (ended !== null && 'settlement' in ended) {
      await tellRuled(counter, ended.settlement);
      return ended.settlement;
    }
    told = ended ?? told;
  }
}

async function byTwo(counter: Counter, settling: Settlement, code: string): Promise<ByTwoEnd | { problem: Problem }> {
  try {
    return await closeByTwo(counter, settling, code);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { problem: error.problem };
  }
}

function whyFailed({ journal, codeWords }: Counter, failed: Failed): Draw {
  return (text, bar) => {
    const blocks = journal.isBeingSettled;
    if ('owing' in failed) return settlementOwing(text, bar, { count: failed.owing, blocks });
    if ('problem' in failed) return settlementStuck(text, bar, { problem: failed.problem, blocks });
    const { code, signInAgain: signIn } = failed;
    return settlementRefused(text, bar, { code, signIn, words: codeWords(code) });
  };
}
