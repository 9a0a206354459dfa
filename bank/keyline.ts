import type { Socket } from 'node:net';

const MOST = 16_384;
const STEP_MS = 10_000;

export const PROBLEMS = [
  'wrong-ca',
  'expired',
  'replayed-token',
  'bad-signature',
  'kcv-mismatch',
  'unknown-terminal',
  'revoked',
  'version',
  'malformed',
] as const;
export type KeyProblem = (typeof PROBLEMS)[number];

/** Thrown where one side does not go on; says why, and what to do. */
export class Refusal extends Error {
  readonly problem: KeyProblem;
  readonly detail: string;
  readonly remedy: string;
  /** True where it was the terminal that refused: then nothing is sent to it. */
  readonly theirs: boolean;

  constructor(problem: KeyProblem, detail: string, remedy: string, theirs = false) {
    super(`${problem}: ${detail}`);
    this.name = 'Refusal';
    this.problem = problem;
    this.detail = detail;
    this.remedy = remedy;
    this.theirs = theirs;
  }
}

export type Fields = Readonly<Record<string, unknown>>;

/** The key centre's wire: u16be length and UTF-8 JSON, each message with its version and step. */
export interface KeyLine {
  /** The next message, which must be of this step. Null where the terminal hung up instead. */
  next(step: string): Promise<Fields | null>;
  send(step: string, fields?: Fields): void;
}

export function keyLine(socket: Socket): KeyLine {
  const bytes = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let gathered: Buffer = Buffer.alloc(0);

  async function take(): Promise<Buffer | null> {
    for (;;) {
      if (gathered.length >= 2) {
        const length = gathered.readUInt16BE(0);
        if (length > MOST) throw malformed(`a message of ${length} bytes`);
        if (gathered.length >= 2 + length) {
          const message = gathered.subarray(2, 2 + length);
          gathered = gathered.subarray(2 + length);
          return message;
        }
      }
      const { done, value } = await bytes.next();
      if (done) return null;
      gathered = Buffer.concat([gathered, value]);
    }
  }

  return {
    async next(step) {
      const timer = setTimeout(() => socket.destroy(), STEP_MS);
      try {
        const message = await take();
        if (message === null) return null;
        return checked(fieldsOf(message), step);
      } finally {
        clearTimeout(timer);
      }
    },
    send(step, fields = {}) {
      const text = Buffer.from(JSON.stringify({ v: 1, step, ...fields }));
      const length = Buffer.alloc(2);
      length.writeUInt16BE(text.length);
      if (socket.writable) socket.write(Buffer.concat([length, text]));
    },
  };
}

export function malformed(detail: string): Refusal {
  return new Refusal('malformed', detail, 'bring both ends to the same version of the key centre wire');
}

/** A value of a message that must be text of this form. */
export function textOf(fields: Fields, key: string, form: RegExp): string {
  const value = fields[key];
  if (typeof value !== 'string' || !form.test(value)) throw malformed(`"${key}" is not what it must be`);
  return value;
}

function fieldsOf(message: Buffer): Fields {
  let value: unknown;
  try {
    value = JSON.parse(message.toString('utf8'));
  } catch {
    throw malformed('a message that is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('a message that is no object');
  return value as Fields;
}

function checked(fields: Fields, step: string): Fields {
  if (fields.v !== 1) {
    throw new Refusal('version', 'this key centre speaks version 1', 'update the terminal or the key centre');
  }
  if (fields.step === 'refused') {
    const problem = PROBLEMS.find((name) => name === fields.problem) ?? 'malformed';
    const detail = typeof fields.detail === 'string' ? fields.detail.slice(0, 200) : '';
    throw new Refusal(problem, detail, '', true);
  }
  if (fields.step !== step) throw malformed(`step "${step}" was due`);
  return fields;
}
