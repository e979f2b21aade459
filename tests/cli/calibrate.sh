#!/usr/bin/env bash
#
# bench calibrate: what it tells and keeps, and that the processes which keep cores busy end with it. Its figures mean
# nothing in so short a time, and none is asserted.

source "$SOURCE/tests/support/run.bash"
export XDG_STATE_HOME=$folder/state
settings=(--strategy=tls-c11 --workload=with --parameter=inside=0 --samples=2 --min-time=100us)

expect 0 "$BENCH" calibrate "${settings[@]}" --budget=3s --seed=1
for words in 'idle  ' 'one busy core  ' 'all cores busy  ' 'bench check  ' '  Mann-Whitney  ' '  Criterion  ' \
  '  ratio of 2  ' 'false alarms, identical pairs ' 'identical pairs found equivalent ' 'identical suites with an alarm ' \
  'slow-downs with the wrong sign ' '95% intervals that hold 1 ' 'verdict of a fixed number, too ' 'together  '; do
  grep -qF "$words" out || fail "the calibration should tell '$words'"
done
if awk 'length($0) > 80 { found = 1 } END { exit !found }' out; then fail "the table is wider than 80 columns"; fi
expect_words "The calibration is in $XDG_STATE_HOME/ctxbench/calibration-$(hostname).json"
expect_no_survivors

# Tallies add up, every rule judged the same comparisons, and no number is made up.
"$python" -c '
import json, sys
calibration = json.load(open(sys.argv[1]), parse_constant=lambda word: sys.exit("found " + word))
assert [regime["name"] for regime in calibration["regimes"]] == ["idle", "one busy core", "all cores busy"]
for regime in calibration["regimes"]:
    totals = [[sum(effect[key] for key in ("slower", "faster", "neither")) for effect in rule["effects"]]
              for rule in regime["rules"]]
    assert len(totals) == 4 and all(total == totals[0] for total in totals), totals
    assert [effect["slow_down"] for effect in regime["rules"][0]["effects"]] == [0, 0.02, 0.03, 0.05, 0.1]
    assert regime["suites"] >= regime["false_suites"]["trials"] > 0
    assert regime["equivalent"]["trials"] == totals[0][0] >= regime["intervals_that_hold"]["trials"]
    assert regime["wrong_signs"]["trials"] == sum(totals[0][1:])
    assert regime["executions"]["stopping"] <= regime["executions"]["fixed"]
    for rate in [effect.get("alarms", effect.get("found")) for effect in regime["rules"][3]["effects"]]:
        assert not rate["trials"] or rate["interval"][0] <= rate["count"] / rate["trials"] <= rate["interval"][1], rate
for key in "equivalent", "false_suites", "same_verdicts":
    assert calibration["together"][key]["trials"] == sum(regime[key]["trials"] for regime in calibration["regimes"])
assert ("threshold" in calibration) == ("budget_seconds" in calibration)
' "$XDG_STATE_HOME/ctxbench/calibration-$(hostname).json" || fail "the file is not as it should be"

expect_schema calibration.schema.json "$XDG_STATE_HOME/ctxbench/calibration-$(hostname).json"

# To another place, which is not overwritten unless forced.
expect 0 "$BENCH" calibrate "${settings[@]}" --budget=500ms --out=here.json --quiet
[[ ! -s out && ! -s $err ]] || fail "--quiet should be quiet"
expect 2 "$BENCH" calibrate "${settings[@]}" --budget=500ms --out=here.json
expect_words 'here.json'
expect 2 "$BENCH" calibrate --threshold=lots
expect_words '--threshold'

# Ctrl-C: nobody stays behind, and what there is of the calibration is told and kept, where check does not look.
rm -r state
"$BENCH" calibrate "${settings[@]}" --budget=600s >out 2>"$err" &
is_under_way() { grep -q 'idle, for' "$err"; }
wait_for is_under_way
kill -INT $!
status=0
wait $! || status=$?
[[ $status -eq 130 ]] || fail "status $status, wanted 130"
half=$XDG_STATE_HOME/ctxbench/calibration-$(hostname).json
[[ ! -e $half && -e $half.interrupted ]] || fail "an interrupted calibration should be kept as such"
expect_words "The calibration, as far as it went, is in $half.interrupted."
if grep -q '^suggested' out; then fail "an interrupted calibration suggests something"; fi
grep -q '"interrupted": true' "$half.interrupted" || fail "the file does not say that it was interrupted"
expect_schema calibration.schema.json "$half.interrupted"
expect_no_survivors

# So it is when the program is killed.
"$BENCH" calibrate "${settings[@]}" --budget=3s >out 2>"$err" &
all_cores_are_busy() { grep -q 'all cores busy' "$err"; }
wait_for all_cores_are_busy
kill -KILL $!
wait $! || true
expect_no_survivors
