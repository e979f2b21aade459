# shellcheck shell=bash
#
# What tests of runs share: a folder of their own, a lock of their own (so that they do not wait for others' runs), and
# ways to look at what a run leaves. Sourced, not run.

python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
cd "$folder" || exit
err=$folder/err
export CTXBENCH_LOCK=test-$$
export CTXBENCH_PATIENCE=60
unset NO_COLOR

fail() {
  echo "$*"
  [[ ! -s $err ]] || { echo "standard error:"; cat "$err"; }
  exit 1
}

# A statement that fails, which nothing awaits, ends the test: a command that is missing, or quotes that end too early.
trap 'fail "line $LINENO ended with status $?"' ERR

# expect STATUS COMMAND...: standard output into ./out, standard error into ./err.
expect() {
  local status=0
  "${@:2}" >out 2>"$err" || status=$?
  [[ $status -eq $1 ]] || fail "${*:2}: status $status, wanted $1"
}

expect_words() {
  grep -qF -- "$1" "$err" || fail "standard error should have '$1'"
}

# Whether the program was built with AddressSanitizer or ThreadSanitizer, under which much takes long, and valgrind fails.
is_sanitised() {
  grep -qE '__(asan|tsan)_' "$BENCH"
}

# build_plugin FILE.c FILE.so FLAG...: a strategy, as README says.
build_plugin() {
  cc -std=c17 -D_GNU_SOURCE -O2 -shared -fPIC -fno-omit-frame-pointer -fexceptions "${@:3}" -I"$SOURCE/strategies" \
    -I"$(dirname "$BENCH")/strategies" -o "$2" "$1" || fail "cannot build $1"
}

# For tests that count instructions.
require_valgrind() {
  if is_sanitised; then
    echo "skipped: sanitizers do not run under valgrind"
    exit 77
  fi
  command -v valgrind >/dev/null || fail "valgrind is missing; scripts/setup installs it"
}

# told WORDS: standard output has them, wherever its lines break.
told() {
  tr -s '\n ' '  ' <out | grep -qF -- "$1" || fail "'$1' is not told: $(cat out)"
}

# For tests in which a crash is an outcome: a sanitizer would report it in its own way.
leave_signals_alone() {
  local options=handle_segv=0:handle_sigbus=0
  export ASAN_OPTIONS=$options UBSAN_OPTIONS=$options TSAN_OPTIONS=${TSAN_OPTIONS-}:$options
}

# Processes that carry our lock in their environment: runs and their workers, and what those started.
survivors() {
  env -u CTXBENCH_LOCK grep -lzxF "CTXBENCH_LOCK=$CTXBENCH_LOCK" /proc/[0-9]*/environ 2>/dev/null || true
}

expect_no_survivors() {
  for _ in {1..100}; do
    [[ -n $(survivors) ]] || return 0
    sleep 0.05
  done
  fail "these should have ended: $(survivors)"
}

# begin COMMAND...: in the background, its standard output into ./out.
begin() {
  : >"$err"
  "$@" >out 2>"$err" &
  pid=$!
}

# ends STATUS: what was begun does.
ends() {
  local status=0
  wait "$pid" || status=$?
  [[ $status -eq $1 ]] || fail "status $status, wanted $1"
}

# wait_for COMMAND...: until it succeeds.
wait_for() {
  for _ in {1..2400}; do
    "$@" && return
    sleep 0.05
  done
  fail "waited in vain for: $*"
}

# check FILE CODE: runs Python with the parsed result file as `result` and its rows as `rows`.
check() {
  "$python" -c "
import json, sys
result = json.load(open(sys.argv[1]))
rows = result['benchmarks']
failures = result['failures']
$2" "$1" || fail "$1 is not as it should be"
}

# expect_schema SCHEMA FILE: SCHEMA is a file in results/. (scripts/setup installs the validator.)
expect_schema() {
  "$python" -W ignore -m jsonschema -i "$2" "$SOURCE/results/$1" || fail "$2 is not what results/$1 says"
}

# For sed: gives the read of the skeleton, and of strategies like it, one more instruction.
# shellcheck disable=SC2034 # used by those who source this
heavier_read='s/^    return \*(const struct ctx/    __asm__ volatile("nop");\n&/'
