import { chmodSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { maskedWords } from '../src/values/masked.ts';
import type { Certificates } from './certificates.ts';
import type { Clearing } from './clearing.ts';
import { clearingCommands, shownCase } from './clearing-commands.ts';
import { brief, type Command, limitOf, quoted, sixDigitsOf, twoPeopleOf, wordsOf } from './command.ts';
import type { Desk } from './desk.ts';
import { dispute } from './dispute.ts';
import { FAULTS, type Faults } from './faults.ts';
import type { Issuer } from './issuer.ts';
import type { KeyCentre } from './keycentre.ts';
import { cardAccount, holdAccount } from './ledger.ts';
import { type ByHand, moveBatch } from './left-batch.ts';
import type { Log } from './log.ts';
import { merchantFees, merchantPaid, merchantPending, type Office } from './office.ts';
import { ruleByVoice } from './rulings.ts';
import type { Card } from './seed.ts';
import { Unable } from './unable.ts';
import { authoriseByVoice } from './voice.ts';

const MOST_LINE = 64 * 1024;

export type Reply = Readonly<Record<string, unknown>> & { readonly ok: boolean };

export interface ControlParts {
  readonly office: Office;
  readonly issuer: Issuer;
  readonly clearing: Clearing;
  readonly desk: Desk;
  readonly faults: Faults;
  readonly keyCentre: KeyCentre;
  readonly certificates: Certificates;
  readonly log: Log;
}

/** The bank's commands, one row each: what the control socket offers. Amounts in fen, times ISO 8601, numbers masked. */
const COMMANDS: Readonly<Record<string, (parts: ControlParts, command: Command) => object>> = {
  accounts: ({ office, issuer }) => ({
    accounts: [...office.seed.cards.values()].map((card) => ({
      id: card.id,
      name: card.name.zh,
      name_en: card.name.en,
      pan: card.pan.masked,
      ...moneyOf(office, card),
      credit: card.credit,
      kind: card.kind,
      status: card.status,
      wrong_pins: issuer.wrongPins(card.id),
    })),
  }),
  merchants: ({ office }) => ({
    merchants: [...office.seed.merchants.values()].map((merchant) => ({
      id: merchant.id,
      name: merchant.name.zh,
      name_en: merchant.name.en,
      status: merchant.status,
      pending: office.ledger.balance(merchantPending(merchant.id)),
      fees: -office.ledger.balance(merchantFees(merchant.id)),
      clearing: merchant.clearing,
      paid: office.ledger.balance(merchantPaid(merchant.id)),
    })),
  }),
  transactions: ({ office }, command) => ({
    transactions: office.trades.list(limitOf(command)).map((trade) => ({
      trace: trade.trace,
      batch: trade.batch,
      type: trade.type,
      amount: trade.amount,
      code: trade.code,
      state: trade.state,
      terminal: trade.terminal,
      merchant: trade.merchant,
      card: trade.card,
      pan: trade.pan,
      time: new Date(trade.at).toISOString(),
      reference: trade.reference,
      authorisation: trade.authorisation,
      original: trade.originalTrace,
      original_batch: trade.originalBatch,
      hold: trade.hold,
      refunded: trade.refunded,
      ruling: trade.ruling,
      moved: trade.moved,
      fee: trade.fee,
      particulars: trade.particulars,
      day: trade.settlementDate,
      reversal_reason: trade.reversalReason,
    })),
  }),
  ledger: ({ office }, command) => {
    // The database keeps a running sum; a recount reads every posting and takes longer as the books grow.
    if (command.recount === true) office.ledger.recount();
    return { sum: office.ledger.sum(), entries: office.ledger.entries(limitOf(command)) };
  },
  keys: ({ office }) => ({ terminals: office.terminals.keys() }),
  terminals: ({ office }) => ({
    terminals: [...office.seed.terminals.values()].map(({ terminal, merchant, serial, status }) => ({
      terminal,
      merchant,
      serial,
      status,
      ...office.terminals.standing(terminal),
    })),
  }),
  audit: ({ certificates }, command) => ({
    audit: certificates.audits(limitOf(command)).map((row) => ({ ...row, at: new Date(row.at).toISOString() })),
  }),
  refusals: ({ desk }) => ({ refusals: Object.fromEntries(desk.refusals) }),
  faults: ({ faults }) => ({ faults: faults.list() }),
  fault: ({ faults }, command) => {
    const fault = FAULTS.find((name) => name === command.fault);
    if (fault === undefined) throw new Unable(`no fault ${quoted(command.fault)}`, `one of ${FAULTS.join(', ')}`);
    const { on, times, mti } = command;
    if (typeof on !== 'boolean') throw new Unable('"on" is missing', 'add "on": true or false');
    if (times !== undefined && !(Number.isInteger(times) && Number(times) > 0)) {
      throw new Unable('"times" is no number of messages', 'a whole number from 1, or leave it out');
    }
    if (mti !== undefined && !(typeof mti === 'string' && /^\d{4}$/.test(mti))) {
      throw new Unable('"mti" is no message type', 'four digits of the request, "0200", or leave it out');
    }
    faults.set(fault, {
      on,
      ...(times === undefined ? {} : { times: Number(times) }),
      ...(mti === undefined ? {} : { mti }),
    });
    return { faults: faults.list() };
  },
  card: ({ issuer }, command) => {
    if (command.unlock !== true) throw new Unable('nothing to do with the card', 'add "unlock": true');
    const { id } = command;
    if (typeof id !== 'string' || !issuer.unlock(id))
      throw new Unable(`no card ${quoted(id)}`, 'take an id of {"do":"accounts"}');
    return { id, wrong_pins: 0 };
  },
  voice: ({ office }, command) => authoriseByVoice(office, command),
  ruling: ({ office }, command) => ruleByVoice(office, terminalOf(office, command), command),
  revoke: ({ office, certificates }, command) => {
    const serial = serialOf(office, command);
    return { serial, revoked: certificates.revoke(serial, office.clock.now()) };
  },
  reinstate: ({ office, certificates }, command) => {
    const serial = serialOf(office, command);
    return { serial, reinstated: certificates.reinstate(serial) };
  },
  'rotate-tmk': ({ office }, command) => {
    const terminal = terminalOf(office, command);
    office.terminals.rotateMaster(terminal);
    return { terminal, next_handshake: 'a new master key' };
  },
  'corrupt-next-key': ({ office, keyCentre }, command) => {
    const terminal = terminalOf(office, command);
    keyCentre.corruptNext(terminal);
    return { terminal, next_handshake: 'a key with a wrong check value' };
  },
  'drop-working-keys': ({ office }, command) => {
    const terminal = terminalOf(office, command);
    office.terminals.signOut(terminal);
    return { terminal, working_keys: 'gone: the next request is answered 99' };
  },
  'set-batch': ({ office }, command) => {
    const terminal = terminalOf(office, command);
    const batch = sixDigitsOf(command, 'batch');
    const byHand = command.people === undefined ? null : byHandOf(command);
    const left = office.books.atomically(() => moveBatch(office, { terminal, batch, byHand }));
    return { terminal, batch, left };
  },
  dispute: ({ office }, command) => ({
    case: shownCase(office, dispute(office, terminalOf(office, command), command)),
  }),
  'processing-request': ({ office }, command) => {
    const terminal = terminalOf(office, command);
    const { digit } = command;
    if (typeof digit !== 'number' || !Number.isInteger(digit) || digit < 0 || digit > 9) {
      throw new Unable('"digit" is no processing request', 'a digit: 3 asks the terminal to sign in again, 0 nothing');
    }
    office.processingRequests.set(terminal, String(digit));
    return { terminal, next_answer: digit };
  },
  ...clearingCommands,
};

/** Does one command. Never throws: what went wrong is in the reply. */
export function control(parts: ControlParts, command: unknown): Reply {
  try {
    // Expired holds go back first, so that people read the present state.
    parts.office.books.atomically(() => parts.office.holds.expire(parts.office.clock.now()));
    if (typeof command !== 'object' || command === null) throw new Unable('not an object', 'send {"do":"accounts"}');
    const { do: name } = command as Command;
    if (typeof name !== 'string' || !Object.hasOwn(COMMANDS, name)) {
      throw new Unable(`no command ${quoted(name)}`, `one of ${Object.keys(COMMANDS).join(', ')}`);
    }
    return { ok: true, ...COMMANDS[name]?.(parts, command as Command) };
  } catch (error) {
    if (!(error instanceof Unable)) {
      const words = error instanceof Error ? error.message : 'unknown';
      parts.log('failed', { do: brief((command as Command | null)?.do), error: maskedWords(words) });
      return { ok: false, error: 'the bank failed', remedy: 'see the log of the bank', problem: { kind: 'failed' } };
    }
    const problem = error.problem === null ? {} : { problem: error.problem };
    return { ok: false, error: error.message, remedy: error.remedy, ...problem };
  }
}

/** `balance` is all that the holder has; `hold` is the part of it that is not available. */
function moneyOf({ ledger }: Office, card: Card): { balance: number; hold: number; available: number } {
  const free = ledger.balance(cardAccount(card.id));
  const hold = ledger.balance(holdAccount(card.id));
  return { balance: free + hold, hold, available: free + card.credit };
}

/** Listens on a Unix socket of the bank's folder: one JSON object a line, one answer line each. */
export async function listenForControl(
  socketPath: string,
  answer: (command: unknown) => Reply,
): Promise<{ close(): Promise<void> }> {
  rmSync(socketPath, { force: true });
  const lines = new Set<Socket>();
  const server = createServer((socket) => {
    lines.add(socket);
    socket.once('close', () => lines.delete(socket));
    socket.on('error', () => socket.destroy());
    let gathered = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      gathered += text;
      const whole = gathered.split('\n');
      gathered = whole.pop() ?? '';
      for (const line of whole) if (line.trim() !== '') socket.write(`${JSON.stringify(answer(parsed(line)))}\n`);
      if (gathered.length > MOST_LINE) socket.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Error(`cannot listen on ${socketPath}: its path may be too long; use a shorter --dir`, { cause })),
    );
    server.listen(socketPath, resolve);
  });
  chmodSync(socketPath, 0o660);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of lines) socket.destroy();
      }),
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/**
 * Throws where a bank answers on this socket: two banks on the same books would each trust the numbers in its memory.
 */
export async function refuseSecondBank(socketPath: string): Promise<void> {
  const answered = await new Promise<boolean>((resolve) => {
    const socket = createConnection(socketPath);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
  if (answered) throw new Error(`a bank runs here already (${socketPath} answers): stop it, or use another --dir`);
}

/** "terminal" of the command, or the first one of the seed where the command names none. */
function terminalOf({ seed }: Office, { terminal }: Command): string {
  const id = terminal ?? seed.terminals.keys().next().value;
  if (typeof id !== 'string' || !seed.terminals.has(id)) {
    throw new Unable(`no terminal ${quoted(terminal)}`, 'take one of {"do":"terminals"}');
  }
  return id;
}

function byHandOf(command: Command): ByHand {
  return { people: twoPeopleOf(command), reference: wordsOf(command, 'reference', 80, 'letter 17') };
}

function serialOf({ seed }: Office, { serial }: Command): string {
  const rows = [...seed.terminals.values()];
  const row = rows.find((found) => found.serial === (serial ?? rows[0]?.serial));
  if (row === undefined) throw new Unable(`no machine ${quoted(serial)}`, 'take a serial of {"do":"terminals"}');
  return row.serial;
}
