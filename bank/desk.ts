import { MessageError } from '../src/host/codec.ts';
import type { Acquirer, Handled } from './acquirer.ts';
import type { Faults } from './faults.ts';
import type { Log } from './log.ts';
import type { Office } from './office.ts';

/** At most so many requests share one commit: nobody waits long behind others' work. */
const GROUP = 64;

/** What a message gets: an answer, silence, or the end of its line where it was nonsense. */
export type Reply = { answer: Buffer } | { silent: true } | { refused: string };

/** Where the acquirer's requests queue: those that wait together share one transaction, and one sync of the disk. */
export interface Desk {
  submit(body: Buffer, reply: (reply: Reply) => void): void;
  /** How often messages were refused, by reason. */
  readonly refusals: ReadonlyMap<string, number>;
  refuse(name: string, facts: Readonly<Record<string, unknown>>): void;
  close(): void;
}

/** Calls `work` once everything that has come in this turn is in the queue; the returned function calls it off. */
export type Soon = (work: () => void) => () => void;

const nextTurn: Soon = (work) => {
  const due = setImmediate(work);
  return () => clearImmediate(due);
};

interface Waiting {
  readonly body: Buffer;
  readonly reply: (reply: Reply) => void;
}

export function desk(office: Office, acquirer: Acquirer, faults: Faults, log: Log, soon: Soon = nextTurn): Desk {
  const refusals = new Map<string, number>();
  let queue: Waiting[] = [];
  /** Cancels the next call of `work`; null while nothing is queued. */
  let callOff: (() => void) | null = null;

  const refuse: Desk['refuse'] = (name, facts) => {
    refusals.set(name, (refusals.get(name) ?? 0) + 1);
    log('refused', { why: name, ...facts });
  };

  return {
    refusals,
    refuse,
    submit(body, reply) {
      queue.push({ body, reply });
      callOff ??= soon(work);
    },
    close() {
      callOff?.();
      queue = [];
    },
  };

  function work(): void {
    const group = queue.splice(0, GROUP);
    callOff = queue.length > 0 ? soon(work) : null;
    const started = performance.now();
    let replies: (Handled | Reply)[];
    try {
      replies = office.books.atomically(() => group.map(handled));
    } catch {
      // One of them failed. Each now gets a transaction of its own, so that the others succeed.
      forgetUndone();
      replies = group.map(alone);
    }
    const took_ms = Math.round((performance.now() - started) * 100) / 100;
    for (const [place, { reply }] of group.entries()) {
      const handling = replies[place];
      if (handling === undefined) continue;
      if (!('event' in handling)) {
        reply(handling);
        continue;
      }
      const { event, code, terminal, facts, answer } = handling;
      if (code === 'A0') refusals.set('bad-mac', (refusals.get('bad-mac') ?? 0) + 1);
      log(event, { terminal, code, ...facts, took_ms });
      reply({ answer });
    }
  }

  function handled({ body }: Waiting): Handled | Reply {
    try {
      if (faults.meets('host-silent', mtiOf(body))) return { silent: true };
      return acquirer.handle(body);
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      refuse('bad-message', { field: error.field, detail: error.why });
      return { refused: 'bad-message' };
    }
  }

  function alone(waiting: Waiting): Handled | Reply {
    try {
      return office.books.atomically(() => handled(waiting));
    } catch (error) {
      forgetUndone();
      failed(waiting, error);
      return unable(waiting);
    }
  }

  /**
   * Answers 96. Where even that fails (the keys cannot be read either), it is silent: the terminal asks again by
   * itself.
   */
  function unable(waiting: Waiting): Reply {
    try {
      return { answer: acquirer.unable(waiting.body) };
    } catch (error) {
      failed(waiting, error);
      return { silent: true };
    }
  }

  function failed({ body }: Waiting, error: unknown): void {
    log('failed', { mti: mtiOf(body), error: error instanceof Error ? error.message : 'unknown' });
  }

  function forgetUndone(): void {
    office.terminals.forget();
    office.trades.forget();
    office.days.forget();
  }
}

/** The MTI of an unchecked message: four hex digits. */
export function mtiOf(body: Uint8Array): string {
  return Buffer.from(body.subarray(11, 13)).toString('hex');
}
