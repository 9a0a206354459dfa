// Compiles the addon and puts it beside index.js: npm run build, npm run build:arm64.
// The result is kept in the user's cache under a hash of everything it is made of, so another clone takes it from there.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, cargoEnvironment, checkToolchain, PACKAGE, targetOf } from './cargo.mjs';

const SOURCES = ['Cargo.toml', 'Cargo.lock', 'build.rs', 'config', 'src', 'generated/wrappers.rs', 'scripts/cargo.mjs'];

const [wish = process.arch] = process.argv.slice(2);
// Set-up asks first whether a compiler is needed at all: --from-cache ends with 3 where it is.
const onlyCached = wish === '--from-cache';
const arch = onlyCached ? process.arch : wish;
const target = targetOf(arch);
const cached = join(CACHE, `lvgl-${fingerprint()}`, 'lvgl-bindings.node');
const addon = join(PACKAGE, arch === process.arch ? 'lvgl-bindings.node' : `lvgl-bindings.linux-${arch}.node`);

if (onlyCached && !existsSync(cached)) process.exit(3);
try {
  if (!existsSync(cached)) compile();
  install(cached, addon);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
console.log(`lvgl-bindings: ${addon.slice(PACKAGE.length)} is ready`);

function fingerprint() {
  const hash = createHash('sha256').update(arch);
  for (const file of SOURCES.flatMap(filesOf)) hash.update(`\0${file}\0`).update(readFileSync(join(PACKAGE, file)));
  return hash.digest('hex').slice(0, 24);
}

function filesOf(path) {
  const entries = readdirSync(PACKAGE, { recursive: true, withFileTypes: true });
  return entries
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath, e.name).slice(PACKAGE.length))
    .filter((name) => name === path || name.startsWith(`${path}/`))
    .sort();
}

function compile() {
  checkToolchain();
  const environment = cargoEnvironment(arch);
  const cross = arch === process.arch ? [] : ['--target', target];
  console.log(`lvgl-bindings: compiling LVGL for ${arch}, about two minutes the first time`);
  execFileSync('cargo', ['build', '--release', '--locked', ...cross], {
    cwd: PACKAGE,
    env: environment,
    stdio: 'inherit',
  });
  const folder = join(environment.CARGO_TARGET_DIR, ...(cross.length ? [target] : []), 'release');
  install(join(folder, 'liblvgl_bindings.so'), cached);
}

/** Copies by way of a new name: a process that runs the old addon keeps its file. */
function install(from, to) {
  mkdirSync(join(to, '..'), { recursive: true });
  const fresh = `${to}.${process.pid}`;
  try {
    copyFileSync(from, fresh);
    renameSync(fresh, to);
  } finally {
    rmSync(fresh, { force: true });
  }
}
