# Sourced by the Makefile's recipes and the other scripts: the pinned runtime and the caches.
# The system's own Node is never used. The runtime's folder is named by the hash of its lock file.
guitai_root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

case "$(uname -m)" in
  x86_64) guitai_arch=x64 ;;
  aarch64) guitai_arch=arm64 ;;
  *) echo "guitai: there is no pinned runtime for $(uname -m); x86_64 and aarch64 have one" >&2; exit 1 ;;
esac

guitai_cache="${XDG_CACHE_HOME:-$HOME/.cache}/guitai"
guitai_runtime="$guitai_cache/runtime-$guitai_arch-$(sha256sum "$guitai_root/setup/runtime/package-lock.json" | cut -c1-16)"
export PATH="$guitai_runtime/node_modules/node-linux-$guitai_arch/bin:$guitai_runtime/node_modules/.bin:$PATH"
export npm_config_nodedir="$guitai_runtime/node_modules/node-linux-$guitai_arch"
export npm_config_loglevel="${npm_config_loglevel:-error}"
export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-$guitai_cache/compile}"
