import { connect, type Socket } from 'node:net';
import { askLine, NoAnswer, parsed, readLines } from './json-lines.ts';
import { Refusal } from './refusal.ts';

/** The terminal's state, as its status socket reports it. */
export interface TerminalState {
  readonly ready: boolean;
  readonly flow: string;
  readonly operator: string | null;
  readonly line: string;
  readonly language?: string;
  readonly lab?: boolean;
}

export interface ScreenSeen {
  readonly screen: string;
  readonly texts: readonly string[];
}

/** The terminal's status socket, asked from outside: read-only, masked, local. */
export interface Status {
  /** Null while nobody answers: the terminal is off, starting, or dead. */
  state(): Promise<TerminalState | null>;
  screen(): Promise<ScreenSeen>;
  /** Waits for a screen; if it does not come in time, `seen` is the screen shown last. */
  screenWhen(
    wait: string,
    timeout_ms: number,
    signal?: AbortSignal,
  ): Promise<{ came: boolean; seen: ScreenSeen | null }>;
  journal(limit: number): Promise<readonly unknown[]>;
  checkup(): Promise<readonly unknown[]>;
  wire(since: number): Promise<readonly Record<string, unknown>[]>;
  /** Calls `changed` with every change that the terminal reports, and with null when the socket is lost; reconnects. */
  watch(changed: (line: Record<string, unknown> | null) => void): () => void;
}

const ANSWER_MS = 3000;
const RETRY_MS = 150;
const WAIT_SLACK_MS = 2000;

export function openStatus(path: string): Status {
  const ask = async (question: object): Promise<Record<string, unknown>> => {
    try {
      return objectOf(await askLine(path, question, { timeout_ms: ANSWER_MS }));
    } catch (error) {
      if (error instanceof NoAnswer) throw notThere(error);
      throw error;
    }
  };
  return {
    async state() {
      try {
        return objectOf(await askLine(path, { ask: 'state' }, { timeout_ms: ANSWER_MS })) as unknown as TerminalState;
      } catch (error) {
        if (error instanceof NoAnswer) return null;
        throw error;
      }
    },
    screen: async () => screenOf(await ask({ ask: 'screen' })),
    screenWhen: (wait, timeout_ms, signal) => waitForScreen(path, wait, timeout_ms, signal),
    journal: async (limit) => rowsOf(await ask({ ask: 'journal', limit })),
    checkup: async () => rowsOf(await ask({ ask: 'checkup' })),
    wire: async (since) => rowsOf(await ask({ ask: 'wire', since }), 'events').map(objectOf),
    watch: (changed) => keepWatching(path, changed),
  };
}

/** Tries again while the terminal is still starting, until its socket is there or the time is up. */
async function waitForScreen(
  path: string,
  wait: string,
  timeout_ms: number,
  signal?: AbortSignal,
): Promise<{ came: boolean; seen: ScreenSeen | null }> {
  const deadline = performance.now() + timeout_ms;
  let seen: ScreenSeen | null = null;
  for (let left = timeout_ms; left > 0 && !signal?.aborted; left = deadline - performance.now()) {
    try {
      const question = { ask: 'screen', wait, timeout_ms: Math.ceil(left) };
      seen = screenOf(objectOf(await askLine(path, question, { timeout_ms: left + WAIT_SLACK_MS, signal })));
      if (seen.screen === wait) return { came: true, seen };
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      seen = null;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(RETRY_MS, Math.max(1, deadline - performance.now()))));
  }
  return { came: false, seen };
}

function keepWatching(path: string, changed: (line: Record<string, unknown> | null) => void): () => void {
  let socket: Socket | null = null;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const open = () => {
    let heard = false;
    socket = connect(path);
    socket.once('connect', () => socket?.write('{"ask":"watch"}\n'));
    // An error is always followed by 'close', which starts the watch again.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (stopped) return;
      if (heard) changed(null);
      timer = setTimeout(open, RETRY_MS);
    });
    readLines(
      socket,
      (line) => {
        heard = true;
        const told = parsed(line);
        if (!stopped && typeof told === 'object' && told !== null) changed(told as Record<string, unknown>);
      },
      () => socket?.destroy(),
    );
  };
  open();
  return () => {
    stopped = true;
    clearTimeout(timer);
    socket?.destroy();
  };
}

function notThere(error: NoAnswer): Refusal {
  const remedy = 'Ask again in a moment, or wait with GET /api/screen?wait=SCREEN&timeout_ms=5000.';
  if (error.why === 'absent' || error.why === 'closed') return new Refusal(503, 'the terminal is not up yet', remedy);
  if (error.why === 'late') return new Refusal(504, 'the terminal does not answer its status socket', remedy);
  return new Refusal(502, 'the terminal answered its status socket with something else than JSON', remedy);
}

function objectOf(answer: unknown): Record<string, unknown> {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) throw new NoAnswer('garbled');
  return answer as Record<string, unknown>;
}

function rowsOf(answer: Record<string, unknown>, key: 'rows' | 'events' = 'rows'): readonly unknown[] {
  const rows = answer[key];
  return Array.isArray(rows) ? rows : [];
}

function screenOf(answer: Record<string, unknown>): ScreenSeen {
  const texts = Array.isArray(answer.texts) ? answer.texts.map(String) : [];
  return { screen: typeof answer.screen === 'string' ? answer.screen : '', texts };
}
