import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Counter } from './counter.ts';

const guitai = join(import.meta.dirname, '..', '..', 'bin', 'guitai');

/** Runs the program as a person does; resolves to what it said and its code. */
export function run(
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<{ said: string; code: number | null }> {
  const child = spawn(guitai, words, { env: { ...process.env, ...env } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk));
  return new Promise((resolve) => child.once('close', (code) => resolve({ said, code })));
}

/** The record of a countertop, as `bin/guitai export` writes it. */
export async function exported({ dir, env }: Counter): Promise<string> {
  // The newest records are written within a moment.
  await new Promise((resolve) => setTimeout(resolve, 600));
  const file = join(dir, 'record.jsonl.gz');
  const { said, code } = await run(['export', file], { ...env, GUITAI_DIR: dir });
  if (code !== 0) throw new Error(said);
  return file;
}
