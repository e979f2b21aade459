#!/usr/bin/env bash
#
# Kernels that go wrong: each becomes one entry in failures[] with its reason, and every other case is kept.

set -euo pipefail
source "$SOURCE/tests/support/run.bash"
leave_signals_alone
faults=$PLUGINS/faults.so

all='fault-none,fault-crash,fault-abort,fault-exit,fault-print,fault-flood,fault-forge,fault-checksum'
all+=',fault-litter,fault-late,fault-unproved,get'
expect 1 "$BENCH" --plugin="$faults" --strategy=faults,tls --workload="$all" --depth=0 --threads=1 --executions=2 \
  --samples=2 --min-time=1ms --out=faults.json
expect_no_survivors
check faults.json '
wanted = {
    "fault-crash": ("crashed", "SIGSEGV"),
    "fault-abort": ("aborted", "assertion \"1 is enough\" failed"),
    "fault-exit": ("exited", "exited with status 3 and without an answer"),
    "fault-print": ("nonsense", "found \"in the kernel"),
    "fault-flood": ("nonsense", "more than 256 KiB"),
    "fault-forge": ("nonsense", "more than one line"),
    "fault-checksum": ("wrong-checksum", "returned the checksum 0x2 after 1 operations, wanted 0x1"),
    "fault-late": ("crashed", "SIGBUS"),
    "fault-unproved": ("unproved", "found the outer value, wanted the inner one"),
}
found = {}
for failure in failures:
    workload = failure["name"].split("/")[1]
    assert workload not in found, f"{workload} failed twice"
    found[workload] = failure
assert found.keys() == wanted.keys(), sorted(found)
for workload, (outcome, reason) in wanted.items():
    assert found[workload]["outcome"] == outcome, found[workload]
    assert reason in found[workload]["reason"], found[workload]
kept = {row["name"] for row in rows}
for case in ("faults/fault-none/", "faults/fault-litter/", "tls/get/", "none/get/", "floor/get/"):
    assert any(name.startswith(case) for name in kept), f"no row for {case}: {kept}"
assert not any("/" + workload + "/" in name for name in kept for workload in wanted), kept
assert len(rows) == 2 * len(kept), (len(rows), kept)
'

# Sanitizers reserve more addresses than any limit leaves them.
if (ulimit -v 1000000 && "$BENCH" --version) >/dev/null 2>&1; then
  (ulimit -v 1000000 && expect 1 "$BENCH" --plugin="$faults" --strategy=faults --workload=fault-memory,fault-none \
    --executions=1 --out=memory.json)
  check memory.json '
assert len(rows) == 1, rows
(failure,) = failures
assert failure["outcome"] == "out-of-memory" and "no memory was left" in failure["reason"], failure
'
fi
