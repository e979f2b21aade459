#!/usr/bin/env bash
#
# The conformance matrix under valgrind's memcheck, which must not have anything to say, not even where a cell is
# expected to be broken. Takes a minute or two for each strategy. Ends with a line of counts.
#
#   tests/variants/memcheck.sh [STRATEGY...]     all, if none is named

set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
# shellcheck source=scripts/tally.sh
. scripts/tally.sh

log=$PWD/build/memcheck.log

build() {
  cmake --preset release && cmake --build --preset release --target bench prove_all strategy_modules
}

# An error ends its process with a status of its own, so that the scenario gets named, too.
prove() {
  local status=0
  valgrind -q --log-file="$log" --error-exitcode=99 --suppressions=tests/support/memcheck.supp \
    build/release/tests/prove_all build/release/strategies "$1" || status=$?
  if [[ -s $log ]]; then
    cat "$log"
    return 1
  fi
  return "$status"
}

check "build for memcheck" build
[[ $failed -eq 0 ]] || finish
strategies=("$@")
[[ $# -gt 0 ]] || mapfile -t strategies < <(build/release/bench --names=strategy)
# Word by word, since memcheck does not see which words of a vector decided; see memcheck.supp.
export CTXBENCH_SCAN=plain
for strategy in "${strategies[@]}"; do
  check "memcheck: $strategy" prove "$strategy"
done
finish
