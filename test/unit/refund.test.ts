import t from 'tap';
import { texts } from '../../src/config/texts.ts';
import type { AdviceEnd } from '../../src/host/advice.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { Answered } from '../../src/journal/events.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { EntryType } from '../../src/journal/types.ts';
import { textsOf } from '../../src/operator/screen.ts';
import { chargeAsking } from '../../src/payment/charge.ts';
import { giveBack } from '../../src/refund/give-back.ts';
import { paidAtBank, paidOf } from '../../src/refund/paid.ts';
import { whyNoRefund } from '../../src/refund/refundable.ts';
import { fen } from '../../src/values/fen.ts';
import { Pan } from '../../src/values/pan.ts';
import { batch } from '../../src/values/trace.ts';
import { approval, journalIn, refusal, saleOf, scoped, silence, testFolder } from '../journal-bench.ts';
import { no, nothing, type SaleBench, saleBench, yes } from '../sale-bench.ts';
import { samples, sentencesOf } from '../screens/samples.ts';

const rules = { limit_fen: 5_000_000, window_days: 180 };

function done(journal: Journal, type: EntryType, amount: number, original?: Entry, answer: Answered = approval): Entry {
  const entry = journal.begin(saleOf(amount, { type, digest: 'd1', ...(original && { original }) }));
  entry.sent();
  entry.answered(answer);
  if (answer.money === 'charged') entry.completed();
  else entry.handOver();
  return entry;
}

t.test('what has been refunded, and what a refund without a result might, counts against the rest', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const sale = done(journal, 'sale', 10_000);
  t.match(paidOf(sale, journal), { payment: true, refundable: 10_000, open: null, inOpenBatch: true });
  journal.openBatch(batch('000002'));
  const why = () => whyNoRefund(paidOf(sale, journal), rules, new Date());
  t.equal(why(), null);
  done(journal, 'refund', 4000, sale);
  t.match(paidOf(sale, journal), { amount: 10_000, refundable: 6000, open: null, inOpenBatch: false });
  done(journal, 'refund', 1000, sale, refusal);
  t.equal(paidOf(sale, journal).refundable, 6000, 'the bank has refused it');
  const lost = done(journal, 'refund', 6000, sale, silence);
  t.match(paidOf(sale, journal), { refundable: 0, open: 'refund' });
  t.equal(why(), 'being-refunded');
  lost.told(refusal);
  t.match(paidOf(sale, journal), { refundable: 6000, open: null });
  done(journal, 'refund', 6000, sale);
  t.equal(sale.state, 'refunded');
  t.equal(why(), 'refunded');
});

t.test('a void without a result keeps a sale from being refunded', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const sale = done(journal, 'sale', 10_000);
  const lost = done(journal, 'void', 10_000, sale, silence);
  t.equal(paidOf(sale, journal).open, 'void');
  lost.reversalBegun();
  lost.noOriginal('25');
  t.equal(paidOf(sale, journal).open, 'void', 'the bank may take it yet');
  lost.confirmed('inquiry');
  t.equal(paidOf(sale, journal).open, null);
});

t.test('what takes money from a card is a payment; a hold, a tip and what gives back are none', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const isPayment = (type: EntryType) => paidOf(journal.begin(saleOf(1, { type, digest: 'd1' })), journal).payment;
  for (const type of ['sale', 'instalment', 'completion', 'completion-advice', 'offline', 'voice'] as const) {
    t.ok(isPayment(type), type);
  }
  for (const type of [
    'void',
    'refund',
    'preauth',
    'preauth-add',
    'preauth-void',
    'completion-void',
    'tip',
    'adjust',
  ] as const) {
    t.notOk(isPayment(type), type);
  }
});

t.test('of what the journal does not hold the bank’s record is the measure', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const referred = { reference: '113009410017', date: '1130', day: new Date() };
  const limit = fen(rules.limit_fen);
  const record = { state: 'posted', amount: fen(10_000), refunded: fen(2500) } as const;
  t.match(paidAtBank(referred, record, limit, journal), {
    state: 'approved',
    amount: 10_000,
    refundable: 7500,
    open: null,
  });
  t.equal(paidAtBank(referred, { ...record, state: 'voided' }, limit, journal).state, 'voided');
  t.equal(paidAtBank(referred, { ...record, state: 'tombstone' }, limit, journal).state, 'reversed');
  t.match(paidAtBank(referred, null, limit, journal), { refundable: rules.limit_fen }, 'the bank decides');

  const particulars = { reference: referred.reference, date: '1130' };
  const lost = journal.begin(saleOf(2500, { type: 'refund', digest: 'd1', particulars }));
  lost.sent();
  lost.answered(silence);
  lost.handOver();
  t.equal(paidAtBank(referred, record, limit, journal).open, 'refund', 'money rule 8');
  t.equal(paidAtBank({ ...referred, reference: '113009410018' }, record, limit, journal).open, null);
  const sale = done(journal, 'sale', 10_000, undefined, { ...approval, reference: referred.reference });
  t.equal(paidOf(sale, journal).open, 'refund', 'whichever way it is named');
});

t.test('a journal finds by the bank’s reference and by amount', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  t.equal(journal.findReference('000000000017'), null);
  const first = done(journal, 'sale', 100);
  const second = done(journal, 'sale', 200, undefined, { ...approval, reference: '000000000018' });
  t.equal(journal.findReference('000000000017')?.id, first.id);
  t.equal(journal.findReference('000000000018')?.id, second.id);
  t.equal(journal.findReference('000000000019'), null);
  const third = done(journal, 'sale', 100);
  t.same(
    journal.ofAmount(fen(100), 5).map(({ id }) => id),
    [third.id, first.id],
  );
  t.same(
    journal.ofAmount(fen(100), 1).map(({ id }) => id),
    [third.id],
  );
  t.same(journal.ofAmount(fen(300), 5), []);
});

/** A refund up to the bank; its answer is lost, and `hears` says what the next ones bring. */
function lostRefund(bench: SaleBench, hears: () => AdviceEnd) {
  const asked: string[] = [];
  Object.assign(bench.counter.host, {
    async advise({ trace }: { trace: string }): Promise<AdviceEnd> {
      asked.push(trace);
      return hears();
    },
  });
  bench.answers = () => nothing;
  const card = { pan: Pan.from('6222020010011234') as Pan, expiry: '3012', track2: { reveal: () => '' }, track3: null };
  const end = chargeAsking(bench.counter, { type: 'refund', amount: fen(2500), card }, async () => ({ block: null }));
  return { asked, end };
}

t.test('a refund without an answer is asked again, and the screen follows it to its yes', async (t) => {
  const bench = saleBench(t);
  let heard: AdviceEnd = { end: 'answer', answer: nothing };
  const { asked, end } = lostRefund(bench, () => heard);
  await bench.screen('sale.unknown');
  t.equal(bench.reversals, 0, 'it has no reversal');
  t.equal(asked.length, 1);
  t.match(bench.texts().join(), /Do not refund again/);
  heard = { end: 'answer', answer: yes };
  bench.press('enter');
  await bench.screen('sale.approved');
  t.equal(new Set([...asked, bench.journal.last()?.trace]).size, 1, 'under the same trace');
  bench.press('enter');
  t.match(await end, { end: 'approved', entry: { state: 'approved' } });
});

t.test('a refund that the bank has refused after all is said to be refused', async (t) => {
  const bench = saleBench(t);
  const { end } = lostRefund(bench, () => ({ end: 'answer', answer: no }));
  await bench.screen('sale.declined');
  bench.press('cancel');
  t.match(await end, { end: 'declined', again: null });
});

t.test('a refund that is put off stays owed, and one past its tries is on record', async (t) => {
  const bench = saleBench(t);
  const { end } = lostRefund(bench, () => ({ end: 'answer', answer: nothing }));
  await bench.screen('sale.unknown');
  bench.press('cancel');
  t.match(await end, { end: 'unsettled', entry: { debt: 'repeat', state: 'unknown' } });

  const other = saleBench(t);
  const { end: parked } = lostRefund(other, () => ({ end: 'answer', answer: nothing }));
  await other.screen('sale.unknown');
  other.press('enter');
  await other.screen('sale.unknown', 2);
  other.press('enter');
  await other.screen('sale.parked');
  t.match(other.texts().join(), /Neither refund again nor give cash back/);
  other.press('enter');
  t.match(await parked, { end: 'unsettled', entry: { debt: 'repeat', state: 'parked' } });
});

t.test('no screen of a refund says charged or not charged, and each result names the refund’s money', async (t) => {
  const moneyOf = {
    'refund.approved': 'money.refunded',
    'refund.declined': 'money.not-refunded',
    'refund.refused': 'money.not-refunded',
    'refund.card.different': 'money.not-refunded',
    'refund.unknown': 'refund.unknown.money',
    'refund.repeating': 'refund.unknown.money',
    'refund.parked': 'refund.unknown.money',
  } as const;
  for (const language of ['zh-CN', 'en'] as const) {
    const text = texts(language);
    for (const [name, make] of Object.entries(samples).filter(([name]) => name.startsWith('refund.'))) {
      const shown = textsOf(make(text, sentencesOf(language)));
      for (const money of ['money.charged', 'money.not-charged'] as const) t.notOk(shown.includes(text(money)), name);
      const money = Object.entries(moneyOf).find(([id]) => id === name)?.[1];
      if (money !== undefined) t.ok(shown.includes(text(money)), `${language} ${name} says ${text(money)}`);
    }
  }
});

t.test('where the acquirer takes no voids, none is begun, and the sentence says so', async (t) => {
  const bench = saleBench(t);
  done(bench.journal, 'sale', 100);
  const { config } = bench.counter;
  const transactions = {
    ...config.profile.transactions,
    void: { offered: false, supervisor: true, pin: true },
    refund: { offered: true, supervisor: true, limit_fen: 5_000_000, window_days: 180 },
  };
  const counter = { ...bench.counter, config: { ...config, profile: { ...config.profile, transactions } } };
  const giving = giveBack(counter);
  await bench.screen('void.trace');
  bench.press('enter');
  await bench.screen('void.impossible');
  t.match(bench.texts().join(), /takes no voids/);
  bench.press('cancel');
  await giving;
  t.equal(bench.journal.last()?.facts.type, 'sale');
});
