import { gunzipSync, gzipSync } from 'node:zlib';
import type { Happening, Linked } from './happening.ts';
import { type Break, type Checked, checkLines } from './reader.ts';

/** The first line of an exported record: what it is, and the hash in which its chain ends. */
export interface Manifest {
  readonly guitai: 'flight record';
  readonly form: 1;
  /** Program version, serial number and configuration digest, as the newest power-on in the record gives them. */
  readonly version: string | null;
  readonly serial: string | null;
  readonly config_digest: string | null;
  /** ISO 8601. */
  readonly exported: string;
  readonly first: number | null;
  readonly last: number | null;
  readonly records: number;
  /** SHA-256 of the last line. */
  readonly head: string;
  readonly torn: number;
  /** Where the chain was broken already when it was exported. */
  readonly broken: Break | null;
}

export interface Exported extends Checked {
  readonly manifest: Manifest;
}

/** A file that cannot be read as a record, with what to do about it. */
export class RecordError extends Error {
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.name = 'RecordError';
    this.remedy = remedy;
  }
}

/** JSON lines, compressed: the manifest, then the lines as they stand on the disk, the broken ones too. */
export function packRecord(checked: Checked & { readonly lines: string }, exported: string): Buffer {
  const manifest = JSON.stringify(manifestOf(checked, exported));
  const whole = checked.lines.slice(0, checked.lines.lastIndexOf('\n') + 1);
  return gzipSync(`${manifest}\n${whole}`);
}

export function manifestOf({ records, head, broken, torn }: Checked, exported: string): Manifest {
  const begin = records.findLast((record): record is Linked & Begin => record.kind === 'begin');
  return {
    ...{ guitai: 'flight record', form: 1 },
    version: begin?.version ?? null,
    // The file may come from anybody: a valid chain does not prove that a record has the right shape.
    serial: Array.isArray(begin?.serial) ? begin.serial.join('') : null,
    config_digest: begin?.digest ?? null,
    exported,
    first: records[0]?.n ?? null,
    last: records.at(-1)?.n ?? null,
    records: records.length,
    ...{ head, torn, broken },
  };
}

export type Begin = Extract<Happening, { kind: 'begin' }>;

/** Reads what `packRecord` made, and checks the chain again. Throws a RecordError where the file is no record. */
export function unpackRecord(bytes: Uint8Array): Exported {
  const text = opened(bytes);
  const end = text.indexOf('\n');
  const manifest = manifestIn(text.slice(0, end));
  const checked = checkLines(text.slice(end + 1), manifest.first);
  const { broken, head, records } = checked;
  if (broken !== null || manifest.broken !== null || head === manifest.head) return { ...checked, manifest };
  // Every link holds, but the chain does not end in the manifest's hash: its last line was altered, or lines were added
  // or cut off at the end.
  const n = manifest.last ?? 0;
  const why =
    records.at(-1)?.n === n
      ? 'it was altered: its hash is not the one that the manifest names'
      : `the record ends with it in the manifest, and with ${records.at(-1)?.n ?? 'nothing'} in the file`;
  return { ...checked, manifest, broken: { n, why } };
}

/** No terminal keeps more than 256 MB (config/config.ts), and a JavaScript string has a limit too. */
const MOST_BYTES = 300 << 20;

function opened(bytes: Uint8Array): string {
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!packed && bytes.length > MOST_BYTES) throw tooLarge();
  try {
    return Buffer.from(packed ? gunzipSync(bytes, { maxOutputLength: MOST_BYTES }) : bytes).toString('utf8');
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    if (cause.code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new RecordError('the file is damaged: it cannot be decompressed', 'Copy it again, or export it again.');
  }
}

function tooLarge(): RecordError {
  return new RecordError(
    `the file is no flight record: it holds more than ${MOST_BYTES >> 20} MB`,
    'Give a file that `guitai export` has written.',
  );
}

function manifestIn(line: string): Manifest {
  const remedy = 'Give a file that `guitai export` has written.';
  try {
    const manifest = JSON.parse(line);
    if (manifest?.guitai === 'flight record' && manifest.form === 1) return manifest;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new RecordError('the file is no flight record: its first line is no manifest', remedy);
}
