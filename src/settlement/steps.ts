import type { Settled } from '../host/settlement.ts';
import { MOST_UPLOADED, type SettlementRequest, type UploadRow } from '../host/settlement.ts';
import type { Entry } from '../journal/entry.ts';
import { type Settlement, sinceCompared } from '../journal/settlements.ts';
import type { CardGroup } from '../journal/types.ts';
import type { SettlingStep } from '../operator/screens/settlement.ts';
import type { Counter } from '../payment/counter.ts';
import { cardOnFile } from '../payment/on-file.ts';
import { Fault } from '../values/problem.ts';
import { countOf, counts, unbalanced } from './counting.ts';
import { differencesOf } from './differences.ts';

/** The bank refuses to go on with the settlement. */
export type Refused = Pick<Settled, 'code' | 'signInAgain'>;

export type Show = (step: SettlingStep, done?: { readonly rows: number; readonly of: number }) => void;

/** 94: the bank has done this step already (unionpay.md 9.5). */
const ACCEPTED = ['00', '94'];
/** The step does not fit what the bank has counted by now: the totals are compared again. */
const COMPARE_AGAIN = '95';
/** Comparisons before the terminal gives up: the bank's books should not keep changing meanwhile. */
const MOST_ROUNDS = 3;

/** Takes the settlement on to its end at the bank. Throws the Faults of the line and the disk, with nothing lost. */
export async function throughTheSteps(counter: Counter, begun: Settlement, show: Show): Promise<Settlement | Refused> {
  let settlement = begun;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    if (settlement.step('ended') !== null) return settlement;
    if (settlement.step('compared') === null || round > 0) {
      show('comparing');
      const compared = await compare(counter, settlement);
      if ('code' in compared) return compared;
      settlement = compared;
    }
    if (unbalanced(settlement).length > 0) {
      const uploaded = await upload(counter, settlement, show);
      settlement = uploaded.settlement;
      if (uploaded.refused?.code === COMPARE_AGAIN) continue;
      if (uploaded.refused !== null) return uploaded.refused;
      const named = await namesDifferences(counter, settlement, show);
      if ('code' in named) return named;
      settlement = named;
    }
    show('ending');
    const ended = await end(counter, settlement);
    if (!('code' in ended)) return ended;
    if (ended.code !== COMPARE_AGAIN) return ended;
  }
  return { code: COMPARE_AGAIN, signInAgain: false };
}

async function compare(counter: Counter, settlement: Settlement): Promise<Settlement | Refused> {
  const { totals, operator } = settlement;
  const { code, compared, reference, signInAgain } = await ask(counter, settlement, {
    step: 'settle',
    totals,
    operator,
  });
  if (!ACCEPTED.includes(code)) return { code, signInAgain };
  if (compared === null) throw new Fault({ kind: 'host-garbled', field: 'F48', why: 'no totals with their flags' });
  return counter.journal.settled(settlement, { kind: 'compared', ...compared, ...(reference && { reference }) });
}

/** How far the upload came. What the bank took before it refused the rest is on the disk. */
interface Uploaded {
  readonly settlement: Settlement;
  readonly refused: Refused | null;
}

/** Uploads every entry that counts in the unbalanced groups, eight at a time, and goes on where it stopped before. */
async function upload(counter: Counter, begun: Settlement, show: Show): Promise<Uploaded> {
  const { journal } = counter;
  let settlement = begun;
  const groups = unbalanced(settlement);
  const of = groups.reduce((count, group) => count + countOf(settlement, group), 0);
  for (;;) {
    const { last, rows } = uploadedOf(settlement);
    const batch = nextCounting(counter, settlement, groups, last);
    if (batch.length === 0) return { settlement, refused: null };
    show('uploading', { rows, of });
    const sent = batch.map(({ row }) => row);
    const { code, signInAgain } = await ask(counter, settlement, { step: 'upload', rows: sent });
    if (!ACCEPTED.includes(code)) return { settlement, refused: { code, signInAgain } };
    const reached = batch.at(-1)?.id ?? last;
    settlement = journal.settled(settlement, { kind: 'uploaded', last: reached, rows: rows + sent.length });
  }
}

/** Finds the entries that differ, where the bank answers inquiries. */
async function namesDifferences(counter: Counter, settlement: Settlement, show: Show): Promise<Settlement | Refused> {
  if (!counter.config.profile.transactions.inquiry.offered || sinceCompared(settlement, 'differs') !== null)
    return settlement;
  show('asking');
  const differences = await differencesOf(counter, settlement, unbalanced(settlement));
  if ('code' in differences) return { code: differences.code, signInAgain: true };
  return counter.journal.settled(settlement, { kind: 'differs', differences });
}

async function end(counter: Counter, settlement: Settlement): Promise<Settlement | Refused> {
  const balanced = unbalanced(settlement).length === 0;
  const count = balanced ? countOf(settlement, 'home') + countOf(settlement, 'foreign') : uploadedOf(settlement).rows;
  const step = balanced ? 'upload-end-balanced' : 'upload-end';
  const { code, next, signInAgain } = await ask(counter, settlement, { step, count });
  if (!ACCEPTED.includes(code)) return { code, signInAgain };
  if (next === null) throw new Fault({ kind: 'host-garbled', field: 'F60', why: 'no next batch' });
  return counter.journal.settled(settlement, { kind: 'ended', next });
}

async function ask({ host, journal }: Counter, { batch }: Settlement, request: SettlementRequest): Promise<Settled> {
  return host.settle(request, { trace: journal.takeTrace(), batch });
}

/** The next entries to upload, after the one with the id `last`; at most as many as one upload takes. */
function nextCounting(
  counter: Counter,
  { batchId }: Settlement,
  groups: readonly CardGroup[],
  last: number,
): { readonly id: number; readonly row: UploadRow }[] {
  const found: { id: number; row: UploadRow }[] = [];
  let after = last;
  for (;;) {
    const page = counter.journal.page({ batchId, after, limit: 64 });
    for (const entry of page) {
      const row = counts(entry) && groups.includes(entry.facts.group) ? rowOf(counter, entry) : null;
      if (row !== null) found.push({ id: entry.id, row });
      if (found.length === MOST_UPLOADED) return found;
    }
    if (page.length === 0) return found;
    after = page.at(-1)?.id ?? after;
  }
}

/**
 * Null where this device cannot open the card's number any more: the entry is then missing from the upload, which
 * becomes a case at the bank, and the batch is closed all the same.
 */
function rowOf(counter: Counter, entry: Entry): UploadRow | null {
  const card = cardOnFile(counter, entry);
  const { facts, trace, total } = entry;
  return card === null ? null : { group: facts.group, trace, pan: card.pan, amount: total };
}

/** How far the upload has come since the last comparison: an upload for an earlier one does not count. */
function uploadedOf(settlement: Settlement): { readonly last: number; readonly rows: number } {
  return sinceCompared(settlement, 'uploaded') ?? { last: 0, rows: 0 };
}
