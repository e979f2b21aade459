#!/usr/bin/env bash
#
# scripts/fleet with 1,000 nodes of at least 20 kinds that never were: commands that answer as Slurm's would, and results
# made by a pattern. What is counted comes out, no process takes more than 512 MiB, and the page stays below 2 MB.

set -euo pipefail
# shellcheck source=tests/support/run.bash
source "$SOURCE/tests/support/run.bash"
if is_sanitised; then
  echo "skipped: sanitizers take memory of their own"
  exit 77
fi
fleet=$SOURCE/scripts/fleet

# within COMMAND...: its status, once it is seen that neither it nor a process that it started took more than 512 MiB.
within() {
  "$python" -c '
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:]).returncode
taken = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(f"{taken >> 10} MiB at most: {sys.argv[2]}")
sys.exit(status if taken < 512 << 10 else 99)' "$@"
}

"$BENCH" --suite=smoke --strategy='tls*,explicit,stacktag*' --workload=get,with --quiet --out=template.json 2>"$err" ||
  fail "no template"
"$python" "$SOURCE/tests/support/make_fleet.py" made "$BENCH" 1000 template.json
PATH=$folder/made/bin:$PATH
export FLEET=$folder/fleet
expect 0 within "$fleet" plan fleet --program="$BENCH" -- --suite=smoke
mkdir fleet/results
expect 0 within "$fleet" submit fleet --no-merge
expect 1 within "$fleet" merge fleet # some are missing
[[ $(stat -c %s fleet/report.html) -lt 2000000 ]] || fail "the page has $(stat -c %s fleet/report.html) bytes"
"$python" - <<'EOF'
import json
plan = json.load(open("fleet/plan.json"))
report = json.load(open("fleet/report.json"))
assert len(plan["nodes"]) == 995 and len(plan["left_out"]) == 5, len(plan["nodes"])
assert len(report["kinds"]) >= 20, len(report["kinds"])
assert len(report["machines"]) == 985 and len(report["missing"]) == 10, len(report["missing"])
assert {one["state"] for one in report["missing"]} == {"no-trace"}
assert report["flips"] and all(flip["ratio"] > 1 for flip in report["flips"])
# Nodes that were made slow, and no others, stand out.
slow = {f"node{index:04}" for index in range(1000) if index % 97 == 11}
found = {one["name"] for one in report["machines"] if one["against_its_kind"] > 1.2}
present = {one["name"] for one in report["machines"]}
assert found == slow & present, found ^ (slow & present)
assert sum(kind["slow"] for kind in report["kinds"]) == len(found)
# Within a kind, machines are the units, and the preferred strategies are before the others.
sample = report["comparisons"][0]["cases"][0]["kinds"]
assert all(cell["low_ns"] <= cell["median_ns"] <= cell["high_ns"] for cell in sample.values())
EOF
