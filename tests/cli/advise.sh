#!/usr/bin/env bash
#
# bench advise: what it recommends follows from the files, on machines that made_up.py makes up; what is not proved is not
# recommended, and what is missing is measured by a command that it names.

# shellcheck source=tests/support/run.bash
. "$(dirname "${BASH_SOURCE[0]}")/../support/run.bash"
support=$SOURCE/tests/support

for kind in program program-of-stack program-unproved program-without-matrix program-of-one-depth program-whole usual \
  matrix old; do
  "$python" "$support/made_up.py" "$kind" "$kind.json" || fail "made_up.py cannot make $kind"
done

# advice OPTION...: as JSON, into advice.json.
advice() {
  expect 0 "$BENCH" advise "$@" --format=json
  mv out advice.json
}

# says CODE: runs Python with `advice` and its rows by strategy, `rows`.
says() {
  "$python" -c "
import json
advice = json.load(open('advice.json'))
rows = {row['strategy']: row for row in advice['strategies']}
$1" || fail "the advice is not as it should be: $(cat advice.json)"
}

# --- The sum of what was measured, within what noise makes of it, and in this order.
advice program.json --depth=8 --reads=10 --scopes=2 --handoffs=1
says '
assert [row["strategy"] for row in advice["strategies"]] == ["explicit", "tls", "stacktag", "slow"], advice
assert abs(rows["explicit"]["added_ns"] - (10 * 2.5 + 2 * 2 + 10)) < 12, rows["explicit"]
# Reads are one and a half calls below their scope on average, and the inner scope looks four calls up for its parent.
assert abs(rows["stacktag"]["added_ns"] - (10 * (8.5 + 1.5 * 1.3) + 2 * 23 + 4 * 1.3 + 100)) < 20, rows["stacktag"]
assert rows["explicit"]["low_ns"] < rows["explicit"]["added_ns"] < rows["explicit"]["high_ns"]
assert advice["sentence"].startswith("Take explicit: it adds "), advice["sentence"]
assert advice["program"] == {"depth": 8, "reads": 10, "scopes": 2, "handoffs": 1}
assert rows["explicit"]["fails"] == "callbacks" and rows["stacktag"]["fails"] == "nothing"
'

# --- Needs rule out what fails, with the scenario; on another machine another strategy is best.
advice program.json --needs=fibers,callbacks
says '
assert advice["strategies"][0]["strategy"] == "stacktag", advice
assert rows["tls"]["standing"] == "fails" and rows["tls"]["why_not"] == "fibers: fiber-switch", rows["tls"]
assert rows["explicit"]["why_not"] == "callbacks: qsort", rows["explicit"]
assert "Cheaper, but not right here: explicit, tls (callbacks: qsort)." in advice["sentence"], advice["sentence"]
assert advice["needs"] == ["threads", "callbacks", "fibers"]
'
advice program-of-stack.json --preset=tracing
says '
assert advice["strategies"][0]["strategy"] == "stacktag" and "Cheaper" not in advice["sentence"], advice
assert advice["program"]["scopes"] == 40
'

# --- What nobody proved is never recommended, however little it costs, and the command that proves it is named.
says_nothing='
assert advice["sentence"].startswith("Nothing can be recommended: no strategy was proved"), advice["sentence"]
assert "bench conformance --out=matrix.json" in advice["missing"], advice
assert all(row["standing"] in ("not proved", "fails") for row in advice["strategies"])
'
advice program-unproved.json
says "$says_nothing"
advice program-without-matrix.json --needs=fibers,callbacks
says "$says_nothing"'
assert rows["tls"]["standing"] == "fails", "what a strategy says of itself is not told"
'
advice program.json
says 'assert rows["slow"]["standing"] == "not proved" and "conformance" in advice["missing"], advice'

# A matrix may stand in a file of its own.
advice program-without-matrix.json matrix.json --needs=fibers,callbacks
says 'assert advice["strategies"][0]["strategy"] == "stacktag", advice'

# --- What was not measured costs nothing that is known.
advice usual.json
says '
assert "but what they cost here was not measured" in advice["sentence"], advice["sentence"]
assert advice["missing"] == "bench --strategy='"'*'"' --depth=0,10", advice["missing"]
assert "added_ns" not in rows["tls"]
'
advice usual.json --scopes=0 --handoffs=0
says 'assert advice["sentence"].startswith("Take explicit"), advice["sentence"]'
advice program-of-one-depth.json
says '
assert "missing" in advice and "--workload=get,with,handoff --depth=0,10" in advice["missing"], advice["missing"]
assert "added_ns" not in rows["tls"]
'
advice program-of-one-depth.json --depth=0
says 'assert rows["tls"]["added_ns"] > 0'
advice program.json --depth=1000
says 'assert "--depth=0,334" in advice["missing"], advice'

# --- Whole requests beside the sums of their parts; what callbacks read is not summed up, and what is off is said to be.
expect 0 "$BENCH" advise --verify program-whole.json
told "30 calls deep: 50 reads, 3 scopes and 0 hand-offs in a request, on 1 thread: within 25 % for 2 of 3 strategies"
told "15 calls deep: 50 reads, 40 scopes and 1 hand-off in a request, on 1 thread: within 25 % for 2 of 3 strategies"
told "(0 of 1 that read the stack)"
grep -qE '^ *stacktag .* off$' out || fail "nothing says that the sum is off: $(cat out)"
[[ $(grep -c '^ *tls ' out) == 2 ]] || fail "wanted two programs: $(cat out)"
expect 2 "$BENCH" advise --verify program.json
expect_words 'program.json holds no whole request whose parts it has as well; bench --suite=advice measures both'

# --- For people: the sentence first. It fits the terminal.
COLUMNS=80 expect 0 "$BENCH" advise program.json --needs=fibers,callbacks
[[ $(head -1 out) == "Take stacktag: it adds "* ]] || fail "the sentence does not come first: $(cat out)"
told "needs callbacks, fibers"
told "fibers: fiber-switch"
awk 'length > 80 { exit 1 }' out || fail "a line is longer than 80 columns: $(cat out)"
expect 0 "$BENCH" advise program.json --format=markdown
grep -qE '^\| explicit \| [0-9.]+ ns \|' out || fail "there is no row of Markdown: $(cat out)"

# A file that declares no conditions has one for each scenario.
expect 0 "$BENCH" advise old.json --needs=qsort --scopes=0 --handoffs=0
told "Take tls"
told "qsort: qsort"

# --- The newest files at hand.
mkdir -p here/results
cp program-without-matrix.json here/results/run.json
cp matrix.json here/matrix.json
echo '{}' >here/other.json
touch here/other.json
cd here || exit
expect 0 "$BENCH" advise --needs=fibers,callbacks
expect_words "From results/run.json and ./matrix.json."
told "Take stacktag"
rm results/run.json matrix.json
expect 2 "$BENCH" advise
expect_words "found no result file"
cd .. || exit

# --- What is wrong is told, with what there is.
expect 2 "$BENCH" advise program.json --needs=fibres
expect_words '--needs: no need is called "fibres"; there are: threads, callbacks, fibers, migration'
expect 2 "$BENCH" advise program.json --preset=loging
expect_words '--preset: no preset is called "loging"; did you mean'
expect 2 "$BENCH" advise program.json --reads=1,2
expect_words '--reads: found 2 numbers, wanted one'
expect 2 "$BENCH" advise program.json --scopes=-1
expect_words '--scopes: found -1'
expect 2 "$BENCH" advise matrix.json
expect_words 'holds no run'
expect 2 "$BENCH" advise program.json "$SOURCE/results/baseline-instructions.json"
expect_words 'baseline-instructions.json is no result file; it holds instruction counts: bench check --metric=instructions'
expect 2 "$BENCH" advise missing.json
expect_words 'missing.json'
expect 0 "$BENCH" advise --help
told "--needs=LIST"
expect 0 "$BENCH" --completion
grep -qE -- "advise\) words='--help .*--needs= --preset= .*--handoffs=" out || fail "completion lacks advise"
expect 0 "$BENCH" --manual
grep -q 'advise' out || fail "the manual lacks advise"

# --- A page computes the same, to the digit.
if ! command -v node >/dev/null; then
  echo "skipped: there is no node to run a page's script with"
  exit
fi
for kind in program program-of-stack usual old; do
  expect 0 "$BENCH" report "$kind.json" --out="$kind.html" --quiet
  for numbers in '30 50 3 1' '0 1 0 0' '256 1000 40 2' '300 1 1 1' '1 3 5 0'; do
    for needs in '' fibers,callbacks qsort; do
      read -r depth reads scopes handoffs <<<"$numbers"
      if [[ $needs == qsort && $kind != old || $needs == fibers* && $kind == old ]]; then continue; fi
      advice "$kind.json" --depth="$depth" --reads="$reads" --scopes="$scopes" --handoffs="$handoffs" ${needs:+--needs="$needs"}
      node "$support/advise.js" "$kind.html" \
        "{\"depth\":$depth,\"reads\":$reads,\"scopes\":$scopes,\"handoffs\":$handoffs}" "$needs" >page.json ||
        fail "the page's script cannot be run"
      says '
page = json.load(open("page.json"))
assert page["sentence"] == advice["sentence"], (page["sentence"], advice["sentence"])
assert len(page["strategies"]) == len(advice["strategies"]) > 0
for of_page, row in zip(page["strategies"], advice["strategies"]):
    for key, value in of_page.items():
        assert value == row.get(key, None if key.endswith("_ns") else ""), (key, of_page, row)
'
    done
  done
done
