import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { calls } from './api.ts';
import type { Counter } from './counter.ts';
import { KEYS, type KeyName } from './far-ends.ts';
import { fields, oneOf, truth } from './fields.ts';
import { parsed } from './json-lines.ts';
import { type LiveClient, liveClient } from './live-client.ts';
import { openFeed } from './live-feed.ts';
import { Refusal, refusalOf } from './refusal.ts';
import { isOwnOrigin } from './request.ts';

/** The page's WebSocket: sends what happens, takes the same actions as the control API, and keys going down and up. */
export interface Live {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

const MOST_CLIENTS = 16;
const MOST_MESSAGE_BYTES = 16 * 1024;

export function openLive(counter: Counter, token: string, hosts: ReadonlySet<string>): Live {
  const clients = new Set<LiveClient>();
  const server = new WebSocketServer({ noServer: true, maxPayload: MOST_MESSAGE_BYTES, perMessageDeflate: false });
  const feed = openFeed(
    counter,
    () => clients.size > 0,
    (message) => {
      for (const client of clients) client.send(message);
    },
  );

  const welcome = (socket: WebSocket) => {
    const client = liveClient(socket, feed.whole);
    const held = new Set<KeyName>();
    clients.add(client);
    // An error is followed by a close.
    socket.on('error', () => socket.terminate());
    socket.on('message', (data, binary) => {
      if (!binary) void take(counter, held, String(data), (answer) => client.answer(JSON.stringify(answer)));
    });
    socket.once('close', () => {
      clients.delete(client);
      // Closing the page releases the keys that were held on it.
      for (const key of held) counter.finger.lift(key);
    });
  };

  return {
    upgrade(request, socket, head) {
      // The HTTP server no longer handles this socket's errors: without this, a reset would end the board.
      socket.on('error', () => socket.destroy());
      const refused = whyRefused(request, token, hosts) ?? (clients.size >= MOST_CLIENTS ? '503 Too Many Pages' : null);
      if (refused !== null) {
        const answer = `HTTP/1.1 ${refused}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
        // Destroys it once the answer is sent: nobody reads this socket any more, so its end would not be noticed.
        socket.end(answer, () => socket.destroy());
        return;
      }
      server.handleUpgrade(request, socket, head, welcome);
    },
    close() {
      feed.close();
      for (const client of clients) client.close();
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

function whyRefused(request: IncomingMessage, token: string, hosts: ReadonlySet<string>): string | null {
  const { host, origin } = request.headers;
  if (host === undefined || !hosts.has(host)) return '403 Foreign Host';
  // Browsers always send an Origin with a WebSocket, and they let pages of other sites open one: so it is checked here.
  if (origin === undefined || !isOwnOrigin(origin, hosts)) return '403 Foreign Origin';
  const url = URL.parse(request.url ?? '/', 'http://board');
  if (url?.pathname !== '/live') return '404 Not Found';
  const given = Buffer.from(url.searchParams.get('token') ?? '');
  const wanted = Buffer.from(token);
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? null : '403 Wrong Token';
}

const ACTIONS = ['key', ...calls.flatMap(([method, path]) => (method === 'POST' ? [path.slice('/api/'.length)] : []))];

/** Does `{"id":7,"do":"press","keys":["1"]}` as `POST /api/press`; `{"do":"key","key":"1","down":true}` moves a key. */
async function take(
  counter: Counter,
  held: Set<KeyName>,
  text: string,
  reply: (answer: object) => void,
): Promise<void> {
  const message = parsed(text);
  const {
    id = null,
    do: action,
    ...body
  } = (typeof message === 'object' && message !== null ? message : {}) as Record<string, unknown>;
  const said = { what: 'answer', id: typeof id === 'number' ? id : null };
  try {
    if (action === 'key') {
      moveKey(counter, held, body);
      return;
    }
    const call = calls.find(([method, path]) => method === 'POST' && path === `/api/${String(action)}`);
    if (call === undefined)
      throw new Refusal(400, 'no such action', `Send one of ${ACTIONS.join(' ')}.`, { field: 'do' });
    const signal = new AbortController().signal;
    const answer = await call[2](counter, { parts: [], query: new URLSearchParams(), body, signal });
    reply({ ...('json' in answer ? (answer.json as object) : {}), ...said, ok: true });
  } catch (error) {
    reply({ ...said, ok: false, ...refusalOf(error).toJSON() });
  }
}

function moveKey(counter: Counter, held: Set<KeyName>, body: unknown): void {
  const { key, down } = fields(body, { key: oneOf(KEYS), down: truth });
  if (down) {
    held.add(key);
    counter.finger.hold(key);
  } else if (held.delete(key)) {
    counter.finger.lift(key);
  }
}
