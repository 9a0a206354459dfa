import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';

/** Far more than any legitimate request needs. */
const MOST_BODY_BYTES = 64 * 1024;

/** The names under which a browser on this machine may reach the board. Exact: no suffix, no other port. */
export function ownHosts(port: number): ReadonlySet<string> {
  return new Set([`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]);
}

/**
 * Loopback is not trust: a page of any site can make a browser ask 127.0.0.1, under a name of its own (DNS rebinding)
 * or from its own origin. Throws a Refusal for every request that does not come from the board's own page or a script.
 */
export function refuseStrangers(request: IncomingMessage, hosts: ReadonlySet<string>): void {
  const remedy = `Ask at http://${[...hosts][0]}/ from this machine.`;
  const { host, origin } = request.headers;
  if (host === undefined || !hosts.has(host)) throw new Refusal(403, 'foreign Host', remedy, { field: 'Host' });
  if (origin !== undefined && !isOwnOrigin(origin, hosts)) {
    throw new Refusal(403, 'foreign Origin', remedy, { field: 'Origin' });
  }
  const site = request.headers['sec-fetch-site'];
  if ((site === 'cross-site' || site === 'same-site') && !followsLink(request)) {
    throw new Refusal(403, 'a page of another site asked', remedy, { field: 'Sec-Fetch-Site' });
  }
}

export function isOwnOrigin(origin: string, hosts: ReadonlySet<string>): boolean {
  return origin.startsWith('http://') && hosts.has(origin.slice('http://'.length));
}

/** Whether a person follows a link to the page: that is safe, as the other site sees nothing of it. */
function followsLink(request: IncomingMessage): boolean {
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': dest } = request.headers;
  return request.method === 'GET' && request.url === '/' && mode === 'navigate' && dest === 'document';
}

/** The body of a POST as JSON. Throws a Refusal: 415 other type, 413 too long, 400 not JSON. */
export async function jsonBody(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(type)) {
    throw new Refusal(415, 'the body must be JSON', 'Send the header "Content-Type: application/json".', {
      field: 'Content-Type',
    });
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES) {
      throw new Refusal(413, `the body is longer than ${MOST_BODY_BYTES} bytes`, 'Send less at once.');
    }
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    throw new Refusal(400, 'the body is not JSON', 'Send one JSON object in UTF-8.');
  }
}
