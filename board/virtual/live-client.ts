import type { WebSocket } from 'ws';

/** One open page. Its send queue is bounded: a slow page misses messages, then gets the whole state again. */
export interface LiveClient {
  send(message: string | Uint8Array): void;
  /** Sends the answer to a request of the page, even while it is behind: the whole state does not contain it. */
  answer(message: string): void;
  close(): void;
}

/** About three full screens. */
const MOST_WAITING_BYTES = 2_000_000;
/** More than the whole state: a page that asks so much and reads nothing is disconnected. */
const MOST_UNREAD_BYTES = 16_000_000;
const STUCK_MS = 20_000;
const BEAT_MS = 20_000;

/** `whole` makes the messages that bring a new page up to date. */
export function liveClient(socket: WebSocket, whole: () => Promise<readonly (string | Uint8Array)[]>): LiveClient {
  let behind = true;
  let beaten = true;

  const catchUp = async () => {
    const messages = await whole();
    if (socket.readyState !== socket.OPEN) return;
    behind = false;
    for (const message of messages) socket.send(message, { binary: typeof message !== 'string' });
  };
  const fallBehind = () => {
    behind = true;
    const since = performance.now();
    const look = setInterval(() => {
      if (socket.bufferedAmount > 0 && performance.now() - since < STUCK_MS) return;
      clearInterval(look);
      if (socket.bufferedAmount > 0) socket.terminate();
      else void catchUp();
    }, 100);
    socket.once('close', () => clearInterval(look));
  };
  const beat = setInterval(() => {
    if (!beaten) socket.terminate();
    beaten = false;
    socket.ping();
  }, BEAT_MS);
  socket.on('pong', () => {
    beaten = true;
  });
  socket.once('close', () => clearInterval(beat));
  void catchUp();

  return {
    send(message) {
      if (behind || socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount + message.length > MOST_WAITING_BYTES) fallBehind();
      else socket.send(message, { binary: typeof message !== 'string' });
    },
    answer(message) {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount + message.length > MOST_UNREAD_BYTES) socket.terminate();
      else socket.send(message);
    },
    close: () => socket.close(1001),
  };
}
