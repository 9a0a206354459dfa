import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lockFolder } from './virtual/folder-lock.ts';
import { type Part, type PartEnd, startPart } from './virtual/part.ts';

/** A whole countertop at work: bank, virtual board, and the terminal that the board holds. */
export interface Countertop {
  readonly dir: string;
  /** The page and the control API. */
  readonly url: string;
  /** Resolves when a part has ended without being asked to; never after `close`. */
  readonly broken: Promise<CountertopError>;
  close(): Promise<void>;
}

export interface CountertopOptions {
  /** GUITAI_DIR; taken as absolute. */
  readonly dir: string;
  /** The page's port; 0 takes any that is free. */
  readonly port: number;
  /** Progress in plain words. */
  readonly say?: (line: string) => void;
  /** Environment variables for its parts, beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Why a countertop cannot start, or stopped, with what to do about it. */
export class CountertopError extends Error {
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.name = 'CountertopError';
    this.remedy = remedy;
  }
}

const root = join(import.meta.dirname, '..');
const SERIAL = 'GT-V-000001';
/** The longest of the Unix sockets in the folder; the kernel takes 107 bytes (sun_path). */
const LONGEST_SOCKET = 'bank/control.sock';
const MOST_PATH_BYTES = 100;
const UP_MS = 20_000;

/** Starts everything in `dir` and resolves when the page can be opened. Throws a CountertopError. */
export async function startCountertop({
  dir,
  port,
  say = () => undefined,
  env = {},
}: CountertopOptions): Promise<Countertop> {
  const folder = resolve(dir);
  checkPath(folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const taken = lockFolder(folder);
  if ('holder' in taken) throw alreadyRunning(folder, taken.holder);
  const { lock } = taken;
  const parts: Part[] = [];
  let closing = false;
  const broken = Promise.withResolvers<CountertopError>();
  const end = async () => {
    closing = true;
    // Stops the board first: it ends the terminal, which must lose its power before its lines to the bank.
    for (const part of parts.reverse()) await part.stop();
    lock.release();
  };
  let ended: Promise<void> | null = null;
  const close = () => {
    ended ??= end();
    return ended;
  };
  const start = async (
    name: string,
    words: readonly string[],
    published: string,
    hear: (line: string) => void,
    more = {},
  ) => {
    const file = join(folder, published);
    rmSync(file, { force: true });
    const part = startPart(name, words, { ...env, GUITAI_DIR: folder, ...more }, hear);
    parts.push(part);
    void part.ended.then((end) => {
      if (!closing) broken.resolve(partEnded(folder, name, end));
    });
    await until(file, broken.promise, name);
  };
  try {
    await checkPort(port);
    await provision(folder, env, say);
    await start('bank', [join(root, 'bank', 'main.ts')], 'bank/bank.json', () => undefined);
    say('银行已启动 · the bank is open');
    const board = [join(root, 'board', 'virtual', 'main.ts')];
    await start('board', board, 'board/page.json', say, { GUITAI_PORT: String(port) });
    say('虚拟板已启动，终端通电 · the virtual board is up, the terminal has power');
  } catch (error) {
    await close();
    throw error;
  }
  const { url } = JSON.parse(readFileSync(join(folder, 'board', 'page.json'), 'utf8'));
  lock.publish(url);
  return { dir: folder, url, broken: broken.promise, close };
}

/** Gives the terminal its identity, as a factory does; one that exists and is valid under the bank's root is kept. */
async function provision(
  dir: string,
  env: Readonly<Record<string, string>>,
  say: (line: string) => void,
): Promise<void> {
  const identity = join(dir, 'terminal', 'identity');
  if (!existsSync(join(identity, 'device.crt')))
    say(`工厂为终端 ${SERIAL} 签发证书 · the factory certifies terminal ${SERIAL}`);
  const words = [join(root, 'bank', 'main.ts'), 'provision', '--serial', SERIAL, '--dir', identity];
  const end = await startPart('factory', words, { ...env, GUITAI_DIR: dir }, () => undefined).ended;
  if (end.code !== 0) throw partEnded(dir, 'factory', end);
}

function checkPath(folder: string): void {
  const longest = join(folder, LONGEST_SOCKET);
  if (Buffer.byteLength(longest) <= MOST_PATH_BYTES) return;
  throw new CountertopError(
    `${folder}: the folder's path is too long: a socket in it would have ${Buffer.byteLength(longest)} bytes, ${MOST_PATH_BYTES} are possible`,
    'Name a shorter folder with GUITAI_DIR.',
  );
}

function alreadyRunning(dir: string, { pid, url }: { pid: number; url: string | null }): CountertopError {
  const where = url === null ? 'it is still starting' : `its page is ${url}`;
  return new CountertopError(
    `这里已有一台在运行 · a countertop runs here already (process ${pid}, ${dir}); ${where}`,
    'Open that page, or run a second one beside it: GUITAI_DIR=~/guitai-2 GUITAI_PORT=8584 make run',
  );
}

/** Asked before anything is started, so that a taken port costs no half-started bank. */
function checkPort(port: number): Promise<void> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const what = error.code === 'EADDRINUSE' ? 'another program has it' : error.message;
      const remedy = 'Choose another port, for example GUITAI_PORT=8584 make run, or 0 for any that is free.';
      fail(new CountertopError(`端口 ${port} 不可用 · port ${port} cannot be used: ${what}`, remedy));
    });
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => done()));
  });
}

function partEnded(dir: string, name: string, { code, signal, log }: PartEnd): CountertopError {
  const how = signal === null ? `code ${code}` : signal;
  const words =
    log.length === 0
      ? ''
      : `\n${log
          .slice(-12)
          .map((line) => `    ${line}`)
          .join('\n')}`;
  return new CountertopError(
    `${name} 意外停止 · ${name} stopped by itself (${how})${words}`,
    `All of its words are in ${join(dir, `${name}.log`)}.`,
  );
}

/** Waits until `file` is published. Throws what `broken` says if a part ends instead. */
async function until(file: string, broken: Promise<CountertopError>, name: string): Promise<void> {
  let error: CountertopError | null = null;
  void broken.then((end) => {
    error = end;
  });
  const deadline = performance.now() + UP_MS;
  while (!existsSync(file)) {
    if (error !== null) throw error;
    if (performance.now() > deadline) {
      throw new CountertopError(`${name} did not come up within ${UP_MS / 1000} s`, `Its words are in ${name}.log.`);
    }
    await sleep(20);
  }
}

/** `make run`. */
async function run(): Promise<void> {
  const say = (line: string) => process.stdout.write(`  ${line}\n`);
  const port = portOf(process.env.GUITAI_PORT ?? '8583');
  const countertop = await startCountertop({ dir: process.env.GUITAI_DIR ?? join(root, '.guitai'), port, say });
  say('');
  say(`柜台就绪，请打开 · the countertop is up, open   ${countertop.url}`);
  say('Ctrl-C 结束 · ends it');
  const stop = Promise.withResolvers<null>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop.resolve(null));
  const error = await Promise.race([stop.promise, countertop.broken]);
  say('');
  if (error === null) say('正在停止 · stopping');
  await countertop.close();
  if (error !== null) throw error;
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new CountertopError(
    `GUITAI_PORT=${text} is no port`,
    'Give a number from 0 to 65535; 0 takes any that is free.',
  );
}

if (import.meta.main) {
  run().catch((error: unknown) => {
    if (!(error instanceof CountertopError)) throw error;
    process.stderr.write(`guitai: ${error.message}\n  → ${error.remedy}\n`);
    process.exitCode = 1;
  });
}
