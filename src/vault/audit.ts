import type { Clock } from '../values/clock.ts';
import type { VaultFiles } from './files.ts';

/** What happened to the keys and when, one JSON object a line; check values at most, never key bytes. */
export interface Audit {
  note(what: string, facts: Readonly<Record<string, string | number | null>>): void;
}

const FILE = 'audit.jsonl';
const MOST_BYTES = 256 * 1024;

export function openAudit(files: VaultFiles, clock: Clock): Audit {
  let size = files.read(FILE)?.length ?? 0;
  return {
    note(what, facts) {
      const line = Buffer.from(`${JSON.stringify({ time: new Date(clock.now()).toISOString(), what, ...facts })}\n`);
      if (size + line.length > MOST_BYTES) {
        // The full file is kept beside the new one, so that the size limit never costs the latest records.
        files.write('audit.1.jsonl', files.read(FILE) ?? new Uint8Array(0));
        files.write(FILE, line);
        size = line.length;
        return;
      }
      files.append(FILE, line);
      size += line.length;
    },
  };
}
