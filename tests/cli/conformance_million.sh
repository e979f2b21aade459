#!/usr/bin/env bash
#
# The scenarios of scopes by the million, with each strategy; conformance.sh has all others.

source "$SOURCE/tests/support/run.bash"
source "$SOURCE/tests/support/conformance.bash"
leave_signals_alone

# Thousands of threads take minutes a strategy under a sanitizer: conformance.sh has them with two.
if is_sanitised; then millions=longjmp-million; fi
expect 0 "$BENCH" conformance --scenario="$millions"
grep -q ': every cell is as expected\.$' out || fail "the matrix does not end with its sum"
expect_no_survivors
