#!/usr/bin/env bash
#
# bench check on instruction counts: what cannot be counted, and files that are refused.

source "$SOURCE/tests/support/run.bash"
require_valgrind
check=("$BENCH" check --metric=instructions --workload=get --strategy=skeleton)
build_plugin "$SOURCE/strategies/skeleton.c" skeleton.so
expect 0 "${check[@]}" --plugin=./skeleton.so --out=base.json

# What cannot be counted says why.
expect 0 "$BENCH" check --metric=instructions --workload=get --strategy=tls-c11 --threads=2 --out=threads.json
grep -q 'only cases of one thread' threads.json || fail "two threads should have no count"
expect_schema counts.schema.json threads.json
expect 1 "$BENCH" check --metric=instructions --plugin="$PLUGINS/faults.so" --strategy=faults \
  --workload=fault-checksum --out=faults.json
expect_words 'faults/fault-checksum'

# Another tool chain is refused, unless it is forced.
sed 's/"compiler": "[^"]*"/"compiler": "gcc 3.3"/' base.json >old.json
expect 2 "${check[@]}" --plugin=./skeleton.so --baseline=old.json
expect_words 'the counts in old.json are of "gcc 3.3"'
expect 0 "${check[@]}" --plugin=./skeleton.so --baseline=old.json --force
expect_words 'as --force says'

# Files that are none, and what does not go together. Nothing is measured for these.
head -c 100 base.json >cut.json
sed 's/"instructions": [0-9]*/"instructions": -1/' base.json >negative.json
sed 's/"ctxbench_counts": 1/"ctxbench_counts": 9/' base.json >later.json
: >empty.json
for file in cut.json negative.json later.json empty.json missing.json; do
  expect 2 "${check[@]}" --plugin=./skeleton.so --baseline="$file"
  expect_words "$file: "
done
expect 2 "$BENCH" check
expect_words 'wanted --against=PROGRAM, --plugin=NEW.so --against=OLD.so, or --baseline=FILE'
expect 2 "$BENCH" check --against="$BENCH" --baseline=base.json
expect_words 'give one of them'
expect 2 "$BENCH" check --against="$SOURCE/bench"
expect_words 'is no program; wanted what the build made'
expect 2 "$BENCH" check --against=./missing
expect_words '--against: found no program'
expect 2 "$BENCH" check --baseline=base.json --threshold=-1
expect_words '--threshold: found "-1"'
expect 2 "${check[@]}" --plugin=./skeleton.so --out=base.json
expect_words 'base.json'

# Ctrl-C ends it, and nothing is left behind.
TMPDIR=$folder "$BENCH" check --metric=instructions --out=interrupted.json >out 2>"$err" &
# shellcheck disable=SC2144 # there is one such folder
there_are_dumps() { [[ -d $(echo "$folder"/ctxbench-counts-*) ]]; }
wait_for there_are_dumps
kill -INT $!
status=0
wait $! || status=$?
[[ $status -eq 130 ]] || fail "status $status, wanted 130"
expect_no_survivors
[[ ! -e interrupted.json ]] || fail "an interrupted check has no counts to write"
[[ -z $(compgen -G "$folder/ctxbench-counts-*") ]] || fail "dumps were left behind"
