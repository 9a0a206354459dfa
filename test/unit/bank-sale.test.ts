import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { SEED } from '../../bank/bank.ts';
import { pack, unpack } from '../../src/host/codec.ts';
import {
  ask,
  books,
  CARDS,
  codeOf,
  connect,
  framed,
  lab,
  macIsRight,
  readyTerminal,
  request,
  reversalRequest,
  saleRequest,
  sealed,
  signIn,
} from './bank-terminal.ts';

t.test('a sale is posted once, and its reversal gives everything back', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);

  const sale = sealed(saleRequest(keys, { trace: '000002' }), keys.mak);
  const answer = await ask(here, sale);
  t.equal(answer?.message.mti, '0210');
  t.equal(answer?.message.code, '00');
  t.ok(macIsRight(answer?.bytes ?? Buffer.alloc(30), keys.mak));
  t.match(answer?.message.reference, /^\d{12}$/);
  t.match(answer?.message.authorisation, /^\d{6}$/);
  t.equal(answer?.message.amount, '000000012850');
  t.equal(answer?.message.trace, '000002');
  t.equal(answer?.message.tpdu, '6000000003');
  t.match(answer?.message.time, /^\d{6}$/);
  t.match(answer?.message.date, /^\d{4}$/);
  t.equal(answer?.message.institutions, '01040000   48020000   ');
  t.equal(books(here).balance('boc-debit'), 1_000_000 - 12_850);
  t.equal(books(here).pending(), 12_850);

  t.equal((await ask(here, sale, 'backup'))?.message.code, '94', 'the same bytes on the other line are a duplicate');
  t.equal(books(here).balance('boc-debit'), 1_000_000 - 12_850);

  const reversal = reversalRequest(keys, { trace: '000002' });
  t.equal(await codeOf(here, keys, reversal), '00');
  t.equal(await codeOf(here, keys, reversal), '00', 'asked again, it is still done');
  const after = books(here);
  t.equal(after.balance('boc-debit'), 1_000_000);
  t.equal(after.pending(), 0);
  t.equal(after.sum, 0);
  t.equal(after.entries.filter(({ kind }) => kind === 'reversal').length, 1);
  t.match(after.transactions, [{ trace: '000002', batch: '000001', type: 'sale', amount: 12_850, state: 'reversed' }]);
});

t.test('a reversal that comes first leaves a tombstone, and the late original is refused', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  const reversal = reversalRequest(keys, { trace: '000007' });
  t.equal(await codeOf(here, keys, reversal), '25');
  t.equal(await codeOf(here, keys, reversal), '25');
  t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000007' })), '12');
  t.equal(books(here).balance('boc-debit'), 1_000_000);
  t.match(books(here).transactions, [{ trace: '000007', state: 'tombstone', code: '25', reversal_reason: '98' }]);
  await here.restart();
  t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000007' })), '12', 'after a restart too');
});

t.test('a decline whose answer was lost is reversed without a posting', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  const card = CARDS.poor;
  t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000002', card, pin: card.pin })), '51');
  t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: '000002', fields: { pan: card.pan } })), '00');
  t.match(books(here).transactions, [{ trace: '000002', code: '51', state: 'reversed' }]);
  t.equal(books(here).balance('abc-poor'), 500);
  t.notOk(books(here).entries.some(({ kind }) => kind === 'reversal'));
});

t.test('a reversal that is not of its original turns nothing back and is not done', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000002' })), '00');
  t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: '000002', amount: 12_851 })), '64');
  t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: '000002', fields: { pan: CARDS.cmb.pan } })), '30');
  const refund = reversalRequest(keys, { trace: '000002', fields: { processing: '200000' } });
  t.equal(await codeOf(here, keys, refund), '12', 'no such transaction is ever reversed');
  t.equal(books(here).balance('boc-debit'), 1_000_000 - 12_850);
});

t.test('each refusal has its code, and moves no money', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  let trace = 10;
  const sale = (changes: Omit<Parameters<typeof saleRequest>[1], 'trace'>) => {
    trace++;
    return codeOf(here, keys, saleRequest(keys, { trace: String(trace).padStart(6, '0'), ...changes }));
  };
  const { boc, cmb, poor, lost, expired, chip, limit } = CARDS;
  t.equal(await sale({ card: poor, pin: poor.pin }), '51', 'insufficient funds');
  t.equal(await sale({ card: lost, pin: lost.pin }), '41', 'a lost card');
  t.equal(await sale({ card: expired, pin: expired.pin }), '54', 'an expired card');
  t.equal(await sale({ card: { ...expired, expiry: '3012' }, pin: expired.pin }), '54', 'expired at its issuer');
  t.equal(await sale({ card: { ...boc, expiry: '3112' } }), '59', 'an expiry that is not the card’s');
  t.equal(
    await sale({ card: { ...chip, service: '120' }, pin: chip.pin }),
    '59',
    'a service code that is not the card’s',
  );
  t.equal(await sale({ card: chip, pin: chip.pin }), '45', 'a chip card, swiped');
  t.equal(await sale({ card: chip, pin: chip.pin, fields: { entryMode: '801' } }), '00', 'a chip card as a fallback');
  t.equal(await sale({ card: limit, pin: limit.pin }), '61', 'over the limit of the card');
  t.equal(await sale({ card: limit, pin: limit.pin, amount: 10_000 }), '00', 'at the limit of the card');
  t.equal(await sale({ card: cmb, pin: null }), '00', 'a signature card needs no PIN');
  t.equal(await sale({ card: cmb, pin: '000000' }), '55', 'a PIN that was entered is checked');
  t.equal(await sale({ pin: null }), '55', 'a PIN card without a PIN');
  t.equal(await sale({ amount: 5_000_001 }), '61', 'over the merchant’s limit');
  t.equal(await sale({ amount: 0 }), '13', 'nothing');
  t.equal(await sale({ card: { ...boc, pan: '6222020010011242' } }), '14', 'an unknown card of a known bank');
  t.equal(await sale({ card: { ...boc, pan: '4111111111111111' } }), '15', 'an unknown bank');
  t.equal(await sale({ batch: '000002' }), '77', 'another batch');
  t.equal(await sale({ fields: { merchant: '898110248990002' } }), '03', 'an unknown merchant');
  t.equal(await sale({ fields: { processing: '310000' } }), '40', 'not offered yet');
  t.equal(await sale({ fields: { currency: '840' } }), '30', 'another currency');
  t.equal(await sale({ fields: { amount: undefined } }), '30', 'no amount');
  t.equal(await sale({ fields: { track2: '12345678901234567890' } }), '30', 'no track');
  t.equal(await sale({ fields: { pan: cmb.pan } }), '30', 'F2 is not the track’s number');
  t.equal(await sale({ fields: { pinBlock: Buffer.alloc(8) } }), '99', 'a PIN block that holds no PIN');
  const { sum, balance } = books(here);
  t.equal(sum, 0);
  t.equal(balance('boc-debit'), 1_000_000);
  t.equal(balance('cmb-credit'), -12_850);
});

t.test('a wrong PIN is counted; the third locks the card until it is unlocked', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  let trace = 20;
  const pay = (pin: string) => codeOf(here, keys, saleRequest(keys, { trace: `0000${++trace}`, pin }));
  t.equal(await pay('000000'), '55');
  t.equal(await pay('000001'), '55');
  t.equal(await pay('123456'), '00', 'the right PIN clears the count');
  t.equal(await pay('000000'), '55');
  t.equal(await pay('000001'), '55');
  t.equal(await pay('000002'), '75');
  t.equal(await pay('123456'), '75', 'the right PIN does not open a locked card');
  t.equal(here.bank.control({ do: 'card', id: 'boc-debit', unlock: true }).ok, true);
  t.equal(await pay('123456'), '00');
  await pay('000000');
  await pay('000000');
  await pay('000000');
  await here.restart();
  t.equal(await pay('123456'), '00', 'a restart forgives');
});

t.test('a request that is not sealed with the keys of the sign-in goes nowhere', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  const sale = saleRequest(keys, { trace: '000002' });
  const forged = sealed(sale, Buffer.from('0123456789ABCDEF', 'hex'));
  t.equal((await ask(here, forged))?.message.code, 'A0');
  t.equal((await ask(here, Buffer.from(pack(sale))))?.message.code, 'A0', 'no MAC at all');
  const changed = sealed(sale, keys.mak);
  changed[40] = (changed[40] ?? 0) ^ 1;
  const spoilt = await ask(here, changed);
  t.notOk(spoilt?.message.code === '00');
  t.equal(books(here).transactions.length, 0);
  t.ok(Number((here.bank.control({ do: 'refusals' }).refusals as Record<string, number>)['bad-mac']) >= 2);

  const old = keys.mak;
  const fresh = { ...keys, ...(await signIn(here, keys.tmk, '000003')) };
  t.equal((await ask(here, sealed(sale, old)))?.message.code, 'A0', 'the keys of the sign-in before');
  t.equal(await codeOf(here, fresh, saleRequest(fresh, { trace: '000002' })), '00');

  const out = await ask(here, Buffer.from(pack(request('0820', { trace: '000004', batch: '00000001002' }))));
  t.equal(out?.message.mti, '0830');
  t.equal(out?.message.code, '00');
  const unsigned = await ask(here, sealed(saleRequest(fresh, { trace: '000005' }), fresh.mak));
  t.equal(unsigned?.message.code, '99', 'signed out');
  t.equal(unsigned?.message.mac, undefined, 'there is no key to seal it with');
});

t.test('an unknown terminal, merchant or request is refused with its own code', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const hello = (fields: object, batch = '00000001004') =>
    ask(here, Buffer.from(pack(request('0800', { trace: '000001', batch, ...fields })))).then((a) => a?.message.code);
  t.equal(await hello({}), 'A7', 'the key centre has not seen it');
  t.equal(await hello({ terminal: '99999999' }), '97');
  t.equal(await hello({ merchant: '898110248990009' }), '03');
  t.equal(await hello({}, '00000001360'), '40');
  t.equal(await hello({}, '00'), '40');
  t.equal((await ask(here, Buffer.from(pack(request('0620', { trace: '000001' })))))?.message.code, '40');
  const echo = await ask(here, Buffer.from(pack(request('0820', { trace: '000009', batch: '00000001301' }))), 'backup');
  t.match(echo?.message, { mti: '0830', code: '00', trace: '000009' });
});

t.test('several requests on one line are each answered', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  const line = await connect(here.bank.addresses.primary);
  const traces = Array.from({ length: 100 }, (_, n) => String(n + 100).padStart(6, '0'));
  const wire = Buffer.concat(
    traces.map((trace) => framed(sealed(saleRequest(keys, { trace, amount: 100 }), keys.mak))),
  );
  // Cut where no frame ends.
  line.send(wire.subarray(0, 301));
  line.send(wire.subarray(301));
  const answered = [];
  for (const _ of traces) {
    const body = await line.next();
    if (body !== null) answered.push(unpack(body).trace);
  }
  line.close();
  t.same(answered, traces);
  t.equal(books(here).balance('boc-debit'), 1_000_000 - 10_000);
});

t.test('whoever may not sell any more still gives back what is owed', async (t) => {
  const seed = mkdtempSync(join(tmpdir(), 'gt-seed-'));
  t.teardown(() => rmSync(seed, { recursive: true }));
  cpSync(SEED, seed, { recursive: true });
  const here = await lab({ seed });
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  for (const [file, from, to, code] of [
    ['merchants.json', '"status": "good"', '"status": "closed"', '03'],
    ['terminals.json', '"status": "good"', '"status": "blocked"', '58'],
  ] as const) {
    t.equal(await codeOf(here, keys, saleRequest(keys, { trace: `0000${code}` })), '00');
    const text = readFileSync(join(seed, file), 'utf8');
    writeFileSync(join(seed, file), text.replace(from, to));
    await here.restart();
    t.equal(await codeOf(here, keys, saleRequest(keys, { trace: `0001${code}` })), code);
    here.bank.control({ do: 'drop-working-keys' });
    t.equal((await ask(here, sealed(reversalRequest(keys, { trace: `0000${code}` }), keys.mak)))?.message.code, '99');
    Object.assign(keys, await signIn(here, keys.tmk, `0002${code}`));
    t.equal(await codeOf(here, keys, saleRequest(keys, { trace: `0003${code}` })), code, 'still none');
    t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: `0000${code}` })), '00');
    writeFileSync(join(seed, file), text);
    await here.restart();
  }
  t.equal(books(here).balance('boc-debit'), 1_000_000);
});
