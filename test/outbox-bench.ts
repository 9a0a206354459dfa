import type { AdviceEnd, AdviceRequest } from '../src/host/advice.ts';
import type { InquiryEnd } from '../src/host/inquiry.ts';
import type { OriginalFacts } from '../src/host/messages.ts';
import type { ReversalEnd, ReversalRequest } from '../src/host/reversal.ts';
import type { Entry } from '../src/journal/entry.ts';
import type { Answered } from '../src/journal/events.ts';
import type { Journal } from '../src/journal/journal.ts';
import { type Outbox, type OutboxProfile, openOutbox } from '../src/outbox/outbox.ts';
import { approval, journalIn, saleOf, silence, testFolder } from './journal-bench.ts';
import { settled, type VirtualClock, virtualClock } from './virtual-clock.ts';

export const acknowledged: ReversalEnd = { end: 'acknowledged', code: '00' };
export const unanswered: ReversalEnd = { end: 'no-answer', code: null, why: 'silent' };
export const taken: AdviceEnd = { end: 'answer', answer: { ...approval, signInAgain: false } };
export const signInFirst: ReversalEnd = { end: 'sign-in-first', code: 'A0' };

/** The bank as the outbox hears it: what it was asked, and what it says next. */
interface FakeHost {
  readonly asked: ReversalRequest[];
  says: (request: ReversalRequest) => ReversalEnd | Promise<ReversalEnd>;
  readonly advised: AdviceRequest[];
  hears: (request: AdviceRequest) => AdviceEnd | Promise<AdviceEnd>;
  readonly inquired: OriginalFacts[];
  knows: () => InquiryEnd;
  /** How often the bank's newest was asked for, and what that does. */
  compares: number;
  compared: () => void;
  signIns: number;
  signInWorks: boolean;
  signInTakes: Promise<void>;
  atOnce: number;
  most: number;
}

interface Bench {
  /** The folder of the journal's files. */
  readonly folder: string;
  readonly journal: Journal;
  readonly host: FakeHost;
  readonly clock: VirtualClock;
  readonly outbox: Outbox;
  owing(amount?: number, answer?: Answered): Entry;
}

/** An outbox on a real journal, beside a host that answers as the test says. */
export function bench(t: Tap, profile: Partial<OutboxProfile> = {}): Bench {
  const clock = virtualClock();
  const folder = testFolder(t);
  const journal = journalIn(folder, { clock });
  t.teardown(() => journal.close());
  const host: FakeHost = {
    ...{ asked: [], says: () => acknowledged, atOnce: 0, most: 0 },
    ...{ compares: 0, compared: () => journal.foundBanksNewest() },
    ...{ advised: [], hears: () => taken, inquired: [], knows: () => ({ end: 'none' }) },
    ...{ signIns: 0, signInWorks: true, signInTakes: Promise.resolve() },
  };
  const outbox = openOutbox({
    journal,
    clock,
    host: {
      async advise(request) {
        host.advised.push(request);
        return host.hears(request);
      },
      async inquire({ of }) {
        host.inquired.push(of);
        return host.knows();
      },
      async reverse(request) {
        host.asked.push(request);
        host.most = Math.max(host.most, ++host.atOnce);
        try {
          await settled();
          return await host.says(request);
        } finally {
          host.atOnce--;
        }
      },
    },
    compare: async () => {
      host.compares++;
      host.compared();
    },
    openCard: () => ({ pan: null, expiry: '3012' }),
    signIn: async () => {
      host.signIns++;
      await host.signInTakes;
      return host.signInWorks;
    },
    random: (bytes) => new Uint8Array(bytes).fill(128),
    profile: { retries: 3, first_wait_ms: 1000, most_wait_ms: 60_000, inquires: true, ...profile },
  });
  return {
    folder,
    journal,
    host,
    clock,
    outbox,
    owing(amount = 100, answer = silence) {
      const entry = journal.begin(saleOf(amount));
      entry.sent();
      entry.answered(answer);
      entry.handOver();
      return entry;
    },
  };
}

/** Lets everything be done that needs no time to pass. */
export async function calm(clock: VirtualClock): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await clock.advance(0);
}

interface Tap {
  teardown(after: () => void): unknown;
}
