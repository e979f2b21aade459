#!/usr/bin/env bash
#
# A run of a peer that is interrupted goes on where it was, and not with another version of its runtime.

# shellcheck source=tests/support/run.bash
source "$SOURCE/tests/support/run.bash"

mkdir peers
cp -r "$SOURCE/strategies/peers/python" peers/python
export CTXBENCH_PEERS=$PWD/peers

begin "$BENCH" --strategy=python-local --workload=get --depth=0 --parameter=up=1 --threads=1 --placement=pu \
  --executions=25 --samples=1 --min-time=100us --out=run.json
has_begun() { [[ -e run.json.journal ]] && (($(grep -c '"calibration":false' run.json.journal) > 3)); }
wait_for has_begun
kill -INT "$pid"
ends 130

# Another version would be other work.
sed -i 's/platform.python_version())"/platform.python_version(), 0)"/' peers/python/peer.json
expect 2 "$BENCH" --resume=run.json
cp "$SOURCE/strategies/peers/python/peer.json" peers/python
expect 0 "$BENCH" --resume=run.json
check run.json '
counts = {}
for row in rows:
    counts[row["ctxbench"]["strategy"]] = counts.get(row["ctxbench"]["strategy"], 0) + 1
assert counts == {"python-local": 25, "python-floor": 25}, counts
assert not failures and not result["context"]["ctxbench"]["interrupted"]'
expect_no_survivors
