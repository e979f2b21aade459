#!/usr/bin/env bash
#
# Ctrl-C and SIGTERM end a run early: the file is whole and holds what was done, the status is 130, and --resume goes on.

set -euo pipefail
source "$SOURCE/tests/support/run.bash"
settings=(--strategy=tls --workload=get --depth="0,16" --threads=1 --executions=8 --samples=2 --min-time=1ms)

journal_has_executions() {
  [[ -e $1 ]] && (($(grep -c '"calibration":false' "$1") > 2))
}

for signal in INT TERM HUP; do
  file=$signal.json
  "$BENCH" "${settings[@]}" --out="$file" >out 2>"$err" &
  wait_for journal_has_executions "$file.journal"
  kill -$signal $!
  status=0
  wait $! || status=$?
  [[ $status -eq 130 ]] || fail "SIG$signal: status $status, wanted 130"
  expect_words "--resume=$file"
  expect_no_survivors
  done=$(grep -c '"calibration":false' "$file.journal")
  check "$file" "assert len(rows) == $done and not failures, (len(rows), $done)"
  expect 0 "$BENCH" --quiet --resume="$file"
  [[ ! -s out && ! -s $err ]] || fail "--quiet should be quiet"
  [[ ! -e $file.journal ]] || fail "the journal should be gone"
  check "$file" 'assert len(rows) == 8 * len({row["name"] for row in rows}) > 0'
done

# A worker that hangs does not keep us.
export CTXBENCH_PATIENCE=600
"$BENCH" --plugin="$PLUGINS/faults.so" --strategy=faults --workload=fault-hang --out=hang.json >out 2>"$err" &
wait_for test -s hang.json.journal
sleep 0.3
kill -INT $!
status=0
wait $! || status=$?
[[ $status -eq 130 ]] || fail "status $status, wanted 130"
expect_no_survivors
check hang.json 'assert not rows and not failures'
