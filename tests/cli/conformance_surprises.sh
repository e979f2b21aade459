#!/usr/bin/env bash
#
# bench conformance: what is not as it is expected, from traits and from what a strategy says itself, is told, in both
# directions; a run of a plug-in tells what it fails.

source "$SOURCE/tests/support/run.bash"
source "$SOURCE/tests/support/conformance.bash"
leave_signals_alone

bench=("$BENCH" conformance)

# The skeleton does as a thread-local variable does; under its name, something else is found out in both directions.
skeleton=$(dirname "$BENCH")/strategies/skeleton.so
expect 0 "${bench[@]}" --plugin="$skeleton" --strategy=skeleton --scenario='nest,longjmp,two-managers'
CTXBENCH_PATIENCE=1 expect 1 "${bench[@]}" --plugin="$PLUGINS/pretender.so" --strategy=skeleton \
  --scenario=nest,two-managers,plain-child,deep,longjmp --out=pretender.json
check pretender.json '
cells = {cell["scenario"]: cell for cell in result["context"]["ctxbench"]["conformance"]}
def expect(scenario, outcome, expected, found):
    cell = cells[scenario]
    assert (cell["outcome"], cell["expected"]) == (outcome, expected), cell
    assert found in cell.get("found", ""), cell
    assert cell["as_expected"] == (outcome == expected), cell
expect("nest", "held", "held", "")
expect("two-managers", "broken", "held", "wanted \"set\"")
expect("plain-child", "broken", "held", "SIGSEGV")
expect("deep", "broken", "held", "gave no answer within")
expect("longjmp", "held", "broken", "")
'
grep -q '^- longjmp with skeleton: pass; expected fail, since' out || fail "what holds against expectation is not told"
grep -q '4 cells are not as expected' out || fail "four cells should not be as expected"
expect_no_survivors

# A plug-in is judged by its traits ...
expect 0 "${bench[@]}" --plugin="$PLUGINS/stranger.so" --strategy=stranger --scenario='nest,fiber-switch,longjmp' \
  --out=stranger.json
check stranger.json '
for cell in result["context"]["ctxbench"]["conformance"]:
    wanted = "held" if cell["scenario"] == "nest" else "broken"
    assert (cell["outcome"], cell["expected"]) == (wanted, wanted), cell
'

# ... and by the exceptions to them that it states; what it keeps to itself is a surprise.
shared=nest,plain-child,thread-exit,longjmp
expect 0 "${bench[@]}" --plugin="$PLUGINS/handed_down.so" --strategy=handed-down --scenario=$shared --out=handed_down.json
check handed_down.json '
cells = {cell["scenario"]: cell for cell in result["context"]["ctxbench"]["conformance"]}
assert cells["plain-child"]["reason"] == "a new thread begins with what the main thread has in force", cells
assert cells["longjmp"]["expected"] == "broken" and cells["nest"]["expected"] == "held", cells
told = result["context"]["ctxbench"]["presentation"]["strategies"]
assert [one["name"] for one in told] == ["handed-down"], told
assert {"plain-child", "longjmp"} <= {one["scenario"] for one in told[0]["fails"]}, told
'
expect 1 "${bench[@]}" --plugin="$PLUGINS/handed_down_silent.so" --strategy=handed-down-silent --scenario=$shared
grep -q '2 cells are not as expected' out || fail "what a plug-in does not say it fails is no surprise"

# Beside its figures it is told as well, whether it says so itself or not.
quick=(--workload=get --parameter=depth=0 --parameter=up=1 --threads=1 --executions=1 --samples=1 --min-time=1ms)
expect 0 "$BENCH" --plugin="$PLUGINS/handed_down.so" --strategy=handed-down "${quick[@]}" --out=said.json
grep -q '^handed-down\* on ' out || fail "a plug-in that fails scenarios has no star"
tr -s ' \n' ' ' <out | grep -q -e '- handed-down: .*plain-child.*longjmp' || fail "what a plug-in fails is not named"
expect 0 "$BENCH" --plugin="$PLUGINS/handed_down_silent.so" --strategy=handed-down-silent "${quick[@]}" --out=silent.json
expect_words "handed-down-silent fails in the scenario plain-child, and does not say so: "
tr -s ' \n' ' ' <out | grep -q -e '- handed-down-silent: .*plain-child' || fail "what a silent plug-in fails is not named"
check silent.json '
fails = result["context"]["ctxbench"]["presentation"]["strategies"][0]["fails"]
found = {one["scenario"]: one for one in fails}
assert found["plain-child"]["unexpected"] and "wanted" in found["plain-child"]["reason"], fails
assert "unexpected" not in found["longjmp"], fails
'
