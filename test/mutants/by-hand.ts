import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A mistake that a person could make and no tool would: an order, an await, a column, a key, a word that is not kept. */
export interface HandMade {
  readonly name: string;
  readonly file: string;
  /** The code to replace; it must occur exactly once in the file. */
  readonly find: string;
  readonly put: string;
  /** The tests that must notice, the quickest first. */
  readonly tests: readonly string[];
  /** Why it is harmless that no test notices. */
  readonly survives?: string;
}

export const root = join(import.meta.dirname, '..', '..');
const SIDE_BY_SIDE = 2;
/** A test that runs longer than this hangs, and counts as having noticed. */
const LONGEST_MS = 180_000;

export const handMade: readonly HandMade[] = readFileSync(join(import.meta.dirname, 'by-hand.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

/** Breaks one copy of the sources after the other, and runs the tests that must notice. `only`: whose names or files match. */
async function run(only: RegExp): Promise<boolean> {
  const from_ms = Date.now();
  const chosen = handMade.filter(({ name, file }) => only.test(name) || only.test(file));
  const trees = Array.from({ length: SIDE_BY_SIDE }, copied);
  try {
    await inParallel(trees, [...new Set(chosen.flatMap(({ tests }) => tests))], async (tree, file) => {
      if (!(await passes(tree, file))) throw new Error(`${file} fails on the sources as they are`);
    });
    const unexpected: string[] = [];
    let died = 0;
    await inParallel(trees, chosen, async (tree, mutant) => {
      const killer = await killerOf(tree, mutant);
      if (killer !== null) died += 1;
      if ((killer === null) !== (mutant.survives !== undefined)) unexpected.push(mutant.name);
      say(`${killer === null ? 'survived' : 'died    '}  ${mutant.name}${killer === null ? '' : ` (${killer})`}`);
    });
    const s = Math.round((Date.now() - from_ms) / 1000);
    say(`mutants by hand: ${chosen.length}, ${died} died, ${chosen.length - died} survived, ${s} s`);
    for (const name of unexpected) say(`  not as by-hand.jsonl says: ${name}`);
    return unexpected.length === 0;
  } finally {
    for (const tree of trees) rmSync(tree, { recursive: true, force: true });
  }
}

/** The source with the mistake in it. Throws where its place is not there, or there twice. */
export function mutated({ name, file, find, put }: HandMade): string {
  const source = readFileSync(join(root, file), 'utf8');
  const parts = source.split(find);
  if (parts.length !== 2) throw new Error(`${name}: its place stands ${parts.length - 1} times in ${file}`);
  return parts.join(put);
}

async function killerOf(tree: string, mutant: HandMade): Promise<string | null> {
  const file = join(tree, mutant.file);
  writeFileSync(file, mutated(mutant));
  try {
    for (const test of mutant.tests) if (!(await passes(tree, test))) return test;
    return null;
  } finally {
    cpSync(join(root, mutant.file), file);
  }
}

function passes(tree: string, test: string): Promise<boolean> {
  const child = spawn(process.execPath, [test], {
    cwd: tree,
    env: { ...process.env, TAP_TIMEOUT: String(LONGEST_MS / 1000) },
    stdio: 'ignore',
    timeout: LONGEST_MS,
    killSignal: 'SIGKILL',
  });
  return new Promise((done) => child.once('close', (code) => done(code === 0)));
}

/** Copies the files that git tracks or does not ignore, and what was built. */
function copied(): string {
  const tree = mkdtempSync(join(tmpdir(), 'guitai-mutants-'));
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  const built = ['board/lvgl-bindings/lvgl-bindings.node', 'systemd/notify/notify.node', 'test/storms/vfs/storm.so'];
  for (const file of [...listed.trim().split('\n'), ...built]) {
    cpSync(join(root, file), join(tree, file), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  return tree;
}

async function inParallel<Item>(
  trees: readonly string[],
  items: readonly Item[],
  work: (tree: string, item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  await Promise.all(
    trees.map(async (tree) => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(tree, item);
    }),
  );
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (import.meta.main && !(await run(new RegExp(process.env.ONLY ?? '')))) process.exitCode = 1;
