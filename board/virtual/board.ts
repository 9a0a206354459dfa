import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openBankLink } from './bank-link.ts';
import { type Counter, plugOf } from './counter.ts';
import type { Crossing, FarEnds } from './far-ends.ts';
import { boardFaults } from './faults.ts';
import { type FingerSpeed, finger } from './finger.ts';
import { openLines, writeAtomically } from './lines.ts';
import { servePage } from './page-server.ts';
import type { ReplayDesk } from './replay-desk.ts';
import { openStatus } from './status.ts';
import { type Crash, terminalProcess } from './terminal-process.ts';
import { toldWires } from './told-wires.ts';
import { readWallet } from './wallet.ts';
import { type NewWireRow, WireLog } from './wire-log.ts';

/**
 * The running virtual board: its devices, its lines to the bank, its page, and the terminal that is connected to it.
 */
export interface VirtualBoard {
  readonly url: string;
  close(): Promise<void>;
}

export interface BoardOptions {
  /** GUITAI_DIR, absolute. */
  readonly dir: string;
  /** The page's port; 0 takes any that is free. */
  readonly port: number;
  /** Called once the folder `dir`/board exists, in which the devices put their sockets. */
  readonly devices: () => Promise<FarEnds>;
  readonly terminal: { readonly program: string; readonly words: readonly string[] };
  /** Whether the terminal's power is on from the start. */
  readonly power: boolean;
  /** By default as fast as a person. */
  readonly finger?: FingerSpeed;
  /** The controls of a replay, shown on the page. */
  readonly replay?: ReplayDesk;
  /** Told when the terminal ended without its power being cut. */
  readonly crashed?: (crash: Crash) => void;
}

export async function startBoard(options: BoardOptions): Promise<VirtualBoard> {
  const { dir, port } = options;
  const folder = join(dir, 'board');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const wallet = readWallet();
  const log = new WireLog();
  const bank = openBankLink(join(dir, 'bank', 'bank.json'));
  const status = openStatus(join(dir, 'status.sock'));
  const lines = await openLines(join(dir, 'lines.json'), bank, log);
  const devices = await options.devices();
  const terminal = terminalProcess({ dir, ...options.terminal });
  const faults = boardFaults(devices, lines, bank);
  const told = toldWires(status, terminal, log);
  const hand = finger(devices, () => terminal.running, options.finger);
  const replay = options.replay ?? null;
  const plug = plugOf({ terminal, devices });
  const counter: Counter = { devices, terminal, plug, status, bank, faults, finger: hand, log, told, wallet, replay };
  const stopWires = devices.watchWires((crossing) => log.append(outside(crossing)));
  terminal.watch(() => terminal.crash !== null && options.crashed?.(terminal.crash));
  const page = await servePage(counter, port);
  writeAtomically(join(folder, 'page.json'), { url: page.url });
  if (options.power) await plug.turn(true);

  const end = async () => {
    await page.close();
    told.close();
    stopWires();
    counter.finger.close();
    await terminal.close();
    await lines.close();
    await devices.close();
  };
  let ended: Promise<void> | null = null;
  return {
    url: page.url,
    close() {
      ended ??= end();
      return ended;
    },
  };
}

/** The row for the log: keeps the address or line number of the text, and drops bytes and rectangles. */
function outside({ wire, direction, bytes, text = '' }: Crossing): NewWireRow {
  const place = /0x[0-9a-f]{2}( no acknowledge)?|line \d+|refused: .*/.exec(text)?.[0];
  return { wire, direction, bytes, ...(place === undefined ? {} : { text: place }) };
}
