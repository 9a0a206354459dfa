import type { ChildProcess } from 'node:child_process';
import { closeSync, constants, lstatSync, openSync, readlinkSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ByteLine } from '../buses.ts';
import { serialLine } from '../serial.ts';
import { spawnOnLeash } from './leash.ts';

/**
 * A serial cable: the terminal opens `path` as its tty, and the far end is here. socat provides the pair of PTYs; if it
 * dies, the terminal sees its device unplugged and plugged in again.
 */
export interface Cable extends ByteLine {
  /** The terminal's end, a link that appears and disappears with the device. */
  readonly path: string;
  /** Unplugs the device; resolves when the terminal's tty is gone. */
  unplug(): Promise<void>;
  /** Plugs it in again; resolves when the terminal's tty is there. */
  plug(): Promise<void>;
}

export interface CableOptions {
  /** Where the terminal looks for its tty. The far end's own link lies beside it. */
  path: string;
  /** Called when socat has died and was started again, or could not be. */
  onRestart?: (why: string) => void;
}

const PATIENCE_MS = 5_000;

/** Any speed does: a PTY has none. */
const BAUD = 115_200;

export async function cable({ path, onRestart = () => undefined }: CableOptions): Promise<Cable> {
  const farPath = `${path}.far`;
  const listeners = new Set<(bytes: Uint8Array) => void>();
  const ended = Promise.withResolvers<void>();
  let joint: Joint | null = null;
  let closing = false;

  const plug = async () => {
    if (joint || closing) return;
    const mine = await join(path, farPath);
    joint = mine;
    mine.far.listen((bytes) => {
      for (const receive of listeners) receive(bytes);
    });
    mine.died.then(async (why) => {
      if (joint !== mine) return;
      joint = null;
      await mine.part();
      // Pauses, so that a socat that cannot run is not restarted in a busy loop.
      await sleep(200);
      if (closing || joint) return;
      await plug().catch((error) => onRestart(`socat does not start: ${error}`));
      onRestart(why);
    });
  };
  const unplug = async () => {
    const mine = joint;
    joint = null;
    await mine?.part();
  };
  await mkdir(dirname(path), { recursive: true });
  await plug();
  return {
    path,
    plug,
    unplug,
    async write(bytes) {
      // Bytes written to an unplugged cable are lost.
      await joint?.far.write(bytes);
    },
    listen(receive) {
      listeners.add(receive);
      return () => void listeners.delete(receive);
    },
    closed: ended.promise,
    async close() {
      closing = true;
      await unplug();
      ended.resolve();
    },
  };
}

interface Joint {
  far: ByteLine;
  /** Resolves with the reason when socat has ended by itself. */
  died: Promise<string>;
  /** Ends socat and removes both links. */
  part(): Promise<void>;
}

async function join(path: string, farPath: string): Promise<Joint> {
  for (const link of [path, farPath]) rmSync(link, { force: true });
  const end = (link: string) => `pty,rawer,link=${link},mode=600`;
  const socat = spawnOnLeash('TERM', 'socat', [end(path), end(farPath)], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  socat.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-500);
  });
  const died = new Promise<string>((resolve) => {
    socat.once('error', (error) => resolve(`socat cannot be started (${error.message}); install Debian's socat`));
    socat.once('exit', (code, signal) => resolve(`socat ended (${signal ?? code}) ${said.trim()}`));
  });
  await linked([path, farPath], died);
  // Held open: otherwise socat would end when the terminal loses its power and so closes its tty.
  const held = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  const far = await serialLine(farPath, BAUD);
  return {
    far,
    died,
    async part() {
      await far.close();
      closeSync(held);
      await stopped(socat);
      for (const link of [path, farPath]) rmSync(link, { force: true });
    },
  };
}

async function linked(links: readonly string[], died: Promise<string>): Promise<void> {
  let why: string | null = null;
  died.then((reason) => {
    why = reason;
  });
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(5)) {
    if (links.every(isTty)) return;
    if (why !== null) throw new Error(`${links[0]}: ${why}`);
    if (Date.now() > deadline)
      throw new Error(`${links[0]}: socat made no tty within ${PATIENCE_MS} ms; is its folder writable?`);
  }
}

function isTty(link: string): boolean {
  return (
    lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === true && readlinkSync(link).startsWith('/dev/')
  );
}

function stopped(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
