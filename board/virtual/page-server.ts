import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, calls } from './api.ts';
import type { Counter } from './counter.ts';
import { openLive } from './live.ts';
import { pageFile, pagePolicy } from './page-files.ts';
import { Refusal, refusalOf } from './refusal.ts';
import { jsonBody, ownHosts, refuseStrangers } from './request.ts';

export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the page, the control API and `/live` on loopback. `port` 0 takes any that is free. */
export async function servePage(counter: Counter, port: number): Promise<PageServer> {
  const token = randomBytes(24).toString('base64url');
  let hosts: ReadonlySet<string> = new Set();
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    void answer(counter, token, hosts, request, response);
  };
  const main = createServer(handle);
  await listen(main, port, '127.0.0.1');
  const taken = (main.address() as AddressInfo).port;
  hosts = ownHosts(taken);
  const live = openLive(counter, token, hosts);
  const servers = [main];
  const six = createServer(handle);
  // Some browsers try ::1 first for "localhost"; on a machine without IPv6 this fails, and 127.0.0.1 is enough.
  await listen(six, taken, '::1').then(
    () => servers.push(six),
    () => undefined,
  );
  for (const server of servers) {
    server.requestTimeout = 30_000;
    server.on('upgrade', (request, socket, head) => live.upgrade(request, socket, head));
  }
  return {
    url: `http://127.0.0.1:${taken}`,
    async close() {
      live.close();
      await Promise.all(servers.map(closeServer));
    },
  };
}

async function answer(
  counter: Counter,
  token: string,
  hosts: ReadonlySet<string>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  try {
    refuseStrangers(request, hosts);
    const url = URL.parse(request.url ?? '/', 'http://board');
    if (url === null) throw new Refusal(400, 'that is no address', 'The page is at /.');
    if (!url.pathname.startsWith('/api/')) {
      sendPage(url.pathname, token, request, response);
      return;
    }
    const { act, parts } = find(request.method ?? '', url.pathname);
    const body = request.method === 'POST' ? await jsonBody(request) : null;
    send(response, 200, await act(counter, { parts, query: url.searchParams, body, signal: gone.signal }));
  } catch (error) {
    refuse(response, error);
  }
}

function find(method: string, path: string) {
  const given = path.split('/');
  const matching = calls.filter(([, pattern]) => {
    const wanted = pattern.split('/');
    return wanted.length === given.length && wanted.every((part, at) => part === '*' || part === given[at]);
  });
  if (matching.length === 0) throw new Refusal(404, 'no such call', 'The calls are listed in board/virtual/README.md.');
  const found = matching.find(([allowed]) => allowed === method);
  if (found === undefined) {
    const allowed = matching.map(([name]) => name).join(', ');
    throw new Refusal(405, `the method ${method} is not for this call`, `Use ${allowed}.`, {
      facts: { allow: allowed },
    });
  }
  const [, pattern, act] = found;
  return { act, parts: given.filter((_, at) => pattern.split('/')[at] === '*') };
}

function sendPage(path: string, token: string, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new Refusal(405, `the method ${request.method} is not for the page`, 'Use GET.', { facts: { allow: 'GET' } });
  }
  const file = pageFile(path, token);
  if (file === null) throw new Refusal(404, 'no such file', 'The page is at /.');
  response.writeHead(200, {
    ...sheltered,
    'Content-Type': file.type,
    'Content-Security-Policy': pagePolicy(request.headers.host ?? ''),
  });
  response.end(request.method === 'HEAD' ? undefined : file.content);
}

const sheltered = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
} as const;

function send(response: ServerResponse, status: number, answer: Answer): void {
  if ('file' in answer) {
    const { name, csv } = answer.file;
    // The bank's names have letters, digits, dots and hyphens only; other characters could break the header.
    const kept = `attachment; filename="${name.replace(/[^\w.-]/g, '')}"`;
    const headers = { 'Content-Type': 'text/csv; charset=utf-8', 'Content-Disposition': kept };
    response.writeHead(status, { ...sheltered, ...headers });
    response.end(csv);
    return;
  }
  const [type, content] =
    'png' in answer ? ['image/png', answer.png] : ['application/json', JSON.stringify(answer.json)];
  response.writeHead(status, { ...sheltered, 'Content-Type': type });
  response.end(content);
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const refusal = refusalOf(error);
  const { allow } = refusal.facts;
  if (typeof allow === 'string') response.setHeader('Allow', allow);
  // Closes the connection: the unread rest of a body would be taken for the next request.
  response.setHeader('Connection', 'close');
  send(response, refusal.status, { json: refusal });
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
