#!/usr/bin/env bash
#
# A peer in a run: that of Python, as it is shipped. Who names it, what becomes of its rows, and what it is held against.

# shellcheck source=tests/support/run.bash
source "$SOURCE/tests/support/run.bash"

mkdir peers
ln -s "$SOURCE/strategies/peers/python" peers/python
export CTXBENCH_PEERS=$PWD/peers

# Authors of peers are told the version that is spoken.
version=$(sed -n 's/^#define PROTOCOL_VERSION //p' "$SOURCE/harness/protocol/protocol.h")
grep -q "^Version $version\." "$SOURCE/strategies/peers/README.md" ||
  fail "strategies/peers/README.md should describe version $version of the protocol"

# Only who names peers gets them.
for named in "" --strategy='*' --strategy=tls; do
  expect 0 "$BENCH" --dry-run ${named:+"$named"}
  ! grep -q '^python-' out || fail "${named:-a run without options} should have no peer: $(cat out)"
done
for named in --suite=peers --strategy=peers --strategy='python-*' --strategy=tls,python-local; do
  expect 0 "$BENCH" --dry-run "$named"
  grep -q '^python-local ' out || fail "$named should have peers: $(cat out)"
done
grep -q '^tls ' out || fail "a pattern for a peer should not take away others: $(cat out)"

expect 0 "$BENCH" --strategy=python-context,tls --workload=get,spawn,handoff --parameter=depth=0,16 \
  --parameter=fanout=1 --parameter=fibers=0,1 --parameter=batch=1 --threads=1,2 --placement=pu,farthest \
  --executions=2 --samples=2 --min-time=100us --out=run.json
expect_words 'spawn is not applicable to python-context, python-floor: the peer python takes fibers 0 to 0 alone'
expect_words 'get is not applicable to python-context, python-floor: peers are measured on as few threads as it takes'
told 'get in Python, throughput, per read'
cp out table
check run.json '
ours = [row["ctxbench"] for row in rows if row["ctxbench"]["strategy"] == "python-context"]
assert {row["workload"] for row in ours} == {"get", "spawn", "handoff"}
assert all(row["runtime"] == "Python" and "Python 3." in row["runtime_version"] for row in ours), ours[0]
assert all(len(row["samples"]["real_ns"]) == 2 for row in ours)
assert {len(row["pus"]) for row in ours if row["workload"] == "handoff"} == {2}
assert not any("runtime" in row["ctxbench"] for row in rows if row["ctxbench"]["strategy"] in ("tls", "floor", "none"))
names = {row["ctxbench"]["strategy"] for row in rows}
assert {"python-floor", "floor", "none"} <= names and "go-floor" not in names, names
assert not failures'
expect_schema schema.json run.json

# Its times are held against the floor of its own runtime, and not against C's.
ratio=$(awk '/^get in Python/ { inside = 1 } inside && /python-context/ { print $(NF - 1); exit }' table)
check run.json '
from statistics import median
def time(strategy):
    return median(median(row["ctxbench"]["samples"]["real_ns"]) for row in rows
                  if row["name"] == strategy + "/get/depth:0/up:1/throughput/threads:1/pu")
wanted = time("python-context") / time("python-floor")
assert abs(float("'"$ratio"'") / wanted - 1) < 0.01, ("'"$ratio"'", wanted)'

# The other readers of a result file.
expect 0 "$BENCH" compare run.json run.json
expect 0 "$BENCH" export --format=csv run.json
head -1 out | grep -q ',linkage,runtime,' || fail "CSV should have a column for the runtime"
grep '^python-context/' out | grep -q ',Python,' || fail "CSV should name the runtime of a peer"
expect 0 "$BENCH" report --format=markdown run.json
grep -q 'get in Python' out || fail "a report should tell of reads in Python: $(head -40 out)"
grep -q '^- \*\*Fastest read, of one strategy\*\*: .tls.' out ||
  fail "a report's first answer should be of strategies here, and not of peers: $(head -20 out)"

# A strategy whose manifest names one of ours is shown beside that one, in a figure of both.
mkdir peers/twin
cp "$SOURCE"/strategies/peers/python/peer.py peers/twin
sed 's/python-/twin-/; s/"name": "python"/"name": "twin"/; s/"twin-context", /&"beside": "tls", /' \
  "$SOURCE/strategies/peers/python/peer.json" >peers/twin/peer.json
sed -i 's/"python-/"twin-/g' peers/twin/peer.py
expect 0 "$BENCH" --strategy=twin-context,tls --workload=get --depth=0,16,64 --parameter=up=1 --threads=1 \
  --executions=1 --samples=1 --min-time=100us --out=twin.json
expect_schema schema.json twin.json
check twin.json '
beside = {s["name"]: s.get("beside") for s in result["context"]["ctxbench"]["presentation"]["strategies"]}
assert beside == {"twin-context": "tls", "tls": None}, beside'
expect 0 "$BENCH" report --format=markdown twin.json
grep -q '^## Other runtimes' out || fail "a report should have a section for peers: $(cat out)"
grep -A2 '^### get: twin-context beside tls, throughput, per read: by depth' out | grep -q 'Fastest per read.*tls' ||
  fail "a report should show both in one figure: $(cat out)"
rm -r peers/twin

# What it is expected to hold, it holds.
expect 0 "$BENCH" conformance --strategy='python-*' --scenario=nest,inherit,handoff,longjmp
