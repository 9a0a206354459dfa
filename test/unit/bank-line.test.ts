import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { startBank } from '../../bank/bank.ts';
import { lineLog } from '../../bank/log.ts';
import { pack } from '../../src/host/codec.ts';
import {
  ask,
  books,
  CARDS,
  codeOf,
  connect,
  framed,
  type Lab,
  lab,
  macIsRight,
  readyTerminal,
  request,
  reversalRequest,
  saleRequest,
  sealed,
} from './bank-terminal.ts';

const echo = () => Buffer.from(pack(request('0820', { trace: '000001', batch: '00000001301' })));
const refusals = ({ bank }: Lab) => bank.control({ do: 'refusals' }).refusals as Record<string, number>;

t.test(
  'a command that cannot be done is answered without the number that was sent, and a bug with one word',
  async (t) => {
    const said: string[] = [];
    const here = await lab({ log: (event, facts) => void said.push(`${event} ${JSON.stringify(facts)}`) });
    const number = '６２２２.0200.1001.1234';
    for (const command of [
      ...[
        { do: number },
        { do: { toString: 1 } },
        { do: 'fault', fault: number },
        { do: 'card', id: number, unlock: true },
      ],
      ...[
        { do: 'voice', card: number },
        { do: 'ruling', terminal: number },
        { do: 'revoke', serial: { a: number } },
      ],
      ...[
        { do: 'case', id: number },
        { do: 'reconciliation', merchant: `${number}\u009b` },
        { do: 'card', id: {}, unlock: true },
      ],
      { do: 'reconciliation', date: number },
    ]) {
      const { ok, error } = here.bank.control(command);
      t.equal(ok, false);
      t.notMatch(String(error), /1001|\p{Cc}/u);
      t.match(String(error), /^no |^not /);
    }
    await here.bank.close();
    t.strictSame(here.bank.control({ do: 'accounts' }), {
      ...{ ok: false, error: 'the bank failed', remedy: 'see the log of the bank', problem: { kind: 'failed' } },
    });
    t.ok(
      said.some((line) => /^failed .*"do":"accounts".*database/.test(line)),
      said.at(-1) ?? '',
    );
    await here.close();
  },
);

t.test('nonsense on the line is refused by name, counted, and ends that line alone', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const steady = await connect(here.bank.addresses.primary);
  const nonsense = [
    Buffer.from([0, 0]),
    Buffer.from([0, 5, 1, 2, 3, 4, 5]),
    Buffer.from([0xff, 0xff, 1]),
    framed(randomBytes(200)),
    framed(Buffer.concat([echo().subarray(0, 13), Buffer.alloc(8, 0xff)])),
    framed(Buffer.concat([echo(), Buffer.from('more')])),
    framed(Buffer.from(echo().map((byte, at) => (at === 21 ? 0xaa : byte)))),
  ];
  for (const [place, bytes] of nonsense.entries()) {
    const line = await connect(here.bank.addresses.backup);
    line.send(bytes);
    t.equal(await line.next(), null, `nonsense ${place}: no answer, hung up`);
    await line.ended;
  }
  t.equal(refusals(here)['bad-length'], 3);
  t.equal(refusals(here)['bad-message'], 4);

  const cut = createConnection(Number(new URL(here.bank.addresses.primary).port));
  await new Promise<void>((resolve) => cut.once('connect', () => resolve()));
  cut.write(framed(echo()).subarray(0, 10));
  cut.resetAndDestroy();

  // What was asked before the nonsense is answered.
  const mixed = await connect(here.bank.addresses.primary);
  mixed.send(Buffer.concat([framed(echo()), Buffer.from([0, 1, 2])]));
  t.ok(await mixed.next(), 'answered');
  await mixed.ended;

  const half = createConnection(Number(new URL(here.bank.addresses.primary).port));
  half.end(framed(echo()));
  let answered = 0;
  for await (const bytes of half) answered += (bytes as Buffer).length;
  t.ok(answered > 50, 'whoever closes its half still gets its answer');

  steady.send(framed(echo()));
  t.ok(await steady.next(), 'another line goes on');
  steady.close();
});

t.test('each fault of the line does what it says, as often as it is asked to', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  const fault = (name: string, how: object = { on: true }) => here.bank.control({ do: 'fault', fault: name, ...how });
  const sale = (trace: string) => sealed(saleRequest(keys, { trace }), keys.mak);

  t.ok(fault('host-silent').ok);
  t.equal(await ask(here, sale('000002'), 'primary', 200), null);
  t.equal(books(here).transactions.length, 0, 'it was not worked on');
  fault('host-silent', { on: false });
  t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: '000002' })), '25');

  fault('answer-lost', { on: true, times: 1, mti: '0200' });
  t.equal(await ask(here, sale('000003'), 'primary', 200), null);
  t.match(books(here).transactions, [{ trace: '000003', state: 'posted' }, {}], 'it was worked on');
  t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: '000003' })), '00', 'the reversal gets through');
  t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000004' })), '00', 'once was asked for');

  fault('answer-bad-mac');
  const spoilt = await ask(here, sale('000005'));
  t.equal(spoilt?.message.code, '00');
  t.notOk(macIsRight(spoilt?.bytes ?? Buffer.alloc(30), keys.mak));
  t.equal((await ask(here, echo()))?.message.code, '00', 'an answer without a MAC stays whole');
  fault('answer-bad-mac', { on: false });

  fault('slow');
  t.equal(await ask(here, sale('000006'), 'primary', 300), null);
  t.match(books(here).transactions[0], { trace: '000006', state: 'posted' });
  t.match(here.bank.control({ do: 'faults' }).faults, [
    { fault: 'host-silent', on: false },
    { fault: 'answer-lost', on: false },
    { fault: 'answer-bad-mac', on: false },
    { fault: 'slow', on: true, times: null, mti: null },
  ]);
  t.match(fault('earthquake'), { ok: false, error: /earthquake/, remedy: /host-silent/ });
  t.match(fault('slow', {}), { ok: false, remedy: /"on"/ });
  t.match(fault('slow', { on: true, times: 0 }), { ok: false });
  t.match(fault('slow', { on: true, mti: '02' }), { ok: false });
});

t.test('what the host asks of a terminal stands in one answer’s header', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  t.ok(here.bank.control({ do: 'processing-request', digit: 3 }).ok);
  t.equal((await ask(here, echo()))?.message.header, '603103310000');
  t.equal((await ask(here, echo()))?.message.header, '603100310000');
  t.match(here.bank.control({ do: 'processing-request', digit: 30 }), { ok: false });
});

t.test('another batch is refused until the terminal has signed in for it', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000002' })), '00');
  t.ok(here.bank.control({ do: 'set-batch', batch: '000002' }).ok);
  t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000003' })), '77');
  t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: '000002' })), '00', 'a reversal is of its own batch');
  t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000002', batch: '000002' })), '00', 'traces begin anew');
  t.match(here.bank.control({ do: 'set-batch', batch: '000000' }), { ok: false });
  t.ok(here.bank.control({ do: 'drop-working-keys' }).ok);
  t.equal((await ask(here, sealed(saleRequest(keys, { trace: '000009' }), keys.mak)))?.message.code, '99');
});

t.test(
  'a full disk: the one that cannot be written is told 96, the others are served, nothing is half done',
  async (t) => {
    const events: string[] = [];
    const here = await lab({ log: (event) => void events.push(event) });
    t.teardown(() => here.close());
    const keys = await readyTerminal(here);
    // What the disk would refuse, the database refuses: at the last write of the sale, from another process.
    const other = new DatabaseSync(join(here.bank.dir, 'bank.db'));
    other.exec("CREATE TRIGGER no_room BEFORE INSERT ON posting BEGIN SELECT RAISE(ABORT, 'no room'); END");
    const line = await connect(here.bank.addresses.primary);
    line.send(Buffer.concat([framed(sealed(saleRequest(keys, { trace: '000002' }), keys.mak)), framed(echo())]));
    const refused = await line.next();
    t.ok(refused !== null && macIsRight(refused, keys.mak));
    t.match(String(refused), /96/);
    t.ok(await line.next(), 'the echo is answered');
    line.close();
    t.ok(events.includes('failed'));
    t.equal(books(here).transactions.length, 0);
    other.exec('DROP TRIGGER no_room');
    other.close();
    t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000002' })), '00', 'its trace is still free');
  },
);

t.test('neither books nor log nor control show a number, a PIN or a key', async (t) => {
  const lines: string[] = [];
  const here = await lab({ log: lineLog((line) => void lines.push(line), Date.now) });
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  for (const [place, card] of Object.values(CARDS).entries()) {
    const trace = `00001${place}`;
    await codeOf(here, keys, saleRequest(keys, { trace, card, pin: card.pin, amount: 1000 }));
    await codeOf(here, keys, reversalRequest(keys, { trace, amount: 1000, fields: { pan: card.pan } }));
  }
  const said = ['accounts', 'merchants', 'transactions', 'ledger', 'keys', 'terminals', 'audit', 'refusals'].map(
    (what) => JSON.stringify(here.bank.control({ do: what })),
  );
  const kept = ['bank.db', 'bank.db-wal'].map((file) => readFileSync(join(here.bank.dir, file), 'latin1'));
  const everything = [...lines, ...said, ...kept].join('\n');
  t.ok(everything.includes('622202******1234'), 'the canary would be heard');
  for (const { pan, pin, expiry } of Object.values(CARDS)) {
    t.notOk(everything.includes(pan), 'no account number');
    t.notOk(everything.includes(Buffer.from(pan, 'hex').toString('latin1')), 'nor as BCD');
    t.notOk(everything.includes(`${pan.slice(-4)}D${expiry}`), 'no track');
    t.notMatch(everything, new RegExp(`\\b${pin}\\b`), 'no PIN');
  }
  for (const key of [keys.tmk, keys.pik, keys.mak, keys.tdk]) {
    t.notOk(
      everything.includes(key.toString('latin1')) ||
        everything.toUpperCase().includes(key.toString('hex').toUpperCase()),
    );
  }
});

t.test('the control socket answers line by line, and a second bank is refused', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  t.equal(statSync(join(here.bank.dir, 'control.sock')).mode & 0o777, 0o660);
  t.same(JSON.parse(readFileSync(join(here.bank.dir, 'bank.json'), 'utf8')), here.bank.addresses);
  const socket = createConnection(join(here.bank.dir, 'control.sock'));
  t.teardown(() => socket.destroy());
  let heard = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
  });
  const lines = async (count: number) => {
    for (let waited = 0; heard.split('\n').length <= count && waited < 200; waited++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return heard
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  socket.write('{"do":"acc');
  socket.write(
    'ounts"}\nnot json\n{"do":"nothing"}\n\n{"do":"constructor"}\n{"do":"card","id":"none","unlock":true}\n',
  );
  const [accounts, ...wrong] = await lines(5);
  t.match(accounts, {
    ok: true,
    accounts: [{ id: 'boc-debit', pan: '622202******1234', balance: 1_000_000, kind: 'debit' }],
  });
  t.equal(wrong.length, 4);
  for (const reply of wrong) t.match(reply, { ok: false, error: /./, remedy: /./ });
  await t.rejects(startBank({ dir: here.dir }), /runs here already/);

  await here.bank.close();
  t.notOk(existsSync(join(here.bank.dir, 'bank.json')), 'nothing is published after it');
  await here.restart().catch((error: unknown) => t.fail(String(error)));
});

t.test('a seed that cannot be used is refused with its file, key and remedy', async (t) => {
  const seed = mkdtempSync(join(tmpdir(), 'gt-seed-'));
  const dir = mkdtempSync(join(tmpdir(), 'gt-bank-'));
  t.teardown(() => {
    rmSync(seed, { recursive: true });
    rmSync(dir, { recursive: true });
  });
  const original = join(import.meta.dirname, '../../bank/seed');
  const wrong: [file: string, from: string, to: string, said: RegExp][] = [
    ['accounts.json', '6222020010011234', '6222020010011235', /accounts\.json, \[0\]\.pan: .*check digit/],
    ['accounts.json', '"622588', '"433333', /check digit|no issuer/],
    ['accounts.json', '"balance_fen": 1000000', '"balance_fen": -1', /\[0\]\.balance_fen: .*whole number/],
    ['accounts.json', '"balance_fen": 1000000', '"balance_fen": 10.5', /\[0\]\.balance_fen/],
    ['accounts.json', '"kind": "debit"', '"kind": "gold"', /\[0\]\.kind: .*debit, credit/],
    ['accounts.json', '"expiry": "3012"', '"expiry": "3013"', /\[0\]\.expiry: .*YYMM/],
    ['accounts.json', '"status"', '"colour": 1, "status"', /\[0\]\.colour: is not known/],
    ['accounts.json', '"cmb-credit"', '"boc-debit"', /\[1\]\.id: is there twice/],
    ['accounts.json', '"en": "Bank of China debit"', '"eng": ""', /\[0\]\.name\.en: is missing/],
    ['accounts.json', '[', '{', /accounts\.json cannot be read as JSON/],
    ['terminals.json', '898110248990001', '898110248990009', /\[0\]\.merchant: .*merchants\.json/],
    ['terminals.json', 'GT-V-000002', 'GT-V-000001', /\[1\]\.serial: is there twice/],
    ['terminals.json', '"000001"', '"000000"', /\[0\]\.batch/],
    ['merchants.json', '"per_myriad": 50', '"per_myriad": "50"', /\[0\]\.fee\.debit\.per_myriad/],
    ['merchants.json', '"T+1"', '"T+2"', /\[0\]\.clearing: .*real-time, T\+1/],
    ['merchants.json', '"instalment"', '"instalments"', /\[0\]\.fee\.by_type\.instalments: is not known/],
    ['merchants.json', '"clearing"', '"may": ["sale", "gift"], "clearing"', /\[0\]\.may: .*some of sale, void/],
    ['merchants.json', '"clearing"', '"may": "sale", "clearing"', /\[0\]\.may: is not a list/],
    ['acquirer.json', '[3, 6', '[1, 6', /acquirer\.json, instalment_periods: .*from 2 to 99/],
    ['acquirer.json', '"completion_percent": 115', '"completion_percent": 0', /acquirer\.json, completion_percent/],
    ['acquirer.json', '"23:00:00"', '"24:00:00"', /acquirer\.json, cut_over: .*hh:mm:ss/],
    ['acquirer.json', '"cut_over_lasts_s": 2', '"cut_over_lasts_s": -1', /acquirer\.json, cut_over_lasts_s/],
    ['issuers.json', '"foreign"', '"abroad"', /\[7\]\.group: .*home, foreign/],
    ['acquirer.json', '"pin_tries": 3', '"pin_tries": 0', /acquirer\.json, pin_tries/],
    ['issuers.json', '"622202"', '"62220"', /\[0\]\.bins/],
  ];
  for (const [file, from, to, said] of wrong) {
    for (const name of readdirSync(original)) writeFileSync(join(seed, name), readFileSync(join(original, name)));
    const text = readFileSync(join(original, file), 'utf8');
    t.ok(text.includes(from), from);
    writeFileSync(join(seed, file), text.replace(from, to));
    await t.rejects(startBank({ dir, seed }), said, `${file}: ${to}`);
  }
  t.notOk(existsSync(join(dir, 'bank', 'bank.json')));
});

t.test('the bank does not start without the key of its books', async (t) => {
  const here = await lab();
  t.teardown(() => rmSync(here.dir, { recursive: true, force: true }));
  await here.bank.close();
  rmSync(join(here.bank.dir, 'file.key'));
  await t.rejects(startBank({ dir: here.dir }), /file\.key is missing.*Put the file back/);
});

t.test('fees are the merchant’s, and go back with the sale', async (t) => {
  const here = await lab();
  t.teardown(() => here.close());
  const keys = await readyTerminal(here);
  const fees = () => (here.bank.control({ do: 'merchants' }).merchants as { fees: number }[])[0]?.fees;
  const { boc, cmb } = CARDS;
  t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000002', card: boc, amount: 12_850 })), '00');
  t.equal(fees(), 64, '0.50 % of 128.50 is 0.6425');
  t.equal(await codeOf(here, keys, saleRequest(keys, { trace: '000003', card: boc, amount: 500_000 })), '00');
  t.equal(fees(), 64 + 2000, 'capped');
  t.equal(
    await codeOf(here, keys, saleRequest(keys, { trace: '000004', card: cmb, pin: null, amount: 500_000 })),
    '00',
  );
  t.equal(fees(), 64 + 2000 + 3000, 'credit has no cap');
  t.equal(await codeOf(here, keys, reversalRequest(keys, { trace: '000003', amount: 500_000 })), '00');
  t.equal(fees(), 64 + 3000);
});
