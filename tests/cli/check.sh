#!/usr/bin/env bash
#
# bench check on time: gross differences are told, identical builds raise no alarm, and whatever ends early ends tidily.
# No small difference is asserted: others may load the machine.

source "$SOURCE/tests/support/run.bash"
source "$SOURCE/tests/support/other_build.bash"
leave_signals_alone
export XDG_STATE_HOME=$folder/state
case=(--strategy=tls-ie --workload=with --parameter=inside=1 --samples=2)

build plain ''
build slow "$(read_after '.rept 2000; nop; .endr')"
cmp -s plain/tls-ie.c slow/tls-ie.c && fail "the strategy was not changed"

# told WORDS: standard output has them, wherever its lines break.
told() {
  tr -s '\n ' '  ' <out | grep -qF -- "$1" || fail "'$1' is not told"
}

# verdicts: what was said of each case, sorted.
verdicts() {
  "$python" -c 'import json; print(*sorted(case["verdict"] for case in json.load(open("out"))["time"]["cases"]))'
}

# Much slower is a regression, and the other way round an improvement; twice the same is neither.
expect 3 slow/bench check "${case[@]}" --against=plain/bench --format=json --seed=1
[[ $(verdicts) == "regressed" ]] || fail "much slower came out as: $(verdicts)"
[[ ! -s $err ]] || fail "a check in a pipe is silent on standard error"
expect 0 plain/bench check "${case[@]}" --against=slow/bench --format=json
[[ $(verdicts) == "improved" ]] || fail "much faster came out as: $(verdicts)"
expect 0 plain/bench check "${case[@]}" --against=plain/bench --threshold=100 --budget=2s
told '0 regressed, 0 improved'
awk 'length($0) > 80 { found = 1 } END { exit !found }' out && fail "the table is wider than 80 columns"
expect 3 slow/bench check "${case[@]}" --against=plain/bench --format=markdown
[[ $(grep -c '| \*\*regressed\*\* |' out) -eq 1 ]] || fail "Markdown does not tell the regressions"
expect 3 slow/bench check "${case[@]}" --against=plain/bench --quiet
[[ ! -s out ]] || fail "--quiet should be quiet"

# What a budget does not suffice for is inconclusive, which only --strict minds.
expect 0 plain/bench check "${case[@]}" --against=plain/bench --budget=1ms
expect 4 plain/bench check "${case[@]}" --against=plain/bench --budget=1ms --strict

# A case that the other build lacks is named, and so is one that fails.
rm plain/strategies/tls-ie.so
lacking=(--strategy='tls-[ci]*' --workload=with --parameter=inside=1 --samples=2 --budget=1s)
expect 0 slow/bench check "${lacking[@]}" --against=plain/bench
told 'the base lacks it: found no tls-ie.so'
told '1 not compared'
expect 4 slow/bench check "${lacking[@]}" --against=plain/bench --strict
# Where that is all, nothing was compared, which is no pass.
expect 2 slow/bench check "${case[@]}" --against=plain/bench
told '1 not compared'
expect_words 'nothing was compared: no case has the time of both sides'

# So is one that only the other build has, in each format; as long as it says.
case=(--strategy='tls-[ci]*' --workload=with --parameter=inside=1 --samples=2 --budget=1s)
expect 4 plain/bench check "${case[@]}" --against=slow/bench --strict
told 'only the base has it'
expect 0 plain/bench check "${case[@]}" --against=slow/bench --format=markdown
[[ $(grep -c 'not compared: only the base has it' out) -eq 1 ]] || fail "Markdown does not tell what only the base has"
expect 0 plain/bench check "${case[@]}" --against=slow/bench --format=json
[[ $(verdicts) =~ ^[a-z-]+\ not-compared$ ]] || fail "what only the base has came out as: $(verdicts)"
cp "$(type -P false)" mute
expect 1 plain/bench check "${case[@]}" --against="$PWD/mute"
told 'It is not known what cases only the base has: it does not say'
expect 0 plain/bench check --dry-run --strategy=tls-c11 --workload=with --parameter=inside=1
[[ $(<out) == tls-c11/with/*inside:1/* ]] || fail "--dry-run does not name the cases"

expect 1 "$BENCH" check --plugin="$PLUGINS/faults.so" --strategy=faults --workload=fault-crash,fault-none \
  --against="$BENCH" --threshold=100 --budget=10s
grep -qE '(this build|the base) failed: ended by SIGSEGV' out || fail "a crash should be told"

# Against a file of this machine; not of another, unless forced.
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

# A calibration of this machine sets the terms, but for those that are given; one of another machine does not.
mkdir -p state/ctxbench
calibration=state/ctxbench/calibration-$(hostname).json
fingerprint=$("$python" -c 'import json; print(json.load(open("base.json"))["context"]["ctxbench"]["fingerprint"])')
printf '{"ctxbench_calibration":1,"fingerprint":"%s","threshold":0.37,"budget_seconds":1}' "$fingerprint" >"$calibration"
expect 0 "$BENCH" check "${settings[@]}" --against="$BENCH"
told 'Threshold: 37%'
expect 0 "$BENCH" check "${settings[@]}" --against="$BENCH" --threshold=41 --budget=500ms
told 'Threshold: 41%'
told 's of 0.5, seed'
sed -i 's/"fingerprint":"./"fingerprint":"x/' "$calibration"
expect 0 "$BENCH" check "${settings[@]}" --against="$BENCH" --budget=500ms
told 'Threshold: 3%'

# Ctrl-C ends it, and what was measured is told.
"$BENCH" check --against="$BENCH" --budget=600s --threshold=0.01 >out 2>"$err" &
sleep 1
kill -INT $!
status=0
wait $! || status=$?
[[ $status -eq 130 ]] || fail "status $status, wanted 130"
told '0 regressed'
expect_no_survivors
