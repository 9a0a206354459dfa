// Finds the compiled addon: beside this file (npm run build puts it there), or where LVGL_BINDINGS_ADDON says.
import { createRequire } from 'node:module';
import { env } from 'node:process';

const require = createRequire(import.meta.url);
const path = env.LVGL_BINDINGS_ADDON ?? './lvgl-bindings.node';

export const native = load();

function load() {
  try {
    return require(path);
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error('lvgl-bindings is not compiled for this machine; run "npm run build --workspace lvgl-bindings"', {
      cause: error,
    });
  }
}
