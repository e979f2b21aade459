#!/usr/bin/env bash
#
# What can go wrong in a fleet, done on purpose on a cluster of four nodes: a node goes down, a task is cancelled, runs out
# of time, is preempted, finds another processor than planned, finds the disk full. The merge says what is missing and
# why, `submit --missing` runs just that, and no result counts twice.

set -euo pipefail
[[ $EUID -ne 0 ]] || [[ -n ${FLEET_NAMESPACE-} ]] || ! unshare --mount true 2>/dev/null ||
  FLEET_NAMESPACE=1 exec unshare --mount bash "$(readlink -f "$0")" # what is mounted below goes with this
# shellcheck source=tests/support/run.bash
source "$SOURCE/tests/support/run.bash"
# shellcheck source=tests/support/slurm.bash
source "$SOURCE/tests/support/slurm.bash"
start_cluster
fleet=$SOURCE/scripts/fleet
few=(--suite=smoke --strategy='tls' --workload=get)

plan() {
  expect 0 "$fleet" plan "$1" --program="$BENCH" --no-conformance "${@:2}" -- "${few[@]}"
}

# edit FOLDER CODE: changes a plan, as `plan`.
edit() {
  "$python" -c "
import json, sys
plan = json.load(open(sys.argv[1]))
nodes = {node['name']: node for node in plan['nodes']}
$2
json.dump(plan, open(sys.argv[1], 'w'))" "$1/plan.json"
}

# missing FOLDER NODE STATE WORDS: of FOLDER/missing.json.
missing() {
  "$python" -c '
import json, sys
node, state, words = sys.argv[2:]
found = {one["name"]: one for one in json.load(open(sys.argv[1]))}
assert node in found and found[node]["state"] == state and words in found[node]["reason"], found' \
    "$1/missing.json" "${@:2}" || fail "$2 should be missing: $3, $4"
}

# job_of FOLDER SUBMISSION NODE
job_of() {
  sed -n "s/^$3\t\([0-9]*\)\t.*/\1/p" "$1/submissions/$2/jobs"
}

# hurry JOB: Slurm lets two minutes pass before it runs a job again.
hurry() {
  wait_for is_queued_for_later "$1"
  scontrol update JobId="$1" StartTime=now
}

is_queued_for_later() {
  [[ $(squeue -h -j "$1" -o %T 2>/dev/null) == PENDING ]]
}

echo "time limit: the longest first, beside what follows"
plan late --nodes=n4 --time=1
hold_tasks
expect 0 "$fleet" submit late --no-merge
wait_for is_state late running n4

echo "cancelled, preempted and requeued, another processor, half the array failed"
plan faults --nodes='n[1-3]' --partition=all
edit faults "nodes['n3']['kind'] = '0123456789abcdef'"
expect 0 "$fleet" submit faults --no-merge
wait_for is_state faults running n1 n2
wait_for is_state faults other-processor n3
scancel "$(job_of faults 0001 n1)"
wait_for is_state faults cancelled n1
sbatch --quiet --partition=urgent --nodelist=n2 --exclusive --output=/dev/null --wrap 'sleep 1'
has_attempts() {
  [[ $(find faults/nodes/n2 -mindepth 1 -maxdepth 1 | wc -l) -ge $1 ]]
}
hurry "$(job_of faults 0001 n2)"
wait_for has_attempts 2
wait_for is_state faults running n2
wait_for is_state late time-limit n4
release_tasks
wait_for has_no_jobs
expect 1 "$fleet" merge faults
missing faults n1 cancelled "Slurm: CANCELLED"
missing faults n3 other-processor "another processor than promised"
check faults/fleet.json '
assert [m["name"] for m in result["machines"]] == ["n2"], result["machines"]
assert len(result["missing"]) == 2
names = [(row["name"], row["repetition_index"]) for row in rows]
assert len(names) == len(set(names)), "a result counts twice"'
grep -q '0 PUs\|n3.*other-processor' faults/report.md || fail "the report does not say what is missing"
expect 1 "$fleet" merge late || true
expect_words "there is nothing to merge"
missing late n4 time-limit "its time limit came"

echo "what is missing, and that alone, is submitted again"
edit faults "nodes['n3']['kind'] = nodes['n1']['kind']"
expect 0 "$fleet" submit faults --missing --no-merge
"$python" -c 'import json; assert json.load(open("faults/submissions/0002/tasks.json")) == ["n1", "n3"]' ||
  fail "more or less than what was missing"
wait_for has_no_jobs
expect 0 "$fleet" merge faults
check faults/fleet.json 'assert len(result["machines"]) == 3 and result["missing"] == []'

echo "a task that is run again after it has a result leaves it alone"
cp faults/results/n1.json before.json
scontrol requeue "$(job_of faults 0002 n1)"
hurry "$(job_of faults 0002 n1)"
wait_for has_no_jobs
cmp before.json faults/results/n1.json || fail "n1 has another result"
expect 0 "$fleet" merge faults
check faults/fleet.json 'assert len(result["machines"]) == 3'

echo "clock skew: said, and nothing rests on it"
sed -i 's/^started=\(.*\)/started=1000000000/' faults/nodes/n2/*/exit
expect 0 "$fleet" merge faults
grep -q 'the clock of n2 is [0-9]* s behind' out || fail "$(cat out)"

echo "a result that was cut short or comes from another machine does not count"
head -c 3000 before.json >faults/results/n1.json
expect 1 "$fleet" merge faults
missing faults n1 broken "cannot be read"
expect 0 "$fleet" submit faults --missing --no-merge
wait_for has_no_jobs
expect 0 "$fleet" merge faults

echo "full disk"
plan full --nodes=n1
mkdir -p full/nodes/n1
if mount -t tmpfs -o size=64k fleet full/nodes/n1 2>/dev/null; then
  head -c 32768 /dev/zero >full/nodes/n1/filled
  expect 0 "$fleet" submit full --no-merge
  wait_for has_no_jobs
  expect 1 "$fleet" merge full
  missing full n1 disk-full "o space is left"
  umount full/nodes/n1
  expect 0 "$fleet" submit full --missing --no-merge
  wait_for has_no_jobs
  expect 0 "$fleet" merge full
else
  echo "skipped: nothing can be mounted here"
fi

echo "a node goes down before its task starts, and comes back"
plan down --nodes='n[2-3]'
kill_node n3
is_down() {
  sinfo -h -n n3 -o %T | grep -q down
}
wait_for is_down
expect 0 "$fleet" submit down --no-merge
wait_for is_state down measured n2
expect 1 "$fleet" merge down
missing down n3 pending "Slurm says the node is down"
expect 0 "$fleet" submit down --missing
grep -q 'nothing is missing' out || fail "a task that waits is submitted again: $(cat out)"
start_node n3
wait_for is_state down measured n3
wait_for has_no_jobs
expect 0 "$fleet" merge down
