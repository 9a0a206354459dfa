import type { Entry } from '../journal/entry.ts';
import type { Journal } from '../journal/journal.ts';
import { acknowledged, askDigits } from '../operator/ask.ts';
import { type VoidWhy, voidRefused, voidTrace } from '../operator/screens/void.ts';
import type { Counter } from '../sale/counter.ts';
import type { State } from '../values/state.ts';
import { trace } from '../values/trace.ts';

/** How far back the last sale is looked for. */
const LOOK_BACK = 50;

/** The sale that is to be undone, one that can be; null where the operator goes back. */
export async function chooseOriginal(counter: Counter): Promise<Entry | null> {
  const { operator, journal } = counter;
  for (;;) {
    const number = await askTrace(counter);
    if (number === null) return null;
    const found = entryOf(journal, number);
    const why = whyNot(journal, found);
    if (why === null) return found;
    operator.flush();
    operator.beep('refused');
    const facts = { why, trace: number, amount: found?.amount ?? null, batch: found?.batch ?? journal.batch };
    operator.show((text, bar) => voidRefused(text, bar, facts));
    if ((await acknowledged(operator, ['enter', 'cancel'])) === 'cancel') return null;
  }
}

/** The number on the slip; Enter alone takes the last sale. */
async function askTrace({ operator, journal, config }: Counter): Promise<string | null> {
  const last = lastSale(journal);
  for (;;) {
    const typed = await askDigits(operator, {
      least: last === null ? 1 : 0,
      most: 6,
      wait_s: config.terminal.waits.confirm_s,
      draw: (digits) => (text, bar) => voidTrace(text, bar, { typed: digits, last }),
    });
    if (typed === null) return null;
    return typed === '' && last !== null ? last.trace : typed.padStart(6, '0');
  }
}

function lastSale(journal: Journal) {
  return journal.rows({ limit: LOOK_BACK }).find(({ type, state }) => type === 'sale' && state === 'approved') ?? null;
}

/** In the open batch first: a trace comes round again after 999999. */
function entryOf(journal: Journal, number: string): Entry | null {
  if (number === '000000') return null;
  return journal.find(trace(number), journal.batch) ?? journal.find(trace(number));
}

/** What each state of a sale says to whoever wants it undone; a success may be. */
const whyOf = {
  pending: 'unsettled',
  approved: null,
  declined: 'not-charged',
  unknown: 'unsettled',
  reversing: 'unsettled',
  reversed: 'not-charged',
  'reversed-unconfirmed': 'unsettled',
  voided: 'voided',
  refunded: 'voided',
  parked: 'unsettled',
} as const satisfies Record<State, VoidWhy | null>;

/** A void whose own result is open: a second one could give the money back twice. */
const open: readonly State[] = ['pending', 'unknown', 'reversing', 'parked'];

/** Why this entry cannot be voided; null where it can. */
export function whyNot(journal: Pick<Journal, 'batch'>, entry: Entry | null): VoidWhy | null {
  if (entry === null) return 'unknown';
  if (entry.facts.type !== 'sale') return 'not-sale';
  const why = whyOf[entry.state];
  if (why !== null) return why;
  if (entry.sequels.some(({ state }) => open.includes(state))) return 'underway';
  if (entry.batch !== journal.batch) return 'settled';
  return entry.history.answer?.reference ? null : 'no-reference';
}
