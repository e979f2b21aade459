#!/usr/bin/env bash
#
# bench conformance: every strategy does what is expected of it; what does not is told, in both directions.

source "$SOURCE/tests/support/run.bash"
source "$SOURCE/tests/support/conformance.bash"

bench=("$BENCH" conformance)
mapfile -t scenarios < <("$BENCH" --names=scenario)

# Scopes by the million take longer than all the rest: here, one strategy that reads the stack and one that does not;
# conformance_million.sh has them all.
expect 0 "${bench[@]}" --strategy=stacktag,threadid --scenario="$millions"
mapfile -t scenarios < <(printf '%s\n' "${scenarios[@]}" | grep -vxE "${millions//,/|}")

# The rest, with each strategy: no surprise, 80 columns, plain text in a pipe, and a file that says the same.
expect 0 "${bench[@]}" --scenario="$(IFS=, && echo "${scenarios[*]}")" --out=all.json
[[ ! -s $err ]] || fail "the matrix is not silent on standard error"
if awk 'length($0) > 80 { found = 1 } END { exit !found }' out; then fail "the matrix is wider than 80 columns"; fi
if grep -q $'\033' out; then fail "the matrix has escape sequences in a pipe"; fi
grep -q ': every cell is as expected\.$' out || fail "the matrix does not end with its sum"
for scenario in "${scenarios[@]}"; do
  [[ $(grep -c "^$scenario " out) -eq 1 ]] || fail "the matrix has no row $scenario"
done
printf '%s\n' "${scenarios[@]}" >names
check all.json '
cells = result["context"]["ctxbench"]["conformance"]
scenarios = open("names").read().split()
strategies = sorted({cell["strategy"] for cell in cells})
assert len(cells) == len(scenarios) * len(strategies), len(cells)
assert {"explicit", "tls", "threadid", "stacktag"} <= set(strategies), strategies
assert not {"none", "floor", "walk-floor"} & set(strategies), strategies
assert rows == [] and failures == []
for cell in cells:
    assert cell["as_expected"], cell
    if cell["outcome"] == "broken":
        assert cell["expected"] == "broken" and cell["reason"] and cell["found"], cell
by_name = {(cell["strategy"], cell["scenario"]): cell for cell in cells}
assert by_name["stacktag", "longjmp"]["outcome"] == "held"
assert by_name["tls", "longjmp"]["outcome"] == "broken"
assert by_name["explicit", "qsort"]["outcome"] == "not-applicable"
assert by_name["explicit", "qsort-r"]["outcome"] == "held"
'

# Markdown: as many cells in each row as in the head.
expect 0 "${bench[@]}" --strategy='tls*,explicit' --scenario=nest,longjmp,qsort --format=markdown
# shellcheck disable=SC2016 # the quotes are Markdown's
"$python" -c '
import re
table = [line for line in open("out").read().splitlines() if line.startswith("|")]
rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table]
head, rule, *body = rows
assert head[0] == "scenario" and "`tls`" in head and "`explicit`" in head, head
assert all(re.fullmatch(":-+:?", cell) for cell in rule), rule
assert len(body) == 3, body
for row in body:
    assert len(row) == len(head), row
    assert all(cell in ("pass", "fail", "not applicable") for cell in row[1:]), row
' || fail "the Markdown is not a table"

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
expect 0 "${bench[@]}" --plugin="$PLUGINS/global.so" --strategy=global --scenario=$shared --out=global.json
check global.json '
cells = {cell["scenario"]: cell for cell in result["context"]["ctxbench"]["conformance"]}
assert cells["plain-child"]["reason"] == "all threads share one variable", cells
assert cells["longjmp"]["expected"] == "broken" and cells["nest"]["expected"] == "held", cells
told = result["context"]["ctxbench"]["presentation"]["strategies"]
assert [one["name"] for one in told] == ["global"], told
assert {"plain-child", "longjmp"} <= {one["scenario"] for one in told[0]["fails"]}, told
'
expect 1 "${bench[@]}" --plugin="$PLUGINS/global_silent.so" --strategy=global-silent --scenario=$shared
grep -q '2 cells are not as expected' out || fail "what a plug-in does not say it fails is no surprise"

# Beside its figures it is told as well, whether it says so itself or not.
quick=(--workload=get --parameter=depth=0 --parameter=up=1 --threads=1 --executions=1 --samples=1 --min-time=1ms)
expect 0 "$BENCH" --plugin="$PLUGINS/global.so" --strategy=global "${quick[@]}" --out=said.json
grep -q '^global\* on ' out || fail "a plug-in that fails scenarios has no star"
tr -s ' \n' ' ' <out | grep -q -e '- global: .*plain-child.*longjmp' || fail "what a plug-in fails is not named"
expect 0 "$BENCH" --plugin="$PLUGINS/global_silent.so" --strategy=global-silent "${quick[@]}" --out=silent.json
expect_words "global-silent fails in the scenario plain-child, and does not say so: "
tr -s ' \n' ' ' <out | grep -q -e '- global-silent: .*plain-child' || fail "what a silent plug-in fails is not named"
check silent.json '
fails = result["context"]["ctxbench"]["presentation"]["strategies"][0]["fails"]
found = {one["scenario"]: one for one in fails}
assert found["plain-child"]["unexpected"] and "wanted" in found["plain-child"]["reason"], fails
assert "unexpected" not in found["longjmp"], fails
'

# Wrong input, and what must not be overwritten.
expect 2 "${bench[@]}" --scenario=longjump
expect_words 'no scenario is called "longjump"; did you mean "longjmp"'
expect 2 "${bench[@]}" --strategy=none
expect_words 'found only references in "none"'
expect 2 "${bench[@]}" --format=html
expect_words '--format'
expect 2 "$BENCH" run --scenario=nest
expect_words '--scenario has no meaning for bench run'
expect 2 "${bench[@]}" --scenario=nest --out=all.json
expect_words 'all.json'
expect 0 "${bench[@]}" --scenario=nest --strategy=tls --out=all.json --force --quiet
[[ ! -s out ]] || fail "--quiet prints"
expect 0 "${bench[@]}" --scenario=nest --strategy=tls --out=-
"$python" -c 'import json; json.load(open("out"))' || fail "--out=- prints no JSON"

# Where there is no room to show it, the file holds it all the same.
status=0
"${bench[@]}" --scenario=nest --strategy=tls --out=kept.json >/dev/full 2>"$err" || status=$?
[[ $status -eq 1 ]] || fail "no room for the matrix: status $status, wanted 1"
check kept.json 'assert len(result["context"]["ctxbench"]["conformance"]) == 1'
