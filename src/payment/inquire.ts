import type { InquiryEnd } from '../host/inquiry.ts';
import type { OriginalFacts } from '../host/messages.ts';
import { Fault, type Problem } from '../values/problem.ts';
import type { Counter } from './counter.ts';
import { whileWaiting } from './waiting.ts';

/** The bank's answer to an inquiry, or the problem that prevented one. */
export type Inquired = InquiryEnd | { readonly end: 'failed'; readonly problem: Problem };

/**
 * Asks what the bank's books say of a transaction, while the screen counts the seconds. Moves no money and leaves no
 * debt. `before` runs after the debts were tried, just before the bank is asked.
 */
export async function inquire(counter: Counter, of: OriginalFacts, before?: () => Promise<void>): Promise<Inquired> {
  const { journal, host, config, outbox } = counter;
  const answer_s = Math.ceil(config.network.answer_timeout_ms / 1000);
  try {
    return await whileWaiting(counter, null, answer_s, async (sent) => {
      sent();
      // The protocol wants pending reversals sent before the next request (unionpay.md 7).
      await outbox.clearBeforeSale();
      await before?.();
      return host.inquire({ trace: journal.takeTrace(), batch: journal.batch, of });
    });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { end: 'failed', problem: error.problem };
  }
}
