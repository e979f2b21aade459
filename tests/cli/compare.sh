#!/usr/bin/env bash
#
# bench compare: verdicts and exit statuses, what it refuses, and that each format says the same.

set -euo pipefail
source "$SOURCE/tests/support/run.bash"

make() {
  "$python" "$SOURCE/tests/support/make_result.py" "$@"
}

# expect_text WORDS: standard output has them, though lines may be broken between any two.
expect_text() {
  tr -d \\ <out | tr -s ' \n' ' ' | grep -qF -- "$1" || fail "standard output should have '$1': $(head -60 out)"
}

# json CODE: runs Python with the comparison as `result` and its cases by name as `cases`.
json() {
  "$python" -c "
import json, sys
def refuse(name): raise ValueError(name + ' is no JSON')
result = json.load(open('out'), parse_constant=refuse)
cases = {case['name']: case for case in result['cases']}
$1" || fail "the comparison is not as it should be"
}

make base.json
make same.json seed=2
make slow.json seed=2 slower='tls/get/*:1.06'
make fast.json seed=2 slower='tls/get/*:0.9'
make noisy.json seed=2 spread=0.2
make few.json executions=5
make fewer.json seed=2 executions=3 slower='*:9'

# Verdicts and statuses.
expect 0 "$BENCH" compare base.json same.json --strict
expect_text "0 regressed, 0 improved, 15 equivalent, 0 inconclusive"
expect 3 "$BENCH" compare base.json slow.json
expect_text "3 regressed, 0 improved, 12 equivalent, 0 inconclusive"
expect 0 "$BENCH" compare base.json slow.json --threshold=50%
expect_text "0 regressed, 0 improved, 15 equivalent"
expect 0 "$BENCH" compare base.json fast.json --strict
expect_text "0 regressed, 3 improved"
expect 0 "$BENCH" compare base.json noisy.json
expect_text "15 inconclusive"
expect 4 "$BENCH" compare base.json noisy.json --strict
expect 4 "$BENCH" compare few.json fewer.json --strict
expect_text "15 of 15 cases have too few executions for a verdict: over so many cases it takes 6 on each side"

# Every format, in 80 columns where it is for a terminal.
expect 3 "$BENCH" compare base.json slow.json
awk 'length($0) > 80 { exit 1 }' out || fail "the table is wider than 80 columns"
! grep -q $'\033' out || fail "there are escape sequences in a pipe"
[[ $(grep -c '^ *tls  *+[56]\.[0-9]%.* regressed$' out) -eq 3 ]] || fail "the table lacks regressed cases: $(cat out)"
for width in 40 50 60 70; do
  expect 3 env COLUMNS=$width "$BENCH" compare base.json slow.json
  awk -v width=$width 'length($0) > width { exit 1 }' out || fail "the table is wider than $width columns: $(cat out)"
done
expect 3 "$BENCH" compare base.json slow.json --format=markdown
grep -qF '**3 regressed, 0 improved, 12 equivalent, 0 inconclusive**' out || fail "Markdown lacks its summary"
[[ $(grep -c '^| `' out) -eq 18 ]] || fail "Markdown should have 3 rows and then 15"
grep -v '^|' out | grep -q '`' || fail "Markdown should quote the names of files"
expect 3 "$BENCH" compare base.json slow.json --format=json
json '
assert result["ctxbench_comparison"] == 1 and result["threshold"] == 0.03
assert result["summary"]["worst"] == "regressed" and result["summary"]["regressed"] == 3
assert len(cases) == 15 and not result["objections"] and not result["differences"]
for name, case in cases.items():
    slow = name.startswith("tls/get/")
    assert case["verdict"] == ("regressed" if slow else "equivalent"), case
    low, high = case["joint_interval"]
    assert low <= case["interval"][0] <= case["ratio"] <= case["interval"][1] <= high
    assert abs(case["ratio"] - (1.06 if slow else 1)) < 0.005
    assert (low > 1.03) if slow else (low > 1 / 1.03 and high < 1.03)
    assert 1.03 < case["smallest_slowdown"] < 1.04
    assert case["base"]["executions"] == case["new"]["executions"] == 20
'
expect 0 "$BENCH" compare few.json fewer.json --format=json
json 'assert all("joint_interval" not in case and "smallest_slowdown" not in case for case in cases.values())'

# What the machine did in between shows in the references: by so much all intervals are wider, and every format says it.
make quiet.json floor=yes
make quieter.json floor=yes seed=2
make drifted.json floor=yes seed=2 slower='*:1.035'
expect 0 "$BENCH" compare quiet.json drifted.json --format=json
json '
drift = result["drift"]
assert drift["references"] == 10 and abs(drift["ratio"] - 1.035) < 0.002 and abs(drift["widening"] - 3) < 0.01, drift
def reach(case): return case["ratio"] - case["interval"][0]
wide = {name: reach(case) for name, case in cases.items()}
assert all(0.003 < reach < 0.012 for reach in wide.values()), wide
assert result["summary"]["inconclusive"] == 20 and result["summary"]["regressed"] == 0, result["summary"]
'
for format in terminal markdown; do
  expect 0 "$BENCH" compare quiet.json drifted.json --format=$format
  expect_text "the 10 reference cases took 1.03 times as long in the new one"
done
expect 0 "$BENCH" compare quiet.json quieter.json --strict --format=json
json 'assert 1 <= result["drift"]["widening"] < 1.6, result["drift"]'
expect 0 "$BENCH" compare base.json slow.json --threshold=50%
expect_text "it takes 8 reference cases to tell, and there are 5"

# The other way round the ratio is the inverse, and a file against itself has none.
expect 0 "$BENCH" compare slow.json base.json --format=json
json 'assert result["summary"]["improved"] == 3'
expect 0 "$BENCH" compare base.json base.json --strict --format=json
json 'assert all(case["ratio"] == 1 for case in cases.values())'

# What does not compare is refused, unless --force, and then every output says so.
refuses() {
  local format
  expect 2 "$BENCH" compare base.json other.json
  expect_words "$1"
  expect_words --force
  [[ ! -s out ]] || fail "a refusal should print nothing"
  for format in terminal markdown json; do
    expect 0 "$BENCH" compare base.json other.json --force --format=$format
    expect_text "$1"
  done
}
make other.json fingerprint=fedcba9876543210
refuses "different machines"
make other.json fingerprint=
refuses "does not say which machine"
make other.json revision=2
refuses "is at revision 1 in one and at 2 in the other"
make other.json linkage="shared object, initial-exec"
refuses 'it is "program" in one and "shared object, initial-exec" in the other'

# What else differs is told.
make other.json governor=powersave
expect 0 "$BENCH" compare base.json other.json
expect_text "frequency governor: performance / powersave"

# Cases that one side lacks are named; one that failed is a failure.
make other.json drop='stacktag/with/*'
for format in terminal markdown; do
  expect 0 "$BENCH" compare base.json other.json --format=$format
  expect_text "Only in base:"
  expect_text "stacktag/with/keys:4/throughput/threads:1/pu"
  expect 0 "$BENCH" compare other.json base.json --format=$format
  expect_text "Only in new:"
done
expect 4 "$BENCH" compare base.json other.json --strict
expect 0 "$BENCH" compare other.json base.json --strict
make other.json fail='stacktag/with/*' slower='tls/*:1.1'
expect 1 "$BENCH" compare base.json other.json
expect_text "stacktag/with/keys:1/throughput/threads:1/pu: crashed: the worker was ended by SIGSEGV"
make other.json name=new-
expect 2 "$BENCH" compare base.json other.json
expect_words "no case in common"

# Files.
expect 2 "$BENCH" compare base.json
expect_words "bench compare wants files: bench compare BASE NEW"
expect 2 "$BENCH" compare base.json same.json slow.json
expect_words 'takes BASE NEW; found "slow.json" after them'
expect 2 "$BENCH" compare base.json missing.json
expect_words "cannot read missing.json: No such file"
echo '{"context": {}, "benchmarks": []}' >foreign.json
expect 2 "$BENCH" compare foreign.json base.json
expect_words "foreign.json is no result file of ctxbench"
expect 2 "$BENCH" compare base.json same.json --threshold=abc
expect_words --threshold
expect 2 "$BENCH" compare base.json same.json --format=html
expect_words "terminal"
expect 3 "$BENCH" compare base.json slow.json --format=json --out=comparison.json
[[ ! -s out ]] || fail "with --out nothing goes to standard output"
mv comparison.json out
json 'assert result["summary"]["regressed"] == 3'
echo precious >kept
expect 1 "$BENCH" compare base.json slow.json --out=kept
[[ $(cat kept) == precious ]] || fail "a file was overwritten"
status=0
"$BENCH" compare base.json slow.json >/dev/full 2>"$err" || status=$?
[[ $status -eq 1 ]] || fail "a full standard output: status $status, wanted 1"

# The files that this test is made of are valid, so that it tests what there is.
make other.json fail='stacktag/with/*'
for file in base.json other.json; do
  "$python" -W ignore -m jsonschema -i $file "$SOURCE/results/schema.json" || fail "$file is no valid result file"
done
