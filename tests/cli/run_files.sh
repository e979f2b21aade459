#!/usr/bin/env bash
#
# Where a run writes: nothing is overwritten, nothing half-written stays, and what cannot work is refused beforehand.

set -euo pipefail
source "$SOURCE/tests/support/run.bash"
base=(--strategy=tls --workload=get --depth=0 --threads=1 --samples=1 --min-time=1ms)
settings=("${base[@]}" --executions=1)
longer=("${base[@]}" --executions=9)

# The default name, in results/ if that is there.
expect 0 "$BENCH" "${settings[@]}"
check "$(ls ./*.json)" 'assert rows'
rm ./*.json
mkdir results
expect 0 "$BENCH" "${settings[@]}"
check "$(ls results/*.json)" 'assert rows'
rm -r results

# Standard output takes the file, and standard error the table.
expect 0 "$BENCH" "${settings[@]}" --out=-
check out 'assert rows'
expect_words "per read"
[[ $(ls) == $'err\nout' ]] || fail "only the two streams should be here: $(ls)"
expect 0 "$BENCH" "${settings[@]}" --out=- --quiet
check out 'assert rows'
[[ ! -s $err ]] || fail "--quiet should be quiet"

# An existing file is kept, unless --force.
echo precious >file.json
expect 2 "$BENCH" "${settings[@]}" --out=file.json
expect_words --force
[[ $(cat file.json) == precious ]] || fail "file.json was overwritten"
expect 0 "$BENCH" "${settings[@]}" --out=file.json --force
check file.json 'assert rows'

# So is the journal of a run that did not come to its end.
echo precious >other.json.journal
expect 2 "$BENCH" "${settings[@]}" --out=other.json
expect_words --resume=other.json
[[ $(cat other.json.journal) == precious ]] || fail "the journal was overwritten"

expect 2 "$BENCH" "${settings[@]}" --out=nowhere/file.json
expect_words nowhere/file.json
[[ ! -e nowhere ]] || fail "nowhere should not be there"

# A stream that is full or closed: the measurements are kept, and the message says how to go on.
status=0
"$BENCH" "${settings[@]}" --out=- >/dev/full 2>"$err" || status=$?
[[ $status -eq 1 ]] || fail "a full standard output: status $status, wanted 1"
file=$(sed -n 's/.*--resume=//p' "$err")
[[ -s $file.journal ]] || fail "the journal should be kept"
expect 0 "$BENCH" --resume="$file"
check out 'assert rows'
[[ ! -e $file.journal ]] || fail "the journal should be gone"
status=0
"$BENCH" "${settings[@]}" --out=table.json >/dev/full 2>"$err" || status=$?
[[ $status -eq 1 ]] || fail "no room for the table: status $status, wanted 1"
check table.json 'assert rows'
status=0
"$BENCH" "${settings[@]}" --out=- 2>"$err" >&- || status=$?
[[ $status -eq 1 ]] || fail "a closed standard output: status $status, wanted 1"
rm -f ./*.journal

# A disk that is full, as a limit on the size of files: nothing half-written is left. (ThreadSanitizer writes a file of
# its own, which it does without when it has no folder for it.)
status=0
(ulimit -f 2 && TEST_TMPDIR=/nonexistent exec "$BENCH" "${longer[@]}" --out=full.json) >out 2>"$err" || status=$?
[[ $status -eq 1 ]] || fail "a full disk: status $status, wanted 1"
[[ ! -e full.json ]] || fail "full.json should not be there"
expect_words --resume=full.json
expect 0 "$BENCH" --resume=full.json
check full.json 'assert len(rows) == 9 * len({row["name"] for row in rows}) and not failures'

# What cannot be resumed.
expect 2 "$BENCH" --resume=nothing.json
expect_words nothing.json
echo '{"context": {}, "benchmarks": []}' >foreign.json
expect 2 "$BENCH" --resume=foreign.json
expect 0 "$BENCH" "${longer[@]}" --out=changed.json
for change in 's/"program":"[^"]*"/"program":"0.0.0"/' 's/"fingerprint":"[^"]*"/"fingerprint":"0"/' \
  's/"ctxbench_journal":[0-9]*/"ctxbench_journal":99/' 's/--executions=9/--executions=8/'; do
  rm -f changed.json*
  "$BENCH" "${longer[@]}" --out=changed.json >out 2>"$err" &
  wait_for test -s changed.json.journal
  kill -KILL $!
  wait $! 2>/dev/null || true
  sed -i "$change" changed.json.journal
  cp changed.json.journal before
  expect 2 "$BENCH" --resume=changed.json
  expect_words found
  expect_words wanted
  cmp before changed.json.journal || fail "a refused journal should stay as it was"
done

# Google Benchmark's own variables do not reach the workers.
expect 0 env BENCHMARK_LIST_TESTS=true BENCHMARK_OUT=stray.json "$BENCH" "${settings[@]}" --out=clean.json
[[ ! -e stray.json ]] || fail "BENCHMARK_OUT reached a worker"
