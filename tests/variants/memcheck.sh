#!/usr/bin/env bash
#
# The conformance matrix under valgrind's memcheck: an error in any scenario is a cell that is not as expected. Takes
# a minute a strategy, or some. Ends with a line of counts.
#
#   tests/variants/memcheck.sh [STRATEGY...]     all that can run there, if none is named

set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
# shellcheck source=scripts/tally.sh
. scripts/tally.sh

build() {
  cmake --preset release && cmake --build --preset release --target prove_all strategy_modules
}

# Word by word, since memcheck does not see which words of a vector decided; see memcheck.supp.
export CTXBENCH_SCAN=plain
check "build for memcheck" build
check "memcheck: ${*:-all strategies}" valgrind -q --error-exitcode=99 --suppressions=tests/support/memcheck.supp \
  build/release/tests/prove_all build/release/strategies "$@"
finish
