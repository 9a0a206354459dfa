import { connect } from 'node:net';

/** The largest answer that is read: as many of the bank's trades as may be asked for at once have some 600 each. */
const MOST_CHARACTERS = 80_000_000;

/** Nobody answers at a local socket, or the answer is no line of JSON, or longer than anybody reads. */
export class NoAnswer extends Error {
  readonly why: 'absent' | 'closed' | 'late' | 'garbled' | 'long';

  constructor(why: NoAnswer['why']) {
    super(why);
    this.name = 'NoAnswer';
    this.why = why;
  }
}

/**
 * Asks one question of a local socket that speaks one JSON object a line, and returns the one line that it answers.
 * Throws NoAnswer; it never waits longer than `timeout_ms` for the next piece of it. `most` is for tests.
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

/** Cuts what arrives into lines; `overrun` where a line grows beyond every honest one. */
export function readLines(
  socket: NodeJS.ReadableStream,
  line: (text: string) => void,
  overrun: () => void,
  most = MOST_CHARACTERS,
): void {
  /** Of the line that has no end yet: put together once, however many they are. */
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
