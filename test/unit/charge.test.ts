import t from 'tap';
import type { AdviceEnd } from '../../src/host/advice.ts';
import type { SaleCard } from '../../src/host/messages.ts';
import type { Request } from '../../src/journal/journal.ts';
import { chargeAsking, refuse, whyNoPayment } from '../../src/payment/charge.ts';
import { fen } from '../../src/values/fen.ts';
import { Pan } from '../../src/values/pan.ts';
import { full, lineDown, no, nothing, type SaleBench, saleBench, yes } from '../sale-bench.ts';

const card: SaleCard = { pan: Pan.from('6222020010011234') as Pan, expiry: '3012', track2: null, track3: null };

/** A charge without a PIN, of a card that was read before. */
const charged = ({ counter }: SaleBench, type: 'sale' | 'refund' = 'sale') =>
  chargeAsking(counter, { type, amount: fen(12_850), card }, async () => ({ block: null }));

const settledDown = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

t.test('nothing is paid while a settlement is open, and a bug of the disk is no reason', async (t) => {
  const { counter, journal } = saleBench(t);
  t.equal(whyNoPayment(counter), null);
  journal.beginSettlement('01');
  t.same(whyNoPayment(counter), { kind: 'settlement-open' });
  Object.assign(journal, {
    checkWritable() {
      throw new TypeError('a bug');
    },
  });
  t.throws(() => whyNoPayment(counter), new TypeError('a bug'));
});

t.test('the screen names the line that is tried, and the customer waits for the bank', async (t) => {
  for (const [line, words] of [
    ['primary', /128\.50.*Connecting to the bank/],
    ['backup', /128\.50.*trying the backup/],
    [null, /128\.50.*Connecting to the bank/],
  ] as const) {
    const bench = saleBench(t);
    Object.assign(bench.counter.host, { line });
    const owed = Promise.withResolvers<void>();
    Object.assign(bench.counter.outbox, { clearBeforeSale: () => owed.promise });
    const end = charged(bench);
    await bench.says(words);
    t.same(bench.said, ['display.bank']);
    owed.resolve();
    await bench.screen('sale.approved');
    bench.press('enter');
    t.match(await end, { end: 'approved' });
  }
});

t.test('the seconds that the answer has are counted down', async (t) => {
  const bench = saleBench(t);
  const answer = Promise.withResolvers<typeof yes>();
  bench.answers = () => answer.promise;
  const end = charged(bench);
  await bench.says(/128\.50.*60 s left/);
  await bench.clock.advance(1000);
  await bench.says(/59 s left/);
  answer.resolve(yes);
  await bench.screen('sale.approved');
  bench.press('enter');
  t.match(await end, { end: 'approved' });
});

t.test(
  'a key that went while what is owed was told, and a bug of the row, end it before the bank hears of it',
  async (t) => {
    const bench = saleBench(t);
    Object.assign(bench.counter.outbox, {
      async clearBeforeSale() {
        Object.assign(bench.counter.vault, { kcvOf: (slot: string) => (slot === 'MAK' ? null : '00000000') });
      },
    });
    const end = charged(bench);
    await bench.screen('sale.refused');
    bench.press('enter');
    t.same(await end, { end: 'refused', problem: { kind: 'keys-missing', slot: 'MAK' }, again: null });
    t.equal(bench.journal.last(), null);

    const other = saleBench(t);
    other.prepares = () => {
      throw new TypeError('a bug');
    };
    await t.rejects(charged(other), new TypeError('a bug'));
  },
);

t.test('without a yes and without a no it is the bank’s word that decides in the end', async (t) => {
  for (const [answer, screen, word] of [
    [yes, 'sale.approved', 'approved'],
    [no, 'sale.declined', 'declined'],
  ] as const) {
    const bench = saleBench(t);
    bench.answers = () => nothing;
    bench.advises = (): AdviceEnd => ({ end: 'answer', answer: nothing });
    const end = charged(bench, 'refund');
    await bench.screen('sale.unknown');
    t.match(bench.texts().join(), /128\.50.*000001.*0 s so far/);
    t.equal(bench.said.at(-1), 'display.unknown display.stay');
    const asked = Promise.withResolvers<AdviceEnd>();
    bench.advises = () => asked.promise;
    bench.press('enter');
    await bench.screen('sale.repeating');
    await bench.clock.advance(2000);
    await bench.says(/128\.50.*000001.*2 s so far.*asked 3 times/);
    asked.resolve({ end: 'answer', answer });
    await bench.screen(screen);
    bench.press(answer === yes ? 'enter' : 'cancel');
    t.match(await end, { end: word, entry: { state: word } });
  }
});

t.test('a refund that the disk may let leave at the next start is neither refunded nor not refunded', async (t) => {
  for (const isDoubted of [true, false]) {
    const bench = saleBench(t);
    const { begin } = bench.journal;
    const kept = { sent: { value: full }, isDoubted: { value: isDoubted } };
    Object.assign(bench.journal, { begin: (request: Request) => Object.defineProperties(begin(request), kept) });
    const end = charged(bench, 'refund');
    await bench.screen(isDoubted ? 'sale.doubted' : 'sale.refused');
    t.equal(bench.said.at(-1), isDoubted ? 'display.unknown display.stay' : 'display.cancelled display.not-charged');
    bench.press('enter');
    t.match(await end, { end: isDoubted ? 'unsettled' : 'refused' });
    t.same(bench.sent, [], 'nothing has left');
  }
});

t.test('a refund past its tries is on record, with how often it was asked', async (t) => {
  const bench = saleBench(t);
  bench.answers = () => nothing;
  bench.advises = () => ({ end: 'answer', answer: nothing });
  const end = charged(bench, 'refund');
  for (let time = 1; bench.journal.last()?.state !== 'parked'; time++) {
    await bench.screen('sale.unknown', time);
    bench.press('enter');
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  }
  await bench.screen('sale.parked');
  t.match(bench.texts().join(), /128\.50.*000001.*Tried 3 times/);
  bench.press('cancel');
  await settledDown();
  bench.press('enter');
  t.match(await end, { end: 'unsettled', entry: { state: 'parked' }, again: null });
});

t.test('what was refused is said to both sides, and only a line that is down can be tried again', async (t) => {
  const ending = async (problem: Parameters<typeof refuse>[1], amount: number | null, key: 'enter' | 'cancel') => {
    const bench = saleBench(t);
    bench.press('enter', 'cancel');
    const end = refuse(bench.counter, problem, amount === null ? null : fen(amount));
    await bench.screen('sale.refused');
    t.same(bench.said, ['display.cancelled display.not-charged']);
    t.same(bench.beeps, ['refused']);
    let over = false;
    void end.then(() => {
      over = true;
    });
    await settledDown();
    t.notOk(over, 'a key of before has not seen it');
    bench.press(key);
    const { problem: said, again } = await end;
    t.same(said, problem);
    return again;
  };
  const down = { kind: 'line-down', tried: [] } as const;
  t.same(await ending(down, 100, 'enter'), { amount: 100 });
  t.equal(await ending(down, 100, 'cancel'), null);
  t.equal(await ending(down, null, 'enter'), null);
  t.equal(await ending({ kind: 'settlement-open' }, 100, 'enter'), null);
});

t.test('a line that is down has taken nothing, whatever is charged', async (t) => {
  const bench = saleBench(t);
  bench.answers = lineDown;
  const end = charged(bench, 'refund');
  await bench.screen('sale.refused');
  bench.press('cancel');
  t.match(await end, { end: 'refused', again: null });
  t.equal(bench.journal.last()?.state, 'declined');
});
