#!/usr/bin/env bash
#
# Suites: those that are built in, one's own, and what a budget does.

set -euo pipefail
source "$SOURCE/tests/support/run.bash"

export XDG_CACHE_HOME=$PWD/cache # for what peers build

# Each built-in suite makes a plan on this machine and on larger ones, where every workload that it names exists.
"$BENCH" --names=suite >names
diff names <(cd "$SOURCE/harness/plan/suites" && printf '%s\n' *.json | sed 's/\.json$//') ||
  fail "the built-in suites should be the files in harness/plan/suites/"
while read -r name; do
  "$BENCH" suite --suite="$name" >printed.json
  cmp printed.json "$SOURCE/harness/plan/suites/$name.json" || fail "bench suite should print $name.json as it stands"
  for machine in '' 'package:1 pu:1' 'package:2 numa:2 l3:2 core:4 pu:2'; do
    expect 0 "$BENCH" --dry-run --suite="$name" ${machine:+--topology="synthetic:$machine"}
    grep -q "^suite: *$name\$" out || fail "the plan of $name should name it"
    grep -q '^time: *about ' out || fail "the plan of $name should say how long it takes"
  done
done <names

# One that was copied and changed.
"$BENCH" suite --suite=smoke | sed 's/"budget": "5s"/"budget": "1000s"/; s/"executions": 9/"executions": 2/' >mine.json
expect 0 "$BENCH" --suite=mine.json --strategy=tls --samples=1 --out=a.json
expect_words 'bench: suite mine.json: '
expect_words '2 executions of each case: about '
check a.json '
ours = result["context"]["ctxbench"]
assert ours["course"]["suite"] == "mine.json" == ours["settings"]["suite"], ours
assert (ours["course"]["executions"], ours["course"]["executions_wanted"]) == (2, 2), ours["course"]
assert ours["settings"]["min-time"] == "1ms" and ours["settings"]["samples"] == "1", ours["settings"]
assert {row["ctxbench"]["workload"] for row in rows} >= {"get", "with", "spawn", "handoff", "request"}, rows
assert {row["ctxbench"]["form"] for row in rows if row["ctxbench"]["workload"] == "get"} == {"latency"}
assert all(len(row["ctxbench"]["samples"]["real_ns"]) == 1 for row in rows)
'

# A suite that is not as it should be, or that asks for what this build lacks.
expect 2 "$BENCH" suite --suite=none.json
expect_words 'cannot read the suite none.json'
echo '{"ctxbench_suite": 1, "cases": [{"workload": "teleport"}]}' >wrong.json
expect 2 "$BENCH" --suite=wrong.json --dry-run
expect_words 'suite wrong.json: cases[0].workload: no workload is called "teleport"'
echo '{"ctxbench_suite": 1, "samples": 3 "cases": []}' >wrong.json
expect 2 "$BENCH" suite --suite=wrong.json
expect_words 'suite wrong.json: line 1, column '

# More executions than a second has time for: there are fewer, as many of each case, and that is said.
settings=(--strategy=tls --workload=get --depth=0 --parameter=up=1 --threads=1 --samples=1 --min-time=1ms)
expect 0 "$BENCH" "${settings[@]}" --executions=100000 --budget=1s --out=short.json
expect_words ' of each case instead of 100000, to end within 1 s: about '
check short.json '
course, executions = (result["context"]["ctxbench"][name] for name in ("course", "executions"))
assert 1 <= course["executions"] < course["executions_wanted"] == 100000, course
cases = {row["name"] for row in rows}
assert len(rows) == len(cases) * course["executions"] == executions["planned"] == executions["done"], executions
assert {row["repetitions"] for row in rows} == {course["executions"]}
assert course["taken_seconds"] > 0 and course["estimated_seconds"] > 0, course
'

# Where not even one execution of each case fits, what would is said before it begins.
expect 0 "$BENCH" "${settings[@]}" --budget=1ms --out=shorter.json
expect_words ' too short for so many cases: 6 executions of each take --budget='

# It goes on with what it has, and has the same number of each case in the end.
"$BENCH" "${settings[@]}" --executions=100000 --budget=600s --out=long.json 2>"$err" &
has_a_round() { [[ -e long.json.journal ]] && (($(grep -c '"calibration":false' long.json.journal) > 20)); }
wait_for has_a_round
kill -INT $!
status=0
wait $! || status=$?
[[ $status -eq 130 ]] || fail "interrupted: status $status, wanted 130"
sed -i 's/--budget=600s/--budget=1s/' long.json.journal
expect 0 "$BENCH" --resume=long.json
check long.json '
course, executions = (result["context"]["ctxbench"][name] for name in ("course", "executions"))
cases = {row["name"] for row in rows}
assert len(rows) == len(cases) * course["executions"] == executions["planned"] == executions["done"], executions
assert course["executions"] >= 20 // len(cases), course
'
