import { connect } from 'node:net';

/** The largest answer that is read: a journal page is far below it. */
const MOST_CHARACTERS = 4_000_000;

/** Nobody answers at a local socket, or the answer is no line of JSON. */
export class NoAnswer extends Error {
  readonly why: 'absent' | 'closed' | 'late' | 'garbled';

  constructor(why: NoAnswer['why']) {
    super(why);
    this.name = 'NoAnswer';
    this.why = why;
  }
}

/**
 * Asks one question of a local socket that speaks one JSON object a line, and returns the one line that it answers.
 * Throws NoAnswer; it never waits longer than `timeout_ms`.
 */
export function askLine(path: string, question: object, timeout_ms: number, signal?: AbortSignal): Promise<unknown> {
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
    readLines(
      socket,
      (line) => end(() => settle(line, resolve, reject)),
      () => fail('garbled'),
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
export function readLines(socket: NodeJS.ReadableStream, line: (text: string) => void, overrun: () => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string | Buffer) => {
    rest += chunk;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const whole = rest.slice(0, end);
      rest = rest.slice(end + 1);
      if (whole.trim() !== '') line(whole);
    }
    if (rest.length > MOST_CHARACTERS) overrun();
  });
}
