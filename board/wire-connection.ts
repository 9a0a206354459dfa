import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Level } from './buses.ts';
import { channels, frame, frameReader, ops } from './wire-frames.ts';

/** Beyond this the virtual board has stopped reading: the connection is ended. */
const MOST_BACKLOG_BYTES = 33_554_432;

/** The terminal's end of the connection to the virtual board. */
export interface Wires {
  send(channel: number, op: number, payload?: Uint8Array | readonly number[]): void;
  /** Sends a frame that has been made already, by `frameFor`; it belongs to the socket from here on. */
  sendFrame(made: Buffer): void;
  /** Sends, and resolves with the answer's payload. Answers come in the order of the questions of their channel. */
  ask(channel: number, op: number, payload?: Uint8Array | readonly number[]): Promise<Buffer>;
  onEdge: (line: number, level: Level) => void;
  /** Bytes that the far end has not yet taken. */
  backlog(): number;
  /** Calls once when the backlog is gone. */
  whenDrained(resume: () => void): void;
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

interface Question {
  op: number;
  answer: (payload: Buffer) => void;
  fail: (error: Error) => void;
}

export async function wiresTo(path: string): Promise<Wires> {
  const socket = await connected(path);
  const questions = new Map<number, Question[]>();
  const ended = Promise.withResolvers<void>();
  let gone: Error | null = null;

  const end = (why: string, cause?: unknown) => {
    gone ??= new Error(`${path}: ${why}; start the virtual board again`, { cause });
    socket.destroy();
    for (const question of [...questions.values()].flat()) question.fail(gone);
    questions.clear();
    ended.resolve();
  };
  const wires: Wires = {
    send: (channel, op, payload) => wires.sendFrame(frame(channel, op, payload)),
    sendFrame(made) {
      if (gone) throw gone;
      if (!socket.writableCorked) {
        socket.cork();
        // One system call for everything that this turn of the loop sends: a scan of the keys is eight frames.
        process.nextTick(() => socket.uncork());
      }
      socket.write(made);
      if (socket.writableLength > MOST_BACKLOG_BYTES)
        end(`the virtual board has not read ${socket.writableLength} bytes`);
    },
    ask(channel, op, payload) {
      return new Promise((answer, fail) => {
        const waiting = questions.get(channel) ?? [];
        questions.set(channel, waiting);
        waiting.push({ op, answer, fail });
        wires.send(channel, op, payload);
      });
    },
    onEdge: () => undefined,
    backlog: () => socket.writableLength,
    whenDrained: (resume) => socket.once('drain', resume),
    closed: ended.promise,
    async close() {
      end('the terminal has closed its wires');
    },
  };
  const read = frameReader((channel, op, payload) => {
    if (channel === channels.board && op === ops.board.refused) return end(`refused: ${payload.toString()}`);
    if (channel === channels.lines && op === ops.lines.edge) return wires.onEdge(payload[0] ?? 0, payload[1] ? 1 : 0);
    const question = questions.get(channel)?.shift();
    if (question?.op !== op) return end(`an answer that was not asked for: channel ${channel}, op ${op}`);
    // The payload is a view into the chunk that arrived: memory is held only by whoever keeps the answer.
    question.answer(payload);
  });
  socket.on('data', (chunk: Buffer) => {
    try {
      read(chunk);
    } catch (error) {
      end('garbled', error);
    }
  });
  socket.on('error', (error) => end('the virtual board has ended', error));
  socket.on('close', () => end('the virtual board has ended'));
  return wires;
}

/** The launcher starts the board first; a terminal started by hand may be a moment early. */
async function connected(path: string): Promise<Socket> {
  for (let attempt = 1; ; attempt++) {
    const socket = connect(path);
    try {
      await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
      socket.removeAllListeners('error');
      return socket;
    } catch (cause) {
      socket.destroy();
      if (attempt === 20)
        throw new Error(`${path}: no virtual board listens there; start it first (make run)`, { cause });
      await sleep(50);
    }
  }
}
