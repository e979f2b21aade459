#!/usr/bin/env bash
#
# No process of a test outlives it (support/contain.c): not when it ends well, crashes, is interrupted or takes too long.

source "$SOURCE/tests/support/checks.bash"
contain=$(dirname "$BENCH")/tests/contain
export CONTAINED=$$ # marks the processes below

# A process that would stay for ever, in a session of its own, with nobody who waits for it.
stay='(setsid sleep 100000 &)'

expect_none_left() {
  local left
  for _ in {1..100}; do
    left=$(env -u CONTAINED grep -lzxF "CONTAINED=$$" /proc/[0-9]*/environ 2>/dev/null)
    [ -n "$left" ] || return 0
    sleep 0.1
  done
  fail "$1: left are $left"
}

# expect STATUS COMMAND: what contain makes of the shell's command.
expect() {
  local status=0
  "$contain" bash -c "$2" >out 2>&1 || status=$?
  [ "$status" -eq "$1" ] || fail "$2: status $status, wanted $1: $(cat out)"
  expect_none_left "$2"
}

expect 0 'sleep 0.2 & exit 0' # a moment is granted
expect 3 'exit 3'
expect 1 "$stay"
grep -q 'the test left process [0-9]* (sleep)' out || fail "a process that stays is not named: $(cat out)"
expect 77 "$stay; exit 77"
expect 139 "$stay; kill -SEGV \$\$"
grep -q 'ended by signal 11' out || fail "the signal is not named: $(cat out)"

# Somebody ends it, or what started it is killed.
"$contain" bash -c "$stay; touch ready; sleep 100000" &
while [ ! -e ready ]; do sleep 0.1; done
kill -TERM $!
wait $! && fail "ended by SIGTERM: status 0"
expect_none_left "SIGTERM"
rm ready
bash -c '"$@" & wait' - "$contain" bash -c "$stay; touch ready; sleep 100000" &
while [ ! -e ready ]; do sleep 0.1; done
kill -KILL $!
wait $! 2>/dev/null
expect_none_left "the parent killed"

# CTest's patience is over.
cat >CTestTestfile.cmake <<END
add_test(hangs "$contain" bash -c "$stay; sleep 100000")
set_tests_properties(hangs PROPERTIES TIMEOUT 1)
END
ctest >out 2>&1 && fail "a test that hangs passed"
grep -q 'Timeout' out || fail "a test that hangs: $(cat out)"
expect_none_left "a test that hangs"
finish
