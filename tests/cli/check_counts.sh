#!/usr/bin/env bash
#
# bench check on instruction counts: the same twice, and one added instruction found. (check_counts_refused.sh
# has what cannot be compared.)

source "$SOURCE/tests/support/run.bash"

require_valgrind
check=("$BENCH" check --metric=instructions --workload=get --strategy=skeleton)

# plugin NAME EXPRESSION: the skeleton, edited with sed, built as README says.
plugin() {
  sed "$2" "$SOURCE/strategies/skeleton.c" >"$1.c"
  build_plugin "$1.c" "$1.so"
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
