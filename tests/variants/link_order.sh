#!/usr/bin/env bash
#
# Does the gate raise an alarm when nothing changed but where code lies? Builds this tree a second time with the
# strategies linked in the reverse order, and holds the build release against it. Wants a quiet machine.
#
#   tests/variants/link_order.sh [OPTION OF bench check]...
#
# Exit status: that of bench check: 3 would be an alarm.

set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

# build FOLDER OPTION...: quietly, unless it fails.
build() {
  local log
  log=$({ cmake --preset release -B "$1" "${@:2}" && cmake --build "$1" --target bench strategy_modules; } 2>&1) || {
    printf '%s\n' "$log" >&2
    exit 125
  }
}

build build/release
build build/variants/link-reversed -DCTXBENCH_LINK_REVERSED=ON
exec build/release/bench check --against=build/variants/link-reversed/bench "$@"
