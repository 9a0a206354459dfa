import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openBooks } from '../../bank/books.ts';
import { amountRefusal, besideAmount, decided, refused } from '../../bank/decision.ts';
import { holds as holdsOf } from '../../bank/holds.ts';
import { cardAccount, holdAccount, ledger as ledgerOf } from '../../bank/ledger.ts';
import type { Card } from '../../bank/seed.ts';
import { type Trade, type TradeType, trades as tradesOf, typeOf } from '../../bank/trades.ts';
import { fen } from '../../src/values/fen.ts';

const [CARD, HOLD, SHOP] = [cardAccount('a'), holdAccount('a'), 'merchant:m'];
const AT = Date.UTC(2026, 10, 24);

/** Books of a folder of their own, with a card, its hold and a merchant, and no bank around them. */
function desk(t: Test) {
  const dir = mkdtempSync(join(tmpdir(), 'gt-books-'));
  t.teardown(() => rmSync(dir, { recursive: true }));
  const books = openBooks(dir);
  t.teardown(() => books.close());
  const ledger = ledgerOf(books);
  for (const [id, kind] of [
    [CARD, 'debit'],
    [HOLD, 'hold'],
    [SHOP, 'pending'],
  ] as const) {
    ledger.open({ id, kind, name: id });
  }
  const trades = tradesOf(books);
  const kept = (more: Partial<Trade> = {}): Trade => {
    const trade = tradeOf(trades.nextId(), more);
    trades.keep(trade, Buffer.from(`answer to ${trade.id}`));
    return trade;
  };
  return { books, ledger, trades, kept, holds: holdsOf(books, ledger) };
}

function tradeOf(id: number, more: Partial<Trade> = {}): Trade {
  return {
    ...{ id, terminal: '50461160', merchant: 'm', batch: '000001', trace: String(id).padStart(6, '0'), type: 'sale' },
    ...{ card: 'a', pan: '622202******1234', amount: fen(700), moved: 700, fee: 4, entryMode: '021', code: '00' },
    ...{ state: 'posted', original: null, reference: String(633_300_000_000 + id), authorisation: null, at: AT + id },
    ...{ settlementDate: '20261124', particulars: null, ...more },
  };
}

const paid = (amount: number) => [
  { account: CARD, amount: -amount },
  { account: SHOP, amount },
];
const held = (amount: number) => [
  { account: CARD, amount: -amount },
  { account: HOLD, amount },
];

t.test('an entry moves what it says, postings to one account together, and none that come to nothing', async (t) => {
  const { ledger, kept } = desk(t);
  t.equal(ledger.open({ id: 'card:b', kind: 'credit', name: 'B' }), true);
  t.equal(ledger.open({ id: CARD, kind: 'debit', name: 'again' }), false, 'it is there already');
  const { id: trade } = kept();
  ledger.post({ kind: 'sale', trade, at: AT, postings: [...paid(700), ...paid(-4), ...held(9), ...held(-9)] });
  t.same([ledger.balance(CARD), ledger.balance(HOLD), ledger.balance(SHOP)], [-696, 0, 696]);
  ledger.post({ kind: 'sale', trade, at: AT, postings: [...paid(5), ...paid(-5)] });
  ledger.post({ kind: 'fee', trade: null, at: AT + 1000, postings: paid(-1) });
  t.same(ledger.entries(9), [
    {
      ...{ id: 2, kind: 'fee', trade: null, time: '2026-11-24T00:00:01.000Z' },
      postings: [
        { account: CARD, amount: 1 },
        { account: SHOP, amount: -1 },
      ],
    },
    { id: 1, kind: 'sale', trade, time: '2026-11-24T00:00:00.000Z', postings: paid(696) },
  ]);
  t.same(
    ledger.entries(1).map(({ id }) => id),
    [2],
    'the newest',
  );
  ledger.post({ kind: 'reversal', trade, at: AT, postings: paid(-696) });
  ledger.post({ kind: 'correction', trade, at: AT, postings: paid(7) });
  ledger.post({ kind: 'correction', trade, at: AT, postings: paid(8) });
  t.same([ledger.kinds(trade), ledger.kinds(trade + 1)], [['sale', 'reversal', 'correction'], []]);
  t.equal(ledger.sum(), 0);
});

t.test('what does not balance, or has no account or no hold, is not posted', async (t) => {
  const { books, ledger, kept } = desk(t);
  const { id: trade } = kept();
  const posting = (postings: ReturnType<typeof paid>) => () =>
    books.atomically(() => ledger.post({ kind: 'sale', trade, at: AT, postings }));
  t.throws(posting([{ account: CARD, amount: 1 }]), /does not balance: 1 fen over/);
  t.throws(posting([...paid(1), { account: SHOP, amount: -3 }]), /does not balance: -3 fen over/);
  t.throws(
    posting([
      { account: SHOP, amount: -1 },
      { account: 'card:nobody', amount: 1 },
    ]),
    /FOREIGN KEY|no account/,
  );
  t.throws(posting(held(5)), /no hold of card:a:hold for sale/);
  t.throws(() => ledger.balance('card:nobody'), /no account card:nobody/);
  t.same(ledger.entries(9), []);
  t.equal(ledger.balance(CARD), 0);
});

t.test('books whose sum is not zero take no entry more, and a recount names what is wrong', async (t) => {
  const broken = (change: string, expected: RegExp, posts = false) => {
    const { books, ledger, holds, kept } = desk(t);
    const { id: trade } = kept();
    ledger.post({ kind: 'sale', trade, at: AT, postings: paid(700) });
    const preauth = kept({ type: 'preauth' }).id;
    holds.open({ preauth, card: 'a', expiresAt: AT });
    ledger.post({ kind: 'preauth', trade: preauth, hold: preauth, at: AT, postings: held(300) });
    ledger.recount();
    books.db.exec(change);
    t.throws(() => ledger.recount(), expected);
    const again = () => books.atomically(() => ledger.post({ kind: 'sale', trade, at: AT, postings: paid(1) }));
    if (posts) t.throws(again, expected);
    else again();
  };
  broken("INSERT INTO posting VALUES (1, 'card:a:hold', 5)", /entry 1 of the ledger does not balance/);
  broken(
    "UPDATE account SET balance = balance + 5 WHERE id = 'card:a'; UPDATE ledger_sum SET total = 0",
    /account card:a does not hold what was posted/,
  );
  broken("INSERT INTO account VALUES ('card:z', 'debit', 'Z', 5)", /account card:z does not hold what was posted/);
  broken('UPDATE hold SET amount = 299', /the hold of trade 2 is not what was posted to it/);
  broken('UPDATE ledger_sum SET total = 7', /the ledger is 7 fen over/, true);
});

t.test('what was posted is posted the other way, all of it, and nothing that is not there', async (t) => {
  const { ledger, kept } = desk(t);
  const [sale, tip, undo] = [kept().id, kept({ type: 'tip' }).id, kept({ type: 'void' }).id];
  ledger.post({ kind: 'sale', trade: sale, at: AT, postings: paid(700) });
  ledger.post({ kind: 'tip', trade: tip, at: AT, postings: paid(50) });
  const of = [
    { kind: 'sale', trade: sale },
    { kind: 'tip', trade: tip },
  ];
  t.throws(
    () => ledger.postOpposite([...of, { kind: 'correction', trade: sale }], { kind: 'void', at: AT, trade: undo }),
    /trade 1 has no correction entry/,
  );
  ledger.postOpposite(of, { kind: 'void', at: AT, trade: undo });
  t.match(ledger.entries(1), [{ kind: 'void', trade: undo, postings: paid(-750) }]);
  t.equal(ledger.balance(CARD), 0);
});

t.test(
  'a hold is filled and emptied by its entries, and what its time has given back comes from the card',
  async (t) => {
    const { books, ledger, holds, kept } = desk(t);
    const [first, second] = [kept({ type: 'preauth' }).id, kept({ type: 'preauth' }).id];
    holds.open({ preauth: first, card: 'a', expiresAt: AT + 100 });
    holds.open({ preauth: second, card: 'a', expiresAt: AT + 200 });
    t.equal(holds.amount(first), 0);
    t.equal(holds.amount(99), 0);
    const hold = (preauth: number, amount: number, kind = 'preauth') =>
      books.atomically(() => ledger.post({ kind, trade: preauth, hold: preauth, at: AT, postings: held(amount) }));
    hold(first, 300);
    hold(second, 500);
    t.throws(() => hold(first, -301, 'preauth-void'), /CHECK/, 'never below zero');
    t.same([holds.amount(first), holds.amount(second), ledger.balance(HOLD)], [300, 500, 800]);
    // A completion of the first takes its hold and charges as much.
    const completion = kept({ type: 'completion', original: first }).id;
    const postings = [...held(-300), ...paid(320)];
    ledger.post({ kind: 'completion', trade: completion, hold: first, at: AT, postings });
    t.equal(holds.amount(first), 0);
    ledger.postOpposite([{ kind: 'completion', trade: completion }], { kind: 'reversal', at: AT, trade: completion });
    t.same([holds.amount(first), ledger.balance(CARD), ledger.balance(SHOP)], [300, -800, 0], 'held again');

    holds.expire(AT + 99);
    t.equal(holds.amount(first), 300, 'not yet');
    holds.expire(AT + 100);
    t.same([holds.amount(first), holds.amount(second)], [0, 500]);
    t.match(ledger.entries(1), [{ kind: 'expiry', trade: first, postings: held(-300) }]);
    holds.expire(AT + 100);
    t.equal(ledger.entries(1)[0]?.id, 5, 'once');
    ledger.postOpposite([{ kind: 'preauth', trade: first }], { kind: 'reversal', at: AT, trade: first });
    t.same([holds.amount(first), ledger.balance(CARD)], [0, -500], 'it was given back already');
    t.equal(ledger.entries(1)[0]?.id, 5, 'nothing is left to post');
    ledger.postOpposite([{ kind: 'preauth', trade: second }], { kind: 'reversal', at: AT, trade: second });
    t.same([ledger.balance(HOLD), ledger.balance(CARD)], [0, 0]);
    ledger.recount();
  },
);

t.test('a trade is what its row says, found by its place, number, reference and authorisation', async (t) => {
  const { books, trades, kept } = desk(t);
  t.equal(trades.newest('50461160'), null);
  t.equal(trades.nextId(), 1);
  const sale = kept();
  const bare = kept({
    ...{ type: 'preauth', card: null, pan: null, entryMode: null, authorisation: 'A00001', moved: -3, fee: -1 },
    ...{ batch: '000002', terminal: '50461161' },
  });
  const tip = kept({ type: 'tip', original: sale.id, particulars: { before: 700, plan: '01' }, state: 'declined' });
  t.same(trades.byId(1), sale);
  t.same(trades.byId(2), bare);
  t.same(trades.byId(3), tip);
  t.equal(trades.byId(4), null);
  t.same(trades.find({ terminal: '50461160', batch: '000001', trace: '000001' }), sale);
  t.equal(trades.find({ terminal: '50461161', batch: '000001', trace: '000001' }), null);
  t.equal(trades.find({ terminal: '50461160', batch: '000002', trace: '000001' }), null);
  t.equal(trades.isIn('50461161', '000002'), true);
  t.equal(trades.isIn('50461160', '000002'), false);
  t.same(trades.byReference('633300000002'), bare);
  t.equal(trades.byReference('633300000009'), null);
  t.same(trades.newest('50461160'), tip);
  const later = kept({ type: 'preauth', authorisation: 'A00001' });
  const given = { merchant: 'm', authorisation: 'A00001', type: 'preauth' } as const;
  t.same(trades.byAuthorisation(given), [later, bare], 'newest first');
  for (const other of [{ merchant: 'n' }, { authorisation: 'A00002' }, { type: 'sale' as const }]) {
    t.same(trades.byAuthorisation({ ...given, ...other }), []);
  }
  t.same(trades.answerOf(1)?.toString(), 'answer to 1');
  t.equal(trades.answerOf(99), null);
  t.equal(trades.digestOf(1), null);
  trades.keep(tradeOf(trades.nextId()), Buffer.from('x'), Buffer.from('digest'));
  t.same(Buffer.from(trades.digestOf(5) ?? []).toString(), 'digest');
  t.throws(() =>
    books.atomically(() => {
      kept();
      throw new Error('undone');
    }),
  );
  t.equal(trades.nextId(), 7);
  trades.forget();
  t.equal(trades.nextId(), 6, 'what was undone has its number free again');
});

t.test('a posted trade is voided while something stands that undoes it, and no longer', async (t) => {
  const { trades, kept, holds, ledger } = desk(t);
  const undoing: TradeType[] = ['void', 'preauth-void', 'completion-void'];
  for (const type of [...undoing, 'refund', 'tip'] as const) {
    const original = kept();
    const sequel = kept({ type, original: original.id });
    const declined = kept({ type, original: original.id, state: 'declined' });
    t.equal(trades.byId(original.id)?.state, undoing.includes(type as never) ? 'voided' : 'posted', type);
    t.same(trades.upon(original.id), [sequel], 'what was declined stands upon nothing');
    t.match(
      trades.list(2).map(({ id, originalTrace }) => ({ id, originalTrace })),
      [
        { id: declined.id, originalTrace: original.trace },
        { id: sequel.id, originalTrace: original.trace },
      ],
    );
    // What has gone back is what the ledger has of it.
    if (type === 'refund') ledger.post({ kind: type, trade: sequel.id, at: AT, postings: paid(-700) });
    const { refunded } = trades.list(3).find(({ id }) => id === original.id) ?? {};
    t.equal(refunded, type === 'refund' ? 700 : 0, type);
    trades.reversed(sequel.id, 'reversed', '98', AT);
    t.equal(trades.byId(original.id)?.state, 'posted', `${type}: its reversal ends it`);
    t.match(trades.list(2)[1], { id: sequel.id, state: 'reversed', reversalReason: '98', hold: null });
    t.equal(trades.list(1)[0]?.reversalReason, null);
  }
  const turned = kept();
  kept({ type: 'void', original: turned.id });
  trades.reversed(turned.id, 'reversed', '98', AT);
  t.equal(trades.byId(turned.id)?.state, 'reversed', 'what is reversed is not voided');

  const { id: preauth } = kept({ type: 'preauth' });
  holds.open({ preauth, card: 'a', expiresAt: AT });
  ledger.post({ kind: 'preauth', trade: preauth, hold: preauth, at: AT, postings: held(300) });
  t.equal(trades.list(1)[0]?.hold, 300);
  t.equal(trades.list(1)[0]?.originalTrace, null);
});

t.test('a message is told to its type by its four fields, and a reversal by three', async (t) => {
  const rows = [
    ['sale', '0200', '000000', '00', '22'],
    ['void', '0200', '200000', '00', '23'],
    ['refund', '0220', '200000', '00', '25'],
    ['preauth', '0100', '030000', '06', '10'],
    ['preauth-add', '0100', '030000', '60', '10'],
    ['preauth-void', '0100', '200000', '06', '11'],
    ['completion', '0200', '000000', '06', '20'],
    ['completion-advice', '0220', '000000', '06', '24'],
    ['completion-void', '0200', '200000', '06', '21'],
    ['instalment', '0200', '000000', '64', '22'],
    ['offline', '0220', '000000', '00', '30'],
    ['adjust', '0220', '000000', '00', '32'],
    ['tip', '0220', '000000', '00', '34'],
  ] as const;
  for (const [type, mti, processing, condition, transaction] of rows) {
    const form = { processing, condition, transaction };
    t.equal(typeOf(form, mti), type);
    t.equal(typeOf(form, null), type, 'its reversal');
    t.equal(typeOf(form, mti === '0200' ? '0220' : '0200'), null);
    for (const other of [{ processing: '310000' }, { condition: '99' }, { transaction: '99' }]) {
      t.equal(typeOf({ ...form, ...other }, mti), null);
    }
  }
  const voice = { processing: '000000', condition: '00', transaction: '30' };
  t.equal(typeOf(voice, '0220', 'A00001'), 'voice', 'with an authorisation it was the telephone’s');
  t.equal(typeOf({ ...voice, transaction: '32' }, '0220', 'A00001'), 'adjust');
});

t.test('what the issuer says of the card decides, and only a yes to the card that is meant moves money', async (t) => {
  const card = { id: 'a' } as Card;
  const original = tradeOf(7);
  const yes = () => ({ fee: 4, moved: 700, post: () => undefined });
  const facts = ({ post: _, ...rest }: ReturnType<typeof decided>) => rest;
  const verdict = { code: '00', card, institution: '03080000' };
  t.same(facts(decided(verdict, original, yes)), { ...verdict, fee: 4, moved: 700, original: 7 });
  t.same(facts(decided(verdict, null, () => ({ post: () => undefined }))), {
    ...verdict,
    fee: 0,
    moved: 0,
    original: null,
  });
  const none = { fee: 0, moved: 0, original: 7 };
  for (const no of [
    { code: '51', card, institution: '03080000' },
    { code: '00', card: null, institution: null },
  ]) {
    t.same(facts(decided(no, original, yes)), { ...none, ...no, why: 'the issuer refused' });
  }
  const another = decided({ ...verdict, card: { id: 'b' } as Card }, original, yes);
  t.same(facts(another), { ...none, code: '14', why: 'another card', card: null, institution: null });
  t.equal(another.post(1, card), undefined);
  const refusal = { code: '12', why: 'no' };
  t.equal(refused(refusal).original, null);
  t.equal(refused({ ...refusal, original }).original, 7);
  t.equal(refused(refusal, original).original, 7);

  t.same(amountRefusal(fen(0), fen(100)), { code: '13', why: 'no amount' });
  t.same(amountRefusal(fen(101), fen(100)), { code: '61', why: 'over the limit' });
  t.equal(amountRefusal(fen(100), fen(100)), null);
  t.equal(amountRefusal(fen(1), fen(100)), null);
  t.equal(besideAmount('000000000700'), 700);
  for (const digits of [undefined, '', '00000000700', '0000000000700', '00000000070x', ' 000000000700']) {
    t.equal(besideAmount(digits), null, String(digits));
  }
});
