// Compiles the crate that carries LVGL and finds what bindgen wrote for it.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { cargoEnvironment, PACKAGE } from '../cargo.mjs';

export function bindingsOfCrate() {
  const messages = execFileSync(
    'cargo',
    ['build', '--release', '--locked', '-p', 'lightvgl-sys', '--message-format=json'],
    {
      cwd: PACKAGE,
      env: cargoEnvironment(),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 64 << 20,
    },
  );
  const built = messages
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const script = built.find((m) => m.reason === 'build-script-executed' && m.package_id.includes('lightvgl-sys'));
  return join(script.out_dir, 'bindings.rs');
}
