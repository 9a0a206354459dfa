import { inspect } from 'node:util';
import type { Fen } from '../values/fen.ts';
import type { Batch, Trace } from '../values/trace.ts';
import type { Message } from './codec.ts';
import type { FinancialName } from './transactions.ts';

/** A complete request that has not been sent. It prints masked, is sent at most once, and is then overwritten. */
export class Prepared {
  readonly trace: Trace;
  readonly batch: Batch;
  readonly amount: Fen;
  /** F22 */
  readonly entry_mode: string;
  readonly transaction: FinancialName;
  /** `digestOf` the frame, if the request may have to be sent again byte for byte; else null. */
  readonly digest: string | null;
  readonly #message: Message;
  readonly #answer: string;
  #frame: Uint8Array | null;

  constructor(
    facts: { transaction: FinancialName; trace: Trace; batch: Batch; amount: Fen; entryMode: string },
    message: Message,
    answer: string,
    frame: Uint8Array,
    digest: string | null,
  ) {
    this.transaction = facts.transaction;
    this.trace = facts.trace;
    this.batch = facts.batch;
    this.amount = facts.amount;
    this.entry_mode = facts.entryMode;
    this.digest = digest;
    this.#message = message;
    this.#answer = answer;
    this.#frame = frame;
  }

  /** For `host/` alone: hands the bytes out once. */
  take(): { message: Message; answer: string; frame: Uint8Array } {
    const frame = this.#frame;
    if (frame === null) throw new Error(`trace ${this.trace} was sent already: a request is never sent twice`);
    this.#frame = null;
    return { message: this.#message, answer: this.#answer, frame };
  }

  /** Overwrites a request that is given up before it was sent. */
  wipe(): void {
    this.#frame?.fill(0);
    this.#frame = null;
  }

  toJSON(): object {
    const { transaction, trace, batch, amount, entry_mode } = this;
    return { transaction, trace, batch, amount, entry_mode };
  }

  [inspect.custom](): string {
    return `Prepared ${inspect(this.toJSON())}`;
  }
}
