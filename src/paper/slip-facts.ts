import type { Config } from '../config/config.ts';
import { institutionName } from '../config/institutions.ts';
import type { Language } from '../config/texts.ts';
import type { Entry } from '../journal/entry.ts';
import type { EntryType } from '../journal/types.ts';
import type { Entry as EntryLetter, SlipFacts, SlipOriginal } from '../receipt/receipt.ts';

/** The facts for an entry's slip, taken from the entry's own row and history alone. */
export function slipFacts(
  entry: Entry,
  { terminal, profile }: Pick<Config, 'terminal' | 'profile'>,
  language: Language,
  duplicate: boolean,
): SlipFacts {
  const { facts, history, state } = entry;
  const { type, particulars } = facts;
  const { issuer = null, acquirer = null, authorisation = null, reference = null } = history.answer ?? {};
  const named = (number: string | null) => (number === null ? null : institutionName(number, language));
  return {
    type,
    merchant: terminal.merchant,
    terminal: terminal.merchant.terminal,
    operator: facts.operator,
    supervisor: particulars.supervisor ?? null,
    issuer: named(issuer),
    acquirer: named(acquirer),
    maskedPan: facts.card ?? '',
    entry: letterOf(facts.entry_mode),
    expiry: null,
    batch: facts.batch,
    trace: facts.trace,
    original: originalOf(entry),
    authorisation: authorisation ?? (type === 'voice' ? (particulars.authorisation ?? null) : null),
    reference,
    at: facts.begun_ms,
    bankDay: bankDayOf(entry),
    ...moneyOf(entry),
    tipLine: type === 'sale' && state === 'approved' && profile.transactions.tip.offered,
    untold: history.stage === 'accepted' && history.undone === 'no',
    undone: state === 'voided' || state === 'refunded' ? state : null,
    duplicate,
  };
}

function moneyOf(entry: Entry): Pick<SlipFacts, 'amount' | 'tip' | 'before' | 'instalment'> {
  const { type, amount, particulars } = entry.facts;
  const { before, periods, plan } = particulars;
  if (type === 'tip') return { amount: before ?? entry.original?.amount ?? amount, tip: amount };
  if (type === 'adjust' && before !== undefined) return { amount, before };
  if (type !== 'instalment' || periods === undefined) return { amount };
  return { amount, instalment: { periods, plan: plan ?? '', each: null } };
}

/** What names the original, for the bank and for whoever looks for its slip in a drawer. */
const foundBy = {
  void: ['trace'],
  refund: ['trace', 'reference', 'date'],
  'preauth-add': ['authorisation', 'date'],
  'preauth-void': ['authorisation', 'date'],
  completion: ['authorisation', 'date'],
  'completion-advice': ['authorisation', 'date'],
  'completion-void': ['trace'],
  adjust: ['trace'],
  tip: ['trace'],
} as const satisfies Partial<Record<EntryType, readonly (keyof SlipOriginal)[]>>;

function originalOf({ facts, original }: Entry): SlipOriginal | null {
  const wanted: readonly (keyof SlipOriginal)[] =
    (foundBy as Record<string, readonly (keyof SlipOriginal)[]>)[facts.type] ?? [];
  if (wanted.length === 0) return null;
  const { authorisation = null, reference = null } = original?.history.answer ?? {};
  const { particulars } = facts;
  const known: SlipOriginal =
    original === null
      ? particulars
      : {
          trace: original.trace,
          authorisation: authorisation ?? original.facts.particulars.authorisation ?? null,
          reference,
          // The bank's day where it named one: it looks for the original under that.
          date: original.history.answer?.host_time?.mmdd ?? dayOf(original.facts.begun_ms),
        };
  const batch = original === null || original.batch === facts.batch ? null : original.batch;
  return { ...Object.fromEntries(wanted.map((name) => [name, known[name] ?? null])), batch };
}

/** MMDD of the bank's answer, where that is another day than the counter's. */
function bankDayOf({ facts, history }: Entry): string | null {
  const day = history.answer?.host_time?.mmdd ?? null;
  return day === dayOf(facts.begun_ms) ? null : day;
}

/** MMDD. */
function dayOf(at: number): string {
  const day = new Date(at);
  return `${String(day.getMonth() + 1).padStart(2, '0')}${String(day.getDate()).padStart(2, '0')}`;
}

/** Field 22, its first two digits (unionpay.md 2). */
function letterOf(entryMode: string): EntryLetter {
  const letters: Readonly<Record<string, EntryLetter>> = { '01': 'M', '05': 'I', '07': 'C' };
  return letters[entryMode.slice(0, 2)] ?? 'S';
}
