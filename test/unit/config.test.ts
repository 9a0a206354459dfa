import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Ajv } from 'ajv';
import t, { type Test } from 'tap';
import { readConfig } from '../../src/config/config.ts';
import { Fault } from '../../src/values/problem.ts';

const shipped = join(import.meta.dirname, '../../firmware-config');
const schemas = ['schemas/terminal.json', 'schemas/network.json', 'schemas/profile.json', 'boards/schema.json'];

/** The problem with a configuration in which one file is changed. */
function problemWith(t: Test, file: string, change: (value: Record<string, unknown>) => void): unknown {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-config-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  cpSync(shipped, folder, { recursive: true });
  const value = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  change(value);
  writeFileSync(join(folder, file), JSON.stringify(value));
  try {
    readConfig(folder);
    return null;
  } catch (error) {
    if (error instanceof Fault) return error.problem;
    throw error;
  }
}

t.test('the configuration that is shipped is read', async (t) => {
  const { terminal, profile, board } = readConfig(shipped);
  t.equal(terminal.profile, profile.name);
  t.equal(terminal.board, board.name);
});

t.test('the schemas are schemas: boot does not look at them itself', async (t) => {
  for (const file of schemas) {
    const ajv = new Ajv({ strict: true });
    t.ok(ajv.validateSchema(JSON.parse(readFileSync(join(shipped, file), 'utf8'))), `${file}: ${ajv.errorsText()}`);
  }
  t.notOk(new Ajv({ logger: false }).validateSchema({ type: 'objekt' }), 'and one that is none is refused');
});

t.test('an unknown key, a missing one and a wrong value are refused by file, key and remedy', async (t) => {
  const unknown = problemWith(t, 'terminal.json', (value) => Object.assign(value, { langauge: 'en' }));
  const named = { kind: 'configuration', file: 'firmware-config/terminal.json' };
  t.match(unknown, { ...named, key: 'langauge', remedy: /spelling/ });
  const missing = problemWith(t, 'network.json', (value) => delete value.primary);
  t.match(missing, { kind: 'configuration', file: 'firmware-config/network.json', key: 'primary', remedy: 'add it' });
  t.match(
    problemWith(t, 'terminal.json', (value) => Object.assign(value, { language: 'fr' })),
    { ...named, key: 'language' },
  );
});

t.test('a recorder that was configured for more than is used starts with what is used', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-config-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  cpSync(shipped, folder, { recursive: true });
  const file = join(folder, 'terminal.json');
  const value = JSON.parse(readFileSync(file, 'utf8'));
  for (const [most_mb, used] of [
    [64, 64],
    [512, 256],
  ]) {
    writeFileSync(file, JSON.stringify({ ...value, recorder: { most_mb } }));
    t.equal(readConfig(folder).terminal.recorder.most_mb, used);
  }
});

t.test('a file that is no JSON is refused by line and character, and nothing of it is quoted', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-config-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  cpSync(shipped, folder, { recursive: true });
  const file = join(folder, 'profiles', 'lab.json');
  const whole = '{\n  "name": "lab",\n  "first_password": "24681357",\n  "periods": [3, 6]\n}\n';
  for (const [from, to, place] of [
    ['"24681357"', "'24681357'", 'line 3, character 21'],
    ['"24681357"', 'x"24681357"', 'line 3, character 21'],
    ['"24681357",', '"24681357"', 'line 4, character 3'],
    ['"24681357"', '"24681357', 'line 3, character 31'],
    ['"24681357"', '24681357x', 'line 3, character 29'],
    ['6]', '6,]', 'line 4, character 20'],
    ['}\n', '', 'line 5, character 1'],
    ['{', 'x{', 'line 1, character 1'],
    [whole, '', 'line 1, character 1'],
    [whole, '{ "a": x }', 'line 1, character 8'],
  ] as const) {
    writeFileSync(file, whole.replace(from, to));
    try {
      readConfig(folder);
      t.fail(to);
    } catch (error) {
      const told = inspect(error, { depth: 9 });
      t.match(told, `is not JSON: ${place}'`, to);
      t.notMatch(told, /2468|1357/, to);
    }
  }
});

t.test('a time zone that is none would be UTC: it is refused', async (t) => {
  const wrong = problemWith(t, 'terminal.json', (value) => Object.assign(value, { time_zone: 'Asia/Shangai' }));
  t.match(wrong, {
    ...{ kind: 'configuration', file: 'firmware-config/terminal.json', key: 'time_zone' },
    ...{ why: 'Asia/Shangai is no time zone', remedy: /such as Asia\/Shanghai/ },
  });
});

t.test('a keypad has each key once', async (t) => {
  const wrong = problemWith(t, 'boards/virtual.json', (value) => {
    const { keypad } = value as { keypad: { keys: string[][] } };
    keypad.keys = keypad.keys.map((row) => row.map((key) => (key === 'enter' ? 'clear' : key)));
  });
  t.match(wrong, {
    ...{ kind: 'configuration', file: 'firmware-config/boards/virtual.json', key: 'keypad.keys' },
    why: 'clear stands there twice',
  });
});

t.test('no profile lets money move without a MAC (money rules 2 and 5)', async (t) => {
  for (const name of ['sale', 'reversal']) {
    const change = (value: Record<string, unknown>) => {
      (value.dialect as Record<string, unknown>).without_mac = ['sign-in', name];
    };
    t.match(problemWith(t, 'profiles/lab.json', change), {
      ...{ kind: 'configuration', file: 'firmware-config/profiles/lab.json', key: /without_mac/ },
    });
  }
});

t.test('a plain line needs a lab profile', async (t) => {
  const problem = problemWith(t, 'profiles/lab.json', (value) => Object.assign(value, { lab: false }));
  t.match(problem, { file: 'firmware-config/network.json', key: 'primary', why: 'is not TLS' });
});
