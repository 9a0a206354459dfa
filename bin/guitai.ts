import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../src/config/config.ts';
import { reconcileBooks } from '../src/reconciliation.ts';
import { type Manifest, manifestOf, packRecord, RecordError } from '../src/recorder/export.ts';
import { readSegments } from '../src/recorder/reader.ts';
import { Fault } from '../src/values/problem.ts';
import { becomeOwnerOf, isRunningIn } from './owner.ts';
import { askSecrets } from './secrets.ts';

const HELP = `guitai export [FILE]
    Writes the flight record of this terminal into one file (default: guitai-SERIAL-TIME.jsonl.gz here) and checks its
    chain. GUITAI_DIR names the terminal's folder (default: .guitai of the project; /var/lib/guitai on a board).

guitai replay FILE [--check]
    Runs a record again in the virtual board: bank, board and terminal start in a fresh folder with the recorded
    configuration, and the page shows it frame by frame. Test cards stand in for the masked ones.
    --check    without the page, as fast as it goes: prints what differs, and last
               "replay: N frames, D differences"; ends with 1 where something differs
    --port N   the page's port (default: GUITAI_PORT, else 8583; 0 takes any that is free)
    --speed N  how many times faster than recorded it plays (default: 1, at most 1000)

guitai reconcile --people 00,99 --reference NUMBER
    Two people with a supervisor's or an administrator's password answer, under the bank's ruling number, for a journal
    that is missing, broken or behind and locks payment. Reads their passwords, one a line. The terminal must be stopped;
    on a board root runs it, and becomes the terminal's user for it:
        sudo systemctl stop guitai
        sudo guitai reconcile --people 00,99 --reference NUMBER
        sudo systemctl start guitai

guitai --help
guitai --version
`;

/** The exit status that shells use for a program ended by Ctrl-C. */
const INTERRUPTED = 130;

const root = join(import.meta.dirname, '..');
const version = String(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);

/** Thrown where a command cannot be done; says why, and what to do instead. */
class Misused extends Error {
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  const misused = misusedOf(error);
  if (misused === null) throw error;
  process.stderr.write(`guitai: ${plain(misused.message)}\n  → ${plain(misused.remedy)}\n`);
  process.exitCode = 2;
}

async function run([command, ...words]: string[]): Promise<void> {
  if (command === 'export') exportRecord(words);
  else if (command === 'replay') await replay(words);
  else if (command === 'reconcile') await reconcile(words);
  else if (command === '--version') say(version);
  else if (command === undefined || command === '--help' || command === 'help') process.stdout.write(HELP);
  else
    throw new Misused(
      `there is no command ${command}`,
      'Use export, replay or reconcile; guitai --help explains them.',
    );
}

/** The message and remedy of an error that the user can do something about; null for a bug, which keeps its stack. */
function misusedOf(error: unknown): { readonly message: string; readonly remedy: string } | null {
  if (error instanceof Misused || error instanceof RecordError) return error;
  if (error instanceof Fault && error.problem.kind === 'configuration') {
    const { file, key, why, remedy } = error.problem;
    return { message: `${file}: ${key} ${why}`, remedy };
  }
  if (error instanceof Fault && 'file' in error.problem) {
    const { file, kind } = error.problem;
    return { message: `${file}: ${kind}`, remedy: 'See to the disk, and to whose the file is.' };
  }
  if (!(error instanceof Error && 'code' in error)) return null;
  if (error.code === 'EADDRINUSE') {
    return { message: 'the port of the page is taken by another program', remedy: 'Choose another one with --port N.' };
  }
  if (error.code === 'EACCES' && 'syscall' in error && error.syscall === 'listen') {
    const message = "the port of the page is not for this user: below 1024 they are the administrator's";
    return { message, remedy: 'Choose another one with --port N.' };
  }
  if (!('syscall' in error && 'path' in error)) return null;
  const remedy =
    error.code === 'EACCES' || error.code === 'EPERM'
      ? 'Run it as the user whose files these are: root, or the user of the terminal.'
      : 'Name another file, or make room for it.';
  return { message: `${error.path}: ${error.code} (${error.syscall})`, remedy };
}

function say(line: string): void {
  process.stdout.write(`${plain(line)}\n`);
}

/** Replaces control characters: text from a foreign file must not control the terminal window that shows it. */
function plain(words: string): string {
  return words.replaceAll(/\p{Cc}/gu, '·');
}

function exportRecord(words: readonly string[]): void {
  const { positionals } = parsed(words, {});
  const dir = terminalDir();
  const checked = recordIn(dir);
  const { records, head, broken, torn } = checked;
  const now = new Date().toISOString();
  const bytes = packRecord(checked, now);
  const file = positionals[0] ?? nameOf(manifestOf(checked, now));
  writeFileSync(file, bytes, { mode: 0o600 });
  const last = records.at(-1)?.n ?? 0;
  say(`${file}: records ${records[0]?.n ?? 0} to ${last}, chain head ${head}`);
  if (torn > 0) say(`  the last line was not finished (${torn} bytes): the power went while it was written`);
  if (broken === null) return;
  say(`  broken at record ${broken.n}: ${broken.why}`);
  process.exitCode = 1;
}

function recordIn(dir: string): ReturnType<typeof readSegments> {
  try {
    return readSegments(join(dir, 'terminal', 'record'));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    throw new Misused(`${dir}: no terminal has recorded anything here`, 'Name its folder with GUITAI_DIR.');
  }
}

/** Uses the serial number only in its valid form, so that a damaged record cannot name a file in another folder. */
function nameOf({ serial, exported }: Manifest): string {
  const who = /^[A-Z0-9-]{4,24}$/.test(serial ?? '') ? serial : 'terminal';
  return `guitai-${who}-${exported.slice(0, 19).replaceAll(':', '')}.jsonl.gz`;
}

async function replay(words: readonly string[]): Promise<void> {
  const { values, positionals } = parsed(words, {
    check: { type: 'boolean' },
    port: { type: 'string' },
    speed: { type: 'string' },
  });
  const [file] = positionals;
  if (file === undefined) throw new Misused('replay needs a file', 'Give a file that `guitai export` has written.');
  // Imported only here: an export on a board does not need the modules of a replay.
  const differences =
    values.check === true
      ? await (await import('../replay/check.ts')).check(file, say)
      : await (await import('../replay/show.ts')).show(file, {
          port: portOf(wordOf(values.port)),
          speed: speedOf(wordOf(values.speed)),
          say,
          ends: Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal))),
        });
  process.exitCode = differences === 0 ? 0 : 1;
}

/** Narrows an option's type: these options are strings, but the type of `parseArgs` allows more. */
function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function portOf(given: string | undefined): number {
  const text = given ?? process.env.GUITAI_PORT ?? '8583';
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new Misused(`--port ${text} is no port`, 'Give a number from 0 to 65535; 0 takes any that is free.');
}

function speedOf(given = '1'): number {
  const speed = Number(given);
  if (Number.isInteger(speed) && speed >= 1 && speed <= 1000) return speed;
  throw new Misused(`--speed ${given} is no speed`, 'Give a whole number from 1 to 1000.');
}

function terminalDir(): string {
  const usual = existsSync(join(root, 'node')) ? '/var/lib/guitai' : join(root, '.guitai');
  return resolve(process.env.GUITAI_DIR ?? usual);
}

async function reconcile(words: readonly string[]): Promise<void> {
  const { values } = parsed(words, { people: { type: 'string' }, reference: { type: 'string' } });
  const numbers = String(values.people ?? '').split(',');
  const reference = String(values.reference ?? '');
  if (numbers.length !== 2 || !numbers.every((number) => /^\d{2}$/.test(number))) {
    throw new Misused('--people names no two people', 'Name a supervisor and an administrator: --people 00,99');
  }
  if (!/^\w{1,12}$/.test(reference)) {
    throw new Misused(
      "--reference is not the bank's",
      'Write its 1 to 12 letters and digits: --reference 094107000045',
    );
  }
  const config = readConfig(resolve(process.env.GUITAI_CONFIG ?? join(root, 'firmware-config')));
  const home = await homeAtRest(`reconcile --people ${numbers.join(',')} --reference ${reference}`);
  const passwords = await askSecrets(
    numbers.map((number) => `password of ${number}: `),
    {
      input: process.stdin,
      say: (text) => void process.stderr.write(text),
      interrupted: () => process.exit(INTERRUPTED),
    },
  );
  const named = numbers.map((number, place) => ({ number, password: passwords[place] ?? '' }));
  const end = await reconcileBooks(home, config, named, reference);
  if (end.end === 'refused') throw new Misused(end.why, 'Nothing has changed.');
  say('The next start of the terminal opens its books; both names and the number are noted there.');
  process.stdin.destroy();
}

/** The folder of a stopped terminal; from here on this process runs as the folder's owner. */
async function homeAtRest(command: string): Promise<string> {
  const dir = terminalDir();
  const home = join(dir, 'terminal');
  const end = becomeOwnerOf(home);
  if (end === 'nothing') throw new Misused(`${home}: no terminal has been here`, 'Name its folder with GUITAI_DIR.');
  if (end === 'kept-out') {
    const named = process.env.GUITAI_DIR === undefined ? '' : `GUITAI_DIR=${dir} `;
    throw new Misused(`${home} is the terminal's own`, `Run it as root: sudo ${named}guitai ${command}`);
  }
  if (!(await isRunningIn(dir))) return home;
  throw new Misused(
    `a terminal is running in ${dir}`,
    'Stop it first, and start it afterwards: sudo systemctl stop guitai',
  );
}

function parsed(words: readonly string[], options: NonNullable<Parameters<typeof parseArgs>[0]>['options'] & object) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Misused(error.message, 'guitai --help lists the options.');
  }
}
