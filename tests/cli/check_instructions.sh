#!/usr/bin/env bash
#
# The committed baseline of instruction counts: one instruction more in one strategy of the program is a regression. (That
# nothing is told otherwise is shown by .ci/run, where scripts/check-instructions looks at the whole baseline; the rest of
# counting is the matter of check_counts.sh.)

source "$SOURCE/tests/support/run.bash"

require_valgrind
build=$(dirname "$BENCH")
expect_schema counts.schema.json "$SOURCE/results/baseline-instructions.json"

# The program, linked as it is but for one strategy, which reads with one instruction more.
sed "$heavier_read" "$SOURCE/strategies/tls-c11.c" >tls-c11.c
cmp -s tls-c11.c "$SOURCE/strategies/tls-c11.c" && fail "the strategy was not changed"
ninja -C "$build" -t commands bench >lines || fail "found no commands that build the program"
compile=$(sed -nE "s| -M[DTF].* -o [^ ]*tls-c11\.c\.o -c [^ ]*| -o $folder/tls-c11.o -c $folder/tls-c11.c|p" lines)
link=$(sed -nE "\$ { s| [^ ]*/tls-c11\.c\.o | $folder/tls-c11.o |; s| -o bench | -o $folder/bench |; p }" lines)
(cd "$build" && eval "$compile" && eval "$link") >log 2>&1 || fail "cannot build the program: $(cat log)"

ln -s "$build/strategies" strategies # the program looks for its shared objects beside itself
status=0
./bench check --metric=instructions --strategy=tls-c11 --workload=get --threads=1 --format=json \
  --baseline="$SOURCE/results/baseline-instructions.json" >out 2>"$err" || status=$?
if grep -qF 'counts of different tool chains do not compare' "$err"; then
  cat "$err"
  echo "skipped: the baseline is of another tool chain"
  exit 77
fi
[[ $status -eq 3 ]] || fail "status $status, wanted 3"
"$python" -c '
import json
cases = json.load(open("out"))["instructions"]["cases"]
counted = [case for case in cases if case["name"].startswith("tls-c11/get/")]
assert len(counted) == 2, cases
for case in counted:
    assert case["verdict"] == "regressed" and case["now"] == case["base"] + 1, case
assert all(case["verdict"] == "lacks-now" for case in cases if case not in counted), cases
' || fail "an added instruction is not told"
