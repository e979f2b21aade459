#!/usr/bin/env bash
#
# bench check: a calibration of this machine sets the terms, but for those that are given; one of another machine does not.

source "$SOURCE/tests/support/run.bash"
export XDG_STATE_HOME=$folder/state
settings=(--strategy=tls-c11 --workload=get --parameter=up=1 --samples=2)
expect 0 "$BENCH" "${settings[@]}" --depth=16 --threads=1 --executions=10 --min-time=1ms --quiet --out=base.json

mkdir -p state/ctxbench
calibration=state/ctxbench/calibration-$(hostname).json
fingerprint=$("$python" -c 'import json; print(json.load(open("base.json"))["context"]["ctxbench"]["fingerprint"])')
printf '{"ctxbench_calibration":1,"fingerprint":"%s","threshold":0.37,"budget_seconds":1}' "$fingerprint" >"$calibration"
expect 0 "$BENCH" check "${settings[@]}" --against="$BENCH"
told 'Threshold: 37%'
expect 0 "$BENCH" check "${settings[@]}" --against="$BENCH" --threshold=41 --budget=500ms
told 'Threshold: 41%'
told 's of 0.5, seed'
[[ ! -s $err ]] || fail "a calibration of an earlier version is read without a word"

# One of a version that is not known is refused by name, and what it suggests is not used.
sed 's/"ctxbench_calibration":1/"ctxbench_calibration":9/' "$calibration" >later.json
cp "$calibration" earlier.json
mv later.json "$calibration"
expect 0 "$BENCH" check "${settings[@]}" --against="$BENCH" --budget=500ms
told 'Threshold: 3%'
expect_words "the calibration is left out: $folder/$calibration: found version 9; this program reads versions up to 2"
echo '{}' >"$calibration"
expect 0 "$BENCH" check "${settings[@]}" --against="$BENCH" --budget=500ms
expect_words 'it is no calibration'
mv earlier.json "$calibration"

sed -i 's/"fingerprint":"./"fingerprint":"x/' "$calibration"
expect 0 "$BENCH" check "${settings[@]}" --against="$BENCH" --budget=500ms
told 'Threshold: 3%'
