# shellcheck shell=bash
#
# For tests that compile programs and modules against the gls library of the build. Sourced, not run.

set -euo pipefail

build=${BENCH%/*}
export libraries=$build/strategies/gls
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
cd "$folder"

# LeakSanitizer crashes over the thread-local storage of modules that a program opens, depending on their names' length.
export ASAN_OPTIONS=detect_leaks=0

setting() {
  sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"
}

# compile FILE ARGUMENTS...: with the compiler of the build, and the flags that its objects may want.
compile() {
  # shellcheck disable=SC2046
  "$(setting CMAKE_C_COMPILER)" $(setting CMAKE_C_FLAGS) -O1 -I"$SOURCE/strategies/gls" -o "$@"
}
