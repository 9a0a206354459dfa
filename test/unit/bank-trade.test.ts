import t, { type Test } from 'tap';
import { SEED } from '../../bank/bank.ts';
import { desKey } from '../../bank/ciphers.ts';
import type { SealedRequest } from '../../bank/request.ts';
import { readSeed } from '../../bank/seed.ts';
import { askOf } from '../../bank/trade.ts';
import type { Message } from '../../src/host/codec.ts';
import { fen } from '../../src/values/fen.ts';
import { Counter, type FormName, n12, type Saying } from './bank-counter.ts';
import { CARDS } from './bank-terminal.ts';
import { encryptedTrack, pinBlock } from './bank-terminal-keys.ts';

const FULL = 1_000_000;

const asking = (counter: Counter, type: FormName, saying: Saying) => counter.outcome(counter.message(type, saying));

t.test('each no of the acquirer’s own says why, and which of them leaves a row', async (t) => {
  const counter = new Counter(t);
  const rows = () => counter.rows().length;
  const at = { batch: '000001' };
  t.match(asking(counter, 'sale', { trace: '000002', fields: { trace: undefined } }), {
    code: '30',
    why: 'F11 is missing',
  });
  t.match(asking(counter, 'sale', { trace: '000002', fields: { batch: '22000009000500' } }), {
    ...{ code: '77', batch: '000009', trace: '000002', why: 'another batch' },
  });
  t.match(asking(counter, 'sale', { trace: '000002', fields: { batch: '99000001000500' } }), {
    ...{ ...at, code: '40', trace: '000002', why: 'not offered' },
  });
  t.equal(rows(), 0);
  for (const [number, fields] of [{ amount: undefined }, { entryMode: undefined }, { currency: '840' }].entries()) {
    const trace = `00001${number}`;
    t.match(asking(counter, 'sale', { trace, fields }), {
      ...at,
      code: '30',
      trace,
      why: 'a mandatory field is missing',
    });
    t.match(counter.rows()[0], { trace, state: 'declined', code: '30', amount: 0 });
  }
  t.match(asking(counter, 'sale', { trace: '000020', fields: { track2: '1234' } }), { code: '30', why: 'card data' });
  t.equal(rows(), 4);
  t.match(asking(counter, 'sale', { trace: '000021', card: 'lost' }), { code: '41', why: 'the issuer refused' });
  t.equal(counter.money().free, FULL);
  const good = asking(counter, 'sale', { trace: '000022' });
  t.match(good, { ...at, code: '00', type: 'sale', trace: '000022', amount: 10_000 });
  t.notOk('why' in good);
  t.equal(String((good as { pan?: unknown }).pan), '622202******1234');
  t.equal((good as { reference?: unknown }).reference, counter.rows()[0]?.reference);
});

t.test('an advice of another batch is a case where it says what it is and how much, and leaves no row', async (t) => {
  const counter = new Counter(t);
  const advice = (number: string, fields: Saying['fields']) =>
    asking(counter, 'offline', { trace: number, fields: { batch: '30000009000500', ...fields } });
  t.match(advice('000002', { amount: undefined }), { code: '77' });
  t.match(advice('000003', { batch: '99000009000500' }), { code: '77' });
  const tip = { batch: '34000009000500', totals: n12(300), amount: undefined };
  t.match(asking(counter, 'tip', { trace: '000005', fields: tip }), { code: '77' });
  t.same(counter.office.cases.list(9, true), []);
  t.match(advice('000004', {}), { code: '77', why: 'another batch' });
  t.match(counter.office.cases.list(9, true), [
    { reason: 'advice-refused', trace: '000004', amount: 10_000, trade: null },
  ]);
  t.same(counter.rows(), []);
});

t.test('what a merchant may not, and what meets the cut-over, leaves the row that it should', async (t) => {
  const seed = readSeed(SEED);
  const narrow = [...seed.merchants].map(([id, row]) => [id, { ...row, may: new Set(['sale'] as const) }] as const);
  const counter = new Counter(t, { ...seed, merchants: new Map(narrow) });
  t.match(asking(counter, 'preauth', { trace: '000002' }), { code: '58', why: 'the merchant may not' });
  counter.office.books.atomically(() => counter.host.clearing.cutOver(counter.now));
  t.match(asking(counter, 'sale', { trace: '000003' }), { code: '90', why: 'the day is being cut over' });
  t.match(asking(counter, 'offline', { trace: '000004' }), { code: '90', why: 'the day is being cut over' });
  t.same(
    counter.rows().map(({ trace, code, state }) => [trace, code, state]),
    [
      ['000003', '90', 'declined'],
      ['000002', '58', 'declined'],
    ],
  );
});

t.test('a track that no key of the terminal opens leaves no row: it signs in for one, and asks again', async (t) => {
  const counter = new Counter(t);
  const asked = counter.message('sale', { trace: '000002' });
  counter.office.books.db.exec('UPDATE terminal SET track_key = NULL');
  counter.restart();
  t.match(counter.outcome(asked), { code: '99', why: 'card data', trace: '000002' });
  t.same(counter.rows(), []);
  counter.signIn('50461160');
  t.equal(counter.code('sale', { trace: '000002' }), '00');
});

t.test('what does not say what it is is not offered', async (t) => {
  const counter = new Counter(t);
  t.match(asking(counter, 'sale', { trace: '000002', fields: { processing: undefined } }), { code: '40' });
  t.match(asking(counter, 'sale', { trace: '000003', fields: { condition: undefined } }), { code: '40' });
  t.same(counter.rows(), []);
});

t.test('a row has what its request and its answer had, and no more of a no', async (t) => {
  const counter = new Counter(t);
  const yes = counter.ask('sale', { trace: '000002' });
  t.match(yes.authorisation, /^\d{6}$/);
  t.match(yes.institutions, /^\d{8} {3}\d{8} {3}$/);
  const row = counter.rows()[0];
  t.match(row, {
    ...{ terminal: '50461160', batch: '000001', trace: '000002', type: 'sale', card: 'boc-debit', amount: 10_000 },
    ...{ pan: '622202******1234', moved: 10_000, fee: 50, entryMode: '021', code: '00', state: 'posted' },
    ...{ original: null, authorisation: yes.authorisation, reference: yes.reference, particulars: null },
    ...{ at: counter.now, settlementDate: counter.office.days.date(), merchant: '898110248990001' },
  });
  const { answer } = { answer: counter.office.trades.answerOf(row?.id ?? 0) };
  t.ok(answer !== null && answer.length > 50, 'the bytes that went out');
  t.equal(counter.office.trades.digestOf(row?.id ?? 0), null, 'it is reversed, never told again');

  const no = counter.ask('sale', { trace: '000003', amount: FULL + 1 });
  t.equal(no.authorisation, undefined);
  t.match(counter.rows()[0], {
    state: 'declined',
    moved: 0,
    fee: 0,
    authorisation: null,
    card: 'boc-debit',
    code: '51',
  });
  const stranger = counter.ask('sale', {
    trace: '000004',
    fields: { pan: undefined, track2: undefined, pinBlock: undefined },
  });
  t.equal(stranger.code, '30');
  t.match(counter.rows()[0], { pan: null, card: null, entryMode: '021' });
  // Its number stands in the track alone.
  t.equal(counter.code('sale', { trace: '000005', fields: { pan: undefined } }), '00');
  t.match(counter.rows()[0], { pan: '622202******1234', card: 'boc-debit' });
  const { offline } = { offline: counter.ask('offline', { trace: '000006' }) };
  t.equal(offline.code, '00');
  t.not(counter.office.trades.digestOf(counter.rows()[0]?.id ?? 0), null);
  t.equal(counter.office.trades.digestOf(99), null, 'of no row');
});

t.test('the same bytes are answered as they were, others under their trace are a duplicate', async (t) => {
  const counter = new Counter(t);
  const asked = counter.message('offline', { trace: '000002' });
  const first = counter.answerTo(asked);
  counter.now += 3_600_000;
  const again = counter.answerTo(asked);
  const of = ({ code, reference, authorisation, institutions, time, date }: Message) => ({
    ...{ code, reference, authorisation, institutions, time, date },
  });
  t.same(of(again), of(first));
  t.match(again.institutions, /^\d{8} {3}/);
  t.match(counter.outcome(asked), {
    code: '00',
    type: 'offline',
    batch: '000001',
    trace: '000002',
    why: 'told again',
  });
  const bare = counter.message('offline', { trace: '000004', fields: { pan: undefined, expiry: undefined } });
  for (const time of ['first', 'second']) {
    t.match(counter.answerTo(bare), { code: '30', institutions: undefined }, `told a ${time} time`);
  }
  const other = asking(counter, 'offline', { trace: '000002', amount: 9999 });
  t.match(other, { code: '94', why: 'a duplicate', trace: '000002' });
  const sale = counter.ask('sale', { trace: '000003' });
  const twice = counter.ask('sale', { trace: '000003' });
  t.equal(twice.code, '94');
  t.equal(twice.reference, sale.reference, 'it names the one that is there');
  t.equal(counter.money().free, FULL - 20_000);
});

t.test('what comes after its own reversal is refused, and named', async (t) => {
  const counter = new Counter(t);
  t.equal(counter.reverse('sale', { trace: '000002' }), '25');
  const late = counter.message('sale', { trace: '000002' });
  t.match(counter.outcome(late), { code: '12', why: 'reversed before it came' });
  t.equal(counter.answerTo(late).reference, counter.rows()[0]?.reference);
  t.match(counter.rows(), [
    {
      ...{
        trace: '000002',
        state: 'tombstone',
        type: 'sale',
        amount: 10_000,
        moved: 0,
        fee: 0,
        card: null,
        code: '25',
      },
      ...{ pan: '622202******1234', entryMode: '021', authorisation: null, original: null, particulars: null },
      ...{ reversalReason: '98', merchant: '898110248990001', terminal: '50461160', at: counter.now },
    },
  ]);
  t.equal(counter.money().free, FULL);
});

t.test('a pre-authorisation’s number is of no other of the merchant’s day', async (t) => {
  const counter = new Counter(t);
  const numbers = [7, 7, 7, 8];
  const scripted = (size: number) => {
    if (size !== 4) return crypto.getRandomValues(new Uint8Array(size));
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(numbers.shift() ?? 9);
    return bytes;
  };
  Object.assign(counter.office, { random: scripted });
  t.equal(counter.ask('preauth', { trace: '000002' }).authorisation, '000007');
  t.equal(counter.ask('preauth', { trace: '000003' }).authorisation, '000008');
  counter.later(1);
  numbers.push(7);
  t.equal(counter.ask('preauth', { trace: '000004' }).authorisation, '000007', 'of another day');
});

/** What the issuer is asked of these fields. */
function askedOf(t: Test) {
  const counter = new Counter(t);
  const { pik, tdk } = counter.keys();
  const { pan, expiry } = CARDS.boc;
  const clear = `${pan}D${expiry}1200000012345`;
  const keys = { pin: desKey(pik), track: desKey(tdk) } as unknown as SealedRequest['keys'];
  const ask = (fields: Partial<Message>, other: Partial<SealedRequest['keys']> = {}) =>
    askOf(
      counter.office,
      {
        message: fields,
        at: Date.UTC(2026, 10, 30, 18),
        keys: { ...keys, ...other },
      } as unknown as SealedRequest,
      fen(700),
    );
  return { ask, pik, tdk, pan, expiry, clear };
}

t.test('the issuer is asked of the number, typed or of a track, clear or encrypted', async (t) => {
  const { ask, tdk, pan, expiry, clear } = askedOf(t);
  const typed = { pan, expiry, service: null, entry: '', amount: 700, pin: null, month: '2612' };
  t.same(ask({ pan, expiry }), typed, 'the first of December at the bank');
  t.same(ask({ pan, expiry, entryMode: '012' }), { ...typed, entry: '01' });
  const swiped = { ...typed, service: '120', entry: '02' };
  t.same(ask({ track2: clear, entryMode: '022' }), swiped);
  t.same(ask({ track2: clear, pan, expiry, entryMode: '022' }), swiped);
  const track2 = encryptedTrack(tdk, clear);
  const security = '0610000000000000';
  t.same(ask({ track2, security, entryMode: '022' }), swiped);
  t.equal(ask({ track2, security }, { track: null }), '99', 'the terminal signs in for a key');
  t.same(ask({ pan, expiry, security }, { track: null }), typed, 'without a track none is needed');
  t.equal(ask({ track2: '1234', security }), '30', 'too short to hold a block');
  for (const track of [
    '1234',
    `${pan}=${expiry}120`,
    `${pan}D301`,
    ` ${clear}`,
    `12345678901D${expiry}120`,
    `${pan}9999D${expiry}120`,
  ]) {
    t.equal(ask({ track2: track }), '30', track);
  }
  t.equal(ask({ track2: '1234', pan, expiry }), '30', 'a track that is none is not passed over');
  t.equal(ask({ pan }), '30');
  t.equal(ask({ expiry }), '30');
  t.equal(ask({}), '30');
  t.equal(ask({ track2: clear, pan: CARDS.cmb.pan }), '30', 'F2 is not the track’s number');
  t.equal(ask({ track2: clear, expiry: '3112' }), '30', 'F14 is not the track’s');
});

t.test('a PIN is what its block says, and a block without a word of it, or the other way, is malformed', async (t) => {
  const { ask, pik, pan, expiry } = askedOf(t);
  const pinOf = (fields: Partial<Message>) => {
    const asked = ask({ pan, expiry, ...fields });
    return typeof asked === 'string' ? asked : asked.pin;
  };
  const block = pinBlock(pik, '123456', pan);
  t.equal(pinOf({}), null);
  t.equal(pinOf({ security: '0600000000000000' }), null);
  t.equal(pinOf({ security: '2600000000000000' }), 'malformed', 'said and not there');
  t.equal(pinOf({ pinBlock: block }), 'malformed', 'there and not said');
  t.equal(pinOf({ pinBlock: block, security: '2600000000000000' }), '123456');
  t.equal(pinOf({ pinBlock: block, security: '1600000000000000' }), 'malformed', 'made with the number');
  const bare = pinBlock(pik, '123456', '0'.repeat(16));
  t.equal(pinOf({ pinBlock: bare, security: '1600000000000000' }), '123456', 'made without');
  t.equal(pinOf({ pinBlock: Buffer.alloc(8), security: '2600000000000000' }), 'malformed');
});
