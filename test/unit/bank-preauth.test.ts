import t, { type Test } from 'tap';
import { Counter, onDay, place, type Saying } from './bank-counter.ts';

const FULL = 1_000_000;
/** Of a completion of ¥100 on a debit card. */
const FEE = 50;

/** A hold of ¥100 under trace 000002, and what a request about it says. */
function afterPreauth(t: Test) {
  const counter = new Counter(t);
  const preauth = counter.ask('preauth', { trace: '000002' });
  t.equal(preauth.code, '00');
  const about = { authorisation: preauth.authorisation, original: onDay(preauth) };
  const of = (trace: string, changes: Partial<Saying> = {}): Saying => ({
    ...{ trace, ...changes },
    fields: { ...about, ...changes.fields },
  });
  /** Its completion under `trace`, and the void of that. */
  const voidOf = (
    completion: { reference?: string | undefined; authorisation?: string | undefined },
    trace: string,
  ) => ({
    fields: {
      reference: completion.reference,
      authorisation: completion.authorisation,
      original: place(counter, trace),
    },
  });
  return { counter, preauth, about, of, voidOf };
}

t.test('a pre-authorisation holds what was available, and charges nothing', async (t) => {
  const { counter, of } = afterPreauth(t);
  t.strictSame(counter.money(), { free: FULL - 10_000, held: 10_000, pending: 0, fees: 0 });
  t.equal(counter.code('sale', { trace: '000003', amount: FULL - 9_999 }), '51', 'what is held is not available');
  t.equal(counter.code('preauth', { trace: '000004', amount: 0 }), '13');
  t.equal(counter.code('preauth', { trace: '000005', amount: 5_000_001 }), '61');
  t.equal(counter.code('preauth', { trace: '000006', pin: '000000' }), '55');
  t.equal(counter.code('preauth', { trace: '000002' }), '94', 'the same trace again');
  t.equal(counter.code('preauth-add', of('000007', { amount: 2_500 })), '00');
  t.strictSame(counter.money(), { free: FULL - 12_500, held: 12_500, pending: 0, fees: 0 });
  t.match(counter.rows()[0], { type: 'preauth-add', originalTrace: '000002', originalBatch: '000001', moved: 0 });
  t.equal(counter.rows().find(({ trace }) => trace === '000002')?.hold, 12_500);
});

t.test('a void gives back the whole hold, and the reversal of that void holds it again', async (t) => {
  const { counter, of } = afterPreauth(t);
  counter.code('preauth-add', of('000003', { amount: 2_500 }));
  t.equal(counter.code('preauth-void', of('000004')), '64', 'a part of it');
  t.equal(counter.code('preauth-void', of('000005', { amount: 12_500 })), '00');
  t.equal(counter.money().held, 0);
  t.equal(counter.money().free, FULL);
  t.equal(counter.state('000002'), 'voided');
  t.equal(counter.code('completion', of('000006')), '12');
  t.equal(counter.code('preauth-add', of('000007')), '12');
  t.equal(counter.reverse('preauth', { trace: '000002' }), '12', 'one way back is enough');
  t.equal(counter.reverse('preauth-void', { trace: '000005', amount: 12_500 }), '00');
  t.equal(counter.reverse('preauth-void', { trace: '000005', amount: 12_500 }), '00', 'asked again');
  t.equal(counter.money().held, 12_500);
  t.equal(counter.state('000002'), 'posted');
});

t.test('a completion releases the hold and charges up to 115 per cent of it', async (t) => {
  const { counter, of } = afterPreauth(t);
  t.equal(counter.code('completion', of('000003', { amount: 11_501 })), '13');
  t.equal(counter.code('completion', of('000004', { amount: 0 })), '13');
  t.equal(counter.code('completion', of('000005', { amount: 11_500, pin: null })), '00', 'no PIN is asked for');
  t.strictSame(counter.money(), { free: FULL - 11_500, held: 0, pending: 11_500, fees: 58 });
  t.equal(counter.code('completion', of('000006')), '12', 'completed already');
  t.equal(counter.code('preauth-void', of('000007')), '12');
  t.equal(counter.reverse('preauth', { trace: '000002' }), '12', 'the completion stands upon it');
});

t.test('a completion for less gives the rest back', async (t) => {
  const { counter, of } = afterPreauth(t);
  t.equal(counter.code('completion', of('000003', { amount: 4_000 })), '00');
  t.strictSame(counter.money(), { free: FULL - 4_000, held: 0, pending: 4_000, fees: 20 });
});

t.test('the reversal of a completion holds what was held before, to the fen', async (t) => {
  const { counter, of } = afterPreauth(t);
  t.equal(counter.code('completion', of('000003', { amount: 11_000 })), '00');
  t.equal(counter.reverse('completion', { trace: '000003', amount: 11_000 }), '00');
  t.strictSame(counter.money(), { free: FULL - 10_000, held: 10_000, pending: 0, fees: 0 });
  t.equal(counter.code('completion', of('000004')), '00', 'it can be completed anew');
});

t.test('the void of a completion restores the hold; its reversal completes again', async (t) => {
  const { counter, of, voidOf } = afterPreauth(t);
  const completion = counter.ask('completion', of('000003'));
  t.strictSame(counter.money(), { free: FULL - 10_000, held: 0, pending: 10_000, fees: FEE });
  t.equal(counter.code('void', { trace: '000004', ...voidOf(completion, '000003') }), '25', 'that is for sales');
  t.equal(counter.code('completion-void', { trace: '000005', amount: 9_999, ...voidOf(completion, '000003') }), '64');
  t.equal(counter.code('completion-void', { trace: '000006', ...voidOf(completion, '000003') }), '00');
  t.strictSame(counter.money(), { free: FULL - 10_000, held: 10_000, pending: 0, fees: 0 });
  t.equal(counter.state('000003'), 'voided');
  t.equal(counter.reverse('completion', { trace: '000003' }), '12');
  t.equal(counter.reverse('completion-void', { trace: '000006' }), '00');
  t.strictSame(counter.money(), { free: FULL - 10_000, held: 0, pending: 10_000, fees: FEE });
  t.equal(counter.code('completion-void', { trace: '000007', ...voidOf(completion, '000003') }), '00');
  t.equal(counter.code('completion', of('000008')), '00', 'the restored hold is completed again');
  t.equal(counter.reverse('completion-void', { trace: '000007' }), '12', 'what has followed needs it');
});

t.test('what was promised is honoured, but more than that must be there', async (t) => {
  const counter = new Counter(t);
  const preauth = counter.ask('preauth', { trace: '000002', amount: 500, card: 'poor' });
  const fields = { authorisation: preauth.authorisation, original: onDay(preauth) };
  const saying = { card: 'poor', amount: 501, fields } as const;
  t.equal(counter.code('completion', { trace: '000003', ...saying }), '51');
  t.equal(counter.code('completion-advice', { trace: '000004', ...saying }), '00', 'told, the counter has finished');
  t.equal(counter.money('abc-poor').free, -1);
});

t.test('a completion is bounded by its hold, and not by what the merchant may sell at once', async (t) => {
  for (const type of ['completion', 'completion-advice'] as const) {
    const counter = new Counter(t);
    const saying = { card: 'cmb', amount: 4_500_000 } as const;
    const preauth = counter.ask('preauth', { trace: '000002', ...saying });
    const fields = { authorisation: preauth.authorisation, original: onDay(preauth) };
    const add = { ...saying, amount: 500_000, fields };
    t.equal(counter.code('preauth-add', { trace: '000003', ...add }), '00');
    for (const merchant of counter.seed.merchants.values()) Object.assign(merchant, { saleLimit: 4_000_000 });
    const code = (trace: string, amount: number) => counter.code(type, { trace, card: 'cmb', amount, fields });
    t.equal(code('000004', 0), '13', type);
    t.equal(code('000005', 5_750_001), '13', type);
    t.equal(code('000006', type === 'completion' ? 5_000_000 : 5_750_000), '00', type);
  }
});

t.test('a hold ends with the bank’s day that is so many after its own, whatever the hour', async (t) => {
  // Midnight of a bank that is eight hours ahead of Greenwich, its hour of the day, and that of the last day.
  const midnight = Date.UTC(2026, 4, 31, 16);
  const days = 86_400_000;
  for (const [made_ms, asked_ms, code] of [
    [10 * 3_600_000, 30 * days + 15 * 3_600_000, '00'],
    [10 * 3_600_000, 31 * days - 1, '00'],
    [10 * 3_600_000, 31 * days, '22'],
    [0, 31 * days - 1, '00'],
    [0, 31 * days, '22'],
    [days - 1, 30 * days, '00'],
    [days - 1, 31 * days - 1, '00'],
    [days - 1, 31 * days, '22'],
  ] as const) {
    const counter = new Counter(t);
    counter.now = midnight + made_ms;
    const preauth = counter.ask('preauth', { trace: '000002' });
    counter.now = midnight + asked_ms;
    const fields = { authorisation: preauth.authorisation, original: onDay(preauth) };
    t.equal(counter.code('completion-advice', { trace: '000003', fields }), code, `${made_ms} ${asked_ms}`);
  }
});

t.test('a hold ends with its days, and is not given back twice', async (t) => {
  const { counter, of } = afterPreauth(t);
  counter.later(30);
  t.equal(counter.code('preauth-add', of('000003', { amount: 1_000 })), '00');
  counter.later(1);
  t.equal(counter.code('completion', of('000004')), '22');
  t.strictSame(counter.money(), { free: FULL, held: 0, pending: 0, fees: 0 });
  t.equal(counter.code('preauth-void', of('000005')), '22');
  t.equal(counter.reverse('preauth-add', { trace: '000003', amount: 1_000 }), '00');
  t.equal(counter.reverse('preauth', { trace: '000002' }), '00');
  t.strictSame(counter.money(), { free: FULL, held: 0, pending: 0, fees: 0 });
  t.equal(counter.state('000002'), 'reversed');
});

t.test('a completion’s void after the days gives the hold back; its reversal charges the card again', async (t) => {
  const { counter, of, voidOf } = afterPreauth(t);
  const completion = counter.ask('completion', of('000003'));
  counter.later(31);
  t.equal(counter.code('completion-void', { trace: '000004', ...voidOf(completion, '000003') }), '00');
  counter.code('sale', { trace: '000005', amount: 0 });
  // The merchant was paid for the completion days ago: what is pending is what it owes by now.
  const owing = { free: FULL, held: 0, pending: -10_000, fees: -FEE };
  t.strictSame(counter.money(), owing, 'any request finds it expired');
  t.equal(counter.reverse('completion-void', { trace: '000004' }), '00');
  t.strictSame(counter.money(), { free: FULL - 10_000, held: 0, pending: 0, fees: 0 });
});

t.test('a late reversal of one addition leaves the other', async (t) => {
  const { counter, of } = afterPreauth(t);
  t.equal(counter.code('preauth-add', of('000003', { amount: 1_000 })), '00');
  t.equal(counter.code('preauth-add', of('000004', { amount: 2_000 })), '00');
  t.equal(counter.reverse('preauth-add', { trace: '000003', amount: 1_000 }), '00');
  t.equal(counter.money().held, 12_000);
  t.equal(counter.code('completion', of('000005')), '00');
  t.equal(counter.reverse('preauth-add', { trace: '000004', amount: 2_000 }), '12', 'completed with it');
});

t.test('a pre-authorisation is found by its number, its day, its merchant and its card alone', async (t) => {
  const { counter, of, preauth, about } = afterPreauth(t);
  const code = (trace: string, changes: Partial<Saying>) => counter.code('completion', of(trace, changes));
  t.equal(code('000003', { fields: { authorisation: undefined } }), '30');
  t.equal(code('000004', { fields: { original: undefined } }), '30');
  t.equal(code('000005', { fields: { original: `${'0'.repeat(12)}0101` } }), '25', 'another day');
  t.equal(code('000006', { fields: { authorisation: 'AAAAAA' } }), '25');
  t.equal(code('000007', { card: 'cmb' }), '14');
  t.equal(code('000008', { pin: '000000' }), '55');
  t.equal(code('000009', { terminal: '50461161' }), '00', 'another terminal of the merchant');
  t.equal(about.authorisation, preauth.authorisation);
});

t.test('a reversal that comes first keeps the place of a late one of each type', async (t) => {
  const { counter, of } = afterPreauth(t);
  for (const [place, type] of (['preauth', 'preauth-add', 'preauth-void', 'completion'] as const).entries()) {
    const trace = `00001${place}`;
    t.equal(counter.reverse(type, { trace }), '25', type);
    t.equal(counter.code(type, of(trace)), '12', type);
  }
  t.strictSame(counter.money(), { free: FULL - 10_000, held: 10_000, pending: 0, fees: 0 });
});
