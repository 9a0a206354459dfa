import type { InquiryEnd } from '../host/inquiry.ts';
import type { OriginalFacts } from '../host/messages.ts';
import { Fault, type Problem } from '../values/problem.ts';
import type { Counter } from './counter.ts';
import { whileWaiting } from './waiting.ts';

/** The bank's word, or what kept it away. */
export type Inquired = InquiryEnd | { readonly end: 'failed'; readonly problem: Problem };

/**
 * What the bank's books say of a transaction, while the screen counts the seconds. Moves nothing, owes nothing. `before`
 * runs when what is owed has been tried, just before the bank is asked.
 */
export async function inquire(counter: Counter, of: OriginalFacts, before?: () => Promise<void>): Promise<Inquired> {
  const { journal, host, config, outbox } = counter;
  const answer_s = Math.ceil(config.network.answer_timeout_ms / 1000);
  try {
    return await whileWaiting(counter, null, answer_s, async (sent) => {
      sent();
      // The protocol wants what is owed told before the next request (unionpay.md 7).
      await outbox.clearBeforeSale();
      await before?.();
      return host.inquire({ trace: journal.takeTrace(), batch: journal.batch, of });
    });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { end: 'failed', problem: error.problem };
  }
}
