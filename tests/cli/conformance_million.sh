#!/usr/bin/env bash
#
# The scenarios of scopes by the million, with each strategy; conformance.sh has all others.

source "$SOURCE/tests/support/run.bash"
source "$SOURCE/tests/support/conformance.bash"

expect 0 "$BENCH" conformance --scenario="$millions"
grep -q ': every cell is as expected\.$' out || fail "the matrix does not end with its sum"
expect_no_survivors
