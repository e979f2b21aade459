#!/usr/bin/env bash
#
# A kernel that hangs becomes an entry in failures[] when the patience is over, and the other cases are kept; a plug-in
# that hangs in a scenario is told of. (faults.sh has what goes wrong at once.)

set -euo pipefail
source "$SOURCE/tests/support/run.bash"
leave_signals_alone

# Nothing else may run out of the patience, however busy the machine, so it is not short.
export CTXBENCH_PATIENCE=20
expect 1 "$BENCH" --plugin="$PLUGINS/faults.so" --strategy=faults --workload=fault-hang,fault-none --executions=1 \
  --samples=1 --min-time=1ms --out=hang.json --quiet
expect_no_survivors
check hang.json '
assert len(rows) == 1 and rows[0]["name"].startswith("faults/fault-none/"), rows
(failure,) = failures
assert failure["outcome"] == "timed-out" and "gave no answer within" in failure["reason"], failure
'

# `pretender` hangs in the scenario deep; scenarios have six times the patience. (It crashes on any thread but the main
# one, so its measurement fails as well.)
CTXBENCH_PATIENCE=2 expect 1 "$BENCH" --plugin="$PLUGINS/pretender.so" --strategy=skeleton --workload=get \
  --parameter=depth=0 --parameter=up=1 --threads=1 --executions=1 --samples=1 --min-time=1ms --out=tried.json
expect_no_survivors
expect_words "skeleton fails in the scenario deep, and does not say so: gave no answer within 12.0 s"
