# Sourced by the other scripts and the Makefile: where the pinned runtime and the caches are.
# The system's own Node is never used; the versions below are the only ones that the project runs on.
NODE_VERSION=26.10.0
NPM_VERSION=11.19.1

case "$(uname -m)" in
  x86_64) GUITAI_ARCH=x64 ;;
  aarch64) GUITAI_ARCH=arm64 ;;
  *) echo "guitai: no pinned runtime for $(uname -m); x86_64 and aarch64 are supported" >&2; exit 1 ;;
esac

GUITAI_CACHE="${GUITAI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/guitai}"
GUITAI_RUNTIME="$GUITAI_CACHE/runtime-$NODE_VERSION-$NPM_VERSION-$GUITAI_ARCH"
export PATH="$GUITAI_RUNTIME/node_modules/node-linux-$GUITAI_ARCH/bin:$GUITAI_RUNTIME/bin:$PATH"
export npm_config_nodedir="$GUITAI_RUNTIME/node_modules/node-linux-$GUITAI_ARCH"
export npm_config_loglevel="${npm_config_loglevel:-error}"
export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-$GUITAI_CACHE/compile}"
export NODE_NO_WARNINGS=1
