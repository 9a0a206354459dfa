import type { Entry } from '../journal/entry.ts';
import { acknowledged, askYes, untilSeen } from '../operator/ask.ts';
import { paperNothing, paperPrinting, type SlipOf } from '../operator/screens/paper.ts';
import { type PrintWhy, printConfirm, printRefused, printTrace, settlementNone } from '../operator/screens/printing.ts';
import { type Asked, detailPages, faultOf, settlementTables, totalsOf } from '../paper/reports.ts';
import type { Counter } from '../payment/counter.ts';
import { askTrace, entryOf } from '../payment/original.ts';
import { detailList } from '../receipt/detail-list.ts';
import { faultSlip } from '../receipt/fault-slip.ts';
import { paperTime } from '../receipt/paper-time.ts';
import { totalsSlip } from '../receipt/totals-slip.ts';
import type { State } from '../values/state.ts';
import { printPages, printReport } from './report.ts';
import { untilPrinted } from './until-printed.ts';

/** What the print menu (place 6 of the main menu) offers. */
export const prints = {
  'print-last': printLast,
  'print-any': printAny,
  'print-details': printDetails,
  'print-totals': printTotals,
  'print-settlement': printSettlement,
} as const;

export type Print = keyof typeof prints;

export function isPrint(choice: string): choice is Print {
  return Object.hasOwn(prints, choice);
}

/** How far back the last slip is looked for. */
const LOOK_BACK = 200;

/** Prints one more copy of the newest slip, with the word DUPLICATE. */
async function printLast(counter: Counter): Promise<void> {
  const { operator, journal } = counter;
  for (const entry of journal.newest(LOOK_BACK)) if (whyNoSlip(entry) === null) return reprint(counter, entry);
  operator.show((text, bar) => paperNothing(text, bar));
  await acknowledged(operator, ['enter', 'cancel']);
}

/** Prints the slip of any entry, by its trace; for one on the exceptions list, the note of what is known of it. */
async function printAny(counter: Counter): Promise<void> {
  const { operator } = counter;
  for (;;) {
    const number = await askTrace(operator, null, (typed) => (text, bar) => printTrace(text, bar, { typed }));
    if (number === null) return;
    const entry = entryOf(counter, number);
    const why = whyNoSlip(entry);
    if (entry !== null && (why === null || entry.state === 'parked')) {
      if (!(await confirmed(counter, entry))) continue;
      return why === null ? reprint(counter, entry) : printFault(counter, entry);
    }
    const facts = { why: why ?? 'unknown', trace: number, amount: entry?.amount ?? null };
    const key = await untilSeen(operator, 'refused', ['enter', 'cancel'], (text, bar) =>
      printRefused(text, bar, facts),
    );
    if (key === 'cancel') return;
  }
}

/** Prints the open batch, transaction by transaction. */
async function printDetails(counter: Counter): Promise<void> {
  const pages = detailPages(counter.journal, asked(counter));
  await printPages(counter, 'details', pages, detailList);
}

/** Prints the totals of the open batch. */
async function printTotals(counter: Counter): Promise<void> {
  const facts = totalsOf(counter.journal, asked(counter));
  await printReport(counter, 'totals', (text) => totalsSlip(facts, text));
}

/** Prints the slip of the last settlement once more. */
async function printSettlement(counter: Counter): Promise<void> {
  const { operator, journal, config } = counter;
  const last = journal.lastSettlement();
  if (last === null) {
    operator.show((text, bar) => settlementNone(text, bar));
    await acknowledged(operator, ['enter', 'cancel']);
    return;
  }
  await printReport(counter, 'settlement', (text) => settlementTables(last, config, text, true));
}

async function printFault(counter: Counter, entry: Entry): Promise<void> {
  const facts = faultOf(entry, asked(counter));
  await printReport(counter, 'fault', (text) => faultSlip(facts, text));
}

async function reprint(counter: Counter, entry: Entry): Promise<void> {
  const { operator, paper } = counter;
  const { amount, trace, state, facts } = entry;
  const slip: SlipOf = { type: facts.type, state, amount, trace };
  await untilPrinted(counter, slip, () => {
    operator.show((text, bar) => paperPrinting(text, bar, { copy: 'cardholder' }));
    return paper.reprint(entry);
  });
}

function asked({ config, signedIn, clock }: Counter): Asked {
  return { config, operator: signedIn, at: clock.now() };
}

/** Why an entry in this state has no slip; null where it has one. A `pending` advice has one too: see `whyNoSlip`. */
const whyOf = {
  pending: 'open',
  approved: null,
  declined: 'not-done',
  unknown: 'open',
  reversing: 'open',
  reversed: 'not-done',
  'reversed-unconfirmed': 'open',
  voided: null,
  refunded: null,
  parked: 'open',
} as const satisfies Record<State, PrintWhy | null>;

/** Why the entry has no slip; null where it has one, because the counter has finished with it. */
function whyNoSlip(entry: Entry | null): PrintWhy | null {
  if (entry === null) return 'unknown';
  if (entry.state === 'pending' && entry.history.stage === 'accepted') return null;
  return whyOf[entry.state];
}

function confirmed({ operator }: Counter, { trace, batch, amount, state, facts }: Entry): Promise<boolean> {
  const shown = { type: facts.type, masked: facts.card, time: paperTime(facts.begun_ms), trace, batch, amount, state };
  return askYes(operator, (text, bar) => printConfirm(text, bar, shown));
}
