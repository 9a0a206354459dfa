import t from 'tap';
import { wasICharged } from '../../src/charged/charged.ts';
import { texts } from '../../src/config/texts.ts';
import type { InquiryEnd } from '../../src/host/inquiry.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { Answered } from '../../src/journal/events.ts';
import type { EntryType } from '../../src/journal/types.ts';
import type { ReceiptTable } from '../../src/receipt/table.ts';
import { fen } from '../../src/values/fen.ts';
import { Fault, type Problem } from '../../src/values/problem.ts';
import { approval, refusal, saleOf, silence } from '../journal-bench.ts';
import { type SaleBench, saleBench } from '../sale-bench.ts';

type BankState = Extract<InquiryEnd, { end: 'found' }>['state'];

const record = (state: BankState, amount = 12_850): InquiryEnd => ({
  ...{ end: 'found', state, code: '00', amount: fen(amount), refunded: fen(0) },
  ...{ reference: '000000000017', authorisation: null },
});

interface Desk extends SaleBench {
  asked: number;
  knows: () => InquiryEnd | Promise<InquiryEnd>;
  readonly printed: ReceiptTable[];
  prints: () => Problem | null;
}

/** A counter whose bank answers inquiries as the test says, and whose printer keeps what it is given. */
function desk(t: Parameters<typeof saleBench>[0], offered = true): Desk {
  const bench = saleBench(t);
  const here: Desk = Object.assign(bench, {
    asked: 0,
    knows: () => ({ end: 'none' }) as InquiryEnd,
    printed: [] as ReceiptTable[],
    prints: () => null as Problem | null,
  });
  Object.assign(bench.counter.host, {
    async inquire() {
      here.asked++;
      return here.knows();
    },
  });
  Object.assign(bench.counter.config.profile.transactions, { inquiry: { offered } });
  Object.assign(bench.counter, { text: () => texts('en') });
  Object.assign(bench.counter.paper, {
    async report(table: ReceiptTable) {
      here.printed.push(table);
      return here.prints();
    },
  });
  return here;
}

function entryOf({ journal }: SaleBench, answer: Answered | null, type: EntryType = 'sale', original?: Entry): Entry {
  const entry = journal.begin(saleOf(12_850, { type, digest: 'd1', ...(original && { original }) }));
  entry.sent();
  if (answer !== null) entry.answered(answer);
  if (answer?.money === 'charged') entry.completed();
  else entry.handOver();
  return entry;
}

function unconfirmed(bench: SaleBench): Entry {
  const entry = entryOf(bench, silence);
  entry.reversalBegun();
  entry.noOriginal('25');
  return entry;
}

/** Until the answer says this. */
async function says(bench: SaleBench, wanted: RegExp): Promise<string> {
  for (let turn = 0; turn < 200; turn++) {
    const said = bench.texts().join();
    if (wanted.test(said)) return said;
    await new Promise(setImmediate);
  }
  throw new Error(`not ${wanted} but ${bench.texts().join()}`);
}

t.test('what the journal knows is said without asking; Enter asks, Cancel ends it', async (t) => {
  const bench = desk(t);
  entryOf(bench, approval);
  bench.knows = () => record('posted');
  const done = wasICharged(bench.counter);
  await bench.screen('charged.which');
  bench.press('enter');
  await bench.screen('charged.told');
  await says(bench, /"Charged".*The bank approved it.*Do not charge again/);
  t.equal(bench.asked, 0);
  bench.press('enter');
  await says(bench, /The bank has posted it.*Bank's record/);
  t.equal(bench.asked, 1);
  bench.press('cancel');
  await done;
  t.match(bench.said.at(-1), /display\.welcome/);
  t.ok(bench.said.includes('display.charged'));
});

t.test('what is not confirmed is asked at once, and a tombstone confirms it', async (t) => {
  const bench = desk(t);
  const entry = unconfirmed(bench);
  bench.knows = () => record('tombstone');
  const done = wasICharged(bench.counter, entry);
  await bench.screen('charged.told');
  await says(bench, /"Not charged".*Confirmed not charged.*Bank's record/);
  t.equal(entry.state, 'reversed');
  t.match(entry.story.at(-1), { event: { kind: 'confirmed', by: 'inquiry' } });
  bench.press('cancel');
  await done;
});

t.test('the bank has taken it after all: it is reversed again, and nobody is told "not charged"', async (t) => {
  const bench = desk(t);
  const entry = unconfirmed(bench);
  bench.knows = () => record('posted');
  bench.reverses = () => ({ end: 'no-answer', code: null, why: 'silent' });
  const done = wasICharged(bench.counter, entry);
  await bench.screen('charged.told');
  await says(bench, /"Being reversed".*Do not charge again/);
  t.equal(entry.state, 'reversing');
  t.equal(entry.debt, 'reverse', 'and owed');
  t.notOk(bench.said.includes('display.not-charged'));
  bench.press('cancel');
  await done;
});

t.test('no word, an unreadable one and a refusal leave it unknown, and say why', async (t) => {
  for (const [knows, why] of [
    [() => ({ end: 'none' }), /Reversed, to be confirmed/],
    [() => ({ end: 'refused', code: '96', signInAgain: false }), /did not answer this time: 96/],
    [
      () => {
        throw new Fault({ kind: 'host-silent', waited_ms: 60_000 });
      },
      /did not answer this time: /,
    ],
  ] as const) {
    const bench = desk(t);
    const entry = unconfirmed(bench);
    bench.knows = knows as Desk['knows'];
    const done = wasICharged(bench.counter, entry);
    await bench.screen('charged.told');
    await says(bench, /"Result unknown"/);
    await says(bench, why);
    t.equal(entry.state, 'reversed-unconfirmed');
    bench.press('cancel');
    await done;
  }
});

t.test('another row under the same trace confirms nothing', async (t) => {
  const bench = desk(t);
  const entry = unconfirmed(bench);
  bench.knows = () => record('declined', 1);
  const done = wasICharged(bench.counter, entry);
  await says(bench, /"Result unknown".*Our books and the bank's differ/);
  t.equal(entry.state, 'reversed-unconfirmed');
  bench.press('cancel');
  await done;
});

t.test('what is owed is tried before the bank is asked; what the bank says then is of that moment alone', async (t) => {
  const bench = desk(t);
  const entry = entryOf(bench, silence);
  const order: string[] = [];
  bench.reverses = () => {
    order.push('reverse');
    return { end: 'no-answer', code: null, why: 'silent' };
  };
  bench.knows = () => {
    order.push('inquire');
    return record('posted');
  };
  const done = wasICharged(bench.counter, entry);
  await says(bench, /"Being reversed".*Posted, being undone/);
  t.equal(order.at(-1), 'inquire');
  t.ok(order.includes('reverse'));
  entry.reversed('00');
  const said = await says(bench, /"Not charged".*The bank has undone it/);
  t.notMatch(said, /differ/, 'its "posted" is of before the reversal');
  bench.press('cancel');
  await done;
});

t.test('a difference is said aloud, whatever the journal has', async (t) => {
  const bench = desk(t);
  entryOf(bench, approval);
  bench.knows = () => record('reversed');
  const done = wasICharged(bench.counter, bench.journal.last());
  await bench.screen('charged.told');
  bench.press('enter');
  await says(bench, /Our books and the bank's differ: call -/);
  t.equal(bench.said.at(-1), 'display.unknown', 'the customer is not told either');
  bench.press('cancel');
  await done;
});

t.test('the slip is printed in the background and says what keeps it', async (t) => {
  const bench = desk(t);
  entryOf(bench, approval);
  bench.prints = () => ({ kind: 'paper-out' });
  const done = wasICharged(bench.counter, bench.journal.last());
  await bench.screen('charged.told');
  bench.press('menu');
  await new Promise(setImmediate);
  t.match(JSON.stringify(bench.printed), /CHARGED.*The bank approved it.*622202\*{6}1234.*Request sent/);
  bench.prints = () => null;
  bench.press('menu');
  await new Promise(setImmediate);
  t.equal(bench.printed.length, 2);
  bench.press('cancel');
  await done;
});

t.test('the number of a void leads to its sale, an unknown one to nothing', async (t) => {
  const bench = desk(t);
  const sale = entryOf(bench, approval);
  const undo = entryOf(bench, approval, 'void', sale);
  const done = wasICharged(bench.counter);
  await bench.screen('charged.which');
  bench.press('9', '9', '9', '9', 'enter');
  await bench.screen('charged.none');
  t.notMatch(bench.texts().join(), /Not charged/, 'money rule 15');
  bench.press('enter');
  await bench.screen('charged.which', 2);
  bench.press(...([...undo.trace] as ('0' | '2')[]), 'enter');
  await bench.screen('charged.told');
  await says(bench, new RegExp(`"Not charged".*${sale.trace}.*Voided, back on the card`));
  bench.press('cancel');
  await done;
});

t.test('a refund that the journal holds no payment of is given back or not, never charged', async (t) => {
  for (const [answer, screen, paper] of [
    [approval, /"Refunded"/, /REFUNDED/],
    [refusal, /"Not refunded"/, /NOT REFUNDED/],
  ] as const) {
    const bench = desk(t);
    entryOf(bench, answer, 'refund');
    const done = wasICharged(bench.counter, bench.journal.last());
    await says(bench, screen);
    bench.press('menu');
    await new Promise(setImmediate);
    t.match(JSON.stringify(bench.printed), paper);
    t.notMatch(bench.texts().join() + JSON.stringify(bench.printed), /"(Not )?charged"/i);
    bench.press('cancel');
    await done;
  }
});

t.test('of a bank that answers no inquiries none is asked, and the green key ends it', async (t) => {
  const bench = desk(t, false);
  const entry = unconfirmed(bench);
  const done = wasICharged(bench.counter, entry);
  await says(bench, /"Result unknown"/);
  bench.press('enter');
  await done;
  t.equal(bench.asked, 0);
});
