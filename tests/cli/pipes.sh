#!/usr/bin/env bash
#
# What blocks when it is opened, written or read: a run, a check and a matrix end on a signal, though they hold signals
# back while they work, and what was measured is kept.

set -euo pipefail
source "$SOURCE/tests/support/run.bash"
settings=(--strategy=tls --workload=get --depth=0 --threads=1 --executions=1 --samples=1 --min-time=1ms)
mkfifo pipe

# begin COMMAND...: in the background, its standard output into ./out.
begin() {
  : >"$err"
  "$@" >out 2>"$err" &
  pid=$!
}

# ends STATUS: the one in the background does.
ends() {
  local status=0
  wait "$pid" || status=$?
  [[ $status -eq $1 ]] || fail "status $status, wanted $1"
}

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

# A reader that opens the pipe and reads nothing: more than a pipe holds does not keep a signal out.
large=(--strategy='*' '--workload=get,with' --threads=1 --executions=3 --samples=1 --min-time=10us)
exec 7<>pipe
begin "$BENCH" "${large[@]}" --quiet --out=pipe
is_full() { # what is there to read, as poll says, has reached the pipe's size
  [[ $("$python" -c 'import array, fcntl, termios; n = array.array("i", [0]); fcntl.ioctl(7, termios.FIONREAD, n); print(n[0])') -ge 60000 ]]
}
wait_for is_full
kill -INT "$pid"
ends 130
expect_words 'cannot write pipe: interrupted before all of it was taken'
exec 7>&-
rm -f ./*.journal

# Standard output that is full, and stays so: results, tables and verdicts do not keep a signal out either.
began() {
  [[ $(readlink "/proc/$pid/exe") -ef $BENCH ]]
}
ask_to_end() {
  kill -TERM "$pid" 2>/dev/null || true
  sleep 0.1
  [[ ! -e /proc/$pid || $(sed 's/.*) //' "/proc/$pid/stat") == Z* ]]
}
for command in "${settings[*]} --out=-" "${settings[*]} --out=kept.json" "check --against=$BENCH --budget=1ms" \
  "check --against=$BENCH --budget=1ms --format=json" 'conformance --strategy=tls --scenario=nest' \
  'calibrate --budget=1s --out=calibration.json'; do
  read -ra words <<<"$command"
  exec 7<>pipe
  head -c 65536 /dev/zero >&7
  : >"$err"
  "$BENCH" "${words[@]}" >pipe 2>"$err" 7>&- &
  pid=$!
  wait_for began
  [[ $command != *kept.json ]] || wait_for test -e kept.json # and then the table
  wait_for ask_to_end
  status=0
  wait "$pid" || status=$?
  [[ $status -eq 130 || $status -eq 143 ]] || fail "bench $command: status $status, wanted 130, or the signal's"
  exec 7>&-
done
check kept.json 'assert rows and not failures'
rm -f ./*.journal

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
