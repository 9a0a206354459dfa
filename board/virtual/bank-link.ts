import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { askLine, NoAnswer, parsed } from './json-lines.ts';
import { Refusal } from './refusal.ts';

export const BOOKS = [
  'accounts',
  'transactions',
  'merchants',
  'ledger',
  'settlements',
  'payouts',
  'cases',
  'terminals',
] as const;
export type Book = (typeof BOOKS)[number];

export const BANK_FAULTS = ['host-silent', 'answer-lost', 'answer-bad-mac', 'slow'] as const;
export type BankFault = (typeof BANK_FAULTS)[number];

export type BankDoor = 'primary' | 'backup' | 'key-centre';

/** The bank as the board sees it: the addresses it publishes, and its control socket. */
export interface BankLink {
  door(door: BankDoor): { host: string; port: number } | null;
  /** The newest `limit` rows of a book that keeps growing; `open` leaves closed cases out. */
  book(book: Book, limit?: number, open?: boolean): Promise<unknown>;
  /** A merchant's reconciliation of a day, line by line; by default of the first merchant and the bank's open day. */
  reconciliation(of: { merchant?: string | undefined; date?: string | undefined }): Promise<unknown>;
  /** Asks the bank's clerk for an authorisation by telephone; throws a Refusal where the clerk says no. */
  voice(card: string, amount: number): Promise<unknown>;
  /** Asks the bank's clerk how a trade stands, and for the reference that ends it; throws a Refusal on a no. */
  ruling(of: object): Promise<unknown>;
  /** The bank's day: which one is open, and when it ends by itself. */
  day(): Promise<unknown>;
  /** The merchant's file of a day, as the bank writes it. */
  reconciliationFile(of: { merchant?: string | undefined; date?: string | undefined }): Promise<MerchantFile>;
  /** Ends the bank's day now; the cut-over lasts `lasts_s`, or as long as configured. */
  cutOver(lasts_s: number | undefined): Promise<unknown>;
  /** Enters what was found out about a case, or what two people decide. */
  followCase(step: object): Promise<unknown>;
  /** Opens a case for a transaction that the terminal's paper shows differently. */
  dispute(of: object): Promise<unknown>;
  /** Two people of the bank move the terminal to another batch. */
  moveBatch(to: object): Promise<unknown>;
  /** Calls `told` after each command that may have changed the bank's books. Returns a function that stops it. */
  watch(told: () => void): () => void;
  fault(fault: BankFault, on: boolean): Promise<void>;
  faults(): Promise<Readonly<Record<string, boolean>>>;
}

/** A file in CSV (RFC 4180), with the name that the bank gives it. */
export interface MerchantFile {
  readonly name: string;
  readonly csv: string;
}

const ANSWER_MS = 3000;
/** More time for each row asked for: the bank makes the whole answer before it sends the first byte. */
const ANSWER_ROW_MS = 0.2;

function patienceFor({ limit = 0 }: { limit?: number | undefined }): number {
  return ANSWER_MS + limit * ANSWER_ROW_MS;
}

/** `published` is the file that the bank writes when it listens. */
export function openBankLink(published: string): BankLink {
  const ask = async (question: object): Promise<Record<string, unknown>> => {
    const control = readPublished(published).control;
    if (typeof control !== 'string') throw bankAway();
    try {
      return plain(await askLine(join(dirname(published), control), question, { timeout_ms: patienceFor(question) }));
    } catch (error) {
      if (error instanceof NoAnswer) throw error.why === 'long' ? tooLong() : bankAway();
      throw error;
    }
  };
  const watching = new Set<() => void>();
  const tell = async (command: object): Promise<Record<string, unknown>> => {
    const told = omitOk(await ask(command));
    for (const watcher of watching) watcher();
    return told;
  };
  return {
    door: (door) => addressOf(readPublished(published)[door]),
    async book(book, limit, open) {
      const answer = await ask({ do: book, limit, open });
      return book === 'ledger' ? omitOk(answer) : (answer[book] ?? []);
    },
    reconciliation: async ({ merchant, date }) => omitOk(await ask({ do: 'reconciliation', merchant, date })),
    voice: async (card, amount) => omitOk(await ask({ do: 'voice', card, amount })),
    ruling: (of) => tell({ ...of, do: 'ruling' }),
    day: async () => omitOk(await ask({ do: 'day' })),
    async reconciliationFile({ merchant, date }) {
      const { name, csv } = await ask({ do: 'reconciliation', merchant, date, csv: true });
      return { name: String(name), csv: String(csv) };
    },
    cutOver: (lasts_s) => tell({ do: 'cut-over', lasts_s }),
    followCase: (step) => tell({ ...step, do: 'case' }),
    dispute: (of) => tell({ ...of, do: 'dispute' }),
    moveBatch: (to) => tell({ ...to, do: 'set-batch' }),
    watch(told) {
      watching.add(told);
      return () => watching.delete(told);
    },
    async fault(fault, on) {
      await ask({ do: 'fault', fault, on });
    },
    async faults() {
      return faultsOf(await ask({ do: 'faults' }));
    },
  };
}

function readPublished(file: string): Record<string, unknown> {
  try {
    const content = parsed(readFileSync(file, 'utf8'));
    return typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : {};
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

/** Reads `tcp://127.0.0.1:4001`; null for other hosts, as a relay connects to loopback only. */
function addressOf(address: unknown): { host: string; port: number } | null {
  const found = /^tcp:\/\/127\.0\.0\.1:(\d{1,5})$/.exec(String(address));
  return found === null ? null : { host: '127.0.0.1', port: Number(found[1]) };
}

function plain(answer: unknown): Record<string, unknown> {
  const told = (typeof answer === 'object' && answer !== null ? answer : {}) as Record<string, unknown>;
  if (told.ok !== false) return told;
  const facts = told.problem === undefined ? {} : { problem: told.problem };
  const remedy = String(told.remedy ?? 'See the log of the bank.');
  throw new Refusal(502, `the bank refused: ${String(told.error)}`, remedy, { facts });
}

function omitOk(answer: Record<string, unknown>): Record<string, unknown> {
  const { ok: _, ...rest } = answer;
  return rest;
}

function faultsOf(answer: Record<string, unknown>): Record<string, boolean> {
  const told = answer.faults ?? answer;
  if (Array.isArray(told)) {
    return Object.fromEntries(
      told.map((row) => (typeof row === 'string' ? [row, true] : [String(row?.fault), row?.on === true])),
    );
  }
  return Object.fromEntries(Object.entries(told as Record<string, unknown>).map(([name, on]) => [name, on === true]));
}

function tooLong(): Refusal {
  return new Refusal(502, 'the answer is too long', 'Ask with a smaller limit.');
}

function bankAway(): Refusal {
  const remedy = 'Start it with make run; its log is bank.log in GUITAI_DIR.';
  return new Refusal(503, 'the bank does not answer', remedy, { problem: 'bank-away' });
}
