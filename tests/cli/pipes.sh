#!/usr/bin/env bash
#
# What blocks when it is opened, written or read: a run, a check and a matrix end on a signal, though they hold signals
# back while they work, and what was measured is kept.

set -euo pipefail
source "$SOURCE/tests/support/run.bash"
settings=(--strategy=tls --workload=get --depth=0 --threads=1 --executions=1 --samples=1 --min-time=1ms)
mkfifo pipe

said() {
  grep -qF -- "$1" "$err"
}

# A pipe that nobody reads is waited for, until a signal comes; the measurements are kept.
for signal in INT TERM HUP; do
  begin "$BENCH" "${settings[@]}" --quiet --out=pipe
  wait_for said 'nobody reads the pipe pipe'
  kill -s "$signal" "$pid"
  ends 130
  expect_words 'interrupted'
  file=$(sed -n 's/.*--resume=//p' "$err")
  [[ -s $file.journal ]] || fail "the journal should be kept"
done

# With a reader it takes the results, be it there before or come late.
begin "$BENCH" --resume="$file" --quiet
wait_for said 'nobody reads the pipe pipe'
timeout 60 cat pipe >read.json
ends 0
check read.json 'assert rows and not failures'
[[ ! -e $file.journal ]] || fail "the journal should be gone"
rm -f ./*.journal
timeout 60 cat pipe >read.json &
reader=$!
begin "$BENCH" "${settings[@]}" --quiet --out=pipe
ends 0
wait "$reader"
check read.json 'assert rows and not failures'
"$BENCH" "${settings[@]}" --quiet --out=>(cat >substituted.json) 2>"$err" || fail "a process substitution"
wait_for "$python" -c 'import json; json.load(open("substituted.json"))' 2>/dev/null

# What is read, and the names beside the results: nothing is waited for that a signal could not end.
for option in --baseline=pipe --resume=pipe --against=pipe --suite=./pipe --plugin=./pipe; do
  command=()
  [[ $option == --resume* || $option == --suite* || $option == --plugin* ]] || command=(check --strategy=tls)
  begin timeout --kill-after=5 2 "$BENCH" "${command[@]}" "$option"
  status=0
  wait "$pid" || status=$?
  [[ $status -eq 2 || $status -eq 124 ]] || fail "$option: status $status, wanted 2, or an end by the first signal"
done
mkfifo run.json.journal
for force in '' --force; do
  expect 2 timeout 60 "$BENCH" "${settings[@]}" --out=run.json $force
  expect_words run.json.journal
done

# Devices and folders.
expect 1 "$BENCH" "${settings[@]}" --quiet --out=/dev/full
expect_words 'No space left'
expect 0 "$BENCH" "${settings[@]}" --quiet --out=/dev/null
mkdir folder
for command in 'run' 'conformance --strategy=tls --scenario=nest' 'check --metric=instructions --strategy=tls' 'calibrate'; do
  read -ra words <<<"$command"
  expect 2 "$BENCH" "${words[@]}" --out=folder
  expect_words folder
done
