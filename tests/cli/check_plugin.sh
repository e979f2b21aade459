#!/usr/bin/env bash
#
# Two builds of a strategy of one's own: `bench check --plugin=NEW.so --against=OLD.so`, where each read of one takes a
# known number of steps more (tests/plugins/drag.c).

source "$SOURCE/tests/support/run.bash"

if is_sanitised; then
  echo "skipped: sanitizers do not run under valgrind"
  exit 77
fi
command -v valgrind >/dev/null || fail "valgrind is missing; scripts/setup installs it"
for steps in 0 50; do
  cc -std=c17 -D_GNU_SOURCE -O2 -shared -fPIC -fno-omit-frame-pointer -fexceptions -DDRAG_STEPS="$steps" \
    -I"$SOURCE/strategies" -I"$(dirname "$BENCH")/strategies" -o "drag$steps.so" "$SOURCE/tests/plugins/drag.c" ||
    fail "cannot build a drag of $steps steps"
done

count() {
  "$BENCH" check --metric=instructions --workload=get --plugin="./drag$1.so" --against="./drag$2.so" --format=json "${@:3}"
}
verdicts() {
  "$python" -c 'import json, sys; print(*sorted({case["verdict"] for case in json.load(open("json"))["instructions"]["cases"]}))'
}

# Without --strategy it is the plug-in's that is compared, and no other.
count 50 0 >json && fail "50 steps more in each read are no regression"
[[ $(verdicts) == regressed ]] || fail "found $(verdicts) of $(cat json)"
if ! grep -q '"drag/get/' json || grep -q '"tls/get/' json; then fail "wanted the cases of drag alone: $(cat json)"; fi
count 0 50 >json || fail "50 steps less: status $?"
[[ $(verdicts) == improved ]] || fail "found $(verdicts) of $(cat json)"
count 50 50 >json || fail "the same build: status $?"
[[ $(verdicts) == equivalent ]] || fail "found $(verdicts) of $(cat json)"

# In time: the two take their samples in turn.
expect 0 "$BENCH" check --plugin=./drag0.so --against=./drag0.so --workload=get --threshold=100 --budget=5s --quiet

# What is no such pair is refused.
refused() {
  expect 2 "$BENCH" check "${@:2}"
  expect_words "$1"
}
refused 'name the build to compare with it: --plugin=NEW.so' --against=./drag0.so
refused 'wanted two builds of one strategy' --plugin=./drag0.so --against="$PLUGINS/well_formed.so"
refused 'give one --plugin' --plugin=./drag0.so --plugin="$PLUGINS/well_formed.so" --against=./drag50.so
refused 'no_such.so: No such file' --plugin=./drag0.so --against=./no_such.so
refused 'is no program' --plugin=./drag0.so --against="$SOURCE/README.md"
refused 'found ABI' --plugin=./drag0.so --against="$PLUGINS/wrong_abi.so"
