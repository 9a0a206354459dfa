import { renameSync, writeFileSync } from 'node:fs';
import type { BankDoor, BankLink } from './bank-link.ts';
import { openRelay, type Relay } from './relay.ts';
import type { WireLog } from './wire-log.ts';

/** The terminal's lines to the bank and the key centre, and the file in which it finds their addresses. */
export interface TerminalLines {
  setDown(line: BankDoor, down: boolean): Promise<void>;
  isDown(line: BankDoor): boolean;
  close(): Promise<void>;
}

/** Opens a relay for each line and writes their addresses to `file`. */
export async function openLines(file: string, bank: BankLink, log: WireLog): Promise<TerminalLines> {
  const moved = () => writeAtomically(file, addresses());
  const open = (name: BankDoor, dialect: 'acquirer' | 'key-centre') =>
    openRelay({ name, dialect, target: () => bank.door(name), log, moved });
  const relays: Record<BankDoor, Relay> = {
    primary: await open('primary', 'acquirer'),
    backup: await open('backup', 'acquirer'),
    'key-centre': await open('key-centre', 'key-centre'),
  };
  const addresses = () => Object.fromEntries(Object.values(relays).map((relay) => [relay.name, relay.address()]));
  moved();
  return {
    setDown: (line, down) => relays[line].setDown(down),
    isDown: (line) => relays[line].down,
    close: async () => {
      await Promise.all(Object.values(relays).map((relay) => relay.close()));
    },
  };
}

/** A reader sees the old file or the new one, never half of one. */
export function writeAtomically(file: string, content: object): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}
