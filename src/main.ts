import { existsSync, readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Board } from '../board/buses.ts';
import { linuxBoard } from '../board/linux.ts';
import { socketBoard } from '../board/socket.ts';
import { notify, watchdogInterval_ms } from '../systemd/notify/notify.ts';
import { showBootFault } from './boot-fault.ts';
import { type Assembly, assemble } from './build.ts';
import { type Config, readConfig } from './config/config.ts';
import { type Machine, machineGround } from './ground.ts';
import { type ScreenRenderer, screenRenderer } from './operator/renderer.ts';
import type { BarFacts } from './operator/screens/bar.ts';
import { type StatusFacts, serveStatus } from './status/status.ts';
import { run } from './terminal.ts';
import { Fault, type Problem } from './values/problem.ts';

const root = join(import.meta.dirname, '..');
const dir = resolve(process.env.GUITAI_DIR ?? join(root, '.guitai'));
const configuration = resolve(process.env.GUITAI_CONFIG ?? join(root, 'firmware-config'));
const version = String(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);

/** `--ahead FILE`: the wall clock of a replay (see `Machine.aheadFile`); never given on a real board. */
const aheadAt = process.argv.indexOf('--ahead');
const aheadFile = aheadAt < 0 ? undefined : process.argv[aheadAt + 1];
const machine: Machine = { dir, root, ...(aheadFile === undefined ? {} : { aheadFile }) };

/** Wait after the self-check before the compile cache is written: the first screens are drawn and nobody waits. */
const KEEP_COMPILED_MS = 1000;

/** How long a fault stays on the screen: enough to read it, and to tell it on the telephone. */
const FAULT_SHOWN_MS = 20_000;

const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());

if (process.argv.includes('--version')) process.stdout.write(`${version}\n`);
else {
  feedWatchdog();
  await main();
}

async function main(): Promise<void> {
  const config = configOrProblem();
  const board = await wiresOf('kind' in config ? null : config);
  const framebuffer = await board.framebuffer();
  const renderer = screenRenderer({ framebuffer, theme: 'kind' in config ? 'light' : config.terminal.theme });
  // When the board's wires are gone, its power is gone too: the terminal stops.
  void board.closed.then(() => stop.abort());
  if ('kind' in config) return refuse(board, renderer, config);
  // Screen, slips and the bank's F12 and F13 speak the merchant's time, whatever the machine's is.
  process.env.TZ = config.terminal.time_zone;

  let assembly: Assembly;
  try {
    assembly = await assemble({ config, board, renderer, ground: machineGround(machine), version, checked });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return refuse(board, renderer, error.problem, config);
  }
  process.once('exit', (code) => code !== 0 && assembly.crashed());
  const status = await serveStatus(join(dir, 'status.sock'), assembly.status);
  const background = assembly.background(stop.signal);
  const ended = new Promise<void>((done) => stop.signal.addEventListener('abort', () => done(), { once: true }));
  try {
    await Promise.race([run(assembly.terminal), background, ended]);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    await giveUp(assembly, error.problem);
  }
  notify('STOPPING=1');
  stop.abort();
  // An exchange on the line gets a moment to finish; the journal knows of it in any case.
  await Promise.race([background, sleep(3000, undefined, { ref: false })]);
  await status.close();
  await assembly.close();
  await board.close();
  process.exit(0);
}

function configOrProblem(): Config | Problem {
  try {
    return readConfig(configuration);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return error.problem;
  }
}

/** The wires that the configuration names; without a valid one those that exist, so that a screen can say so. */
async function wiresOf(config: Config | null): Promise<Board> {
  const wires = config?.board.wires ?? (existsSync(join(dir, 'board', 'wires.sock')) ? 'socket' : 'linux');
  if (wires === 'socket') return socketBoard(dir);
  const usual = {
    panel: { device: '/dev/fb0', width: 480, height: 320, rotation: 0 },
    speaker: { device: 'default' },
  } as const;
  return linuxBoard(config?.board ?? usual);
}

/** Reads the support numbers even where the rest of terminal.json is not understood: a screen says whom to call. */
function numbersToCall(): BarFacts['support'] {
  try {
    const { support } = JSON.parse(readFileSync(join(configuration, 'terminal.json'), 'utf8'));
    const number = (value: unknown) => (typeof value === 'string' && /^[0-9+ -]{3,20}$/.test(value) ? value : '-');
    return { machine: number(support?.machine), accounts: number(support?.accounts) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { machine: '-', accounts: '-' };
  }
}

/** No sale can be made: the reason stands on the screen and on the status socket until someone has mended it. */
async function refuse(board: Board, renderer: ScreenRenderer, problem: Problem, config?: Config): Promise<void> {
  const { language, support } = config?.terminal ?? { language: 'zh-CN', support: numbersToCall() };
  const bar: BarFacts = {
    ...{ operator: null, batch: null, line: null, paper: null, time: null, support },
    lab: config?.profile.lab ?? false,
  };
  console.error(JSON.stringify({ refused: problem }));
  showBootFault(renderer, problem, language, bar);
  checked();
  const facts: StatusFacts = {
    state: () => ({ ready: false, flow: 'checkup', operator: null, line: 'down', language, lab: bar.lab }),
    screen: () => renderer.texts(),
    journal: () => [],
    checkup: () => [{ id: problem.kind, state: 'failed', detail: null, problem }],
    wire: () => [],
    records: () => [],
    follow: () => () => undefined,
    watch: () => () => undefined,
  };
  const status = await serveStatus(join(dir, 'status.sock'), facts);
  await new Promise<void>((done) => stop.signal.addEventListener('abort', () => done(), { once: true }));
  await status.close();
  await board.close();
  process.exit(0);
}

/** Shows a fault that no flow could handle, as a row that cannot be read, and exits: the next start tries anew. */
async function giveUp(assembly: Assembly, problem: Problem): Promise<never> {
  console.error(JSON.stringify({ stopped: problem }));
  assembly.failed(problem);
  // Debts are still told to the bank and slips printed meanwhile. Stopping the terminal ends the wait.
  await sleep(FAULT_SHOWN_MS, undefined, { signal: stop.signal }).catch(() => undefined);
  process.exit(1);
}

/** Tells systemd READY after the self-check, whatever it found: a terminal that can say what is wrong is up. */
function checked(): void {
  notify('READY=1\nSTATUS=in service');
  // Node writes its compile cache at exit, but a terminal seldom exits: its power is cut. So it is written now.
  setTimeout(flushCompileCache, KEEP_COMPILED_MS).unref();
}

/** Feeds systemd's watchdog from the event loop: if the loop hangs, systemd restarts the terminal. */
function feedWatchdog(): void {
  const interval_ms = watchdogInterval_ms();
  if (interval_ms !== null) setInterval(() => notify('WATCHDOG=1'), interval_ms / 2).unref();
}
