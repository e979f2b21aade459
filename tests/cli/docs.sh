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

# The examples of CONTRIBUTING.md, each in its place in a tree: the strategy proves what it says, in a scenario that is
# new, too; a command and a format compile.
"$python" "$SOURCE/tests/support/blocks.py" "$SOURCE/CONTRIBUTING.md" example >/dev/null ||
  fail "CONTRIBUTING.md: its blocks cannot be read"
cp -r "$SOURCE/strategies" tree
cp example/strategies/mine.c tree/
cat example/scenario.h >>tree/conformance/scopes.h
sed -i '/^static const struct ctx_scenario ctx_scenarios\[\] = {$/r example/row.h' tree/conformance.h
house=(-std=c17 -D_GNU_SOURCE -Wall -Wextra -Wmissing-prototypes -Werror)
cc "${house[@]}" -O2 -shared -fPIC -fno-omit-frame-pointer -fexceptions -Itree -I"$(dirname "$BENCH")/strategies" \
  -o mine.so tree/mine.c || fail "CONTRIBUTING.md: its strategy or its scenario does not compile"
expect 0 "$BENCH" conformance --plugin=./mine.so --strategy=mine --scenario=same-value,nest,fiber-switch
expect 1 "$BENCH" conformance --plugin=./mine.so --strategy=mine --scenario=exception
for file in harness/cli/commands/hello.c report/export/export_mine.c; do
  cc "${house[@]}" -fsyntax-only -I"$SOURCE/harness" -I"$SOURCE/report" -I"$SOURCE/strategies" "example/$file" ||
    fail "CONTRIBUTING.md: $file does not compile"
done
