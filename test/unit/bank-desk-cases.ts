import type { Case, Reason, Ruling } from '../../bank/cases.ts';
import { shownCase } from '../../bank/clearing-commands.ts';
import { decide, type WhyNot } from '../../bank/correction.ts';
import { dispute } from '../../bank/dispute.ts';
import { type Message, type MessageFields, pack, unpack } from '../../src/host/codec.ts';
import { type CardName, type Counter, FORMS, type FormName } from './bank-counter.ts';
import { countRequest, endRequest, uploadRequest } from './bank-settling.ts';
import { CARDS, request, TERMINAL } from './bank-terminal.ts';

/** What a card has before anything is bought. */
export const FULL = 1_000_000;

/** A row of the terminal's own books. */
export interface Kept {
  trace: string;
  amount?: number;
  card?: CardName;
  gives?: 'back';
}

/** The terminal settles its open batch as if it had these rows, to the end. Returns the batch that it was. */
export function settle(counter: Counter, kept: readonly Kept[]): string {
  const keys = counter.keys();
  const { batch } = keys;
  const rows = kept.map(({ amount = 10_000, card = 'boc', ...row }) => ({ ...row, amount, pan: CARDS[card].pan }));
  const side = (gives: 'back' | undefined): [number, number] => {
    const those = rows.filter((row) => row.gives === gives);
    return [those.reduce((sum, { amount }) => sum + amount, 0), those.length];
  };
  const { totals = '' } = plain(
    counter,
    countRequest(batch, { home: { debit: side(undefined), credit: side('back') } }),
  );
  const balanced = totals[30] === '1';
  if (!balanced && rows.length > 0) plain(counter, uploadRequest(batch, rows));
  const { code, batch: next = '' } = plain(counter, endRequest(batch, balanced ? '207' : '202', rows.length));
  if (code !== '00') throw new Error(`the end was answered ${code}`);
  keys.batch = next.slice(2, 8);
  return batch;
}

/** Without a MAC, as settlements go. */
export function plain(counter: Counter, asked: Message): Message {
  return unpack(counter.handle(Buffer.from(pack(asked))));
}

export function caseOf(counter: Counter, reason: Reason, trace: string): Case {
  const found = counter.office.cases.list(100, false).find((one) => one.reason === reason && one.trace === trace);
  if (found === undefined) throw new Error(`no case: ${reason} of ${trace}`);
  return found;
}

/** Why it cannot be; `done` where it is. */
export function decided(counter: Counter, reason: Reason, trace: string, decision: Ruling): WhyNot | 'done' {
  const { office, now } = counter;
  const by = { decision, people: ['Li', 'Wang'], reference: 'slip 17', at: now } as const;
  const why = office.books.atomically(() => decide(office, caseOf(counter, reason, trace), by));
  office.ledger.recount();
  return why ?? 'done';
}

export function shown(counter: Counter, reason: Reason, trace: string) {
  return shownCase(counter.office, caseOf(counter, reason, trace));
}

/** By the terminal's paper; 0 where it has nothing of it. */
export function disputed(counter: Counter, batch: string, trace: string, amount: number, card = 'boc-debit'): Case {
  return dispute(counter.office, TERMINAL, { batch, trace, terminal_amount: amount, card });
}

/** A 0400 of a batch that is over. */
export function reversedLate(counter: Counter, type: FormName, trace: string, batch: string, amount?: number) {
  const fields = { batch: `${FORMS[type][3]}${batch}000500` };
  return counter.reverse(type, { trace, fields, ...(amount === undefined ? {} : { amount }) });
}

/** `posted 00 10000 of which 4000`: what an inquiry is told. */
export function toldOf(counter: Counter, original: string): string {
  const { operator = '', amount, totals } = inquired(counter, original);
  const [, state, code] = /^CUP(\w+) *(\w\w)(?:\d{6}\*|$)/.exec(operator) ?? [];
  return `${state} ${code} ${Number(amount)} of which ${Number(totals)}`;
}

/** The masked number that it is told. */
export function cardToldOf(counter: Counter, original: string): string {
  return inquired(counter, original).operator?.slice(17) ?? '';
}

function inquired(counter: Counter, original: string): Message {
  const fields: Partial<MessageFields> = { trace: '009999', batch: `00${counter.keys().batch}320`, original };
  return counter.answerTo(request('0820', fields));
}
