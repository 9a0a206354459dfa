import type { Fen } from '../values/fen.ts';
import { Fault } from '../values/problem.ts';
import { type Batch, batch, type Trace } from '../values/trace.ts';
import type { PinBlock } from '../vault/pin-entry.ts';
import type { Vault } from '../vault/vault.ts';
import type { WorkingSlot } from '../vault/working-keys.ts';
import { type AdviceEnd, type AdviceRequest, adviceEnd, digestOf } from './advice.ts';
import { type Answer, type Asked, type Doubt, doubtOf, judged, noAnswer, wantsSignIn } from './answers.ts';
import { type Balance, balanceOf } from './balance.ts';
import { forgetPacked, type Message, MessageError, packFrame } from './codec.ts';
import { type InquiryEnd, inquiryEnd } from './inquiry.ts';
import { type Exchanged, type LineName, type LinkTools, openLink } from './link.ts';
import { compose, type Facts, type OriginalFacts, type SaleCard } from './messages.ts';
import { Prepared } from './prepared.ts';
import { type ReversalEnd, type ReversalRequest, reversalEnd, reversalFacts } from './reversal.ts';
import type { HostSettings } from './settings.ts';
import { type Settled, type SettlementRequest, settledOf, settlementFacts } from './settlement.ts';
import {
  type FinancialName,
  type RepeatableName,
  reversalOf,
  type Transaction,
  type TransactionName,
  transactions,
} from './transactions.ts';

/** The bank as the flows see it. Nothing here knows a screen; nothing here decides what is owed. */
export interface Host {
  /**
   * 0800: asks for working keys and puts them into the vault once every check value matched. Throws a Fault if there is
   * no usable answer: `line-down`, `host-silent`, `host-garbled`, `keys-mismatch`, `keys-missing`.
   */
  signIn(operator: string, at: { trace: Trace; batch: Batch }): Promise<SignInEnd>;
  /** 0820/002. The working keys are gone afterwards, whatever the bank says. */
  signOut(at: { trace: Trace; batch: Batch }): Promise<{ code: string | null }>;
  /** 0820/301: whether the bank is there, over which line. Throws a Fault of kind `line-down`, `host-silent` or `host-garbled`. */
  echo(signal?: AbortSignal): Promise<{ line: LineName; took_ms: number; code: string | null }>;
  /**
   * 0200/310000: asks what is on the card; moves nothing, owes nothing. Throws a Fault if there is no usable answer, as
   * `echo` does, and `mac-wrong`.
   */
  balance(inquiry: Omit<FinancialRequest, 'amount' | 'original'>): Promise<BalanceEnd>;
  /** Everything that can be refused is refused here, before the journal's row is written. Wipes nothing of `card`. */
  prepare(transaction: FinancialName, request: FinancialRequest): Prepared;
  /** Sends it once. See `Link.exchange` for `beforeFirstByte`; a Fault of kind `line-down` means that nothing was sent. */
  send(prepared: Prepared, beforeFirstByte: () => void): Promise<Answer>;
  /**
   * 0400: may be sent again and again, under whatever keys are in the vault. Throws a Fault of kind `line-down`, and
   * `request-changed` where it cannot be made any more.
   */
  reverse(reversal: ReversalRequest): Promise<ReversalEnd>;
  /**
   * 0220: sends the same request as often as it takes; the bank recognises duplicates (money rule 8). Throws a Fault of
   * kind `line-down`, and `request-changed` if the bytes cannot be made any more or do not match the digest.
   */
  advise(request: AdviceRequest): Promise<AdviceEnd>;
  /**
   * Asks what the bank's books say, under its MAC, of a transaction, or of this terminal's newest if `of` names none;
   * moves nothing. Throws a Fault if there is no usable answer, as `balance` does.
   */
  inquire(inquiry: { trace: Trace; batch: Batch; of: OriginalFacts }): Promise<InquiryEnd>;
  /** 0500 and 0320: a step of the settlement. Throws as `inquire` does. */
  settle(request: SettlementRequest, at: { trace: Trace; batch: Batch }): Promise<Settled>;
  /** Where the last exchange went. */
  readonly line: LineName | 'down';
  /** How many answers came that nobody was waiting for. */
  readonly discarded: number;
  close(): void;
}

export type SignInEnd =
  | {
      end: 'signed-in';
      batch: Batch;
      host_time: Answer['host_time'];
      kcvs: Partial<Record<WorkingSlot, string>>;
    }
  | { end: 'refused'; code: string };

export type BalanceEnd = { end: 'told'; balance: Balance } | { end: 'refused'; code: string };

export interface FinancialRequest {
  readonly trace: Trace;
  readonly batch: Batch;
  readonly amount: Fen;
  readonly card: SaleCard;
  /** Null where the card has none, or the customer signs instead. */
  readonly pin: PinBlock | null;
  /** What it undoes; null or absent for a sale. */
  readonly original?: OriginalFacts | null;
  /** F48, digits. */
  readonly totals?: string;
  readonly instalments?: NonNullable<Facts['instalments']>;
}

export interface HostTools extends LinkTools {
  readonly vault: Vault;
  /**
   * Called for each answer after which the bank takes nothing more before a sign-in, whatever was asked, by the counter
   * or in the background (unionpay.md 1). The answer to a sign-in may be one too: whoever signs in knows that it is
   * done.
   */
  readonly onSignInAgain?: () => void;
  /** Told of an answer that came after `send` gave up: evidence, never a change of state (money.md 4). */
  readonly onLate?: (trace: Trace, batch: Batch, answer: Answer) => void;
}

export function openHost(settings: HostSettings, tools: HostTools): Host {
  const { vault, clock } = tools;
  const link = openLink(settings, tools);
  const onLate: NonNullable<HostTools['onLate']> = (trace, batch, answer) => {
    // A late answer with a wrong MAC asks for no sign-in: the keys may have changed meanwhile.
    if (answer.why === null && answer.signInAgain) tools.onSignInAgain?.();
    try {
      tools.onLate?.(trace, batch, answer);
    } catch (error) {
      // The disk has no room for this evidence; no debt depends on it.
      if (!(error instanceof Fault)) throw error;
    }
  };

  return {
    get line() {
      return link.line;
    },
    get discarded() {
      return link.discarded;
    },
    close: link.close,

    async signIn(operator, at) {
      // Without a master key the keys that come could not be opened.
      if (vault.kcvOf('TMK') === null) throw new Fault({ kind: 'keys-missing', slot: 'TMK' });
      const { heard } = await ask('sign-in', { ...at, operator });
      const { code, payload, batch: network, time, date } = heard;
      if (code === undefined) throw garbled('F39', 'missing');
      if (code !== '00') return { end: 'refused', code };
      if (payload === undefined) throw garbled('F62', 'missing');
      const next = network?.slice(2, 8) ?? '';
      if (!/^\d{6}$/.test(next) || next === '000000') throw garbled('F60', 'no batch number');
      const kcvs = vault.loadWorkingKeys(payload);
      const host_time = time !== undefined && date !== undefined ? { hhmmss: time, mmdd: date } : null;
      return { end: 'signed-in', batch: batch(next), host_time, kcvs };
    },

    async signOut(at) {
      try {
        return { code: (await ask('sign-out', at)).heard.code ?? null };
      } finally {
        vault.forgetWorkingKeys();
      }
    },

    async echo(signal) {
      const started = clock.monotonic();
      const { heard, line } = await ask('echo', { batch: batch('000001') }, signal);
      return { line, took_ms: clock.monotonic() - started, code: heard.code ?? null };
    },

    async balance({ trace, batch, card, pin }) {
      const entryMode = pin === null ? '022' : '021';
      const { heard } = await ask('balance', { trace, batch, card, pin, entryMode });
      const { code, balance } = heard;
      if (code === undefined) throw garbled('F39', 'missing');
      if (code !== '00') return { end: 'refused', code };
      const told = balanceOf(balance, settings.profile.currency);
      if (told === null) throw garbled('F54', 'no balance of this currency');
      return { end: 'told', balance: told };
    },

    prepare(transaction, { card, original = null, ...request }) {
      if (request.amount === 0) throw new RangeError(`a ${transaction} of nothing`);
      const row: Transaction = transactions[transaction];
      // 01 means that there is no track: a card number from the journal was neither keyed nor read (unionpay.md 2).
      const entryMode = `${card.track2 === null ? '01' : '02'}${request.pin === null ? '2' : '1'}`;
      const { reference = null, authorisation = null } = original ?? {};
      const facts = { ...request, transaction, entryMode, original, reference, authorisation };
      // A request that may be sent again contains of the card only what the journal keeps.
      const again = isRepeatable(transaction);
      const whole: Facts = again ? { ...facts, pan: card.pan, expiry: card.expiry } : { ...facts, card };
      const { message, frame } = packed(transaction, row, whole);
      return new Prepared(facts, message, row.answer, frame, again ? digestOf(frame) : null);
    },

    async send(prepared, beforeFirstByte) {
      const { message, answer, frame } = prepared.take();
      const asked: Asked = { message, answer, sealed: isSealed(prepared.transaction) };
      const { trace, batch } = prepared;
      try {
        const exchanged = await link.exchange({
          message,
          frame,
          beforeFirstByte,
          ...(tools.onLate && { late: (bytes, heard) => onLate(trace, batch, judged(bytes, heard, asked, vault)) }),
        });
        return answerOf(exchanged, asked);
      } finally {
        frame.fill(0);
      }
    },

    async reverse(reversal) {
      if (isSealed('reversal') && vault.kcvOf('MAK') === null) return { end: 'sign-in-first', code: null };
      const row = reversalOf(transactions[reversal.transaction]);
      const { message, frame } = packedAgain('reversal', row, reversalFacts(reversal, settings), reversal.trace);
      try {
        const asked: Asked = { message, answer: row.answer, sealed: isSealed('reversal') };
        return reversalEnd(answerOf(await link.exchange({ message, frame, again_ms: AGAIN_MS }), asked));
      } finally {
        frame.fill(0);
      }
    },

    async advise({ transaction, digest, ...request }) {
      if (isSealed(transaction) && vault.kcvOf('MAK') === null) return { end: 'sign-in-first', code: null };
      const { reference = null, authorisation = null } = request.original ?? {};
      const facts = { ...request, reference, authorisation };
      const { message, frame } = asItWas(transaction, facts, request.trace, digest);
      try {
        const asked: Asked = { message, answer: transactions[transaction].answer, sealed: isSealed(transaction) };
        return adviceEnd(answerOf(await link.exchange({ message, frame, again_ms: AGAIN_MS }), asked));
      } finally {
        frame.fill(0);
      }
    },

    async inquire({ trace, batch, of }) {
      const { heard } = await ask('inquiry', { trace, batch, original: of, reference: of.reference });
      return inquiryEnd(heard);
    },

    async settle(request, at) {
      const { heard } = await ask(request.step, { ...at, ...settlementFacts(request) });
      const settled = settledOf(heard);
      if (settled === null) throw garbled('F39', 'missing');
      return settled;
    },
  };

  function isSealed(name: TransactionName | 'reversal'): boolean {
    return !settings.profile.dialect.without_mac.includes(name);
  }

  /** Packs a message and its MAC into a frame of its own; the codec's shared buffer is overwritten. */
  function packed(
    name: TransactionName | 'reversal',
    row: Transaction,
    facts: Facts,
  ): { message: Message; frame: Uint8Array } {
    const message = compose(row, facts, settings, vault);
    try {
      const frame = Uint8Array.from(isSealed(name) ? packFrame(message, vault.mac) : packFrame(message));
      return { message, frame };
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      throw new Fault({ kind: 'host-garbled', field: error.field, why: error.why }, { cause: error });
    } finally {
      forgetPacked();
    }
  }

  /**
   * Packs a request again from the journal. If that is impossible the fault is this request's (`request-changed`), not
   * the bank's.
   */
  function packedAgain(name: TransactionName | 'reversal', row: Transaction, facts: Facts, trace: Trace) {
    try {
      return packed(name, row, facts);
    } catch (error) {
      if (!(error instanceof Fault) || error.problem.kind !== 'host-garbled') throw error;
      throw new Fault({ kind: 'request-changed', trace }, { cause: error });
    }
  }

  /** Packs a request again; throws `request-changed` if the bytes do not match its digest. */
  function asItWas(name: RepeatableName, facts: Facts, trace: Trace, digest: string | null) {
    const made = packedAgain(name, transactions[name], facts, trace);
    if (digestOf(made.frame) === digest) return made;
    made.frame.fill(0);
    throw new Fault({ kind: 'request-changed', trace });
  }

  /** An exchange that moves no money: resolves to the answer, or throws a Fault. */
  async function ask(
    name: 'sign-in' | 'sign-out' | 'echo' | 'balance' | 'inquiry' | SettlementRequest['step'],
    facts: Facts,
    signal?: AbortSignal,
  ): Promise<{ heard: Message; line: LineName }> {
    const row = transactions[name];
    const { message, frame } = packed(name, row, facts);
    // An inquiry moves nothing, so it may be sent again: nobody should wait a minute for an answer that was lost on the
    // way.
    const again = name === 'inquiry' ? { again_ms: AGAIN_MS } : {};
    const exchanged = await link.exchange({ message, frame, ...again }, signal).finally(() => frame.fill(0));
    if (exchanged.end === 'silent') throw new Fault({ kind: 'host-silent', waited_ms: exchanged.waited_ms });
    if (exchanged.end === 'line-lost') throw garbled('message', 'the line closed before the answer');
    if (exchanged.end === 'garbled') throw garbled(exchanged.field, exchanged.why);
    const doubt = doubtOf(
      exchanged.bytes,
      exchanged.message,
      { message, answer: row.answer, sealed: isSealed(name) },
      vault,
    );
    if (wantsSignIn(exchanged.message, doubt)) tools.onSignInAgain?.();
    if (doubt !== null) notBelieved(message, doubt);
    if (doubt === 'bad-mac' || doubt === 'no-mac') throw new Fault({ kind: 'mac-wrong' });
    if (doubt !== null) throw garbled('message', `the answer is not to what was asked: ${doubt}`);
    return { heard: exchanged.message, line: link.line === 'backup' ? 'backup' : 'primary' };
  }

  function answerOf(exchanged: Exchanged, asked: Asked): Answer {
    if (exchanged.end !== 'answer') return noAnswer(exchanged.end);
    const answer = judged(exchanged.bytes, exchanged.message, asked, vault);
    if (answer.signInAgain) tools.onSignInAgain?.();
    if (answer.why !== null) notBelieved(asked.message, answer.why);
    return answer;
  }

  /** Notes in the record of the line that an answer came and was not believed. */
  function notBelieved({ trace }: Message, why: Doubt): void {
    const line = link.line === 'backup' ? 'backup' : 'primary';
    const fields = trace === undefined ? {} : { trace };
    tools.onWire?.({ direction: 'in', line, mti: '', fields, note: `not believed: ${why}` });
  }
}

/**
 * A message that the bank recognises by its trace is sent again after this long: with one answer in five lost, and a
 * minute until the timer ends, nobody would know for minutes what became of the money.
 */
const AGAIN_MS = 2500;

const repeatable: readonly RepeatableName[] = ['refund', 'completion-advice', 'offline', 'voice', 'adjust', 'tip'];

function isRepeatable(name: FinancialName): name is RepeatableName {
  return (repeatable as readonly FinancialName[]).includes(name);
}

function garbled(field: string, why: string): Fault {
  return new Fault({ kind: 'host-garbled', field, why });
}
