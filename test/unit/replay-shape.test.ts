import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { filmOf } from '../../replay/film.ts';
import { readFilm } from '../../replay/replay.ts';
import { type Begin, writeConfig, writeSeed } from '../../replay/stage-files.ts';
import { readConfig } from '../../src/config/config.ts';
import { begun, parametersTold } from '../../src/flight/flight.ts';
import { packRecord, unpackRecord } from '../../src/recorder/export.ts';
import type { Linked } from '../../src/recorder/happening.ts';
import { checkLines } from '../../src/recorder/reader.ts';
import { batch, trace } from '../../src/values/trace.ts';

const AT = '2026-12-01T09:41:07.000Z';
type Json = Record<string, unknown>;

const shipped = readConfig(join(import.meta.dirname, '../../firmware-config'));
const journal = { batch: batch('000001'), lastTrace: trace('000047'), debts: () => [] };
const begin = JSON.parse(JSON.stringify(begun({ config: shipped, version: '1', journal, last: null }))) as Json;

const sound: Record<string, Json> = {
  begin,
  key: { kind: 'key', key: 'enter' },
  secret: { kind: 'secret', screen: 'sale.pin', state: 'begun', by: null },
  screen: { kind: 'screen', screen: 'idle', bar: [], texts: ['Guitai'], foot: [] },
  display: { kind: 'display', rows: [''] },
  card: { kind: 'card', read: 'card', number: '622202******1234', chip: false },
  unread: { kind: 'card', read: 'unreadable', why: 'parity' },
  host: { kind: 'host', way: 'in', line: 'primary', mti: '0210', fields: { trace: '000048', code: '00' }, note: null },
  parameters: {
    kind: 'parameters',
    sent: {
      ...{ merchant_name: '柜台', limit_fen: 5_000_000, phone_machine: '010-0001', phone_accounts: '010-0002' },
      ...{ answer_timeout_ms: 60_000, reversal_retries: 3 },
    },
    support: { machine: ['010-000', '1'], accounts: ['010-000', '2'] },
  },
  entry: {
    ...{ kind: 'entry', type: 'sale', batch: '000001', trace: '000048', amount: 100, event: 'sent', detail: {} },
  },
  device: { kind: 'device', device: 'printer', problem: 'paper-out' },
};

const { sent } = sound.parameters as { sent: Json };
/** The configuration of a merchant of that name. */
const named = (name: string): Json => {
  const config = begin.config as { terminal: { merchant: Json } };
  return { ...config, terminal: { ...config.terminal, merchant: { ...config.terminal.merchant, name } } };
};

function folder(t: Test): string {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-shape-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A file as somebody writes it who knows how the chain is made. */
function fileOf(t: Test, ...records: readonly Json[]): string {
  let prev = createHash('sha256').update('').digest('hex');
  const lines = records.map((record, place) => {
    const line = JSON.stringify({ n: place + 1, at: AT, up: place, ...record, prev });
    prev = createHash('sha256').update(line).digest('hex');
    return `${line}\n`;
  });
  const file = join(folder(t), 'record.jsonl.gz');
  writeFileSync(file, packRecord({ ...checkLines(lines.join('')), lines: lines.join('') }, AT));
  return file;
}

t.test('what the terminal writes is read', async (t) => {
  const { film } = readFilm(fileOf(t, ...Object.values(sound), { kind: 'of a later release', what: 1 }));
  t.equal(film.frames.length, Object.keys(sound).length + 1);
});

t.test('a record of another shape is refused by line and field', async (t) => {
  const wrong: [keyof typeof sound, Json, RegExp][] = [
    ['begin', { batch: '12' }, /begin\.batch must match/],
    ['begin', { trace: '000000' }, /begin\.trace must match/],
    ['begin', { merchant: '898110248990001' }, /begin\.merchant must be array/],
    ['begin', { config: {} }, /begin\.config must have required property 'terminal'/],
    [
      'begin',
      { config: { ...(begin.config as Json), profile: { operators: [1] } } },
      /begin\.config\.profile\.operators/,
    ],
    ['key', { key: 'pause' }, /key\.key must be equal to one of/],
    ['key', { at: 'yesterday' }, /key\.at must match/],
    ['key', { up: 'x' }, /key\.up must be number/],
    ['key', { up: 1e308 }, /key\.up must be <=/],
    ['key', { up: -1 }, /key\.up must be >=/],
    ['begin', { serial: 'GT' }, /begin\.serial must be array/],
    ['begin', { support: { machine: [1], accounts: [] } }, /begin\.support\.machine\.0 must be string/],
    ['begin', { config: named('a\nb') }, /begin\.config\.terminal\.merchant\.name must match/],
    ['begin', { config: named('🏪'.repeat(21)) }, /begin\.config\.terminal\.merchant\.name must match/],
    ['screen', { texts: null }, /screen\.texts must be array/],
    ['screen', { foot: [1] }, /screen\.foot\.0 must be string/],
    ['card', { number: '' }, /card\.number must match/],
    ['host', { fields: { trace: 48 } }, /host\.fields\.trace must be string/],
    ['host', { fields: { code: 'ABCD' } }, /host\.fields F39/],
    ['parameters', { sent: { limit_fen: 1 } }, /parameters\.sent must have required property/],
    ['parameters', { sent: { ...sent, merchant_name: 'a\nb' } }, /parameters\.sent\.merchant_name must match/],
    ['parameters', { sent: { ...sent, merchant_name: '🏪'.repeat(40) } }, /parameters\.sent\.merchant_name must match/],
    ['parameters', { sent: { ...sent, merchant_name: '\u001b[2J' } }, /parameters\.sent\.merchant_name must match/],
    ['parameters', { support: { machine: ['1', 'x'], accounts: ['1'] } }, /parameters\.sent\.phone_machine must match/],
    ['device', { device: 'till' }, /device\.device must be equal/],
  ];
  for (const [kind, change, words] of wrong) {
    const file = fileOf(t, begin, { ...sound[kind], ...change });
    t.throws(
      () => readFilm(file),
      { name: 'RecordError', message: words },
      `${kind} ${JSON.stringify(change).slice(0, 60)}`,
    );
    t.throws(() => readFilm(file), { message: /^line 3, record 2: / });
  }
  for (const [kind, field] of [
    ['screen', 'texts'],
    ['begin', 'serial'],
    ['begin', 'support'],
    ['parameters', 'support'],
  ] as const) {
    const { [field]: _, ...rest } = sound[kind] ?? {};
    t.throws(() => readFilm(fileOf(t, begin, rest)), {
      name: 'RecordError',
      message: new RegExp(`${kind} must have required property '${field}'`),
    });
  }
});

t.test('what is of no use to a replay has a way out that somebody can go', async (t) => {
  const file = fileOf(t, begin, { ...sound.parameters, sent: { limit_fen: 1 } });
  t.throws(() => readFilm(file), {
    name: 'RecordError',
    remedy: /this record cannot be replayed\. Give another one\.$/,
  });
});

t.test('a terminal whose serial or telephone number could be a card is replayed with it', async (t) => {
  const serial = '6222020010011234';
  const support = { machine: '0086 10 6580 0000', accounts: '+8613800138002' };
  const terminal = { ...shipped.terminal, serial, support };
  const parameters = parametersTold({
    ...{ merchant_name: '柜台', limit_fen: 5_000_000, answer_timeout_ms: 60_000, reversal_retries: 3 },
    ...{ phone_machine: '8613800138002', phone_accounts: support.accounts },
  });
  const told = begun({ config: { ...shipped, terminal }, version: '1', journal, last: null });
  const { film, exported } = readFilm(fileOf(t, told as unknown as Json, parameters as unknown as Json));
  t.equal(exported.manifest.serial, serial);
  const dir = folder(t);
  const recorded = film.frames[0]?.record as unknown as Begin;
  writeConfig(join(dir, 'config'), recorded);
  t.match(readConfig(join(dir, 'config')).terminal, { serial, support });
  writeSeed(join(dir, 'seed'), recorded, film);
  t.equal(JSON.parse(readFileSync(join(dir, 'seed', 'terminals.json'), 'utf8'))[0].serial, serial);
  const { phone_machine, phone_accounts } = JSON.parse(readFileSync(join(dir, 'seed', 'acquirer.json'), 'utf8'));
  t.same([phone_machine, phone_accounts], ['8613800138002', support.accounts]);
  t.match(film.frames[1]?.key, /8613800138002/, 'and it is compared whole');
});

t.test('a record names no file that is written', async (t) => {
  const dir = folder(t);
  const config = join(dir, 'stage', 'config');
  const film = filmOf([{ n: 1, at: AT, up: 0, prev: '', ...begin } as unknown as Linked]);
  const recorded = film?.frames[0]?.record as unknown as Begin;
  const terminal = { ...recorded.config.terminal, profile: '../../../outside' };
  const passwords = writeConfig(config, { ...recorded, config: { ...recorded.config, terminal } });
  t.same(
    [...passwords.keys()],
    shipped.profile.operators.map(({ number }) => number),
  );
  t.notOk(existsSync(join(dir, 'outside.json')));
  t.same(readdirSync(dir), ['stage']);
  const { terminal: read, profile } = readConfig(config);
  t.match(
    { ...read, lab: profile.lab },
    { profile: 'replay', board: 'virtual', serial: shipped.terminal.serial, lab: true },
  );
  if (film !== null) writeSeed(join(dir, 'stage', 'seed'), recorded, film);
  t.same(readdirSync(dir), ['stage']);
});

t.test('a configuration that the schemas refuse is refused by its key', async (t) => {
  const { config, ...rest } = { n: 7, ...begin } as unknown as Begin;
  const wrong: [Partial<Begin>, RegExp][] = [
    [{ config: { ...config, terminal: { ...config.terminal, serial: '../x' } } }, /record 7: .*terminal\.json: serial/],
    [{ merchant: ['1' as Begin['merchant'][number]] }, /terminal\.json: merchant\.id/],
    [{ config: { ...config, network: { tpdu: 'x' } } }, /network\.json: tpdu/],
    [{ config: { ...config, board: { printer: { confirms: 'never' } } } }, /boards\/virtual\.json: printer\.confirms/],
    [
      { config: { ...config, profile: { ...config.profile, operators: [{ number: 'x', role: 'operator' }] } } },
      /profiles\/replay\.json: operators\.0\.number/,
    ],
  ];
  for (const [change, message] of wrong) {
    const written = () => writeConfig(join(folder(t), 'config'), { ...rest, config, ...change } as Begin);
    t.throws(written, { name: 'RecordError', message });
  }
});

t.test('a file that grows without end is no record', async (t) => {
  const zeros = gzipSync(Buffer.alloc(310 << 20), { level: 1 });
  t.throws(() => unpackRecord(zeros), { name: 'RecordError', message: /more than 300 MB/ });
});

t.test('a long record is made ready by a few looks at each of its lines', async (t) => {
  let looks = 0;
  const records = Array.from({ length: 2000 }, (_, at) => {
    const { kind, ...rest } = (at === 0 ? sound.begin : at % 3 === 0 ? sound.display : sound.screen) as Json;
    const looked = { get: () => [kind, looks++][0], enumerable: true };
    return Object.defineProperty({ n: at + 1, at: AT, up: at, prev: '', ...rest }, 'kind', looked) as unknown as Linked;
  });
  t.equal(filmOf(records)?.frames.length, 2000);
  t.ok(looks < 40 * records.length, `${looks} looks`);
});
