#!/usr/bin/env bash
#
# bench conformance: every strategy does what is expected of it; what does not is told, in both directions.

source "$SOURCE/tests/support/run.bash"
source "$SOURCE/tests/support/conformance.bash"
leave_signals_alone

bench=("$BENCH" conformance)

# Scopes by the million take longer than all the rest: here, one strategy that reads the stack and one that does not;
# conformance_million.sh has them all.
expect 0 "${bench[@]}" --strategy=stacktag,threadid --scenario="$millions"
mapfile -t scenarios < <(list_usual)

# The rest, with each strategy: no surprise, 80 columns, plain text in a pipe, and a file that says the same.
if ! "${bench[@]}" --scenario="$(IFS=, && echo "${scenarios[*]}")" --out=all.json >out 2>"$err"; then
  sed -n '/^Not as expected/,$p' out
  fail "not all is as expected"
fi
[[ ! -s $err ]] || fail "the matrix is not silent on standard error"
if awk 'length($0) > 80 { found = 1 } END { exit !found }' out; then fail "the matrix is wider than 80 columns"; fi
if grep -q $'\033' out; then fail "the matrix has escape sequences in a pipe"; fi
grep -q ': every cell is as expected\.$' out || fail "the matrix does not end with its sum"
# As many strategies as fit stand side by side, and the others below: each part has all rows.
parts=$(grep -c "^${scenarios[0]} " out) || fail "the matrix has no row ${scenarios[0]}"
for scenario in "${scenarios[@]}"; do
  [[ $(grep -c "^$scenario " out) -eq $parts ]] || fail "not each of $parts parts of the matrix has a row $scenario"
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
*body, outside = body
assert len(body) == 3, body
assert all(len(row) == len(head) for row in [*body, outside]), body
assert all(cell in ("nothing", "id", "bindings") for cell in outside[1:]), outside
for row in body:
    assert all(cell in ("pass", "fail", "not applicable") for cell in row[1:]), row
' || fail "the Markdown is not a table"
