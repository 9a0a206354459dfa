#!/usr/bin/env bash
# Builds notify.node beside notify.c against the pinned runtime's headers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ../../setup/env.sh
"${CC:-cc}" -std=c11 -O2 -Wall -Wextra -Werror -fPIC -shared -fvisibility=hidden \
  -isystem "$npm_config_nodedir/include/node" -o notify.node.new notify.c
mv notify.node.new notify.node
