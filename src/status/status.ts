import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { Fault } from '../values/problem.ts';

/**
 * The facts that the local status socket tells, read only and masked. The virtual board's control API, a technician's
 * tools and the metrics ask here; nothing on a board listens on a network for it.
 */
export interface StatusFacts {
  state(): object;
  screen(): { readonly screen: string; readonly texts: readonly string[] };
  journal(limit: number): readonly object[];
  checkup(): readonly object[];
  wire(since: number): readonly object[];
  /** The flight recorder's newest records after this number. */
  records(since: number): readonly object[];
  /** Calls `heard` with each record as it is made until the returned function is called. */
  follow(heard: (record: object) => void): () => void;
  /** Calls `changed` after every change of screen or state until the returned function is called. */
  watch(changed: () => void): () => void;
}

const most = { clients: 16, line_bytes: 4096, wait_ms: 120_000, rows: 1000, unread_bytes: 4 << 20 } as const;

interface Question {
  readonly ask?: unknown;
  readonly wait?: unknown;
  readonly timeout_ms?: unknown;
  readonly limit?: unknown;
  readonly since?: unknown;
}

/**
 * Listens on `path` (Unix, 0660): one JSON object a line in, one a line out. Resolves when it listens, or after saying
 * on stderr why it cannot: with a disk that takes no writes, the terminal must still show that at the counter.
 */
export async function serveStatus(path: string, facts: StatusFacts): Promise<{ close(): Promise<void> }> {
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    // A client that dies mid-line must not take the terminal with it.
    client.on('error', () => client.destroy());
    if (clients.size >= most.clients) {
      turnAway(client, { error: 'too many clients', remedy: 'close one of them' });
      return;
    }
    clients.add(client);
    client.on('close', () => clients.delete(client));
    attend(client, facts);
  });
  try {
    rmSync(path, { force: true });
    await listening(server, path);
    chmodSync(path, 0o660);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    console.error(JSON.stringify({ status: { file: path, why: error.message } }));
  }
  return {
    close: () =>
      new Promise((resolve) => {
        for (const client of clients) client.destroy();
        server.close(() => resolve());
      }),
  };
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Says why, and hangs up without hearing more. */
function turnAway(client: Socket, why: object): void {
  client.removeAllListeners('data');
  client.end(`${JSON.stringify(why)}\n`, () => client.destroy());
}

function attend(client: Socket, facts: StatusFacts): void {
  let pending = '';
  let watched = false;
  let following = false;
  const ended = new AbortController();
  const say = (answer: object) => {
    if (!client.writable) return;
    client.write(`${JSON.stringify(answer)}\n`);
    // A client that asks and never reads would fill the terminal's memory.
    if (client.writableLength > most.unread_bytes) client.destroy();
  };
  const watch = () => {
    const tell = () => say({ ...facts.state(), screen: facts.screen().screen });
    tell();
    if (watched || ended.signal.aborted) return;
    watched = true;
    const stop = facts.watch(tell);
    ended.signal.addEventListener('abort', stop, { once: true });
  };
  const follow = (since: number) => {
    for (const record of facts.records(since)) say(record);
    if (following || ended.signal.aborted) return;
    following = true;
    ended.signal.addEventListener('abort', facts.follow(say), { once: true });
  };
  client.on('close', () => ended.abort());
  client.setEncoding('utf8');
  client.on('data', (chunk: string) => {
    pending += chunk;
    const lines = pending.split('\n');
    pending = lines.pop() ?? '';
    if (pending.length > most.line_bytes || lines.some((line) => line.length > most.line_bytes)) {
      turnAway(client, { error: 'the line is too long', remedy: 'ask in fewer bytes' });
      return;
    }
    for (const line of lines) {
      // A client that never reads has been cut off: its other questions are dropped.
      if (client.destroyed) return;
      reply(line, facts, { say, watch, follow, ended: ended.signal }).catch((error: unknown) => {
        // A journal row that cannot be read is no reason to end the terminal; anything else that is thrown is a bug.
        if (!(error instanceof Fault)) throw error;
        say({ error: error.problem.kind, remedy: 'ask again' });
      });
    }
  });
}

/** What a question may do with the client who asked it. */
interface Asker {
  say(answer: object): void;
  watch(): void;
  follow(since: number): void;
  readonly ended: AbortSignal;
}

async function reply(line: string, facts: StatusFacts, { say, watch, follow, ended }: Asker): Promise<void> {
  const question = parse(line);
  if (question === null) {
    say({ error: 'not a JSON object', remedy: 'ask as {"ask":"state"}' });
    return;
  }
  switch (question.ask) {
    case 'state':
      say(facts.state());
      return;
    case 'screen':
      say(await awaited(question, facts, ended));
      return;
    case 'journal':
      say({ rows: facts.journal(within(question.limit, 50, most.rows)) });
      return;
    case 'checkup':
      say({ rows: facts.checkup() });
      return;
    case 'wire':
      say({ events: facts.wire(within(question.since, 0, Number.MAX_SAFE_INTEGER)) });
      return;
    case 'watch':
      watch();
      return;
    case 'follow':
      follow(within(question.since, 0, Number.MAX_SAFE_INTEGER));
      return;
    default:
      say({
        error: `ask: nothing is known of ${JSON.stringify(question.ask)}`,
        remedy: 'ask state, screen, journal, checkup, wire, watch or follow',
      });
  }
}

/** The screen now if it is the one waited for, else as soon as it is; after the timeout, whichever stands then. */
function awaited(question: Question, facts: StatusFacts, ended: AbortSignal): Promise<object> {
  const { wait } = question;
  if (typeof wait !== 'string' || facts.screen().screen === wait) return Promise.resolve(facts.screen());
  const timeout_ms = within(question.timeout_ms, 5000, most.wait_ms);
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      stop();
      ended.removeEventListener('abort', finish);
      resolve(facts.screen());
    };
    const timer = setTimeout(finish, timeout_ms);
    const stop = facts.watch(() => {
      if (facts.screen().screen === wait) finish();
    });
    ended.addEventListener('abort', finish, { once: true });
  });
}

function parse(line: string): Question | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function within(value: unknown, usual: number, limit: number): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? Math.min(value, limit) : usual;
}
