import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { packRecord, RecordError } from '../src/recorder/export.ts';
import { readSegments } from '../src/recorder/reader.ts';

const HELP = `guitai export [FILE]
    Writes the flight record of this terminal into one file (default: guitai-SERIAL-TIME.jsonl.gz here) and checks its
    chain. GUITAI_DIR names the terminal's folder (default: .guitai of the project; /var/lib/guitai on a board).

guitai --help
guitai --version
`;

const root = join(import.meta.dirname, '..');
const version = String(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);

/** A call that cannot be done, and what to do instead. */
class Misused extends Error {
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

try {
  run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Misused || error instanceof RecordError)) throw error;
  process.stderr.write(`guitai: ${error.message}\n  → ${error.remedy}\n`);
  process.exitCode = 2;
}

function run([command, ...words]: string[]): void {
  if (command === 'export') exportRecord(words);
  else if (command === '--version') say(version);
  else if (command === undefined || command === '--help' || command === 'help') say(HELP.trimEnd());
  else throw new Misused(`there is no command ${command}`, 'Use export; guitai --help explains them.');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function exportRecord(words: readonly string[]): void {
  const { positionals } = parsed(words);
  const usual = existsSync(join(root, 'node')) ? '/var/lib/guitai' : join(root, '.guitai');
  const dir = resolve(process.env.GUITAI_DIR ?? usual);
  const folder = join(dir, 'terminal', 'record');
  if (!existsSync(folder)) {
    throw new Misused(`${dir}: no terminal has recorded anything here`, 'Name its folder with GUITAI_DIR.');
  }
  const checked = readSegments(folder);
  const { records, head, broken, torn } = checked;
  const now = new Date().toISOString();
  const bytes = packRecord(checked, now);
  const file = positionals[0] ?? `guitai-${now.slice(0, 19).replaceAll(':', '')}.jsonl.gz`;
  writeFileSync(file, bytes, { mode: 0o600 });
  const last = records.at(-1)?.n ?? 0;
  say(`${file}: records ${records[0]?.n ?? 0} to ${last}, chain head ${head}`);
  if (torn > 0) say(`  the last line was not finished (${torn} bytes): the power went while it was written`);
  if (broken === null) return;
  say(`  broken at record ${broken.n}: ${broken.why}`);
  process.exitCode = 1;
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], allowPositionals: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Misused(error.message, 'guitai --help lists the options.');
  }
}
