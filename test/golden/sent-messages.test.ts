import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Host } from '../../src/host/host.ts';
import type { FinancialName, RepeatableName, ReversibleName, TransactionName } from '../../src/host/transactions.ts';
import { transactions } from '../../src/host/transactions.ts';
import type { Entry } from '../../src/journal/entry.ts';
import { type Particulars, types } from '../../src/journal/types.ts';
import { keptOf, requestOf } from '../../src/outbox/request.ts';
import { fen } from '../../src/values/fen.ts';
import { Fault } from '../../src/values/problem.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { cardOf, problemOf } from '../bank-countertop.ts';
import { hostBench, mirrored, one, PAN, sale, trace } from '../host-bench.ts';
import { done, journalIn, scoped, testFolder } from '../journal-bench.ts';

interface Fact {
  readonly id: string;
  readonly mti: string;
  readonly F3: string | null;
  readonly F25: string | null;
  readonly F60_1: string;
  readonly F60_3: string;
  readonly request_fields: string;
}

const file = join(import.meta.dirname, 'transactions.json');
const { transactions: facts } = JSON.parse(readFileSync(file, 'utf8')) as { transactions: Fact[] };

/** Where the fact has another name than the message. */
const NAMED: Partial<Record<TransactionName, string>> = {
  'sign-in': 'signin',
  'sign-out': 'signout',
  offline: 'offline_settle',
  voice: 'offline_settle',
  adjust: 'offline_adjust',
  tip: 'offline_adjust',
  upload: 'batch_upload_mag',
  'upload-end': 'batch_end',
  'upload-end-balanced': 'batch_end',
};

function factOf(name: TransactionName | 'reversal'): Fact {
  const id = (NAMED as Record<string, string>)[name] ?? name.replace('-', '_');
  const fact = facts.find((each) => each.id === id);
  if (fact === undefined) throw new Error(`no fact of ${id}`);
  return fact;
}

/** F38 tells a telephone authorisation from an offline sale, whose message is the same (bank/README.md). */
const WITHOUT: Partial<Record<TransactionName, number>> = { offline: 38 };

/** What stands on the line: two bytes of length, five of TPDU, six of header, the MTI, and a bit for each field. */
function onTheLine(frame: Uint8Array): { mti: string; bits: number[] } {
  const hex = Buffer.from(frame).toString('hex');
  const bitmap = BigInt(`0x${hex.slice(30, 46)}`);
  const bits = Array.from({ length: 64 }, (_, at) => at + 1).filter((bit) => (bitmap >> BigInt(64 - bit)) & 1n);
  return { mti: hex.slice(26, 30), bits };
}

type Sent = { frame: Uint8Array; said: Record<string, string | undefined> };

async function sentBy(t: Test, ask: (host: Host, vault: Vault) => Promise<unknown>): Promise<Sent> {
  const { host, vault, sent, frames } = hostBench(t, (asked) => mirrored(asked));
  await ask(host, vault).catch((error) => {
    // An answer that lacks what it should have: the request has left.
    if (!(error instanceof Fault)) throw error;
  });
  const [frame] = frames;
  const [message] = sent;
  if (frame === undefined || message === undefined) throw new Error('nothing was sent');
  const { processing, condition, batch } = message;
  return { frame, said: { processing, condition, batch } };
}

function agrees(t: Test, name: TransactionName | 'reversal', { frame, said }: Sent, fact = factOf(name)): void {
  const { mti, bits } = onTheLine(frame);
  const wanted = fact.request_fields.replace(/ \(.*\)$/, '').split(',');
  const without = WITHOUT[name as TransactionName];
  const must = wanted.filter((each) => !each.endsWith('?')).map(Number);
  const may = wanted.map((each) => Number(each.replace('?', '')));
  t.same(
    {
      missing: must.filter((bit) => !bits.includes(bit) && bit !== without),
      more: bits.filter((bit) => !may.includes(bit)),
    },
    { missing: [], more: [] },
    `${name}: the fields of ${fact.id}`,
  );
  if (without !== undefined) t.notOk(bits.includes(without), name);
  const { processing = null, condition = null, batch = '' } = said;
  if (name !== 'reversal') {
    t.same([mti, processing, condition], [fact.mti, fact.F3, fact.F25], name);
    t.ok(fact.F60_1.match(/\d\d/g)?.includes(batch.slice(0, 2)), `${name}: 60.1`);
    t.ok(fact.F60_3.match(/\d{3}/g)?.includes(batch.slice(8, 11)), `${name}: 60.3`);
  } else t.equal(mti, fact.mti);
}

/** What each request says beside its card: as the counter makes it, of an original that the bank has answered. */
function requested(type: FinancialName, original: Entry) {
  const said: Particulars = {
    ...(type === 'tip' || type === 'adjust' ? { before: original.total } : {}),
    ...(type === 'instalment' ? { periods: 6, plan: '01' } : {}),
    ...(type === 'voice' ? { authorisation: '482913' } : {}),
  };
  const about = transactions[type] && 'original' in transactions[type] ? original : null;
  return requestOf({ type, amount: fen(500), particulars: keptOf(type, about, said) }, about);
}

t.test('each transaction is packed with the fields that acquirers’ terminals put into it, and no other', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const original = done(journal, 10_000);
  const names = Object.keys(types) as FinancialName[];
  for (const type of names) {
    const request = requested(type, original);
    const ask = (host: Host, vault: Vault) => {
      const { trace: number, batch, card, pin } = sale(vault, types[type].lost === 'reverse');
      return host.send(host.prepare(type, { trace: number, batch, card, pin, ...request }), () => undefined);
    };
    agrees(t, type, await sentBy(t, ask));
    const { pan, expiry } = cardOf(PAN);
    if (types[type].lost !== 'reverse') {
      const { host, vault, frames } = hostBench(t, (asked) => mirrored(asked));
      const first = host.prepare(type, { ...sale(vault, false), ...request });
      const again = { ...request, trace, batch: one, entryMode: first.entry_mode, pan, expiry, digest: first.digest };
      await host.advise({ ...again, transaction: type as RepeatableName });
      agrees(t, type, { ...(await sentBy(t, ask)), frame: frames[0] ?? new Uint8Array() });
      continue;
    }
    const reversal = { trace, batch: one, amount: request.amount, entry_mode: '021', reason: '98' } as const;
    const reverse = (host: Host) =>
      host.reverse({
        ...{ ...reversal, pan, expiry, authorisation: '482913', transaction: type as ReversibleName },
        original: request.original,
      });
    agrees(t, 'reversal', await sentBy(t, reverse));
  }
  t.equal(names.length, 14);
});

t.test('messages that are no transaction are packed with the fields of acquirers’ terminals too', async (t) => {
  const at = { trace, batch: one };
  const side = { amount: fen(0), count: 0 };
  const totals = { home: { debit: side, credit: side }, foreign: { debit: side, credit: side } };
  const rows = [{ group: 'home', trace, pan: cardOf(PAN).pan, amount: fen(1) }] as const;
  const asks: Partial<Record<TransactionName, (host: Host, vault: Vault) => Promise<unknown>>> = {
    'sign-in': (host) => host.signIn('01', at),
    'sign-out': (host) => host.signOut(at),
    echo: (host) => host.echo(),
    balance: (host, vault) => host.balance(sale(vault)),
    settle: (host) => host.settle({ step: 'settle', totals, operator: '01' }, at),
    upload: (host) => host.settle({ step: 'upload', rows }, at),
    'upload-end': (host) => host.settle({ step: 'upload-end', count: 1 }, at),
    'upload-end-balanced': (host) => host.settle({ step: 'upload-end-balanced', count: 1 }, at),
  };
  for (const [name, ask] of Object.entries(asks)) agrees(t, name as TransactionName, await sentBy(t, ask));
  const known = [...Object.keys(asks), ...Object.keys(types), 'inquiry'].sort();
  t.same(known, Object.keys(transactions).sort(), 'every message but the inquiry, which is our own');
});

t.test('an advice whose bytes are not those that its digest is of is not told', async (t) => {
  using journal = scoped(journalIn(testFolder(t)));
  const original = done(journal, 10_000);
  for (const type of Object.keys(types) as FinancialName[]) {
    if (types[type].lost === 'reverse') continue;
    const request = requested(type, original);
    const { pan, expiry } = cardOf(PAN);
    const { host, sent, vault } = hostBench(t, (asked) => mirrored(asked));
    const first = host.prepare(type, { ...sale(vault, false), ...request });
    const { digest, entry_mode: entryMode } = first;
    const asked = {
      ...request,
      transaction: type as RepeatableName,
      trace,
      batch: one,
      entryMode,
      pan,
      expiry,
      digest,
    };
    const changed = [{ digest: '00' }, { digest: null }, { amount: fen(501) }, { pan: cardOf('6222020010011267').pan }];
    for (const change of changed) {
      t.match(await problemOf(host.advise({ ...asked, ...change })), { kind: 'request-changed', trace }, type);
    }
    t.equal(sent.length, 0);
    t.match(await host.advise(asked), { end: 'answer', answer: { money: 'charged' } });
  }
});
