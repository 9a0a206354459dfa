import { coveredByMac, type Message, unpack } from '../src/host/codec.ts';
import { inquire } from './balance.ts';
import { type DesKey, macOf, sameBytes } from './ciphers.ts';
import { type Clearing, clearing } from './clearing.ts';
import type { Refusal } from './decision.ts';
import { lookUp } from './inquiry.ts';
import { type Issuer, issuer } from './issuer.ts';
import { echo, signIn, signOut } from './network.ts';
import type { Office } from './office.ts';
import { answerTo, type Outcome, type Request, type SealedRequest } from './request.ts';
import { reverse } from './reversal.ts';
import type { Merchant, TerminalRow } from './seed.ts';
import { count, end, upload } from './settlement.ts';
import { trade } from './trade.ts';

/** An outcome, with the event and the terminal under which it is logged. */
export interface Handled extends Outcome {
  readonly event: string;
  readonly terminal: string;
}

export interface Acquirer {
  readonly issuer: Issuer;
  readonly clearing: Clearing;
  /**
   * Handles one message, from the TPDU to the last field. It opens no transaction: the caller commits, then sends the
   * answer. Throws a `MessageError` on bytes that are no message.
   */
  handle(body: Uint8Array): Handled;
  /** F39 96 for a request that could not be worked on (a full disk): the terminal learns at once that it must ask. */
  unable(body: Uint8Array): Buffer;
}

interface Exchange {
  readonly event: string;
  readonly mti: string;
  /** F3, where it tells the exchange from others of its MTI. */
  readonly processing?: string;
  /** The values of F60.3 that fit; null where any does. */
  readonly network: readonly string[] | null;
  /** Offered to a blocked terminal and a closed merchant too. */
  readonly always?: true;
  readonly work:
    | { readonly mac: false; answer(office: Office, request: Request): Outcome }
    | { readonly mac: true; answer(office: Office, request: SealedRequest, issuer: Issuer): Outcome }
    /** Leaves a row in the books even where it is refused. */
    | {
        readonly mac: true;
        decide(office: Office, request: SealedRequest, issuer: Issuer, no: Refusal | null): Outcome;
      };
}

const TRADE: Pick<Exchange, 'event' | 'network' | 'work'> = {
  event: 'trade',
  network: null,
  work: { mac: true, decide: (office, asked, at, no) => trade(office, at, asked, no) },
};

/** The exchanges that the bank serves, one row each; those of one MTI differ in F3 or F60.3. */
const EXCHANGES: readonly Exchange[] = [
  // Reversals and inquiries need working keys, so a blocked terminal may sign in as well: its next sale is refused.
  { event: 'sign-in', mti: '0800', network: ['001', '003', '004'], always: true, work: { mac: false, answer: signIn } },
  { event: 'sign-out', mti: '0820', network: ['002'], always: true, work: { mac: false, answer: signOut } },
  { event: 'echo', mti: '0820', network: ['301'], work: { mac: false, answer: echo } },
  {
    event: 'balance',
    mti: '0200',
    processing: '310000',
    network: null,
    work: { mac: true, answer: (office, asked, at) => inquire(office, at, asked) },
  },
  { ...TRADE, mti: '0100' },
  { ...TRADE, mti: '0200' },
  { ...TRADE, mti: '0220' },
  { event: 'inquiry', mti: '0820', network: ['320'], always: true, work: { mac: true, answer: lookUp } },
  { event: 'reversal', mti: '0400', network: null, always: true, work: { mac: true, answer: reverse } },
  { event: 'settlement', mti: '0500', network: ['201'], always: true, work: { mac: false, answer: count } },
  { event: 'upload', mti: '0320', network: ['201'], always: true, work: { mac: false, answer: upload } },
  { event: 'upload-end', mti: '0320', network: ['202', '207'], always: true, work: { mac: false, answer: end } },
];

export function acquirer(office: Office): Acquirer {
  const cards = issuer(office);
  const payments = clearing(office);

  return {
    issuer: cards,
    clearing: payments,
    handle(body) {
      const message = unpack(body);
      payments.turn(office.clock.now());
      const exchange = exchangeOf(message);
      const outcome =
        exchange === null ? refused(message, '40', 'no such exchange', null) : serve(message, body, exchange);
      return {
        event: exchange?.event ?? 'message',
        terminal: message.terminal ?? '',
        ...outcome,
      };
    },
    unable: (body) => {
      const message = unpack(body);
      const known = office.seed.terminals.has(message.terminal ?? '');
      const keys = known ? office.terminals.workingKeys(message.terminal ?? '') : null;
      return answerTo(office, message, '96', keys?.mac ?? null, givenBack(message));
    },
  };

  function serve(message: Message, body: Uint8Array, exchange: Exchange): Outcome {
    const terminal = office.seed.terminals.get(message.terminal ?? '');
    if (terminal === undefined) return refused(message, '97', 'an unknown terminal', null);
    const keys = exchange.work.mac ? office.terminals.workingKeys(terminal.terminal) : null;
    const mac = keys?.mac ?? null;
    if (exchange.work.mac) {
      // 99 sends the terminal to sign in; with no key in common the answer cannot carry a MAC.
      if (mac === null) return refused(message, '99', 'nobody is signed in', null);
      if (message.mac === undefined) return refused(message, 'A0', 'no MAC', mac);
      if (!sameBytes(message.mac, macOf(mac, coveredByMac(body)))) return refused(message, 'A0', 'a wrong MAC', mac);
    }

    const parts = /^(\d{2})(\d{6})(\d{3})/.exec(message.batch ?? '');
    const merchant = office.seed.merchants.get(terminal.merchant);
    if (merchant === undefined) throw new Error(`terminal ${terminal.terminal} has no merchant`);
    const no = standingRefusal(office, message, terminal, merchant, exchange);
    if (parts === null) return refused(message, no?.code ?? '30', no?.why ?? 'F60 is missing or short', mac);
    if (no !== null && !('decide' in exchange.work)) return refused(message, no.code, no.why, mac);

    const [, transaction = '', batch = '', network = ''] = parts;
    const request = { message, terminal, merchant, transaction, batch, network, at: office.clock.now() };
    if (!exchange.work.mac) return exchange.work.answer(office, request);
    if (keys === null) throw new Error('a request whose MAC was checked has keys');
    // Expired holds go back to their cards first, so that every answer reckons with them.
    office.holds.expire(request.at);
    const sealed = { ...request, keys, covered: coveredByMac(body) };
    const outcome =
      'decide' in exchange.work
        ? exchange.work.decide(office, sealed, cards, no)
        : exchange.work.answer(office, sealed, cards);
    payments.atOnce(merchant, request.at);
    return outcome;
  }

  function refused(message: Message, code: string, why: string, mac: DesKey | null): Outcome {
    return { code, answer: answerTo(office, message, code, mac, givenBack(message)), facts: { why } };
  }
}

function exchangeOf({ mti, processing, batch = '' }: Message): Exchange | null {
  const network = batch.slice(8, 11);
  const fits = (row: Exchange) =>
    row.mti === mti &&
    (row.processing === undefined || row.processing === processing) &&
    (row.network === null || row.network.includes(network));
  return EXCHANGES.find(fits) ?? null;
}

/** The fields of a refusal by which the terminal recognises its request. */
function givenBack({ processing, amount, condition, currency }: Message) {
  return { processing, amount, condition, currency };
}

/**
 * Why this terminal of this merchant may not ask, or null. Exchanges marked `always` stay open to a blocked terminal
 * and a closed merchant, so that they can still send their reversals and settle.
 */
function standingRefusal(
  { seed }: Office,
  { merchant: named = '' }: Message,
  terminal: TerminalRow,
  merchant: Merchant,
  { always }: Exchange,
): Refusal | null {
  if (named !== merchant.id) {
    return seed.merchants.has(named)
      ? { code: '58', why: 'a terminal of another merchant' }
      : { code: '03', why: 'an unknown merchant' };
  }
  if (merchant.status === 'closed' && always !== true) return { code: '03', why: 'a closed merchant' };
  if (terminal.status === 'blocked' && always !== true) return { code: '58', why: 'a blocked terminal' };
  return null;
}
