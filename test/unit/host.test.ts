import { inspect } from 'node:util';
import t from 'tap';
import { type Message, type MessageFields, unpack } from '../../src/host/codec.ts';
import { type Host, openHost } from '../../src/host/host.ts';
import type { ReversalReason } from '../../src/host/messages.ts';
import { systemClock } from '../../src/values/clock.ts';
import { fen } from '../../src/values/fen.ts';
import { Fault } from '../../src/values/problem.ts';
import type { Connect } from '../../src/values/stream.ts';
import { batch, type Trace } from '../../src/values/trace.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { cardOf, dialect, hostSettings, problemOf } from '../bank-countertop.ts';
import { hostBench, mirrored, one, PAN, PIK, pinFor, sale, trace, vaultWith, type Way } from '../host-bench.ts';

t.test('a sale by stripe and PIN carries exactly its fields, the track encrypted', async (t) => {
  const { host, vault, sent } = hostBench(t, (asked) => mirrored(asked));
  t.match(await host.send(host.prepare('sale', sale(vault)), () => undefined), { money: 'charged' });
  const [asked] = sent;
  t.match(asked?.masked() ?? {}, {
    ...{ tpdu: '6000030000', header: '603100310000', mti: '0200', processing: '000000', amount: '000000012850' },
    ...{ trace: '000042', entryMode: '021', condition: '00', pinCapture: '12', terminal: '50461160' },
    ...{ merchant: '898110248990001', currency: '156', security: '2610000000000000', batch: '2200000100020' },
  });
  t.equal(asked?.pinBlock?.length, 8);
  t.equal(asked?.track2?.length, 34);
  t.equal(asked?.track2?.slice(0, 16), PAN, 'the head of the track stays clear (unionpay.md 6)');
  t.notMatch(asked?.track2, 'D3012120');
  for (const name of ['pan', 'expiry', 'track3', 'chip', 'code', 'additional59'] as const)
    t.equal(asked?.[name], undefined, name);
});

t.test('a void carries a sale’s fields, and the original’s reference, authorisation, batch and trace', async (t) => {
  const { host, vault, sent } = hostBench(t, (asked) => mirrored(asked));
  const place = { batch: one, trace: '000041' as Trace };
  const original = { place, date: '1124', reference: '094107000045', authorisation: '482913' };
  const prepared = host.prepare('void', { ...sale(vault), original });
  t.equal(prepared.transaction, 'void');
  t.match(await host.send(prepared, () => undefined), { money: 'charged' });
  t.match(sent[0]?.masked() ?? {}, {
    ...{ mti: '0200', processing: '200000', amount: '000000012850', trace: '000042', condition: '00' },
    ...{ reference: '094107000045', authorisation: '482913', original: '000001000041', batch: '2300000100020' },
  });
  t.equal(sent[0]?.pinBlock?.length, 8);
  t.equal(sent[0]?.track2?.length, 34);
  await host.reverse({
    ...({ transaction: 'void', trace, batch: one, amount: fen(12850), entry_mode: '021', reason: '98' } as const),
    ...{ pan: null, expiry: null, authorisation: null, original },
  });
  t.match(sent[1]?.masked() ?? {}, {
    ...{ mti: '0400', processing: '200000', trace: '000042', batch: '2300000100020', original: '000001000041' },
  });
  t.equal(sent[1]?.reference, undefined);
});

t.test('a card that is on file has neither track nor swipe', async (t) => {
  const { host, vault } = hostBench(t, (asked) => mirrored(asked));
  const request = sale(vault, false);
  const onFile = { ...request, card: { ...request.card, track2: null, track3: null } };
  t.equal(host.prepare('tip', { ...onFile, totals: '000000000001' }).entry_mode, '012');
  t.equal(host.prepare('offline', request).entry_mode, '022');
});

t.test('without a PIN there is no PIN field, and the track is still encrypted', async (t) => {
  const { host, vault, sent } = hostBench(t, (asked) => mirrored(asked));
  await host.send(host.prepare('sale', sale(vault, false)), () => undefined);
  t.match(sent[0]?.masked(), { entryMode: '022', security: '0610000000000000' });
  t.equal(sent[0]?.pinBlock, undefined);
  t.equal(sent[0]?.pinCapture, undefined);
});

t.test('under SM4 the PIN block stands in field 59', async (t) => {
  const { host, vault, sent } = hostBench(t, (asked) => mirrored(asked), { algorithm: 'sm4' });
  t.match(await host.send(host.prepare('sale', sale(vault)), () => undefined), { money: 'charged' });
  t.equal(Buffer.from(sent[0]?.pinBlock ?? []).toString('hex'), '0000000000000000');
  t.equal(Buffer.from(sent[0]?.additional59?.subarray(0, 5) ?? []).toString(), 'A1016');
  t.match(sent[0]?.masked(), { security: '2310000000000000' });
});

t.test('a reversal is the original’s trace, batch and codes, with a reason, and neither track nor PIN', async (t) => {
  for (const reason of ['98', 'A0', '96', '06'] as const satisfies ReversalReason[]) {
    const { host, sent } = hostBench(t, (asked) => mirrored(asked));
    const end = await host.reverse({
      ...({
        transaction: 'sale',
        trace,
        batch: batch('000009'),
        amount: fen(12850),
        entry_mode: '021',
        reason,
      } as const),
      ...{ pan: cardOf(PAN).pan, expiry: '3012', authorisation: 'A1B2C3' },
    });
    t.strictSame(end, { end: 'acknowledged', code: '00' });
    t.match(sent[0]?.masked() ?? {}, {
      ...{ mti: '0400', pan: '622202******1234', processing: '000000', amount: '000000012850', trace: '000042' },
      ...{ entryMode: '021', condition: '00', authorisation: 'A1B2C3', code: reason, batch: '2200000900020' },
    });
    t.equal(sent[0]?.pan, PAN);
    for (const name of ['track2', 'track3', 'pinBlock', 'security', 'pinCapture'] as const) {
      t.equal(sent[0]?.[name], undefined, name);
    }
    t.not(sent[0]?.mac, undefined);
  }
});

t.test('what each code of the bank means for a reversal', async (t) => {
  const says = {
    '00': { end: 'acknowledged', code: '00' },
    '12': { end: 'no-original', code: '12' },
    '25': { end: 'no-original', code: '25' },
    A0: { end: 'sign-in-first', code: 'A0' },
    '77': { end: 'sign-in-first', code: '77' },
    '96': { end: 'no-answer', code: '96', why: null },
    '98': { end: 'no-answer', code: '98', why: null },
    '64': { end: 'no-answer', code: '64', why: null },
    ZZ: { end: 'no-answer', code: 'ZZ', why: 'unlisted' },
  };
  for (const [code, expected] of Object.entries(says)) {
    const { host } = hostBench(t, (asked) => mirrored(asked, { code }));
    const facts = { transaction: 'sale', trace, batch: one, amount: fen(1), entry_mode: '021', reason: '98' } as const;
    t.strictSame(await host.reverse({ ...facts, pan: null, expiry: null, authorisation: null }), expected, code);
  }
});

t.test('an answer to a reversal that may not be believed ends nothing', async (t) => {
  const facts = { transaction: 'sale', trace, batch: one, amount: fen(1), entry_mode: '021', reason: '98' } as const;
  const reversal = { ...facts, pan: null, expiry: null, authorisation: null };
  const other = hostBench(t, (asked) => mirrored(asked, { amount: '000000000002' }));
  t.strictSame(await other.host.reverse(reversal), { end: 'no-answer', code: '00', why: 'mismatch' });
  const silent = hostBench(t, () => null);
  t.strictSame(await silent.host.reverse(reversal), { end: 'no-answer', code: null, why: 'silent' });
});

t.test('a signed-out terminal signs in before it reverses', async (t) => {
  const { host, vault, sent } = hostBench(t, (asked) => mirrored(asked));
  vault.forgetWorkingKeys();
  const facts = { transaction: 'sale', trace, batch: one, amount: fen(1), entry_mode: '021', reason: '98' } as const;
  t.match(await host.reverse({ ...facts, pan: null, expiry: null, authorisation: null }), { end: 'sign-in-first' });
  t.equal(sent.length, 0);
});

t.test('a request is sent once, and its bytes are gone afterwards', async (t) => {
  const { host, vault, sent } = hostBench(t, (asked) => mirrored(asked));
  const prepared = host.prepare('sale', sale(vault));
  await host.send(prepared, () => undefined);
  await t.rejects(
    host.send(prepared, () => undefined),
    { message: /never sent twice/ },
  );
  t.equal(sent.length, 1);
});

t.test('what cannot be sent is refused while it is prepared', async (t) => {
  const { host, vault } = hostBench(t, (asked) => mirrored(asked));
  const short = { ...cardOf(PAN), track2: { reveal: () => '1234567890' } };
  const prepared = (work: () => unknown) => problemOf(Promise.resolve().then(work));
  t.match(await prepared(() => host.prepare('sale', { ...sale(vault), card: short })), {
    kind: 'host-garbled',
    field: 'F35',
  });
  t.throws(() => host.prepare('sale', { ...sale(vault), amount: fen(0) }), RangeError);
  const pin = pinFor(vault);
  vault.forgetWorkingKeys();
  t.match(await prepared(() => host.prepare('sale', { ...sale(vault, false), pin })), { kind: 'keys-missing' });
});

t.test('a sign-in whose answer lacks or spoils something stores nothing', async (t) => {
  const good = { batch: '00000007004', payload: Buffer.alloc(60), time: '101112', date: '1124' };
  const cases: { says: Partial<MessageFields>; expected: Record<string, unknown> }[] = [
    { says: { ...good, payload: undefined }, expected: { kind: 'host-garbled', field: 'F62' } },
    { says: { ...good, batch: undefined }, expected: { kind: 'host-garbled', field: 'F60' } },
    { says: { ...good, batch: '00000000004' }, expected: { kind: 'host-garbled', field: 'F60' } },
    { says: { ...good, payload: Buffer.alloc(59) }, expected: { kind: 'host-garbled', field: 'F62' } },
    { says: good, expected: { kind: 'keys-mismatch', slot: 'PIK' } },
    { says: { ...good, code: undefined }, expected: { kind: 'host-garbled' } },
    { says: { ...good, terminal: '50461161' }, expected: { kind: 'host-garbled' } },
  ];
  for (const { says, expected } of cases) {
    const { host, vault } = hostBench(t, (asked) => mirrored(asked, says));
    const before = vault.kcvOf('PIK');
    t.match(await problemOf(host.signIn('01', { trace, batch: one })), expected, JSON.stringify(expected));
    t.equal(vault.kcvOf('PIK'), before);
  }
  const refused = hostBench(t, (asked) => mirrored(asked, { code: '97' }));
  t.strictSame(await refused.host.signIn('01', { trace, batch: one }), { end: 'refused', code: '97' });
  t.match(refused.sent[0]?.masked(), { mti: '0800', batch: '00000001004', operator: '01 ' });
  t.equal(refused.sent[0]?.mac, undefined);
});

/** Everything that is asked of the bank, in words that it answers. */
const asks: Record<string, (host: Host, vault: Vault) => Promise<unknown>> = {
  send: (host, vault) => host.send(host.prepare('sale', sale(vault)), () => undefined),
  reverse: (host) =>
    host.reverse({
      ...({ transaction: 'sale', trace, batch: one, amount: fen(1), entry_mode: '021', reason: '98' } as const),
      ...{ pan: null, expiry: null, authorisation: null },
    }),
  advise(host, vault) {
    const { digest } = host.prepare('offline', sale(vault, false));
    const { pan, expiry } = cardOf(PAN);
    const request = { transaction: 'offline', trace, batch: one, amount: fen(12850), entryMode: '022' } as const;
    return host.advise({ ...request, pan, expiry, original: null, digest });
  },
  inquire: (host) =>
    host.inquire({ trace, batch: one, of: { place: null, date: null, reference: null, authorisation: null } }),
  balance: (host, vault) => host.balance(sale(vault)),
  echo: (host) => host.echo(),
  settle: (host) => host.settle({ step: 'upload-end', count: 1 }, { trace, batch: one }),
};

t.test('whatever was asked, an answer after which the bank hears nothing before a sign-in says so', async (t) => {
  for (const [name, ask] of Object.entries(asks)) {
    const told = async (changes: Partial<MessageFields>, seal?: 'spoilt') => {
      let times = 0;
      const { host, vault } = hostBench(t, (asked) => mirrored(asked, { code: '12', ...changes }), {
        onSignInAgain: () => times++,
        ...(seal && { spoilt: true }),
      });
      await ask(host, vault).catch((error) => {
        if (!(error instanceof Fault)) throw error;
      });
      return times;
    };
    t.equal(await told({}), 0, name);
    t.equal(await told({ header: '603103310000' }), 1, `${name}: by its header`);
    t.equal(await told({ header: '603102310000' }), 0, `${name}: another wish is none`);
    t.equal(await told({ code: 'A0' }), 1, `${name}: by its code`);
    t.equal(await told({ header: '603103310000', terminal: '50461161' }), 0, `${name}: to another terminal`);
    const sealed = name !== 'echo' && name !== 'settle';
    t.equal(await told({}, 'spoilt'), sealed ? 1 : 0, `${name}: by a MAC under other keys`);
  }
});

t.test('an answer that comes late says so too, where it can be believed', async (t) => {
  for (const signedOut of [false, true]) {
    let times = 0;
    await new Promise<void>((resolve) => {
      const way: Way = { answer_ms: 90, onLate: () => resolve(), onSignInAgain: () => times++ };
      const { host, vault } = hostBench(t, (asked) => mirrored(asked, { header: '603103310000' }), way);
      void asks.send?.(host, vault).then(() => {
        if (signedOut) vault.forgetWorkingKeys();
      });
    });
    t.equal(times, signedOut ? 0 : 1);
  }
});

t.test('an answer that comes late is told with what may be believed of it, also after a sign-out', async (t) => {
  for (const signedOut of [false, true]) {
    const late = new Promise<unknown[]>((resolve) => {
      const way: Way = { answer_ms: 90, onLate: (...told) => resolve(told) };
      const { host, vault } = hostBench(t, (asked) => mirrored(asked), way);
      void host
        .send(host.prepare('sale', sale(vault)), () => undefined)
        .then((answer) => {
          t.match(answer, { money: 'unknown', why: 'silent' });
          if (signedOut) vault.forgetWorkingKeys();
        });
    });
    const answer = signedOut ? { money: 'unknown', why: 'bad-mac' } : { money: 'charged', code: '00' };
    t.match(await late, [trace, one, answer]);
  }
});

t.test('a late answer that the disk takes no note of stops nothing', async (t) => {
  const told = Promise.withResolvers<void>();
  const onLate = () => {
    told.resolve();
    throw new Fault({ kind: 'disk-full', file: 'journal.db' });
  };
  const { host, vault } = hostBench(t, (asked) => mirrored(asked), { answer_ms: 90, onLate });
  t.match(await host.send(host.prepare('sale', sale(vault)), () => undefined), { why: 'silent' });
  await told.promise;
  await new Promise(setImmediate);
  t.equal(host.discarded, 1);
});

t.test('a sign-out drops the keys even when nobody answers', async (t) => {
  const { host, vault } = hostBench(t, () => null);
  t.match(await problemOf(host.signOut({ trace, batch: one })), { kind: 'host-silent', waited_ms: 60 });
  t.equal(vault.stateOf('MAK'), 'empty');
});

t.test('the dialect decides what a message carries', async (t) => {
  const vault = vaultWith(t);
  const settings = hostSettings('tcp://one:1', 'tcp://two:2', 60);
  const other = {
    ...dialect,
    read_capability: '6',
    reversal_pan: false,
    reversal_expiry: false,
    without_mac: ['sale'],
  } as const;
  const frames: Message[] = [];
  const connect: Connect = async () => ({
    closed: new Promise(() => undefined),
    write: async (frame) => void frames.push(unpack(Uint8Array.from(frame.subarray(2)))),
    listen: () => () => undefined,
    close: async () => undefined,
  });
  const host = openHost(
    { ...settings, profile: { ...settings.profile, encrypt_tracks: false, dialect: other } },
    { vault, connect, clock: systemClock },
  );
  await host.send(host.prepare('sale', sale(vault)), () => undefined);
  t.equal(frames[0]?.track2, `${PAN}D30121200000012300`);
  t.equal(frames[0]?.mac, undefined);
  t.match(frames[0]?.masked(), { batch: '2200000100060', security: '2600000000000000' });
  const facts = { transaction: 'sale', trace, batch: one, amount: fen(1), entry_mode: '021', reason: '98' } as const;
  await host.reverse({ ...facts, pan: cardOf(PAN).pan, expiry: '3012', authorisation: null });
  t.equal(frames[1]?.pan, undefined);
  t.equal(frames[1]?.expiry, undefined);
  host.close();
});

t.test('no PAN, track, PIN block or key shows in what is printed, logged or thrown', async (t) => {
  const { host, vault, wire } = hostBench(t, (asked) => mirrored(asked, { pan: PAN }));
  const request = sale(vault);
  const pinBlock = Buffer.from(request.pin?.reveal() ?? []).toString('hex');
  const prepared = host.prepare('sale', request);
  const everything = [
    ...[prepared, host, vault, request.pin].flatMap((value) => [
      inspect(value, { depth: 12, showHidden: true, getters: true }),
      JSON.stringify(value),
    ]),
    inspect(await host.send(prepared, () => undefined)),
    ...wire,
  ]
    .join('\n')
    .toLowerCase();
  t.match(everything, '622202******1234');
  for (const secret of [PAN, '0010011234', 'd3012120', pinBlock, PIK.toString('hex'), '123456'.padEnd(8, 'f')]) {
    t.notMatch(everything, secret.toLowerCase());
  }
});
