import type { MessageFields } from '../src/host/codec.ts';
import { foundOut } from './cases.ts';
import { differences } from './differences.ts';
import { followUnsettled, wasHad } from './left-batch.ts';
import type { Office } from './office.ts';
import { answerTo, hostTime, type Outcome, type Request } from './request.ts';
import { type Settlement, totalsOfEntries } from './settlements.ts';
import { CURRENCY } from './trade.ts';
import {
  type CardGroup,
  countOf,
  type Detail,
  detailsOf,
  type Flag,
  type Flags,
  GROUPS,
  type GroupTotals,
  type Totals,
  totalsDigits,
  totalsOf,
} from './upload.ts';

/** F60.3 of the end of a settlement that balances, and of one that does not. */
const BALANCED_END = '207';
const UNBALANCED_END = '202';

/** 0500: the bank counts the batch itself and says, by card group, whether the terminal has counted the same. */
export function count(office: Office, request: Request): Outcome {
  const { message, terminal, merchant, batch, at } = request;
  const asked = totalsOf(message.totals ?? '');
  const operator = message.operator?.trim() ?? '';
  if (message.trace === undefined || message.totals === undefined || asked === null || operator === '') {
    return answered(office, request, '30', { why: 'F48 or a mandatory field is not as upload.ts has it' });
  }
  if (message.currency !== CURRENCY) return answered(office, request, '30', { why: 'another currency' });

  const before = office.settlements.find(terminal.terminal, batch);
  if (before !== null && before.closedAt !== null) {
    // Asked again because the first answer was lost; of other figures nothing can be said any more.
    if (before.asked === message.totals) return counted(office, request, before);
    followUnsettled(office, { terminal: terminal.terminal, batch, asked });
    return answered(office, request, '77', { why: 'settled with other figures' });
  }
  if (batch !== office.terminals.batch(terminal.terminal)) {
    // The terminal will close it without us: what it has of it is kept beside what we have.
    followUnsettled(office, { terminal: terminal.terminal, batch, asked });
    return answered(office, request, '77', { why: 'another batch' });
  }
  const ours = countNow(office, terminal.terminal, batch, asked);
  if (before?.asked === message.totals && before.counted === ours) return counted(office, request, before);
  const settlement = office.settlements.counted({
    ...{ terminal: terminal.terminal, merchant: merchant.id, batch, operator },
    ...{ asked: message.totals, counted: ours, countedAt: at },
  });
  return counted(office, request, settlement);
}

/** 0320/201: entries of the groups that do not balance. */
export function upload(office: Office, request: Request): Outcome {
  const { message, batch } = request;
  const rows = detailsOf(message.totals ?? '');
  if (message.trace === undefined || rows === null) {
    return answered(office, request, '30', { why: 'F48 is no upload as upload.ts has it' });
  }
  const settlement = underway(office, request, (found) => rows.every((row) => isKept(office, found, row)));
  if ('answer' in settlement) return settlement;
  const flags = flagsOf(settlement.counted);
  if (rows.some(({ group }) => flags[group] === 1)) {
    return answered(office, request, '95', { why: 'a row of a group that balances' });
  }
  office.settlements.upload(settlement.id, rows);
  return answered(office, request, '00', { settlement: settlement.id, batch, rows: rows.length });
}

/**
 * 0320/207 and 202: closes the batch. From here what is left to differ between the two sides is a case each
 * (`discrepancy`), and the terminal's next requests are of the next batch.
 */
export function end(office: Office, request: Request): Outcome {
  const { message, terminal, batch, network, at } = request;
  const said = countOf(message.totals ?? '');
  if (message.trace === undefined || said === null) {
    return answered(office, request, '30', { why: 'F48 is no count as upload.ts has it' });
  }
  const settlement = underway(office, request, (found) => found.ended === network && found.endCount === said);
  if ('answer' in settlement) return settlement;
  const why = whyNoEnd(office, settlement, network, said);
  if (why !== null) return answered(office, request, '95', { why });

  const nextBatch = nextOf(office, terminal.terminal, batch);
  office.settlements.close(settlement.id, { ended: network, count: said, nextBatch, at });
  office.terminals.setBatch(terminal.terminal, nextBatch);
  const cases = network === UNBALANCED_END ? differences(office, settlement) : [];
  for (const one of cases) office.cases.open({ ...one, at });
  // One that was left, and that the terminal was moved back to.
  office.cases.answerBatch(terminal.terminal, batch, { answer: foundOut.settled, by: terminal.terminal, at });
  return answered(
    office,
    request,
    '00',
    { settlement: settlement.id, batch, cases: cases.length },
    ended(network, nextBatch),
  );
}

/** The settlement of the open batch; else what is answered: as before where the batch is closed and says the same. */
function underway(office: Office, request: Request, saysTheSame: (found: Settlement) => boolean): Settlement | Outcome {
  const { terminal, batch, network } = request;
  const found = office.settlements.find(terminal.terminal, batch);
  if (found !== null && found.closedAt !== null) {
    if (!saysTheSame(found)) return answered(office, request, '77', { why: 'settled otherwise' });
    const next = network === '201' || found.nextBatch === null ? {} : ended(network, found.nextBatch);
    return answered(office, request, '00', { settlement: found.id, batch, again: true }, next);
  }
  if (batch !== office.terminals.batch(terminal.terminal)) {
    // From here two people may close it there: it is not given back any more.
    office.cases.askedBatch(terminal.terminal, batch, { net: null, at: request.at });
    return answered(office, request, '77', { why: 'another batch' });
  }
  return found ?? answered(office, request, '95', { why: 'nothing was counted: no 0500 came' });
}

function whyNoEnd(office: Office, settlement: Settlement, network: string, said: number): string | null {
  const { id, terminal, batch, asked, counted } = settlement;
  const theirs = totalsOf(asked);
  if (theirs === null) throw new Error(`settlement ${id} was begun with figures that are none`);
  const flags = flagsOf(counted);
  const balanced = GROUPS.every((group) => flags[group] === 1);
  if (balanced !== (network === BALANCED_END)) return balanced ? 'it balances' : 'it does not balance';
  const rows = balanced ? office.settlements.entries(terminal, batch) : office.settlements.uploaded(id);
  const expected = rows.length % 10_000;
  if (said !== expected) return `${said} transactions, not ${expected}`;
  return countNow(office, terminal, batch, theirs) === counted ? null : 'the books have moved since they were counted';
}

/** The bank's totals of a batch as the 0510 says them, with what each group's flag is against the terminal's. */
function countNow(office: Office, terminal: string, batch: string, theirs: Totals): string {
  const ours = totalsOfEntries(office.settlements.entries(terminal, batch));
  const flags = Object.fromEntries(GROUPS.map((group) => [group, flagOf(ours[group], theirs[group])])) as Record<
    CardGroup,
    Flag
  >;
  return totalsDigits(ours, flags);
}

function flagOf(ours: GroupTotals, theirs: GroupTotals): Flag {
  const sides = ['debit', 'credit'] as const;
  const same = sides.every(
    (side) => ours[side].amount === theirs[side].amount && ours[side].count % 1000 === theirs[side].count,
  );
  if (same) return 1;
  // With no debit left, a credit of no transactions is what adjustments took off beyond it.
  const leftOver = (side: 'debit' | 'credit') => side === 'credit' && theirs.debit.amount === 0;
  const ofNone = (side: 'debit' | 'credit') => theirs[side].amount > 0 && theirs[side].count === 0;
  return sides.some((side) => ofNone(side) && ours[side].count < 1000 && !leftOver(side)) ? 3 : 2;
}

function flagsOf(counted: string): Flags {
  return { home: Number(counted[30]) as Flag, foreign: Number(counted[61]) as Flag };
}

function isKept(office: Office, { id }: Settlement, { trace, group, pan, amount }: Detail): boolean {
  const row = office.settlements.uploadedRow(id, trace);
  return row !== null && row.group === group && row.pan === pan.masked && row.amount === amount;
}

/**
 * The number to go on with. One that is over never comes again: no 0500 of it could be answered any more, and its old
 * rows would be taken for what is asked in it. Nor does one that was left: two people may have closed it at the terminal,
 * and what is in it would be settled twice. A clerk alone gives it back, as long as the terminal has not asked for it.
 */
function nextOf(office: Office, terminal: string, batch: string): string {
  let next = following(batch);
  while (next !== batch && wasHad(office, terminal, next)) next = following(next);
  if (next === batch) throw new Error(`${terminal} has had every batch: give it another terminal number`);
  return next;
}

/** 000001 follows 999999. */
function following(batch: string): string {
  return String((Number(batch) % 999_999) + 1).padStart(6, '0');
}

function counted(office: Office, request: Request, { id, batch, counted: totals }: Settlement): Outcome {
  const flags = flagsOf(totals);
  return answered(
    office,
    request,
    '00',
    { settlement: id, batch, ...flags },
    { totals, currency: CURRENCY, reference: referenceOf(id) },
  );
}

function ended(network: string, nextBatch: string): Partial<MessageFields> {
  return { batch: `00${nextBatch}${network}` };
}

/** F37 of its 0510: what the terminal prints, and the accounts desk looks for. */
export function referenceOf(settlement: number): string {
  return `S${String(settlement).padStart(11, '0')}`;
}

function answered(
  office: Office,
  { message, at }: Request,
  code: string,
  facts: Record<string, unknown>,
  extra: Partial<MessageFields> = {},
): Outcome {
  const fields = { ...hostTime(office, at), operator: message.operator, ...extra };
  return { code, answer: answerTo(office, message, code, null, fields), facts: { trace: message.trace, ...facts } };
}
