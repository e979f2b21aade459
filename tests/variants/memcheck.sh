#!/usr/bin/env bash
#
# The conformance matrix under valgrind's memcheck: an error in any scenario is a cell that is not as expected. Takes
# some minutes a strategy. Ends with a line of counts.
#
#   tests/variants/memcheck.sh [STRATEGY...]

set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
# shellcheck source=scripts/tally.sh
. scripts/tally.sh

strategies=("$@")
[[ $# -gt 0 ]] || strategies=(stacktag stackmask)

build() {
  cmake --preset release && cmake --build --preset release --target prove_all strategy_modules
}

check "build for memcheck" build
for strategy in "${strategies[@]}"; do
  check "memcheck: $strategy" valgrind -q --error-exitcode=99 --suppressions=tests/support/memcheck.supp \
    build/release/tests/prove_all build/release/strategies "$strategy"
done
finish
