import { wasICharged } from '../src/charged/charged.ts';
import { texts } from '../src/config/texts.ts';
import type { InquiryEnd } from '../src/host/inquiry.ts';
import type { Entry } from '../src/journal/entry.ts';
import { type EntryType, types } from '../src/journal/types.ts';
import type { ReceiptTable } from '../src/receipt/table.ts';
import { fen } from '../src/values/fen.ts';
import type { Problem } from '../src/values/problem.ts';
import { approval, saleOf } from './journal-bench.ts';
import { type SaleBench, saleBench } from './sale-bench.ts';

type BankState = Extract<InquiryEnd, { end: 'found' }>['state'];

export const record = (state: BankState, amount = 12_850): InquiryEnd => ({
  ...{ end: 'found', state, code: '00', amount: fen(amount), refunded: fen(0) },
  ...{ reference: '000000000017', authorisation: null },
});

export interface Desk extends SaleBench {
  asked: number;
  knows: () => InquiryEnd | Promise<InquiryEnd>;
  readonly printed: ReceiptTable[];
  prints: () => Problem | null;
}

/** A counter whose bank answers inquiries as the test says, and whose printer keeps what it is given. */
export function desk(t: Parameters<typeof saleBench>[0], offered = true): Desk {
  const bench = saleBench(t);
  const here: Desk = Object.assign(bench, {
    asked: 0,
    knows: () => ({ end: 'none' }) as InquiryEnd,
    printed: [] as ReceiptTable[],
    prints: () => null as Problem | null,
  });
  Object.assign(bench.counter.host, {
    async inquire() {
      here.asked++;
      return here.knows();
    },
  });
  Object.assign(bench.counter.config.profile.transactions, { inquiry: { offered } });
  Object.assign(bench.counter, { text: () => texts('en') });
  Object.assign(bench.counter.paper, {
    async report(table: ReceiptTable) {
      here.printed.push(table);
      return here.prints();
    },
  });
  return here;
}

/** An entry that the bank has approved. */
export function made(bench: SaleBench, type: EntryType, amount: number, original?: Entry, particulars = {}): Entry {
  const entry = bench.journal.begin(
    saleOf(amount, { type, digest: 'd1', particulars, ...(original === undefined ? {} : { original }) }),
  );
  if (types[type].lost === 'advise') {
    entry.accepted();
    entry.told(approval);
    return entry;
  }
  entry.sent();
  entry.answered(approval);
  entry.completed();
  return entry;
}

/** Asks by these digits and checks the amount on screen, display and paper, and that the bank was asked once. */
export async function askedBy(bench: Desk, digits: string, wanted: { readonly fen: number; readonly says: RegExp }) {
  const due: number[] = [];
  Object.assign(bench.counter.customer, { due: (amount: number) => void due.push(amount) });
  const places: unknown[] = [];
  Object.assign(bench.counter.host, {
    async inquire({ of }: { of: { place: unknown } }) {
      places.push(of.place);
      return record('posted', wanted.fen);
    },
  });
  const done = wasICharged(bench.counter);
  await bench.screen('charged.which');
  bench.press(...([...digits] as ('0' | '1')[]), 'enter');
  await bench.screen('charged.told');
  await bench.says(wanted.says);
  bench.press('menu', 'enter');
  await bench.says(/Bank's record/);
  bench.press('cancel');
  await done;
  return { due, places, paper: JSON.stringify(bench.printed) };
}
