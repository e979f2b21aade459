#!/usr/bin/env bash
#
# Under a sanitizer each cell of the matrix takes several times as long: here, all scenarios with one strategy of each
# kind, for which CI has time; conformance.sh has the others.

source "$SOURCE/tests/support/run.bash"
source "$SOURCE/tests/support/conformance.bash"
leave_signals_alone

expect 0 "$BENCH" conformance --strategy="$kinds" --scenario="$(list_usual | paste -sd,)"
grep -q ': every cell is as expected\.$' out || fail "the matrix does not end with its sum"
