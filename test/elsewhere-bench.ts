import type { InquiryEnd } from '../src/host/inquiry.ts';
import { responseCode } from '../src/host/response-codes.ts';
import type { Entry } from '../src/journal/entry.ts';
import type { Request } from '../src/journal/journal.ts';
import type { EntryType } from '../src/journal/types.ts';
import { type Desk, desk } from './charged-bench.ts';
import { hostBench } from './host-bench.ts';
import { answerOf, saleOf } from './journal-bench.ts';
import { Counter, type FormName, place, type Saying, TERMINAL_2 } from './unit/bank-counter.ts';

/** A terminal whose bank is the real one, over its own books, and another terminal of the same merchant. */
export interface TwoTerminals extends Desk {
  readonly bank: Counter;
  /** Makes a request of this terminal: the real bank decides it, and the journal holds the answer. */
  done(type: EntryType & FormName, amount: number, more?: Partial<Request>): Entry;
  /** The other terminal acts on an entry of this one, by authorisation or reference and day; gives the bank's code. */
  elsewhere(type: FormName, of: Entry, amount: number): string | undefined;
}

export function twoTerminals(t: Parameters<typeof desk>[0] & Parameters<typeof hostBench>[0]): TwoTerminals {
  const bench = desk(t);
  const bank = new Counter(null);
  t.teardown(() => bank.remove());
  // The line uses the bench's keys and the bank its own, so each message is sealed again in between.
  const { host } = hostBench(t, (asked) => bank.answerTo(asked));
  let other = 500;

  const here: TwoTerminals = Object.assign(bench, {
    bank,
    done(type: EntryType & FormName, amount: number, more: Partial<Request> = {}) {
      const entry = bench.journal.begin(saleOf(amount, { type, digest: 'd1', ...more }));
      const { original = null } = entry;
      const fields = original === null ? {} : { ...namedBy(original), original: inPlace(type, original, bank) };
      const answer = bank.ask(type, { trace: entry.trace, amount, fields });
      const code = answer.code ?? '';
      entry.sent();
      entry.answered({
        ...answerOf(responseCode(code)?.money ?? 'unknown', code),
        ...{ authorisation: answer.authorisation?.trimEnd() ?? null, reference: answer.reference ?? null },
        host_time: { hhmmss: answer.time ?? '', mmdd: answer.date ?? '' },
      });
      if (code === '00') entry.completed();
      return entry;
    },
    elsewhere(type: FormName, of: Entry, amount: number) {
      const saying: Saying = { trace: String(++other).padStart(6, '0'), amount, terminal: TERMINAL_2 };
      return bank.code(type, { ...saying, fields: { ...namedBy(of), original: onItsDay(of) } });
    },
  });
  Object.assign(bench.counter.host, {
    async inquire(question: Parameters<typeof host.inquire>[0]): Promise<InquiryEnd> {
      bench.asked++;
      return host.inquire(question);
    },
  });
  return here;
}

const onItsDay = ({ history }: Entry): string => `${'0'.repeat(12)}${history.answer?.host_time?.mmdd}`;

function namedBy({ facts, history }: Entry) {
  const { authorisation = null, reference = null } = history.answer ?? {};
  return facts.type === 'preauth'
    ? { authorisation: authorisation ?? undefined }
    : { reference: reference ?? undefined, authorisation: undefined };
}

/** F61 of a request of this terminal about an entry of its own. */
function inPlace(type: FormName, original: Entry, bank: Counter): string {
  return type === 'void' || type === 'completion-void' ? place(bank, original.trace) : onItsDay(original);
}
