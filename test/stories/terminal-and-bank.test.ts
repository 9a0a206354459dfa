import t from 'tap';
import type { Answer } from '../../src/host/answers.ts';
import type { ReversalReason } from '../../src/host/messages.ts';
import { fen } from '../../src/values/fen.ts';
import type { Batch, Trace } from '../../src/values/trace.ts';
import { type BankCountertop, bankCountertop, cardOf, problemOf, textOfFile } from '../bank-countertop.ts';

const PIN_CARD = '6222020010011234';

async function signedIn(top: BankCountertop): Promise<Batch> {
  await top.vault.handshake(top.handshake);
  const end = await top.host.signIn('01', { trace: top.next(), batch: '000001' as Batch });
  if (end.end !== 'signed-in') throw new Error(`the sign-in was refused: ${end.code}`);
  return end.batch;
}

function pinOf({ vault }: BankCountertop, digits: string, pan: string) {
  const entry = vault.pinEntry();
  for (const digit of digits) entry.digit(Number(digit));
  return entry.block(cardOf(pan).pan);
}

async function sell(top: BankCountertop, batch: Batch, pin = '123456'): Promise<{ answer: Answer; trace: Trace }> {
  const trace = top.next();
  const card = cardOf(PIN_CARD);
  const prepared = top.host.prepare('sale', { trace, batch, amount: fen(12850), card, pin: pinOf(top, pin, PIN_CARD) });
  return { answer: await top.host.send(prepared, () => undefined), trace };
}

const reversal = (trace: Trace, batch: Batch, reason: ReversalReason = '98') => ({
  ...({ transaction: 'sale', trace, batch, amount: fen(12850), entry_mode: '021', reason } as const),
  ...{ pan: cardOf(PIN_CARD).pan, expiry: '3012', authorisation: null },
});

const rows = (top: BankCountertop) =>
  top.bank.control({ do: 'transactions' }).transactions as { trace: string; state: string }[];
const sum = (top: BankCountertop) => top.bank.control({ do: 'ledger' }).sum;

t.test('both sides prove themselves, and the master key stands in the vault', async (t) => {
  await using top = await bankCountertop();
  const first = await top.vault.handshake(top.handshake);
  t.equal(first.end, 'loaded');
  t.equal(top.vault.kcvOf('TMK'), first.kcv);
  t.equal(first.parameters.merchant_name, '便民小超市');
  const again = await top.vault.handshake(top.handshake);
  t.strictSame([again.end, again.kcv], ['kept', first.kcv]);
  t.match(textOfFile(top.folder, 'vault/audit.jsonl'), /"end":"loaded".*\n.*"end":"kept"/);
});

t.test('a master key whose check value is another locks the slot, and the next handshake opens it', async (t) => {
  await using top = await bankCountertop();
  t.ok(top.bank.control({ do: 'corrupt-next-key', terminal: '50461160' }).ok);
  t.match(await problemOf(top.vault.handshake(top.handshake)), { kind: 'keys-mismatch', slot: 'TMK' });
  t.equal(top.vault.stateOf('TMK'), 'locked');
  t.equal(top.vault.kcvOf('TMK'), null);
  t.equal((await top.vault.handshake(top.handshake)).end, 'loaded');
});

t.test('a terminal that the centre does not know is told so', async (t) => {
  await using top = await bankCountertop();
  const merchant = { ...top.handshake.merchant, terminal: '99999999' };
  const problem = await problemOf(top.vault.handshake({ ...top.handshake, merchant }));
  t.match(problem, { kind: 'key-centre', step: 'centre-proof', why: /^unknown-terminal/ });
});

t.test('sign-in without a master key is refused before anything is sent', async (t) => {
  await using top = await bankCountertop();
  const problem = await problemOf(top.host.signIn('01', { trace: top.next(), batch: '000001' as Batch }));
  t.strictSame(problem, { kind: 'keys-missing', slot: 'TMK' });
});

t.test('from handshake to a paid sale, on both books', async (t) => {
  const wire: string[] = [];
  await using top = await bankCountertop({ onWire: (event) => wire.push(JSON.stringify(event)) });
  const { line } = await top.host.echo();
  t.equal(line, 'primary');
  const batch = await signedIn(top);
  t.equal(batch, '000001');
  const { answer, trace } = await sell(top, batch);
  t.match(answer, { money: 'charged', code: '00', why: null, signInAgain: false });
  t.match(answer.authorisation ?? '', /^\d{6}$/);
  t.match(answer.host_time ?? {}, { hhmmss: /^\d{6}$/, mmdd: /^\d{4}$/ });
  t.match(rows(top), [{ trace, state: 'posted' }]);
  t.equal(sum(top), 0);
  t.ok(wire.length >= 6);
  t.notMatch(wire.join(), PIN_CARD);
  t.strictSame(await top.host.signOut({ trace: top.next(), batch }), { code: '00' });
  t.equal(top.vault.stateOf('MAK'), 'empty');
});

t.test('a wrong PIN is a decline, and the money is known not to have moved', async (t) => {
  await using top = await bankCountertop();
  const batch = await signedIn(top);
  const { answer } = await sell(top, batch, '999999');
  t.match(answer, { money: 'not charged', code: '55', why: null });
});

t.test('a lost answer is unknown; its reversal is acknowledged, and again', async (t) => {
  await using top = await bankCountertop();
  const batch = await signedIn(top);
  top.bank.control({ do: 'fault', fault: 'answer-lost', on: true });
  const { answer, trace } = await sell(top, batch);
  t.match(answer, { money: 'unknown', code: null, why: 'silent' });
  t.strictSame(await top.host.reverse(reversal(trace, batch)), { end: 'no-answer', code: null, why: 'silent' });
  top.bank.control({ do: 'fault', fault: 'answer-lost', on: false });
  t.strictSame(await top.host.reverse(reversal(trace, batch)), { end: 'acknowledged', code: '00' });
  t.strictSame(await top.host.reverse(reversal(trace, batch)), { end: 'acknowledged', code: '00' });
  t.match(rows(top), [{ trace, state: 'reversed' }]);
  t.equal(sum(top), 0);
});

t.test('a host that never heard of the sale leaves a tombstone', async (t) => {
  await using top = await bankCountertop();
  const batch = await signedIn(top);
  top.bank.control({ do: 'fault', fault: 'host-silent', on: true });
  const { answer, trace } = await sell(top, batch);
  t.match(answer, { money: 'unknown', why: 'silent' });
  t.match(await problemOf(top.host.echo()), { kind: 'host-silent' });
  top.bank.control({ do: 'fault', fault: 'host-silent', on: false });
  t.strictSame(await top.host.reverse(reversal(trace, batch)), { end: 'no-original', code: '25' });
  t.match(rows(top), [{ trace, state: 'tombstone' }]);
});

t.test('a wrong MAC in the answer is unknown; after a sign-in the reversal is sealed with the new key', async (t) => {
  await using top = await bankCountertop();
  const batch = await signedIn(top);
  top.bank.control({ do: 'fault', fault: 'answer-bad-mac', on: true });
  const { answer, trace } = await sell(top, batch);
  t.match(answer, { money: 'unknown', why: 'bad-mac', signInAgain: true });
  t.match(await top.host.reverse(reversal(trace, batch, 'A0')), { end: 'sign-in-first' });
  top.bank.control({ do: 'fault', fault: 'answer-bad-mac', on: false });
  await top.host.signIn('01', { trace: top.next(), batch });
  t.strictSame(await top.host.reverse(reversal(trace, batch, 'A0')), { end: 'acknowledged', code: '00' });
  t.match(rows(top), [{ trace, state: 'reversed' }]);
});

t.test('keys that the bank has changed meanwhile: sign in first', async (t) => {
  await using top = await bankCountertop();
  const batch = await signedIn(top);
  const entry = pinOf(top, '123456', PIN_CARD);
  const trace = top.next();
  const prepared = top.host.prepare('sale', { trace, batch, amount: fen(12850), card: cardOf(PIN_CARD), pin: entry });
  // A sign-in between sealing and sending: the MAC was made with the old key.
  await top.host.signIn('01', { trace: top.next(), batch });
  const answer = await top.host.send(prepared, () => undefined);
  t.match(answer, { money: 'not charged', code: 'A0', signInAgain: true });
});
