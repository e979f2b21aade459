#!/usr/bin/env bash
#
# Pipes that nobody reads from, though they are open: a run, a check, a calibration and a matrix end on a signal when what
# they write to is full, though they hold signals back while they work. (pipes.sh has those that nobody opens.)

set -euo pipefail
source "$SOURCE/tests/support/run.bash"
settings=(--strategy=tls --workload=get --depth=0 --threads=1 --executions=1 --samples=1 --min-time=1ms)
mkfifo pipe

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
