#!/usr/bin/env bash
#
# bench merge: one result file of several machines, and what other commands make of one. Files that never were measured
# stand for machines.

set -euo pipefail
# shellcheck source=tests/support/run.bash
source "$SOURCE/tests/support/run.bash"

make() {
  "$python" "$SOURCE/tests/support/make_result.py" "$@" || fail "make_result.py $*"
}

make a.json seed=1
make b.json seed=2 fingerprint=fedcba9876543210 governor=powersave
make c.json seed=3 fail='stacktag/*depth:16*'

expect 0 "$BENCH" merge a.json b.json c.json --out=all.json
expect_schema schema.json all.json
check all.json '
rows_of = [sum(row["machine"] == i for row in rows) for i in range(3)]
assert [m["name"] for m in result["machines"]] == ["a", "b", "c"]
assert rows_of[0] == rows_of[1] > rows_of[2] > 0, rows_of
assert {failure["machine"] for failure in failures} == {2}
assert result["context"]["ctxbench"]["schema_version"] == 2
assert result["machines"][1]["context"]["ctxbench"]["machine"] == {"governor": "powersave"}, result["machines"][1]'

echo "each machine is the file that it came from"
for name in a b c; do
  expect 0 "$BENCH" export --format=csv --machine=$name all.json
  mv out of-all
  expect 0 "$BENCH" export --format=csv $name.json
  cmp out of-all || fail "machine $name of all.json is not $name.json"
done
expect 0 "$BENCH" compare a.json all.json --machine=a
expect 0 "$BENCH" compare b.json all.json --machine=fedcba9876543210

echo "no verdict across fingerprints"
expect 2 "$BENCH" compare a.json all.json --machine=b
expect_words "come from different machines"
expect 2 "$BENCH" compare a.json all.json
expect_words "all.json holds 3 machines; choose one of them by --machine=NAME: a, b, c"
expect 2 "$BENCH" compare a.json all.json --machine=d
expect_words "has 0 machines named d"
expect 2 "$BENCH" compare a.json all.json --machine=0123456789abcdef
expect_words "has 2 machines named 0123456789abcdef"
expect 2 "$BENCH" check --strategy=tls --workload=get --baseline=all.json
expect_words "all.json has 0 machines named"

echo "nothing counts twice"
cp a.json again.json
expect 2 "$BENCH" merge a.json again.json --out=twice.json
expect_words "hold the same run"
expect 2 "$BENCH" merge a.json all.json
expect_words "only files of one machine each are merged"
[[ ! -e twice.json ]] || fail "twice.json was written"

echo "names: the file's, the host's, or with a number"
mkdir 1 2 3
make 1/run.json seed=4
make 2/run.json seed=5
make 3/run.json seed=6
expect 0 "$BENCH" merge 1/run.json 2/run.json 3/run.json --out=named.json
check named.json 'assert [m["name"] for m in result["machines"]] == ["run", "example", "run-2"], result["machines"]'

echo "a matrix goes to the machine whose run has its name"
"$python" - <<'EOF'
import json
result = json.load(open("a.json"))
result["benchmarks"], result["failures"] = [], []
result["context"]["ctxbench"]["conformance"] = [{"strategy": "tls", "scenario": "nest", "summary": "s", "outcome": "pass",
                                                 "expected": "pass", "as_expected": True}]
import os
os.mkdir("matrix")
json.dump(result, open("matrix/a.json", "w"))
json.dump(result, open("matrix/other.json", "w"))
EOF
expect 0 "$BENCH" merge matrix/a.json a.json b.json --out=proved.json
check proved.json '
machines = result["machines"]
assert [m["name"] for m in machines] == ["a", "b"]
whole = result["context"]["ctxbench"]
assert whole["conformance"] or machines[0]["context"]["ctxbench"]["conformance"]
assert machines[1]["context"]["ctxbench"]["conformance"] is None'
expect 0 "$BENCH" merge a.json matrix/other.json --out=apart.json
check apart.json 'assert [m["name"] for m in result["machines"]] == ["a", "other"]'

echo "what is missing is told on"
echo '[{"name": "d", "state": "node-down", "reason": "it is down"}]' >missing.json
expect 0 "$BENCH" merge a.json b.json --missing=missing.json --out=some.json
expect_schema schema.json some.json
check some.json 'assert result["missing"] == json.load(open("missing.json"))'
echo '[{"name": 1}]' >missing.json
expect 2 "$BENCH" merge a.json --missing=missing.json
expect_words "wanted an array of objects with the texts name, state and reason"

echo "files that are cut short or turned around are refused"
head -c 5000 a.json >cut.json
expect 2 "$BENCH" merge b.json cut.json --out=none.json
[[ ! -e none.json ]] || fail "none.json was written"
"$python" - <<'EOF'
import json
result = json.load(open("all.json"))
json.dump({key: result[key] for key in ("context", "benchmarks", "failures", "machines")}, open("turned.json", "w"))
result["machines"][0].pop("name")
json.dump(result, open("nameless.json", "w"))
result["machines"] = []
json.dump(result, open("empty.json", "w"))
EOF
expect 2 "$BENCH" export --format=csv --machine=a turned.json
expect_words 'behind "context" and before "benchmarks"'
expect 2 "$BENCH" export --format=csv --machine=b nameless.json
expect_words "machine 0 has no name or no context"
expect 2 "$BENCH" export --format=csv --machine=b empty.json
expect_words "its list of machines is empty"
