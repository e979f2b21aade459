#!/usr/bin/env bash
#
# bench check on time, against a result file: of this machine; not of another, unless forced.

source "$SOURCE/tests/support/run.bash"
source "$SOURCE/tests/support/other_build.bash"
export XDG_STATE_HOME=$folder/state
settings=(--strategy=tls-c11 --workload=get --parameter=up=1 --samples=2)
expect 0 "$BENCH" "${settings[@]}" --depth=16 --threads=1 --executions=10 --min-time=1ms --quiet --out=base.json
expect 0 "$BENCH" check "${settings[@]}" --baseline=base.json --threshold=100 --budget=2s --format=json
[[ $(verdicts) =~ ^(equivalent|inconclusive)\ (equivalent|inconclusive)$ ]] || fail "against the file: $(verdicts)"
expect 0 "$BENCH" check "${settings[@]}" --depth=1,16 --baseline=base.json --threshold=100 --budget=2s
told 'the base lacks it: it has no such case'
expect 2 "$BENCH" check "${settings[@]}" --depth=1 --baseline=base.json
expect_words 'nothing to compare: base.json has none of the 2 cases asked for'
expect_words 'it has no such case'
[[ ! -s out ]] || fail "nothing should be told of what was not compared"
sed 's/"workload_revision": *[0-9]*/"workload_revision": 99/' base.json >revised.json
expect 2 "$BENCH" check "${settings[@]}" --depth=16 --baseline=revised.json
expect_words 'its workload was at revision 99'
mkfifo pipe.json
expect 2 "$BENCH" check "${settings[@]}" --baseline=pipe.json # does not wait for somebody to write it
expect_words 'pipe.json'
sed 's/"fingerprint": *"[^"]*"/"fingerprint": "0123456789abcdef"/' base.json >foreign.json
expect 2 "$BENCH" check "${settings[@]}" --baseline=foreign.json
expect_words 'foreign.json comes from 0123456789abcdef'
[[ ! -s out ]] || fail "nothing should be compared with another machine"
expect 0 "$BENCH" check "${settings[@]}" --baseline=foreign.json --force --threshold=100 --budget=2s
expect_words 'as --force says'
head -c 300 base.json >cut.json
expect 2 "$BENCH" check "${settings[@]}" --baseline=cut.json
expect_words 'cut.json'
expect 2 "$BENCH" check --baseline=base.json --metric=time,instructions
expect_words 'one file holds times or instructions'
expect 2 "$BENCH" check --against="$BENCH" --out=counts.json
expect_words '--out writes instruction counts'
