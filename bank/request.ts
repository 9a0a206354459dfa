import { type Message, type MessageFields, message, packFrame } from '../src/host/codec.ts';
import { type DesKey, macOf } from './ciphers.ts';
import { localTime, type Office, referenceOf } from './office.ts';
import type { Merchant, TerminalRow } from './seed.ts';
import type { WorkingKeys } from './terminals.ts';

/** A request whose terminal and merchant are known. */
export interface Request {
  readonly message: Message;
  /** Milliseconds since 1970, the bank's clock. */
  readonly at: number;
  readonly terminal: TerminalRow;
  readonly merchant: Merchant;
  /** F60.1, F60.2, F60.3. */
  readonly transaction: string;
  readonly batch: string;
  readonly network: string;
}

/** A request whose MAC was right. */
export interface SealedRequest extends Request {
  readonly keys: WorkingKeys;
  /** The bytes that the MAC covered: all that the message says. */
  readonly covered: Uint8Array;
}

/** The answer, and the facts for the log once it is committed. */
export interface Outcome {
  readonly code: string;
  /** The whole frame, its MAC in it. */
  readonly answer: Buffer;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Packs an answer: MTI + 10, the TPDU's addresses swapped, and the fields that identify the request given back. */
export function answerTo(
  office: Office,
  request: Message,
  code: string,
  mac: DesKey | null,
  extra: Partial<MessageFields> = {},
): Buffer {
  const { mti, tpdu } = request;
  const answer = message({
    mti: `${mti.slice(0, 2)}${(Number(mti[2]) + 1) % 10}${mti.slice(3)}`,
    tpdu: `${tpdu.slice(0, 2)}${tpdu.slice(6)}${tpdu.slice(2, 6)}`,
    header: headerOf(office, request),
    trace: request.trace,
    terminal: request.terminal,
    merchant: request.merchant,
    batch: request.batch,
    acquirer: office.seed.acquirer.institution,
    code,
    ...extra,
  });
  return Buffer.from(mac === null ? packFrame(answer) : packFrame(answer, (covered) => macOf(mac, covered)));
}

/** The request's header; its sixth digit is the processing request (unionpay.md 1). */
function headerOf({ processingRequests }: Office, { header, terminal = '' }: Message): string {
  const digit = processingRequests.get(terminal);
  if (digit === undefined) return header;
  processingRequests.delete(terminal);
  return `${header.slice(0, 5)}${digit}${header.slice(6)}`;
}

/** F12, F13 and F15 of an answer. */
export function hostTime(office: Office, at: number): { time: string; date: string; settlementDate: string } {
  const { date, time } = localTime(office, at);
  return { time, date: date.slice(4), settlementDate: office.days.date().slice(4) };
}

/** The fields that an answer to a financial request gives back, with the bank's reference and time. */
export function financialAnswer(
  office: Office,
  { message: asked, at }: Request,
  { reference, institution }: { reference: string | undefined; institution: string | null },
): Partial<MessageFields> {
  const acquirer = office.seed.acquirer.institution;
  return {
    pan: asked.pan,
    processing: asked.processing,
    amount: asked.amount,
    ...hostTime(office, at),
    expiry: asked.expiry,
    condition: asked.condition,
    reference,
    institutions: institution === null ? undefined : `${institution.padEnd(11)}${acquirer.padEnd(11)}`,
    currency: asked.currency,
    operator: 'CUP',
  };
}

/** The number and the reference of the row that is about to be written. */
export function nextReference(office: Office, at: number): { id: number; reference: string } {
  const id = office.trades.nextId();
  return { id, reference: referenceOf(office, id, at) };
}
