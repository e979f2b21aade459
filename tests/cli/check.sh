#!/usr/bin/env bash
#
# bench check on time: gross differences are told, identical builds raise no alarm, and whatever ends early ends tidily.
# No small difference is asserted: others may load the machine.

source "$SOURCE/tests/support/run.bash"
source "$SOURCE/tests/support/other_build.bash"
build_plain_and_slow
cmp -s plain/tls-ie.c slow/tls-ie.c && fail "the strategy was not changed"

# Much slower is a regression, and the other way round an improvement; twice the same is neither.
expect 3 slow/bench check "${case[@]}" --against=plain/bench --format=json --seed=1
[[ $(verdicts) == "regressed" ]] || fail "much slower came out as: $(verdicts)"
[[ ! -s $err ]] || fail "a check in a pipe is silent on standard error"
expect 0 plain/bench check "${case[@]}" --against=slow/bench --format=json
[[ $(verdicts) == "improved" ]] || fail "much faster came out as: $(verdicts)"
expect 0 plain/bench check "${case[@]}" --against=plain/bench --threshold=100 --budget=2s
told '0 regressed, 0 improved'
awk 'length($0) > 80 { found = 1 } END { exit !found }' out && fail "the table is wider than 80 columns"
expect 3 slow/bench check "${case[@]}" --against=plain/bench --format=markdown
[[ $(grep -c '| \*\*regressed\*\* |' out) -eq 1 ]] || fail "Markdown does not tell the regressions"
expect 3 slow/bench check "${case[@]}" --against=plain/bench --quiet
[[ ! -s out ]] || fail "--quiet should be quiet"

# What a budget does not suffice for is inconclusive, which only --strict minds.
expect 0 plain/bench check "${case[@]}" --against=plain/bench --budget=1ms
expect 4 plain/bench check "${case[@]}" --against=plain/bench --budget=1ms --strict

# Ctrl-C ends it, and what was measured is told.
"$BENCH" check --against="$BENCH" --budget=600s --threshold=0.01 >out 2>"$err" &
sleep 1
kill -INT $!
status=0
wait $! || status=$?
[[ $status -eq 130 ]] || fail "status $status, wanted 130"
told '0 regressed'
expect_no_survivors
