import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../src/values/clock.ts';
import { SEED, startBank } from './bank.ts';
import { lineLog, silentLog } from './log.ts';
import { provision } from './provision.ts';

const HELP = `The bank of Guitai: acquirer, switch, issuers and key centre in one program.

  node bank/main.ts [options]
      --dir DIR          folder of the countertop; the bank keeps its state in DIR/bank
                         (default: GUITAI_DIR, else .guitai of the project)
      --seed DIR         accounts, issuers, merchants, terminals, acquirer as JSON (default: GUITAI_SEED, else bank/seed)
      --host ADDRESS     address to listen on (default: 127.0.0.1)
      --primary PORT     the acquirer's first port   (default: any free one)
      --backup PORT      the acquirer's second port  (default: any free one)
      --key-centre PORT  the key centre's port       (default: any free one)
      --quiet            no log

  node bank/main.ts provision --serial SERIAL [--dir DIR] [--countertop DIR]
      writes device.key, device.crt and root.crt, what a factory puts into a terminal; keeps what is valid
      --dir DIR          folder for the three files (default: COUNTERTOP/terminal/identity)
      --countertop DIR   whose bank issues the certificate (default: GUITAI_DIR, else .guitai of the project)

The ports are published in DIR/bank/bank.json, the control socket is DIR/bank/control.sock.
The log is one JSON object a line on standard output.
`;

const [first, ...rest] = process.argv.slice(2);
try {
  if (first === 'provision') await factory(rest);
  else await serve(first === undefined ? [] : [first, ...rest]);
} catch (error) {
  process.stderr.write(`bank: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function serve(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      dir: { type: 'string' },
      seed: { type: 'string' },
      host: { type: 'string' },
      primary: { type: 'string' },
      backup: { type: 'string' },
      'key-centre': { type: 'string' },
      quiet: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return;
  }
  const bank = await startBank({
    dir: countertop(values.dir),
    seed: resolve(values.seed ?? process.env.GUITAI_SEED ?? SEED),
    host: values.host ?? '127.0.0.1',
    primary: portOf('--primary', values.primary),
    backup: portOf('--backup', values.backup),
    keyCentre: portOf('--key-centre', values['key-centre']),
    log: values.quiet === true ? silentLog : lineLog((line) => process.stdout.write(line), Date.now),
  });
  // The log's reader may go away: that must not end the bank.
  process.stdout.on('error', () => undefined);
  // A second signal (Ctrl-C reaches the whole process group) must not cut short the work of the first.
  const stop = (): void => void bank.close();
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

async function factory(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      serial: { type: 'string' },
      dir: { type: 'string' },
      countertop: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return;
  }
  if (values.serial === undefined) throw new Error('provision: --serial is missing: add the serial number');
  const base = countertop(values.countertop);
  const dir = values.dir === undefined ? join(base, 'terminal', 'identity') : resolve(values.dir);
  const { serial, written } = await provision(join(base, 'bank'), values.serial, dir, systemClock);
  process.stdout.write(`${JSON.stringify({ event: 'provisioned', serial, written })}\n`);
}

function countertop(given: string | undefined): string {
  const dir = resolve(given ?? process.env.GUITAI_DIR ?? join(import.meta.dirname, '..', '.guitai'));
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return dir;
}

function portOf(option: string, text: string | undefined): number {
  if (text === undefined) return 0;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new Error(`${option} ${text}: a port is a number to 65535`);
  return port;
}
