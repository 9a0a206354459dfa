import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import t from 'tap';

const root = join(import.meta.dirname, '..');
const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && execFileSync('test', ['-e', join(root, file)]).length === 0);
const sources = tracked.filter((file) => /\.(ts|rs|js|mjs|c|sh)$/.test(file) && !/generated|\.d\.ts$/.test(file));
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Who may import whom (ARCHITECTURE.md). A room that is not a key here may import everything. */
const arrows = {
  'src/values': [],
  'board/buses': [],
  'src/config': ['src/values', 'board/buses', 'firmware-config'],
  'src/vault': ['src/values', 'src/config'],
  'src/recorder': ['src/values'],
  'src/flight': [
    ...['src/values', 'src/config', 'src/journal', 'src/host', 'src/card', 'src/customer', 'src/operator'],
    ...['src/receipt', 'src/recorder', 'board/buses'],
  ],
  'src/journal': ['src/values', 'src/vault'],
  'src/operator': ['src/values', 'src/config', 'board/buses', 'board/lvgl-bindings'],
  'src/customer': ['src/values', 'src/config', 'src/vault', 'src/operator', 'board/buses'],
  'src/receipt': ['src/values', 'src/config', 'board/buses'],
  'src/card': ['src/values', 'src/vault', 'board/buses'],
  'src/host': ['src/values', 'src/config', 'src/vault', 'board/buses'],
  'src/outbox': ['src/values', 'src/journal', 'src/host'],
  'src/paper': ['src/values', 'src/config', 'src/journal', 'src/receipt', 'src/operator'],
  'src/status': ['src/values', 'src/journal', 'src/outbox', 'src/recorder'],
  'board/virtual': ['board/buses', 'board/serial', 'board/wire-frames', 'board/lvgl-bindings'],
  'board/wire-frames': [],
  bank: ['src/values', 'src/host/fields', 'src/host/codec'],
} as const satisfies Record<string, readonly string[]>;

/** Flows that share the card, the PIN, the bank and the paper through `src/payment` and must not import each other. */
const paymentFlows = [
  'src/advice',
  'src/balance',
  'src/charged',
  'src/sale',
  'src/preauth',
  'src/refund',
  'src/printing',
  'src/settlement',
  'src/exceptions',
];
const stepsMayImport = [
  'src/values',
  'src/config',
  'src/operator',
  'src/customer',
  'src/card',
  'src/host',
  'src/journal',
  'src/outbox',
  'src/receipt',
  'src/paper',
  'src/vault',
  'src/recorder',
  'src/status',
  'board/buses',
];

const within = (path: string, room: string): boolean =>
  path === room || path.startsWith(`${room}/`) || path === `${room}.ts`;

function importsOf(file: string): string[] {
  const found = [...textOf(file).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
  return found
    .map((name) => (name === 'lvgl-bindings' ? 'board/lvgl-bindings' : name))
    .filter((name) => name.startsWith('.') || name === 'board/lvgl-bindings')
    .map((name) => (name.startsWith('.') ? normalize(join(dirname(file), name)) : name));
}

t.test('imports follow the arrows', async (t) => {
  const rooms = new Map<string, readonly string[]>(Object.entries(arrows));
  for (const room of ['src/payment', 'src/checkup', 'src/signin']) rooms.set(room, stepsMayImport);
  for (const flow of paymentFlows) rooms.set(flow, [...stepsMayImport, 'src/payment']);
  for (const file of sources.filter((name) => name.endsWith('.ts') && !name.startsWith('test/'))) {
    const room = [...rooms.keys()].find((name) => within(file, name));
    if (room === undefined) continue;
    const allowed = [room, ...(rooms.get(room) ?? [])];
    for (const target of importsOf(file)) {
      t.ok(
        allowed.some((name) => within(target, name)),
        `${file} may import ${target}`,
      );
    }
  }
});

t.test('only main opens the real or the virtual wires', async (t) => {
  const wires = ['board/linux.ts', 'board/socket.ts'];
  for (const file of sources.filter((name) => name.startsWith('src/') && name !== 'src/main.ts')) {
    t.notOk(
      importsOf(file).some((target) => wires.includes(target) || target === 'board/serial.ts'),
      `${file} knows no wires`,
    );
  }
});

t.test('files are of a size that a reader can hold', async (t) => {
  for (const file of sources) t.ok(textOf(file).split('\n').length <= 401, `${file} has at most 400 lines`);
});

t.test('names say what a thing is', async (t) => {
  const vague = /(^|[-/_.])(utils?|helpers?|managers?|services?|commons?|misc)([-/_.]|$)/i;
  // systemd requires the suffix `.service`.
  for (const file of tracked.filter((name) => !name.endsWith('.service'))) t.notMatch(file, vague, file);
});

t.test('nothing records a download address or a path of a machine', async (t) => {
  for (const file of tracked.filter((name) => name.endsWith('package-lock.json'))) {
    t.notMatch(textOf(file), /"resolved": *"http/, file);
  }
  const absolute = /(^|[^\w.$}])\/(root|work|farm|home\/[a-z]+)\//;
  for (const file of tracked.filter((name) => /\.(ts|js|mjs|rs|sh|md|json|c|toml|service|rules|conf)$/.test(name))) {
    const line = textOf(file)
      .split('\n')
      .find((text) => absolute.test(text));
    t.equal(line, undefined, file);
  }
});

t.test('no catch hides an error, no default export, no task left for later', async (t) => {
  for (const file of sources.filter((name) => /\.ts$/.test(name) && name !== 'test/tidy.test.ts')) {
    const text = textOf(file);
    t.notMatch(text, /catch\s*(\([^)]*\))?\s*\{\s*\}/, `${file}: no empty catch`);
    t.notMatch(text, /^export default/m, `${file}: no default export`);
    t.notMatch(text, /\b(TODO|FIXME|XXX|HACK)\b/, `${file}: nothing left for later`);
  }
});

t.test('every test asserts', async (t) => {
  for (const file of sources.filter((name) => name.endsWith('.test.ts'))) {
    t.match(textOf(file), /\bt\.(equal|same|ok|notOk|match|notMatch|rejects|throws|not|fail|strictSame|has)\b/, file);
  }
});
