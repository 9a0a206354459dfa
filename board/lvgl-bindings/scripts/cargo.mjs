// Where the addon is compiled, with what, and with what environment.
import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
export const CACHE =
  process.env.GUITAI_CACHE ?? join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'guitai');

const TARGETS = { x64: 'x86_64-unknown-linux-gnu', arm64: 'aarch64-unknown-linux-gnu' };
const OLDEST_CARGO = [1, 88];

export function targetOf(arch) {
  const target = TARGETS[arch];
  if (!target) throw new Error(`lvgl-bindings is built for ${Object.keys(TARGETS).join(' and ')}, not for ${arch}`);
  return target;
}

export function checkToolchain() {
  const version = cargoVersion();
  const [major, minor] = version ?? [0, 0];
  if (major > OLDEST_CARGO[0] || (major === OLDEST_CARGO[0] && minor >= OLDEST_CARGO[1])) return;
  const found = version ? `cargo ${version.join('.')} is too old` : 'cargo is missing';
  throw new Error(
    `lvgl-bindings: ${found}; ${OLDEST_CARGO.join('.')} or newer is needed. ` +
      'On Debian 12: apt-get install rustc-web cargo-web gcc libc6-dev clang libclang-dev',
  );
}

function cargoVersion() {
  try {
    const text = execFileSync('cargo', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return text
      .match(/(\d+)\.(\d+)/)
      ?.slice(1)
      .map(Number);
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

export function cargoEnvironment(arch = process.arch) {
  // An assertion unwinds through LVGL's frames; without unwind tables it would abort the process.
  const unwinding = [process.env.CFLAGS, '-fexceptions'].filter(Boolean).join(' ');
  return {
    ...process.env,
    CARGO_TARGET_DIR: process.env.CARGO_TARGET_DIR ?? join(CACHE, 'lvgl-target'),
    DEP_LV_CONFIG_PATH: join(PACKAGE, 'config'),
    CFLAGS: unwinding,
    ...(arch === process.arch ? {} : crossEnvironment(targetOf(arch))),
  };
}

/** Debian's cross compiler and C library: gcc-aarch64-linux-gnu, libc6-dev-arm64-cross. */
function crossEnvironment(target) {
  const tools = target.replace('-unknown', '');
  const name = target.replaceAll('-', '_');
  return {
    CROSS_COMPILE: target,
    [`CARGO_TARGET_${name.toUpperCase()}_LINKER`]: `${tools}-gcc`,
    [`CC_${name}`]: `${tools}-gcc`,
    [`AR_${name}`]: `${tools}-ar`,
    [`BINDGEN_EXTRA_CLANG_ARGS_${name}`]: `--sysroot=/usr/${tools} -I/usr/${tools}/include`,
  };
}
