import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, type Random, systemClock } from '../src/values/clock.ts';
import { acquirer } from './acquirer.ts';
import { openAuthority } from './authority.ts';
import { certificates } from './certificates.ts';
import { macOf } from './ciphers.ts';
import { brief, type Command } from './command.ts';
import { control, listenForControl, type Reply, refuseSecondBank } from './control.ts';
import { dayWatch } from './day-watch.ts';
import { desk } from './desk.ts';
import { faults } from './faults.ts';
import { writeWhole } from './files.ts';
import { listenForHandshakes } from './keycentre.ts';
import { listenForTerminals } from './link.ts';
import { type Log, silentLog } from './log.ts';
import { openOffice } from './office.ts';
import { readSeed } from './seed.ts';

export interface BankOptions {
  /** The countertop's folder (GUITAI_DIR); the bank's state is in its `bank/`. Absolute. */
  readonly dir: string;
  /** Accounts, merchants, terminals; `bank/seed` where absent. */
  readonly seed?: string;
  /** Ports; 0 or absent is any free one. */
  readonly primary?: number;
  readonly backup?: number;
  readonly keyCentre?: number;
  /** Address to listen on; 127.0.0.1 where absent. */
  readonly host?: string;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
}

/** A running bank: its addresses, as in `bank/bank.json`, and its commands without the control socket. */
export interface Bank {
  readonly addresses: {
    readonly primary: string;
    readonly backup: string;
    readonly 'key-centre': string;
    /** The path of the control socket, relative to `dir`. */
    readonly control: string;
  };
  /** The bank's own folder. */
  readonly dir: string;
  control(command: Command): Reply;
  /**
   * F64 under the terminal's working keys, null where it is not signed in. For labs that alter answers on their way.
   */
  seal(terminal: string, covered: Uint8Array): Uint8Array | null;
  /** Closes the bank; a second call does nothing. */
  close(): Promise<void>;
}

export const SEED = join(import.meta.dirname, 'seed');

/** Opens the books, listens on three ports and the control socket, and publishes them in `bank/bank.json`. */
export async function startBank(options: BankOptions): Promise<Bank> {
  const { clock = systemClock, random = randomBytes, log = silentLog, host = '127.0.0.1' } = options;
  const dir = join(options.dir, 'bank');
  const socketPath = join(dir, 'control.sock');
  await refuseSecondBank(socketPath);
  const seed = readSeed(options.seed ?? SEED);
  // Closes what is open already, in reverse order, where a later step fails.
  await using opened = new AsyncDisposableStack();

  const office = openOffice(dir, { seed, clock, random });
  opened.defer(() => office.books.close());
  const authority = await openAuthority(dir, clock);

  const acquiring = acquirer(office);
  const watch = dayWatch(office, acquiring.clearing, join(dir, 'reconciliation'), log);
  opened.defer(() => watch.close());
  const hostFaults = faults();
  const counter = desk(office, acquiring, hostFaults, log);
  opened.defer(() => counter.close());
  const primary = await listenForTerminals({ host, port: options.primary ?? 0 }, 'primary', counter, hostFaults);
  opened.defer(() => primary.close());
  const backup = await listenForTerminals({ host, port: options.backup ?? 0 }, 'backup', counter, hostFaults);
  opened.defer(() => backup.close());
  const issued = certificates(office.books);
  const keyCentre = await listenForHandshakes(
    { host, port: options.keyCentre ?? 0 },
    { office, authority, certificates: issued, log },
  );
  opened.defer(() => keyCentre.close());

  const obey = (command: unknown): Reply => {
    const parts = { office, ...acquiring, desk: counter, faults: hostFaults, keyCentre, certificates: issued, log };
    const reply = control(parts, command);
    // Writes at once the files of a day that the command has ended.
    watch.check();
    return reply;
  };
  const socket = await listenForControl(socketPath, (command) => {
    const reply = obey(command);
    log('control', { do: brief((command as Command | null)?.do), ok: reply.ok });
    return reply;
  });
  opened.defer(() => socket.close());

  const addresses = {
    primary: `tcp://${host}:${primary.port}`,
    backup: `tcp://${host}:${backup.port}`,
    'key-centre': `tcp://${host}:${keyCentre.port}`,
    control: 'control.sock',
  };
  const published = join(dir, 'bank.json');
  writeWhole(published, `${JSON.stringify(addresses, null, 2)}\n`, 0o644);
  opened.defer(() => rmSync(published, { force: true }));
  log('listening', addresses);

  const seal = (terminal: string, covered: Uint8Array) => {
    const keys = office.terminals.workingKeys(terminal);
    return keys === null ? null : macOf(keys.mac, covered);
  };
  const running = opened.move();
  return { addresses, dir, control: obey, seal, close: () => running.disposeAsync() };
}
