#!/usr/bin/env bash
#
# bench check and bench calibrate on a peer: each build has its own version of it, found beside its program. Gross
# differences are told; no small one is asserted, since others may load the machine.

# shellcheck source=tests/support/run.bash
source "$SOURCE/tests/support/run.bash"
# shellcheck source=tests/support/other_build.bash
source "$SOURCE/tests/support/other_build.bash"
export XDG_STATE_HOME=$folder/state

# build_peer FOLDER SED: the program in a folder of its own, beside the peer of Python, which is edited with sed.
build_peer() {
  mkdir -p "$1/strategies/peers/python"
  cp "$BENCH" "$1/bench"
  cp "$SOURCE/strategies/peers/python/"peer.* "$1/strategies/peers/python"
  sed -i "$2" "$1/strategies/peers/python/peer.py"
}

build_peer plain ''
build_peer slow 's/^def descend(/EXTRA = range(1000)\n\n\n&/
  s/^        context = self.variable.get()/        sum(EXTRA)\n&/'
build_peer broken 's/^def measure(.*/&\n    sys.exit("this version is broken")/'
build_peer without ''
rm -r without/strategies/peers/python
cmp -s plain/strategies/peers/python/peer.py slow/strategies/peers/python/peer.py && fail "the peer was not changed"

case=(--strategy=python-context --workload=get --depth=0 --parameter=up=1 --threads=1 --samples=2 --min-time=1ms)
expect 3 slow/bench check "${case[@]}" --against=plain/bench --format=json --seed=1
[[ $(verdicts) == *regressed* ]] || fail "much slower came out as: $(verdicts)"
expect 0 plain/bench check "${case[@]}" --against=slow/bench --format=json
[[ $(verdicts) == *improved* ]] || fail "much faster came out as: $(verdicts)"
expect 0 plain/bench check "${case[@]}" --against=plain/bench --threshold=100 --budget=2s
told '0 regressed, 0 improved'

# One side's peer that fails, or that is not there.
expect 1 broken/bench check "${case[@]}" --against=plain/bench --budget=5s
told 'this build failed: exited with status 1 and without an answer; it said: this version is broken'
expect 2 plain/bench check "${case[@]}" --against=without/bench --budget=5s
told 'found no peer with the strategy python-context beside'

# Against the times of a file, and what a gate cannot do.
expect 0 plain/bench "${case[@]}" --executions=6 --out=base.json
expect 3 slow/bench check "${case[@]}" --baseline=base.json --format=json
[[ $(verdicts) == *regressed* ]] || fail "much slower than a file came out as: $(verdicts)"
expect 2 plain/bench check "${case[@]}" --against=plain/bench --metric=instructions
expect_words 'python-context is a strategy of a peer, whose instructions are not counted'
