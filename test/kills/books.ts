import { agreement } from '../../board/virtual/books.ts';
import type { Counter, Row } from '../stories/counter.ts';
import { headers, isWhole, since } from '../stories/outage.ts';
import type { Flow } from './flow.ts';
import { type Before, isDefinite, SETTLEMENT_SLIP, settlementsAt } from './hand.ts';

/** Money or paper that one of the books has and another has not, or has twice; or a clerk who did not get to the end. */
export interface Finding {
  readonly kind: 'lost' | 'doubled' | 'stumbled';
  readonly what: string;
}

export interface Told {
  readonly amount: number;
  readonly before: Before;
  /** When the flow began, by this machine's clock, which the bank uses too. */
  readonly from_ms: number;
  /** What screen and customer display said while it ran. */
  readonly said: readonly string[];
}

const MOST_ROWS = 1000;

interface Timed extends Row {
  readonly time: string;
}

/** Compares bank, journal, paper and what was said, once the terminal has come to rest. */
export async function compared(counter: Counter, flow: Flow, told: Told): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  const lost = (what: string) => found.push({ kind: 'lost', what });
  const doubled = (what: string) => found.push({ kind: 'doubled', what });
  const journal = () => counter.get<Row[]>(`journal?limit=${MOST_ROWS}`);

  await counter
    .until('every row definite', async () => (await journal()).every(isDefinite))
    .catch(async () => {
      for (const row of (await journal()).filter((row) => !isDefinite(row))) lost(`${row.trace} stays ${row.state}`);
    });
  const rows = await journal();
  const bank = await counter.get<Timed[]>(`bank/transactions?limit=${MOST_ROWS}`);
  for (const { trace, terminal, bank: theirs } of agreement(rows, bank, MOST_ROWS).differing) {
    lost(`${trace} is ${terminal} here, ${theirs} at the bank`);
  }
  const { sum } = await counter.get<{ sum: number }>('bank/ledger');
  if (sum !== 0) lost(`the ledger's sum is ${sum}`);

  const mine = bank.filter(({ time }) => Date.parse(time) >= told.from_ms);
  const posted = Map.groupBy(
    mine.filter(({ state }) => state === 'posted'),
    ({ type, amount }) => `${type} of ${amount}`,
  );
  // No amount is typed twice in one flow.
  for (const [what, rows] of posted)
    if (rows.length > 1) doubled(`${what}: ${rows.map(({ trace }) => trace).join(' ')}`);
  const lie = told.said.find((text) => flow.lie.word.test(text));
  const charged = mine.find(({ type, state }) => type === flow.lie.type && state === flow.lie.while);
  if (lie !== undefined && charged !== undefined)
    lost(`"${lie}" was said of ${charged.trace}, which is ${charged.state}`);
  const cases = await counter.tellBank({ do: 'cases', open: true });
  for (const one of cases.cases as readonly object[]) lost(`the bank has a case: ${JSON.stringify(one)}`);
  found.push(...(await paperOf(counter, told, rows)), ...(await settlementsOf(counter, told)));
  return found;
}

/** Each batch must be closed once, with the same totals on both sides, and its slip come out once without DUPLICATE. */
async function settlementsOf(counter: Counter, { before }: Told): Promise<Finding[]> {
  const found: Finding[] = [];
  const all = await settlementsAt(counter);
  for (const { batch, state, balanced } of all) {
    if (state !== 'closed' || !balanced)
      found.push({ kind: 'lost', what: `batch ${batch}: ${state}, balanced ${balanced}` });
    if (all.filter((other) => other.batch === batch).length > 1)
      found.push({ kind: 'doubled', what: `batch ${batch}` });
  }
  const slips = async () => (await since(counter, before.slips)).filter((text) => text.includes(SETTLEMENT_SLIP));
  if (all.length > before.settlements) {
    await counter
      .until('the slip', async () => (await slips()).some((text) => text.includes('新批次号')))
      .catch(() => {
        found.push({ kind: 'lost', what: 'the settlement is owed its slip for ever' });
      });
  }
  const firsts = (await slips()).flatMap((text) => text.split(SETTLEMENT_SLIP).slice(1)).filter(isFirstSettlement);
  for (const [batch, slips] of Map.groupBy(firsts, (text) => /批次号\D*(\d{6})/.exec(text)?.[1]))
    if (slips.length > 1) found.push({ kind: 'doubled', what: `the slip of batch ${batch}, without DUPLICATE` });
  return found;
}

/** DUPLICATE would stand above the figures, so a slip that shows them is a first one if it lacks the word. */
function isFirstSettlement(text: string): boolean {
  return text.includes('内卡') && !text.includes('DUPLICATE');
}

/** Both copies of the last success must come out, each at most once without the word DUPLICATE (money rule 5). */
async function paperOf(counter: Counter, { before, amount }: Told, rows: readonly Row[]): Promise<Finding[]> {
  const [row] = rows;
  const found: Finding[] = [];
  const owing = row?.state === 'approved' && row.amount === amount;
  const slips = () => since(counter, before.slips);
  const whole = async (copy: keyof typeof headers) =>
    isWhole(
      (await slips()).filter((text) => text.includes(row?.trace ?? '')),
      copy,
    );
  if (owing) {
    await counter
      .until('both slips', async () => (await whole('merchant')) && (await whole('cardholder')))
      .catch(() => {
        found.push({ kind: 'lost', what: `${row.trace} is owed its paper for ever` });
      });
  }
  for (const copy of ['merchant', 'cardholder'] as const) {
    const copies = (await slips()).flatMap((text) => text.split(TITLE)).filter((text) => isFirst(text, copy));
    const traces = copies.map((text) => traceOn(text) ?? row?.trace);
    const twice = traces.filter((trace, at) => traces.indexOf(trace) !== at);
    for (const trace of twice)
      found.push({ kind: 'doubled', what: `the ${copy}'s copy of ${trace}, without DUPLICATE` });
  }
  return found;
}

/** Copies are told apart by this title: one may hang on the stump of another where the paper was not cut. */
const TITLE = 'POS 签购单';

/** DUPLICATE would stand above the merchant's number: a stump that was cut off before that does not count. */
function isFirst(text: string, copy: keyof typeof headers): boolean {
  return text.includes(headers[copy]) && /8981\d{11}/.test(text) && !text.includes('DUPLICATE');
}

/** The trace on a copy; null for a stump that was cut off before it, which then belongs to the newest row. */
function traceOn(text: string): string | null {
  return /凭证号[^\d]*(\d{6})/.exec(text)?.[1] ?? null;
}
