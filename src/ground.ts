import { randomBytes } from 'node:crypto';
import { readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { keepParameters, keptParameters } from './config/parameters.ts';
import { type Glyphs, readGlyphs } from './customer/glyphs.ts';
import { firmwareDigest } from './firmware.ts';
import { lineConnect } from './host/connect.ts';
import { type JournalDisk, journalDisk } from './journal/disk.ts';
import type { Reconciliation } from './journal/lock.ts';
import { foundReconciliation, usedReconciliation } from './reconciliation.ts';
import { openSegments, type Segments } from './recorder/segments.ts';
import { aheadBy, type Clock, type Random, systemClock } from './values/clock.ts';
import type { Connect } from './values/stream.ts';
import type { Parameters } from './vault/centre-messages.ts';
import { type VaultFiles, vaultFiles } from './vault/files.ts';
import { type Identity, readIdentity } from './vault/identity.ts';
import { type PasswordHash, slowHash } from './vault/operators.ts';

/** What the terminal needs beside its board: time, random bytes, files and network lines. Storms supply their own. */
export interface Ground {
  readonly clock: Clock;
  /** Wall time since an arbitrary start, in milliseconds; absent where `clock.monotonic()` measures it. */
  readonly passed?: () => number;
  readonly random: Random;
  readonly connect: Connect;
  readonly vault: VaultFiles;
  readonly disk: JournalDisk;
  readonly passwordHash: PasswordHash;
  /** The parameters that the key centre sent at the last handshake, as the disk keeps them; null before the first. */
  readonly parameters: { kept(): Parameters | null; keep(sent: Parameters): void };
  /**
   * Two people's word that the books were compared with the bank's, which opens a journal that locks payment. It is
   * valid for one start. Absent where nobody can give it.
   */
  readonly reconciliation?: { found(): Reconciliation | null; used(): void };
  /** Throws a Fault of kind `key-centre` where the factory gave none. */
  identity(): Identity;
  /** The digest that tells the key centre which firmware runs here. */
  firmware(): string;
  glyphs(): Glyphs;
  /** Opens the flight recorder's files; `most_bytes` is the room for all of them together. */
  record(most_bytes: number): Segments;
  /** Room on the disk, in bytes. */
  room(): number;
}

export interface Machine {
  /** GUITAI_DIR. */
  readonly dir: string;
  /** The project's folder. */
  readonly root: string;
  /** Only in a replay: the file that says how many milliseconds the wall clock is ahead of the machine's. */
  readonly aheadFile?: string;
}

/** The ground of a real machine: its own clock, disk and network. */
export function machineGround({ dir, root, aheadFile }: Machine): Ground {
  const home = join(dir, 'terminal');
  const parametersFile = join(home, 'parameters.json');
  const ahead_ms = () => (aheadFile === undefined ? 0 : Number(readFileSync(aheadFile, 'utf8')));
  return {
    clock: aheadFile === undefined ? systemClock : aheadBy(ahead_ms),
    // A replay skips the time in which nothing happens, but that time passes on the wall clock too.
    ...(aheadFile === undefined ? {} : { passed: () => systemClock.monotonic() + ahead_ms() }),
    random: (bytes) => randomBytes(bytes),
    connect: lineConnect({ folder: dir }),
    vault: vaultFiles(join(home, 'vault')),
    disk: journalDisk({ file: join(home, 'journal', 'journal.db'), marker: join(home, 'vault', 'journal.json') }),
    passwordHash: slowHash,
    parameters: {
      kept: () => keptParameters(parametersFile),
      keep: (sent) => void keepParameters(parametersFile, sent),
    },
    reconciliation: { found: () => foundReconciliation(home), used: () => usedReconciliation(home) },
    identity: () => readIdentity(join(home, 'identity')),
    firmware: () => firmwareDigest(root),
    glyphs: () => readGlyphs(readFileSync(join(root, 'board', 'fonts', 'unifont-gb2312.bin'))),
    record: (most_bytes) => openSegments(join(home, 'record'), most_bytes),
    room() {
      const { bavail, bsize } = statfsSync(home);
      return bavail * bsize;
    },
  };
}
