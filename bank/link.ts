import { createServer, type Server, type Socket } from 'node:net';
import { type Desk, mtiOf, type Reply } from './desk.ts';
import { type Faults, SLOW_MS } from './faults.ts';

/**
 * The shortest message (TPDU, header, message type, bitmap) and the longest that the field table can make, in bytes.
 */
const LEAST = 21;
const MOST = 4096;
const MAX_LINES = 1024;
const MAX_WAITING = 64;
const MAX_UNSENT = 256 * 1024;
const IDLE_MS = 300_000;

/**
 * One listening port of the acquirer. Each line carries frames of two bytes of length and a message, any number of them,
 * several at a time. A line on which nonsense came is ended: where its next message begins is not known any more.
 */
export async function listenForTerminals(
  where: { host: string; port: number },
  name: string,
  desk: Desk,
  faults: Faults,
): Promise<{ server: Server; port: number; close(): Promise<void> }> {
  const lines = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    if (lines.size >= MAX_LINES) {
      desk.refuse('too-many-lines', { line: name });
      socket.destroy();
      return;
    }
    lines.add(socket);
    socket.once('close', () => lines.delete(socket));
    serve(socket, name, desk, faults);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where.port, where.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return {
    server,
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of lines) socket.destroy();
      }),
  };
}

function serve(socket: Socket, name: string, desk: Desk, faults: Faults): void {
  const late = new Set<NodeJS.Timeout>();
  let gathered: Buffer = Buffer.alloc(0);
  let waiting = 0;
  let ending = false;

  socket.setTimeout(IDLE_MS, () => socket.destroy());
  // A peer may go away in mid-message: nothing else is to be done, 'close' follows.
  socket.on('error', () => socket.destroy());
  socket.once('close', () => {
    for (const timer of late) clearTimeout(timer);
  });
  // A peer that has ended its side still waits for its answers.
  socket.once('end', end);
  socket.on('data', (chunk: Buffer) => {
    gathered = gathered.length === 0 ? chunk : Buffer.concat([gathered, chunk]);
    while (gathered.length >= 2) {
      const length = gathered.readUInt16BE(0);
      if (length < LEAST || length > MOST) {
        desk.refuse('bad-length', { line: name, length });
        gathered = Buffer.alloc(0);
        end();
        return;
      }
      if (gathered.length < 2 + length) return;
      submit(gathered.subarray(2, 2 + length));
      gathered = gathered.subarray(2 + length);
    }
  });

  function submit(body: Buffer): void {
    waiting++;
    if (waiting >= MAX_WAITING) socket.pause();
    desk.submit(body, (reply) => {
      waiting--;
      if (waiting < MAX_WAITING) socket.resume();
      answered(reply, mtiOf(body));
      if (ending && waiting === 0) socket.end();
    });
  }

  function answered(reply: Reply, mti: string): void {
    if ('silent' in reply) return;
    if ('refused' in reply) {
      end();
      return;
    }
    if (faults.meets('answer-lost', mti)) return;
    if (faults.meets('answer-bad-mac', mti)) spoilMac(reply.answer);
    if (!faults.meets('slow', mti)) {
      send(reply.answer);
      return;
    }
    const timer = setTimeout(() => {
      late.delete(timer);
      send(reply.answer);
    }, SLOW_MS);
    late.add(timer);
  }

  function send(frame: Buffer): void {
    if (socket.destroyed || !socket.writable) return;
    socket.write(frame);
    if (socket.writableLength > MAX_UNSENT) socket.destroy();
  }

  /** Reads no more; what was asked before is still answered. */
  function end(): void {
    socket.removeAllListeners('data');
    socket.resume();
    ending = true;
    if (waiting === 0) socket.end();
  }
}

/**
 * Changes each character of F64: the last eight bytes, hex digits, which are there where the bitmap's last bit is set.
 */
function spoilMac(frame: Buffer): void {
  if (((frame[22] ?? 0) & 1) === 0) return;
  for (let at = frame.length - 8; at < frame.length; at++) frame[at] = frame[at] === 0x30 ? 0x31 : 0x30;
}
