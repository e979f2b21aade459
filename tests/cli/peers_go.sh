#!/usr/bin/env bash
#
# The peer of Go, with the original: it is built once, lacks nothing, and its defects show by themselves.

# shellcheck source=tests/support/run.bash
source "$SOURCE/tests/support/run.bash"

# shellcheck source=tests/support/shipped_peer.bash
source "$SOURCE/tests/support/shipped_peer.bash"

[[ -d /usr/share/gocode/src/github.com/jtolds/gls && -d /usr/share/gocode/src/github.com/petermattis/goid ]] ||
  { echo "skipped: jtolds/gls or petermattis/goid is missing; scripts/setup --peers installs them" && exit 77; }

check_shipped go go
expect_words 'building the peer go, once'

expect 0 "$BENCH" --strategy='go-*' --workload=get --parameter=depth=0,256 --parameter=up=1 --executions=2 --samples=2 \
  --min-time=100us --threads=1 --out=run.json
! grep -q building err || fail "a peer that is built should not be built again"
check run.json '
assert not failures
assert {row["ctxbench"]["runtime"] for row in rows} == {"Go"}
assert all(row["ctxbench"]["runtime_version"].startswith("go version go1.") for row in rows)
fails = {s["name"]: [f["scenario"] for f in s.get("fails", [])]
         for s in result["context"]["ctxbench"]["presentation"]["strategies"]}
assert fails["go-gls"] == ["three-answers", "inherit"] and fails["go-labels"] == ["plain-child"], fails'

# Go() hands the child the live map of its parent.
expect 0 "$BENCH" conformance --strategy='go-*' --scenario=nest,inherit,plain-child --out=matrix.json
check matrix.json '
broken = {(cell["strategy"], cell["scenario"]): cell["found"]
          for cell in result["context"]["ctxbench"]["conformance"] if cell["outcome"] == "broken"}
assert set(broken) == {("go-gls", "inherit"), ("go-labels", "plain-child")}, broken
assert "with value 2, wanted 2 with 1" in broken["go-gls", "inherit"], broken'
