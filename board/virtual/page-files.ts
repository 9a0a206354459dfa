import { readFileSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';

const folder = join(import.meta.dirname, 'page');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface PageFile {
  readonly type: string;
  readonly content: Buffer | string;
}

/**
 * A file of the page by its path, or null. Read from the disk each time, so that a reload shows changes to the page.
 */
export function pageFile(path: string, token: string): PageFile | null {
  const name = path === '/' ? 'index.html' : path.slice(1);
  const type = types[extname(name)];
  // Names of plain letters and folders only: nothing climbs out of the page's folder.
  if (type === undefined || !/^[a-zA-Z0-9-]+(\/[a-zA-Z0-9-]+)*\.[a-z]+$/.test(name) || normalize(name) !== name)
    return null;
  const content = read(join(folder, name));
  if (content === null) return null;
  return { type, content: name === 'index.html' ? content.toString('utf8').replace('{{token}}', token) : content };
}

/** The Content-Security-Policy: only the page's own scripts, only its own board, and no frames around it. */
export function pagePolicy(host: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    `connect-src 'self' ws://${host}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function read(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
