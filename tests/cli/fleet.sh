#!/usr/bin/env bash
#
# scripts/fleet on a cluster of four nodes, whose daemons are all on this host: planned, submitted, merged and reported,
# with a folder that all share and without. Its nodes share the processors: the lock on measuring, which is the host's,
# lets one task at a time measure.

set -euo pipefail
# shellcheck source=tests/support/run.bash
source "$SOURCE/tests/support/run.bash"
# shellcheck source=tests/support/slurm.bash
source "$SOURCE/tests/support/slurm.bash"
start_cluster
fleet=$SOURCE/scripts/fleet
few=(--suite=smoke --strategy='tls,explicit' --workload=get)

echo "what cannot be planned is refused"
expect 2 "$fleet" status nowhere
expect_words "has no plan.json"
expect 2 "$fleet" plan shared --nodes=n9 --program="$BENCH"
expect 2 "$fleet" plan shared --program=/nonexistent/bench
expect_words "/nonexistent/bench does not run there"
expect 2 "$fleet" plan shared --each-kind=0
expect 2 "$fleet" plan shared --constraint=none
expect_words "no such node"

echo "one of each kind; the rest is spare"
expect 0 "$fleet" plan one --each-kind=1 --program="$BENCH" -- "${few[@]}"
grep -q '^1 nodes of 1 kinds' out || fail "$(cat out)"
expect 2 "$fleet" plan one --program="$BENCH"
expect_words "--force replaces it"

echo "all four, with a merge that waits for them"
expect 0 "$fleet" plan shared --program="$BENCH" -- "${few[@]}"
grep -q '^4 nodes of 1 kinds' out || fail "$(cat out)"
expect 0 "$fleet" submit shared
expect 2 "$fleet" submit shared
expect_words "were submitted before"
wait_for has_no_jobs
[[ -s shared/fleet.json ]] || fail "the merge made nothing: $(cat shared/merge.log)"
expect_schema schema.json shared/fleet.json
check shared/fleet.json '
assert [m["name"] for m in result["machines"]] == ["n1", "n2", "n3", "n4"]
assert result["missing"] == [] and not failures
for i in range(4):
    assert sum(row["machine"] == i for row in rows) == len(rows) / 4
assert len(json.load(open("shared/results/n1.json"))["benchmarks"]) == len(rows) / 4
whole = result["machines"][0]["context"]["ctxbench"]
assert len(whole["conformance"]) > 20'
expect 0 "$fleet" status shared
grep -q '^4 nodes: 4 measured$' out || fail "$(cat out)"
for report in report.html report.md report.json; do
  [[ -s shared/$report ]] || fail "there is no $report"
done
expect 0 "$fleet" submit shared --missing
grep -q 'nothing is missing' out || fail "$(cat out)"

echo "nodes that do not share the folder: results come through a job step"
if unshare --mount true 2>/dev/null; then
  mkdir apart spool
  for node in n1 n2; do
    kill_node $node
    start_node $node "$folder/apart"
  done
  wait_for has_idle_nodes
  expect 2 "$fleet" plan apart --nodes='n[1-2]' -- "${few[@]}"
  expect_words "it does not see $folder/apart"
  expect 0 "$fleet" plan apart --nodes='n[1-2]' --program="$BENCH" --spool="$folder/spool" -- "${few[@]}"
  expect 0 "$fleet" submit apart
  grep -q 'fetches the results' out || fail "$(cat out)"
  wait_for has_no_jobs
  [[ ! -e apart/results/n1.json ]] || fail "n1 shares the folder after all"
  expect 0 "$fleet" merge apart
  check apart/fleet.json 'assert [m["name"] for m in result["machines"]] == ["n1", "n2"]'
  cmp apart/results/n2.json spool/ctxbench-fleet-*/results/n2.json
else
  echo "skipped: no mount namespaces may be made here"
fi

echo "a submission survives its submitter: one that ended after sbatch is found again by its name, and is no second one"
expect 0 "$fleet" plan survive --nodes='n[3-4]' --program="$BENCH" --no-conformance -- "${few[@]}"
expect 0 "$fleet" submit survive --no-merge
wait_for has_no_jobs
rm survive/results/*.json
hold_tasks
expect 0 "$fleet" submit survive --missing --no-merge
"$python" -c 'import json; assert json.load(open("survive/submissions/0002/tasks.json")) == ["n3", "n4"]'
sed -i 2d survive/submissions/0002/jobs
expect 0 "$fleet" submit survive --no-merge
[[ ! -e survive/submissions/0003 ]] || fail "it was submitted twice"
grep -q 'going on with' out || fail "$(cat out)"
[[ $(squeue -h | wc -l) -eq 2 ]] || fail "there should be two jobs: $(squeue)"
release_tasks
wait_for has_no_jobs
expect 0 "$fleet" status survive
grep -q '^2 nodes: 2 measured$' out || fail "$(cat out)"

echo "cancel ends what runs, and leaves what is there"
expect 0 "$fleet" plan ended --nodes=n1 --program="$BENCH" --no-conformance -- "${few[@]}"
hold_tasks
expect 0 "$fleet" submit ended
wait_for is_state ended running n1
expect 0 "$fleet" cancel ended
wait_for has_no_jobs
release_tasks
is_state ended cancelled n1 || fail "n1 is $(state_of ended n1)"
