#!/usr/bin/env bash
#
# bench check on instruction counts: the same twice, one added instruction found, and files that are refused.

source "$SOURCE/tests/support/run.bash"

if is_sanitised; then
  echo "skipped: sanitizers do not run under valgrind"
  exit 77
fi
check=("$BENCH" check --metric=instructions --workload=get --strategy=skeleton)

# plugin NAME EXPRESSION: the skeleton, edited with sed, built as README says.
plugin() {
  sed "$2" "$SOURCE/strategies/skeleton.c" >"$1.c"
  cc -std=c17 -D_GNU_SOURCE -O2 -shared -fPIC -fno-omit-frame-pointer -fexceptions -I"$SOURCE/strategies" \
    -I"$(dirname "$BENCH")/strategies" -o "$1.so" "$1.c" || fail "cannot build $1.c"
}
plugin skeleton ''
plugin heavier "$heavier_read"
cmp -s skeleton.c heavier.c && fail "the skeleton was not changed"

# counts FILE: the cases of a file of counts, without what each is called.
counts() {
  "$python" -c 'import json; print([case.get("instructions") for case in json.load(open("'"$1"'"))["cases"].values()])'
}

expect 0 "${check[@]}" --plugin=./skeleton.so --out=base.json
[[ $(counts base.json) =~ ^\[[0-9]+,\ [0-9]+\]$ ]] || fail "counts should be whole numbers here: $(counts base.json)"
expect 0 "${check[@]}" --plugin=./skeleton.so --baseline=base.json --strict --out=again.json
cmp base.json again.json || fail "the same program has other counts the second time"
grep -q '2 cases: 2 equivalent' out || fail "the same program is not equivalent to itself"

expect_schema counts.schema.json base.json

# One more instruction a read is one more in the count, and a regression; one fewer is none.
expect 3 "${check[@]}" --plugin=./heavier.so --baseline=base.json --format=json --out=heavier.json
"$python" -c '
import json
cases = json.load(open("out"))["instructions"]["cases"]
assert len(cases) == 2, cases
for case in cases:
    assert case["verdict"] == "regressed" and case["now"] == case["base"] + 1, case
' || fail "an added instruction is not told"
expect 0 "${check[@]}" --plugin=./skeleton.so --baseline=heavier.json --format=markdown
[[ $(grep -c '| improved |' out) -eq 2 ]] || fail "a removed instruction is not told"
expect 0 "${check[@]}" --plugin=./heavier.so --baseline=base.json --threshold=50% --quiet
[[ ! -s out && ! -s $err ]] || fail "--quiet should be quiet"

# The other build, here the same one.
expect 0 "${check[@]}" --plugin=./skeleton.so --against="$BENCH" --strict

# What one side lacks is named.
expect 0 "${check[@]}" --plugin=./skeleton.so --depth=4,16 --out=more.json
expect 4 "${check[@]}" --plugin=./skeleton.so --depth=1,16 --baseline=more.json --strict
for words in 'new: the base lacks it' 'gone: only the base has it'; do
  grep -q "$words" out || fail "'$words' is not told"
done

# Where that is all, nothing was compared, which is no pass.
expect 2 "${check[@]}" --plugin=./skeleton.so --depth=1 --baseline=more.json
expect_words 'nothing was compared: no case has the instruction count of both sides'
expect 2 "$BENCH" check --metric=instructions --workload=get --strategy=tls-c11 --threads=2 --against="$BENCH"
expect_words 'nothing was compared'

# A read in no scope asks the unwinder, as stacktag-unwind does, and adds no search of all unwind tables to that.
expect 0 "$BENCH" check --metric=instructions --workload=miss --strategy='stacktag,stacktag-unwind' \
  --parameter=depth=0 --parameter=scope=0 --out=none.json
"$python" -c '
import json
counts = {name.split("/")[0]: case["instructions"] for name, case in json.load(open("none.json"))["cases"].items()}
assert counts["stacktag"] < 1.5 * counts["stacktag-unwind"], counts
' || fail "a read in no scope does more than to ask the unwinder"

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
expect_words 'wanted --against=PROGRAM or --baseline=FILE'
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
