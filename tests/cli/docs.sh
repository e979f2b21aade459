#!/usr/bin/env bash
#
# What the guides and tutorials in docs/ tell readers to do works as it stands there: their files are written, and their
# commands run, at what looks like the top of the source.

# shellcheck source=tests/support/run.bash
. "$(dirname "${BASH_SOURCE[0]}")/../support/run.bash"

# try PAGE: each in a folder of its own, with this build as `release`.
try() {
  local name=${1//\//-} page=$SOURCE/docs/$1
  mkdir -p "$name/build"
  ln -s "$(dirname "$BENCH")" "$name/build/release"
  ln -s "$SOURCE/strategies" "$name/strategies"
  printf '#!/bin/sh\nexec "%s" "$@"\n' "$BENCH" >"$name/bench"
  chmod +x "$name/bench"
  { echo 'set -e' && "$python" "$SOURCE/tests/support/blocks.py" "$page" "$name"; } >"$name/commands" ||
    fail "$1: its blocks cannot be read"
  [[ $(wc -l <"$name/commands") -gt 1 ]] || fail "$1 gives no command"
  (cd "$name" && bash ./commands) >"$name.log" 2>&1 || fail "$1: a command fails: $(cat "$name.log")"
}

try getting-started.md
try choosing.md
try writing/strategy.md
try writing/workload.md
try writing/peer.md
