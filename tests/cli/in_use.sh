#!/usr/bin/env bash
#
# Two runs meet in one result file: names that nobody gave are never the same, a journal in use is known and left alone,
# and nothing that was measured is lost.

set -euo pipefail
source "$SOURCE/tests/support/run.bash"
settings=(--strategy=tls --workload=get --depth=0 --threads=1 --samples=1 --min-time=1ms --quiet)

# Runs that do not know of each other, as in containers on one folder, begin in the same second: each has a file.
for i in 1 2 3 4 5 6; do
  CTXBENCH_LOCK=$CTXBENCH_LOCK-$i "$BENCH" "${settings[@]}" --executions=1 2>"err$i" &
  pids[i]=$!
done
for i in "${!pids[@]}"; do
  wait "${pids[i]}" || fail "run $i of six at once failed: $(cat "err$i")"
done
files=(*.json)
[[ ${#files[@]} -eq 6 ]] || fail "six runs at once left these files: ${files[*]}"
for file in "${files[@]}"; do
  check "$file" 'assert rows and not failures'
done
[[ -z $(ls ./*.journal .ctxbench* 2>/dev/null) ]] || fail "these should be gone: $(ls -A)"
rm ./*.json

# While a run measures, nobody else gets its journal, neither by force nor to go on with it, nor waits for it in vain.
"$BENCH" "${settings[@]}" --executions=60 --out=run.json 2>first &
first=$!
wait_for test -s run.json.journal
for option in --out=run.json '--out=run.json --force' --resume=run.json --resume=run.json.journal; do
  read -ra words <<<"$option"
  [[ $option == --resume* ]] || words+=("${settings[@]}")
  expect 2 timeout 60 "$BENCH" "${words[@]}"
  expect_words 'run.json.journal is in use'
  if grep -qE -- '--force|--resume' "$err"; then fail "this advice would do harm"; fi
done
kill -0 "$first" || fail "the first run should still be measuring; give it more executions"
kill -INT "$first"
status=0
wait "$first" || status=$?
[[ $status -eq 130 ]] || fail "the first run: status $status, wanted 130: $(cat first)"
check run.json 'assert rows and result["context"]["ctxbench"]["interrupted"] and not failures'

# Now nobody uses it. A result that is another run's is not replaced by going on; the run's own is.
cp run.json.journal kept.journal
"$BENCH" "${settings[@]}" --executions=1 --out=other.json
mv run.json own.json
cp other.json run.json
expect 2 "$BENCH" --resume=run.json
expect_words 'run.json is not of the run that run.json.journal belongs to'
cmp other.json run.json || fail "another run's result was replaced"
cmp run.json.journal kept.journal || fail "a refused journal should stay as it was"
mv own.json run.json
"$BENCH" --resume=run.json --quiet 2>"$err" &
resumed=$!
journal_grew() {
  [[ $(stat -c %s run.json.journal) -gt $(stat -c %s kept.journal) ]]
}
wait_for journal_grew
expect 2 timeout 60 "$BENCH" "${settings[@]}" --out=run.json --force
grep -q 'in use' "$err" || fail "a journal that a resumed run writes to should be in use"
wait "$resumed" || fail "the resumed run failed"
check run.json 'assert len(rows) == 60 * len({row["name"] for row in rows}) and not failures'
[[ ! -e run.json.journal ]] || fail "the journal should be gone"

# Somebody takes the journal away: the run still has what it measured.
"$BENCH" "${settings[@]}" --executions=15 --out=lost.json 2>first &
first=$!
wait_for test -s lost.json.journal
rm lost.json.journal
echo precious >lost.json.journal
wait "$first" || fail "the run whose journal was taken away failed: $(cat first)"
check lost.json 'assert len(rows) == 15 * len({row["name"] for row in rows}) and not failures'
[[ $(cat lost.json.journal) == precious ]] || fail "what is in its place now should stay"

# A result of that name comes while a run measures: both are kept, and going on does not replace it.
"$BENCH" "${settings[@]}" --executions=15 --out=both.json 2>"$err" &
first=$!
wait_for test -s both.json.journal
echo precious >both.json
status=0
wait "$first" || status=$?
[[ $status -eq 1 ]] || fail "a result that another has made meanwhile: status $status, wanted 1"
expect_words 'what was measured is kept'
expect 2 "$BENCH" --resume=both.json
[[ $(cat both.json) == precious ]] || fail "the other result was replaced"
rm both.json
expect 0 "$BENCH" --resume=both.json --quiet
check both.json 'assert len(rows) == 15 * len({row["name"] for row in rows}) and not failures'

# What has no journal is put beside such a file.
"$BENCH" conformance --strategy=tls,stacktag --out=matrix.json >out 2>"$err" &
first=$!
sleep 0.3
echo precious >matrix.json
status=0
wait "$first" || status=$?
[[ $status -eq 1 && $(cat matrix.json) == precious ]] || fail "a matrix's file was made meanwhile: status $status"
expect_words 'what was to be written is in'
check matrix.json.2 'assert result["context"]["ctxbench"]["conformance"]'
