import type { InquiryEnd } from '../src/host/inquiry.ts';
import type { Entry } from '../src/journal/entry.ts';
import type { EntryType } from '../src/journal/types.ts';
import { approval, saleOf } from './journal-bench.ts';
import { keysOf } from './keys.ts';
import { type SaleBench, saleBench } from './sale-bench.ts';

export const REFERENCE = '113009410017';

export interface Desk extends SaleBench {
  asked: object[];
  knows: () => InquiryEnd;
}

/** A counter that voids and refunds, and whose bank answers inquiries as the test says. */
export function desk(t: Parameters<typeof saleBench>[0], terms: { refund?: object; inquiry?: object } = {}): Desk {
  const bench = saleBench(t);
  const here: Desk = Object.assign(bench, { asked: [] as object[], knows: (): InquiryEnd => ({ end: 'none' }) });
  Object.assign(bench.counter.config.profile, {
    transactions: {
      void: { offered: true, supervisor: true, pin: true },
      refund: { offered: true, supervisor: true, limit_fen: 500_000, window_days: 180, ...terms.refund },
      inquiry: { offered: true, ...terms.inquiry },
    },
  });
  Object.assign(bench.counter.host, {
    async inquire({ of }: { of: object }) {
      here.asked.push(of);
      return here.knows();
    },
  });
  return here;
}

/** An entry of the open batch that the bank has approved. */
export function paid({ journal }: SaleBench, amount = 10_000, type: EntryType = 'sale'): Entry {
  const entry = journal.begin(saleOf(amount, { type, digest: 'd1' }));
  entry.sent();
  entry.answered(approval);
  entry.completed();
  return entry;
}

/** Types the trace of the original. */
export async function named(bench: SaleBench, trace: string, time = 1): Promise<void> {
  await bench.screen('void.trace', time);
  bench.press(...keysOf(trace), 'enter');
}
