#!/usr/bin/env bash
#
# Two runs at once: the second says for whom it waits, and then takes its turn. Waiting can be interrupted.

set -euo pipefail
source "$SOURCE/tests/support/run.bash"
settings=(--strategy=tls --workload=get --depth=0 --threads=1 --samples=2 --min-time=1ms)

"$BENCH" "${settings[@]}" --executions=1000 --out=first.json >out 2>first.err &
first=$!
wait_for test -s first.json.journal

"$BENCH" "${settings[@]}" --executions=1 --out=second.json >second.out 2>"$err" &
second=$!
wait_for grep -qF "(process $first)" "$err"
[[ ! -e second.json && ! -e second.json.journal ]] || fail "the second should wait before it writes"

"$BENCH" "${settings[@]}" --executions=1 --out=third.json >third.out 2>third.err &
third=$!
wait_for grep -qF "(process $first)" third.err
kill -INT $third
status=0
wait $third || status=$?
[[ $status -eq 130 ]] || fail "the third: status $status, wanted 130"
[[ ! -e third.json && ! -e third.json.journal ]] || fail "the third should have written nothing"

kill -KILL $first
wait $first 2>/dev/null || true
wait $second || fail "the second: status $?"
check second.json 'assert rows and not failures'
expect_no_survivors
