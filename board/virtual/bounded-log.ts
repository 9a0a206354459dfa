import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

/** A log that takes at most twice `most_bytes`: a full file is renamed to `FILE.1`, and a new one begins. */
export interface BoundedLog {
  write(chunk: Uint8Array | string): void;
  /** The last lines since `begin`, oldest first. */
  tail(): readonly string[];
  /** A program starts, or starts again: clears the tail. */
  begin(): void;
  close(): void;
}

const TAIL_LINES = 20;
const LINE_CHARACTERS = 400;

export function openBoundedLog(file: string, most_bytes = 1_000_000): BoundedLog {
  let fd = openSync(file, 'a', 0o600);
  let size = fstatSync(fd).size;
  let rest = '';
  const lines: string[] = [];
  return {
    write(chunk) {
      const bytes = Buffer.from(chunk);
      if (size + bytes.length > most_bytes) {
        closeSync(fd);
        renameSync(file, `${file}.1`);
        fd = openSync(file, 'w', 0o600);
        size = 0;
      }
      size += writeSync(fd, bytes);
      const parts = (rest + bytes.toString('utf8')).split('\n');
      rest = (parts.pop() ?? '').slice(-LINE_CHARACTERS);
      lines.push(...parts.map((line) => line.slice(0, LINE_CHARACTERS)));
      lines.splice(0, lines.length - TAIL_LINES);
    },
    tail: () => [...lines, ...(rest === '' ? [] : [rest])],
    begin() {
      lines.length = 0;
      rest = '';
    },
    close: () => closeSync(fd),
  };
}
