import t from 'tap';
import { type Message, type MessageFields, unpack } from '../../src/host/codec.ts';
import { Counter, n12, onDay, place, TERMINAL_2, withTwoMerchants } from './bank-counter.ts';
import { MERCHANT, request, TERMINAL } from './bank-terminal.ts';

function about(counter: Counter, fields: Partial<MessageFields>, terminal = TERMINAL): Message {
  const { batch } = counter.keys(terminal);
  return counter.answerTo(request('0820', { trace: '009999', terminal, batch: `00${batch}320`, ...fields }), terminal);
}

t.test('an inquiry says how a trade stands, by its batch and trace', async (t) => {
  const counter = new Counter(t);
  const sale = counter.ask('sale', { trace: '000002' });
  const original = place(counter, '000002');
  t.match(about(counter, { original }), {
    ...{ mti: '0830', code: '00', trace: '009999', amount: n12(10_000), totals: n12(0) },
    ...{ reference: sale.reference, authorisation: sale.authorisation, operator: 'CUPposted      00622202******1234' },
    original: `${original}${sale.date}`,
  });
  t.equal(counter.code('void', { trace: '000003', fields: { reference: sale.reference, original } }), '00');
  t.equal(about(counter, { original }).operator, 'CUPvoided      00622202******1234');
  t.equal(counter.code('sale', { trace: '000004', card: 'poor' }), '51');
  t.equal(about(counter, { original: place(counter, '000004') }).operator, 'CUPdeclined    51622848******5511');
  t.equal(counter.reverse('sale', { trace: '000005' }), '25');
  t.equal(about(counter, { original: place(counter, '000005') }).operator, 'CUPtombstone   25622202******1234');
  t.equal(counter.code('sale', { trace: '000006' }), '00');
  t.equal(counter.reverse('sale', { trace: '000006' }), '00');
  t.equal(about(counter, { original: place(counter, '000006') }).operator, 'CUPreversed    00622202******1234');
});

t.test('94 to another card of the same amount: an inquiry tells whose the row is', async (t) => {
  const counter = new Counter(t);
  t.equal(counter.code('sale', { trace: '000002' }), '00');
  t.equal(counter.code('sale', { trace: '000002', card: 'poor' }), '94');
  t.match(about(counter, { original: place(counter, '000002') }), {
    ...{ code: '00', amount: n12(10_000), operator: 'CUPposted      00622202******1234' },
  });
  t.equal(counter.reverse('sale', { trace: '000002', card: 'poor' }), '30', 'and its reversal turns back nothing');
  t.equal(about(counter, { original: place(counter, '000002') }).operator, 'CUPposted      00622202******1234');
});

t.test('an inquiry finds its terminal’s trades by trace, its merchant’s by reference, and no others', async (t) => {
  const counter = new Counter(t);
  const sale = counter.ask('sale', { trace: '000002' });
  counter.closeBatch();
  const fields = { reference: sale.reference, original: onDay(sale) };
  t.equal(counter.code('refund', { trace: '000003', amount: 4_000, fields }), '00');
  t.match(about(counter, fields, TERMINAL_2), { code: '00', amount: n12(10_000), totals: n12(4_000) });
  t.equal(about(counter, { original: '000001000002' }).code, '00', 'of a batch that is over');
  t.equal(about(counter, { original: '000001000002' }, TERMINAL_2).code, '25', 'of another terminal');
  t.equal(about(counter, { original: '000001000099' }).code, '25');
  t.equal(about(counter, { ...fields, original: `${'0'.repeat(12)}0101` }).code, '25', 'another day');
  t.equal(about(counter, { original: onDay(sale) }).code, '25', 'a day alone');
  t.equal(about(counter, {}).code, '30');
  t.equal(about(counter, { trace: undefined, original: '000001000002' }).code, '30');
});

t.test('another merchant is told nothing, by whatever name', async (t) => {
  const counter = new Counter(t, withTwoMerchants());
  const sale = counter.ask('sale', { trace: '000002' });
  const merchant = '898110248990002';
  const fields = { merchant, reference: sale.reference, original: onDay(sale) };
  t.equal(about(counter, fields, TERMINAL_2).code, '25');
  t.equal(about(counter, { ...fields, merchant: MERCHANT }).code, '00', 'its own merchant is');
});

t.test('an inquiry tells what is charged with a tip, moves nothing and leaves no row', async (t) => {
  const counter = new Counter(t);
  t.equal(counter.code('sale', { trace: '000002' }), '00');
  const original = place(counter, '000002');
  t.equal(counter.code('tip', { trace: '000003', amount: 11_000, fields: { original, totals: n12(1_000) } }), '00');
  const [before, rows] = [counter.money(), counter.rows().length];
  t.equal(about(counter, { original }).amount, n12(11_000));
  t.equal(about(counter, { original: place(counter, '000003') }).amount, n12(11_000));
  t.strictSame(counter.money(), before);
  t.equal(counter.rows().length, rows);
});

t.test('an inquiry about a hold says what has become of it, through whichever terminal', async (t) => {
  const counter = new Counter(t);
  const preauth = counter.ask('preauth', { trace: '000002' });
  const fields = { authorisation: preauth.authorisation, original: onDay(preauth) };
  const [hold, add] = [place(counter, '000002'), place(counter, '000003')];
  const says = (word: string, of: string, more: Partial<MessageFields> = {}) =>
    t.match(about(counter, { original: of }), {
      ...{ code: '00', operator: `CUP${word.padEnd(12)}00622202******1234`, totals: n12(0), ...more },
    });
  says('held', hold, { amount: n12(10_000) });
  t.equal(counter.code('preauth-add', { trace: '000003', amount: 2_000, fields }), '00');
  says('held', add, { amount: n12(2_000) });
  const completion = counter.ask('completion', { trace: '000004', amount: 11_000, fields, terminal: TERMINAL_2 });
  t.equal(completion.code, '00');
  for (const [of, amount] of [
    [hold, 10_000],
    [add, 2_000],
  ] as const) {
    says('completed', of, { amount: n12(amount), totals: `${n12(0)}${n12(11_000)}` });
  }
  const back = { reference: completion.reference, original: onDay(completion) };
  t.equal(counter.code('refund', { trace: '000005', amount: 3_000, fields: back }), '00');
  says('completed', hold, { totals: `${n12(3_000)}${n12(11_000)}` });
});

t.test(
  'a hold whose days are over is released, what was added to a voided one too, and one is held again',
  async (t) => {
    const counter = new Counter(t);
    const preauth = counter.ask('preauth', { trace: '000002' });
    const fields = { authorisation: preauth.authorisation, original: onDay(preauth) };
    const word = (trace: string) =>
      /^CUP([a-z]+)/.exec(about(counter, { original: place(counter, trace) }).operator ?? '')?.[1];
    t.equal(counter.code('preauth-add', { trace: '000003', amount: 2_000, fields }), '00');
    t.equal(counter.code('preauth-void', { trace: '000004', amount: 12_000, fields }), '00');
    t.same([word('000002'), word('000003'), word('000004')], ['voided', 'released', 'posted']);
    t.equal(counter.reverse('preauth-void', { trace: '000004', amount: 12_000 }), '00');
    t.same([word('000002'), word('000003'), word('000004')], ['held', 'held', 'reversed']);
    counter.later(31);
    t.same([word('000002'), word('000003')], ['released', 'released']);
    t.equal(counter.reverse('preauth-add', { trace: '000003', amount: 2_000 }), '00');
    t.equal(word('000003'), 'reversed', 'what was undone is that first');
    t.equal(counter.code('preauth', { trace: '000005', card: 'poor' }), '51');
    t.equal(word('000005'), 'declined');
  },
);

t.test('an inquiry with a wrong MAC is answered A0 and told nothing', async (t) => {
  const counter = new Counter(t);
  const asked = request('0820', { trace: '009999', batch: '00000001320', original: '000001000002' });
  const spoilt = counter.bytes(asked);
  spoilt[spoilt.length - 1] = spoilt.at(-1) === 0x30 ? 0x31 : 0x30;
  t.match(unpack(counter.handle(spoilt)), { code: 'A0', totals: undefined });
});
