#!/usr/bin/env bash
# Builds storm.so beside storm.c: an extension of SQLite, against Debian's sqlite3ext.h (libsqlite3-dev).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
"${CC:-cc}" -std=c11 -O2 -Wall -Wextra -Werror -fPIC -shared -fvisibility=hidden -o storm.so.new storm.c
mv storm.so.new storm.so
