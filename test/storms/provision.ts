import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SEED } from '../../bank/bank.ts';
import { openOffice } from '../../bank/office.ts';
import { readSeed, type Seed } from '../../bank/seed.ts';
import { readWallet, type WalletCard } from '../../board/virtual/wallet.ts';
import { type Config, readConfig } from '../../src/config/config.ts';
import { type Glyphs, readGlyphs } from '../../src/customer/glyphs.ts';
import { sealerFor } from '../../src/vault/seal.ts';
import { openSlots } from '../../src/vault/slots.ts';
import { virtualClock } from '../virtual-clock.ts';
import { type BankEnd, bankEnd, copyBank } from './bank-end.ts';
import type { Chance } from './chance.ts';
import { chance } from './chance.ts';
import { type StormDisk, stormDisk } from './disk.ts';
import type { Glass } from './eye.ts';
import { glass } from './glass.ts';
import type { Variety } from './variety.ts';
import { openWorld, type World } from './world.ts';

/** What all the worlds of a process begin with: one disk, one bank's books to copy, one terminal with its master key. */
export interface Provision {
  readonly wallet: readonly WalletCard[];
  /**
   * `start_ms`: nine in the morning by default; `glass`: its screens go through LVGL too; `kept`: it begins with the
   * disk and the bank's books that `keep` has saved; `variety`: none by default.
   */
  world(chance: Chance, how?: How): World;
  /** Saves the disk and the bank's books of the newest world, whose terminal must be without power. */
  keep(): void;
  remove(): void;
}

export interface How {
  readonly start_ms?: number;
  readonly glass?: boolean;
  readonly kept?: boolean;
  readonly variety?: Variety;
}

const root = join(import.meta.dirname, '..', '..');
const TERMINAL = '50461160';
/** Nine o'clock at the merchant's. */
const MORNING_MS = Date.UTC(2026, 10, 30, 1);

export function provision(): Provision {
  // Screens, slips and journal speak the merchant's time.
  process.env.TZ = 'Asia/Shanghai';
  const folder = mkdtempSync(join(memoryFolder(), 'guitai-storm-'));
  const config = readConfig(join(root, 'firmware-config'));
  const glyphs = readGlyphs(readFileSync(join(root, 'board', 'fonts', 'unifont-gb2312.bin')));
  const seed = readSeed(SEED);
  const wallet = readWallet();
  const { vault } = keysIn(join(folder, 'template'), seed);
  const disk = stormDisk();
  const banks = new Set<BankEnd>();
  let panel: Glass | null = null;

  return {
    wallet,
    world(drawn, { start_ms = MORNING_MS, glass: withGlass = false, kept = false, variety = {} } = {}) {
      if (withGlass) panel ??= glass(config.board.panel.width, config.board.panel.height);
      const [books, files] = kept ? ['kept', null] : ['template', vault];
      const glassOf = withGlass ? panel : null;
      return worldOf({ config, glyphs, disk, books, vault: files, drawn, start_ms, variety, glass: glassOf });
    },
    keep() {
      disk.remember();
      for (const bank of banks) bank.stop();
      copyBank(join(folder, 'bank'), join(folder, 'kept'));
    },
    remove() {
      for (const bank of banks) bank.remove();
    },
  };

  function worldOf(parts: {
    config: Config;
    glyphs: Glyphs;
    disk: StormDisk;
    books: string;
    vault: ReadonlyMap<string, Uint8Array> | null;
    drawn: Chance;
    start_ms: number;
    glass: Glass | null;
    variety: Variety;
  }): World {
    const dir = join(folder, 'bank');
    for (const bank of banks) bank.remove();
    banks.clear();
    copyBank(join(folder, parts.books), dir);
    return openWorld({
      ...parts,
      chance: parts.drawn,
      bank(clock) {
        const bank = bankEnd({ dir, seed, clock, random: parts.drawn.fork('bank').bytes });
        banks.add(bank);
        return bank;
      },
    });
  }
}

/** Makes books with the terminal's master key in them, and the vault's files with the same key. */
function keysIn(dir: string, seed: Seed): { vault: ReadonlyMap<string, Uint8Array> } {
  const drawn = chance(1);
  const office = openOffice(dir, { seed, clock: virtualClock(), random: drawn.bytes });
  const { key, kcv } = office.terminals.nextMaster(TERMINAL);
  office.terminals.confirmMaster(TERMINAL, kcv);
  office.books.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  office.books.close();

  const vault = new Map<string, Uint8Array>();
  const files = {
    read: (name: string) => vault.get(name) ?? null,
    write: (name: string, bytes: Uint8Array) => void vault.set(name, Uint8Array.from(bytes)),
    append: () => undefined,
  };
  const deviceKey = drawn.bytes(32);
  files.write('device.key', deviceKey);
  const slots = openSlots(files, sealerFor('slots', deviceKey, drawn.bytes), false);
  slots.change({ TMK: { algorithm: '3des', key: Buffer.from(key), live: false } });
  return { vault };
}

/** A folder in memory, where there is one: a storm is not about the bank's syncs, and they would cost time. */
function memoryFolder(): string {
  try {
    readFileSync('/dev/shm/.');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EISDIR') return '/dev/shm';
  }
  return tmpdir();
}
