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
    // The same figures: the first answer was lost, and is repeated. Other figures can no longer be compared.
    if (before.asked === message.totals) return counted(office, request, before);
    followUnsettled(office, { terminal: terminal.terminal, batch, asked });
    return answered(office, request, '77', { why: 'settled with other figures' });
  }
  if (batch !== office.terminals.batch(terminal.terminal)) {
    // The batch will be closed at the terminal without us: its totals are kept in a case, beside ours.
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
 * 0320/207 and 202: closes the batch. Each difference that remains becomes a case (`discrepancy`), and the terminal's
 * next requests belong to the next batch.
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
  // Answers the case of a batch that was left, if the terminal was moved back to it.
  office.cases.answerBatch(terminal.terminal, batch, { answer: foundOut.settled, by: terminal.terminal, at });
  return answered(
    office,
    request,
    '00',
    { settlement: settlement.id, batch, cases: cases.length },
    ended(network, nextBatch),
  );
}

/** The settlement of the open batch, or else the answer: 00 again where the batch is closed and nothing differs. */
function underway(office: Office, request: Request, saysTheSame: (found: Settlement) => boolean): Settlement | Outcome {
  const { terminal, batch, network } = request;
  const found = office.settlements.find(terminal.terminal, batch);
  if (found !== null && found.closedAt !== null) {
    if (!saysTheSame(found)) return answered(office, request, '77', { why: 'settled otherwise' });
    const next = network === '201' || found.nextBatch === null ? {} : ended(network, found.nextBatch);
    return answered(office, request, '00', { settlement: found.id, batch, again: true }, next);
  }
  if (batch !== office.terminals.batch(terminal.terminal)) {
    // From now on two people may close it at the terminal, so the bank never moves the terminal back to it.
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

/** F48 of the 0510: the bank's totals of a batch, with each group's flag from the comparison with the terminal's. */
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
  // With a debit amount of 0, a credit amount of no transactions is right: adjustments exceeded the debits.
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
 * The next batch number. A finished one is never used again: no 0500 of it could be answered any more, and new requests
 * would be taken for duplicates of its old rows. Nor is one that was left: two people may have closed it at the
 * terminal, and its contents would be settled twice. Only a clerk can give that one back, and only until the terminal
 * has asked to settle it.
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
