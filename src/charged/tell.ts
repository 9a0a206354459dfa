import type { Text } from '../config/texts.ts';
import { isAnothers, isTaken } from '../host/inquiry.ts';
import type { Entry } from '../journal/entry.ts';
import { owesMoney } from '../journal/progress.ts';
import { type ChargedToldFacts, chargedTold } from '../operator/screens/charged.ts';
import { minuteOf } from '../operator/screens/layout.ts';
import { problemWords } from '../operator/screens/problem.ts';
import type { Counter } from '../payment/counter.ts';
import { inquire } from '../payment/inquire.ts';
import { evidenceSlip } from '../receipt/evidence-slip.ts';
import type { ReceiptTable } from '../receipt/table.ts';
import type { Fen } from '../values/fen.ts';
import { Fault, type Problem } from '../values/problem.ts';
import { type Answer, answerOf, chargedOf, type Heard, isDefinite, kindOf } from './answer.ts';
import { evidenceRow, evidenceSaid } from './evidence-words.ts';

/** What the bank has said when it was asked. */
interface Known {
  readonly heard: Heard | null;
  /** Why the bank gave no answer when it was asked last; null where it did, or was not asked. */
  readonly unanswered: Problem | { readonly code: string } | null;
  /** How many events the entry and its sequels had then: the bank's word holds for that moment only. */
  readonly events: number;
}

/** An answer, and the amount that it is about. */
type Told = Answer & { readonly amount: Fen };

/**
 * Shows the answer about one entry until the operator has seen it, and updates it as the outbox finds out more.
 * `doubted`: without the bank's word nothing is definite, whatever the journal says, so the bank is asked at once.
 */
export async function tell(counter: Counter, entry: Entry, doubted: boolean): Promise<void> {
  const { operator, journal, config, paper } = counter;
  const askable = config.profile.transactions.inquiry.offered;
  let known: Known = { heard: null, unanswered: null, events: eventsOf(entry) };
  let slip = 'printable' as ChargedToldFacts['slip'];
  let shows = false;
  const answer = (): Told => {
    const heard = known.events === eventsOf(entry) ? known.heard : null;
    return { ...answerOf(entry, heard, doubted), amount: chargedOf(entry, heard) };
  };
  const draw = () => {
    if (!shows) return;
    const { unanswered } = known;
    operator.show((text, bar) =>
      chargedTold(text, bar, {
        ...factsOf(counter, entry, answer(), text),
        askable,
        slip,
        unanswered: unanswered === null ? null : whyOf(counter, unanswered, text),
      }),
    );
  };
  const ask = async () => {
    shows = false;
    known = await askBank(counter, entry);
  };
  const show = () => {
    announce(counter, entry, answer());
    operator.flush();
    operator.beep(isDefinite(answer()) ? 'done' : 'attention');
    shows = true;
    draw();
  };
  const print = async () => {
    slip = 'printing';
    draw();
    slip = (await paper.report(slipOf(counter, entry, answer()))) === null ? 'printable' : 'failed';
    draw();
  };

  const stop = journal.watch(draw);
  try {
    if (askable && !isDefinite(answer())) await ask();
    show();
    for (;;) {
      const key = await operator.press();
      if (key === 'cancel' || (key === 'enter' && !askable)) return;
      if (key === 'menu' && slip !== 'printing') void print();
      if (key !== 'enter') continue;
      await ask();
      show();
    }
  } finally {
    shows = false;
    stop();
  }
}

function eventsOf(entry: Entry): number {
  return [entry, ...entry.sequels].reduce((sum, { history }) => sum + history.events, 0);
}

/**
 * Tries first to settle what the entry owes the bank, so that the answer is about the state after that. Then asks the
 * bank for its record, which may end a reversal that was not confirmed.
 */
async function askBank(counter: Counter, entry: Entry): Promise<Known> {
  const { outbox, clock } = counter;
  const { batch, trace, debt } = entry;
  let events = eventsOf(entry);
  const place = { place: { batch, trace }, date: null, reference: null, authorisation: null };
  const end = await inquire(counter, place, async () => {
    if (debt !== 'nothing' && owesMoney(debt)) await outbox.settle(entry);
    events = eventsOf(entry);
  });
  if (end.end === 'failed') return { heard: null, unanswered: end.problem, events };
  const heard = { ...end, at_ms: clock.now() };
  if (end.end === 'refused') return { heard, unanswered: { code: end.code }, events };
  // Another request's row under the same trace confirms nothing about this one.
  const ours = { amounts: [entry.amount], card: entry.facts.card };
  if (end.end === 'found' && entry.debt === 'confirm' && !isAnothers(end, ours)) {
    if (settled(() => (isTaken(end) ? entry.found('inquiry') : entry.confirmed('inquiry')))) events = eventsOf(entry);
    outbox.wake();
  }
  return { heard, unanswered: null, events };
}

/** False where the disk refuses the note: then the debt stays, and the outbox asks again. */
function settled(note: () => void): boolean {
  try {
    note();
    return true;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return false;
  }
}

/** Shows the customer the answer about a payment; for anything else, and in doubt, that it is being looked into. */
function announce({ customer }: Counter, { facts }: Entry, { money, says, differs, amount }: Told): void {
  if (kindOf(facts.type) !== 'payment') customer.say('display.unknown');
  else if (says === 'refunded' && !differs) customer.back(amount, 'display.refunded');
  else if (money === 'charged' && !differs) customer.due(amount, 'display.charged');
  else if (money === 'not-charged' && !differs) customer.due(amount, 'display.not-charged');
  else customer.due(amount, 'display.unknown');
}

function factsOf({ clock }: Counter, { trace, facts }: Entry, answer: Told, text: Text) {
  const now = new Date(clock.now());
  return {
    ...answer,
    ...{ kind: kindOf(facts.type), trace, time: minuteOf(new Date(facts.begun_ms)) },
    evidence: answer.evidence.map((each) => evidenceRow(each, text, now)),
  };
}

function whyOf({ codeWords }: Counter, unanswered: NonNullable<Known['unanswered']>, text: Text): string {
  return 'kind' in unanswered ? problemWords(text, unanswered).title : codeWords(unanswered.code).title;
}

function slipOf({ config, signedIn, journal, clock, text }: Counter, entry: Entry, answer: Told): ReceiptTable {
  const { merchant, support } = config.terminal;
  const { type, trace, batch, card, time, reference } = entry.row;
  const words = text();
  return evidenceSlip(
    {
      head: { merchant, terminal: merchant.terminal, operator: signedIn, batch: journal.batch, at: clock.now() },
      of: { ...{ type, trace, batch, amount: answer.amount, reference }, maskedPan: card, at: Date.parse(time) },
      answer: answer.money,
      says: words(`charged.says.${answer.says}`),
      lines: answer.evidence.map((each) => ({ at: each.at, said: evidenceSaid(each, words) })),
      phone: answer.differs || !isDefinite(answer) ? support.accounts : null,
    },
    words,
  );
}
