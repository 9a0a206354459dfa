import { connect } from 'node:net';

/**
 * The longest answer that is read: one call may ask for 100,000 of the bank's trades, with some 600 characters each.
 */
const MOST_CHARACTERS = 80_000_000;

/** Thrown where nobody answers at a local socket, or the answer is no line of JSON, or too long. */
export class NoAnswer extends Error {
  readonly why: 'absent' | 'closed' | 'late' | 'garbled' | 'long';

  constructor(why: NoAnswer['why']) {
    super(why);
    this.name = 'NoAnswer';
    this.why = why;
  }
}

/**
 * Asks one question of a local socket that speaks one JSON object a line, and returns its one line of answer. Throws
 * NoAnswer, also where the next piece of the answer takes longer than `timeout_ms`. `most` is for tests.
 */
export function askLine(
  path: string,
  question: object,
  {
    timeout_ms,
    signal,
    most = MOST_CHARACTERS,
  }: { timeout_ms: number; signal?: AbortSignal | undefined; most?: number },
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const end = (outcome: () => void) => {
      clearTimeout(deadline);
      signal?.removeEventListener('abort', abandon);
      socket.destroy();
      outcome();
    };
    const fail = (why: NoAnswer['why']) => end(() => reject(new NoAnswer(why)));
    const abandon = () => fail('closed');
    const deadline = setTimeout(() => fail('late'), timeout_ms);
    if (signal?.aborted) abandon();
    signal?.addEventListener('abort', abandon, { once: true });
    socket.once('connect', () => socket.write(`${JSON.stringify(question)}\n`));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      fail(error.code === 'ENOENT' || error.code === 'ECONNREFUSED' ? 'absent' : 'closed'),
    );
    socket.on('close', () => fail('closed'));
    socket.on('data', () => deadline.refresh());
    readLines(
      socket,
      (line) => end(() => settle(line, resolve, reject)),
      () => fail('long'),
      most,
    );
  });
}

function settle(line: string, resolve: (answer: unknown) => void, reject: (error: NoAnswer) => void): void {
  const answer = parsed(line);
  if (answer === undefined) reject(new NoAnswer('garbled'));
  else resolve(answer);
}

/** Undefined where `line` is not JSON. */
export function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Splits what arrives into lines; calls `overrun` where a line gets longer than `most`. */
export function readLines(
  socket: NodeJS.ReadableStream,
  line: (text: string) => void,
  overrun: () => void,
  most = MOST_CHARACTERS,
): void {
  /** The pieces of the unfinished line: joined only once, as joining each time would be slow for a long line. */
  let pieces: string[] = [];
  let length = 0;
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string | Buffer) => {
    const [first = '', ...more] = String(chunk).split('\n');
    pieces.push(first);
    length += first.length;
    for (const next of more) {
      const whole = pieces.join('');
      pieces = [next];
      length = next.length;
      if (whole.trim() !== '') line(whole);
    }
    if (length > most) overrun();
  });
}
