#!/usr/bin/env bash
# Installs what is missing and builds what has changed, for `make run` (install.sh run) or `make test` (install.sh test).
# A second call finds everything in place and takes a fraction of a second; a second clone takes it from the user's cache.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
purpose="${1:-run}"
. setup/env.sh

say() { printf '  \033[2m·\033[0m %s\n' "$1"; }
log="$guitai_cache/install.log"
mkdir -p "$guitai_cache"

# Runs a step quietly; on failure shows the end of what it printed, so that a newcomer sees the cause and not a wall.
step() {
  say "$1"
  shift
  if ! "$@" >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "guitai: this step failed: $*" >&2
    exit 1
  fi
}

newer_cargo() {
  command -v cargo >/dev/null && cargo --version | awk '{split($2, v, "."); exit !(v[1] > 1 || v[2] >= 88)}'
}

debian_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "guitai: ${missing[*]} must be installed: run this as root, or install sudo" >&2; exit 1; }
    sudo=(sudo)
  fi
  [ -n "${updated:-}" ] || step "Debian: the list of packages" "${sudo[@]}" apt-get update -q
  updated=yes
  step "Debian: ${missing[*]}" "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}"
}

runtime() {
  [ -f "$guitai_runtime/complete" ] && return
  rm -rf "$guitai_runtime"
  mkdir -p "$guitai_runtime"
  cp setup/runtime/package.json setup/runtime/package-lock.json "$guitai_runtime/"
  step "Node.js, the pinned runtime" npm ci --prefix "$guitai_runtime" --ignore-scripts --no-audit --no-fund
  touch "$guitai_runtime/complete"
}

# node_modules belongs to the lock file and the runtime that it was made for.
node_modules() {
  local wanted found
  wanted="$(cat package-lock.json setup/runtime/package-lock.json | sha256sum | cut -c1-16)-$guitai_arch"
  found="$(cat node_modules/.guitai 2>/dev/null || true)"
  [ "$wanted" = "$found" ] && return
  # Not `npm ci`: it asks for the add-ons of every other platform too, which a registry's mirror may not hold.
  step "npm packages" npm install --no-save --ignore-scripts
  step "npm packages: native add-ons" npm rebuild epoll i2c-bus @serialport/bindings-cpp
  step "npm packages: the test runner" npx tap build
  echo "$wanted" >node_modules/.guitai
}

built() { [ -f "$2" ] && [ -z "$(find "$1" -newer "$2" -type f -not -name '*.node' -print -quit)" ]; }

native() {
  local lvgl=board/lvgl-bindings
  if ! built $lvgl/src $lvgl/lvgl-bindings.node || ! built $lvgl/Cargo.lock $lvgl/lvgl-bindings.node; then
    if ! node $lvgl/scripts/build.mjs --from-cache >/dev/null; then
      local toolchain=(clang libclang-dev)
      newer_cargo || toolchain+=(rustc-web cargo-web)
      debian_packages "${toolchain[@]}"
      step "LVGL for Node: compiling, about two minutes the first time on a machine" npm run build --workspace lvgl-bindings
    fi
    touch $lvgl/lvgl-bindings.node
  fi
  if ! built systemd/notify systemd/notify/notify.node; then
    step "sd_notify for Node" bash systemd/notify/build.sh
  fi
  [ "$purpose" = test ] || return 0
  if [ ! test/storms/vfs/storm.so -nt test/storms/vfs/storm.c ] || [ ! test/storms/vfs/storm.so -nt test/storms/vfs/images.h ]; then
    step "the disk of the storms" bash test/storms/vfs/build.sh
  fi
}

# libatomic1: the runtime; socat: the serial lines; python3, make, g++: node-gyp builds epoll and i2c-bus.
needed=(ca-certificates libatomic1 socat python3 make g++)
command -v npm >/dev/null || needed+=(npm)
[ "$purpose" != test ] || needed+=(chromium systemd git spin libsqlite3-dev)
debian_packages "${needed[@]}"
runtime
node_modules
native
# Every module is compiled and kept by this, so that the terminal's first boot is like the others: Node's own compiler for
# types would stay in its memory.
node src/main.ts --version >/dev/null
