#!/usr/bin/env bash
#
# What a run shows on a terminal: of one strategy its answer in ten lines, of many a row for each that fits a screen, and
# with --table=full each case, as of results that made_up.py makes up.

# shellcheck source=tests/support/run.bash
. "$(dirname "${BASH_SOURCE[0]}")/../support/run.bash"
support=$SOURCE/tests/support
export COLUMNS=80

for kind in program program-of-many one-case; do
  "$python" "$support/made_up.py" "$kind" "$kind.json" || fail "made_up.py cannot make $kind"
done
"$python" - <<'END' || fail "cannot take one strategy"
import json
result = json.load(open("program.json"))
result["benchmarks"] = [row for row in result["benchmarks"] if row["name"].startswith(("tls/", "none/"))]
json.dump(result, open("program-of-one.json", "w"))
END

# shows FILE OPTION...: the table of a run that came to its end, in ./out.
shows() {
  expect 0 "$BENCH" --resume="$1" "${@:2}"
  awk 'length > 80 { exit 1 }' out || fail "a line is longer than 80 columns: $(cat out)"
}

# --- One strategy: the answer in the first ten lines, then each case.
shows program-of-one.json
head -10 out >first
for words in '^tls$' '^a read +5\.0[0-9] ns \(.*\) in its scope, 5\.0[0-9] ns \(.*\) when it is 256' \
  '^a scope +[56]\.[0-9]+ ns \(' '^a thread +37\.[0-9] us' '^hand-off +1\.0[0-9] us \(' '^fails +fibers, migration$'; do
  grep -qE "$words" first || fail "the first ten lines lack '$words': $(cat out)"
done
grep -qE '^  depth 16, up 1 .* 5\.0' out || fail "the whole table does not follow: $(cat out)"

# --- Many: a row for each strategy, no case, and where the cases are.
shows program-of-many.json
[[ $(wc -l <out) -le 24 ]] || fail "it does not fit a screen: $(cat out)"
grep -qE '^  strategy +read +at 4096 +scope +thread +hand-off +fails$' out || fail "a column is missing: $(cat out)"
grep -qE '^  tls +5\.0[0-9] ns +5\.0[0-9] ns +[56]\.[0-9]+ ns +37\.[0-9] us +1\.0[0-9] us +fibers, migration$' out || fail "$(cat out)"
told "--table=full shows all"
grep -q 'depth 16' out && fail "it shows a case: $(cat out)"
COLUMNS=60 expect 0 "$BENCH" --resume=program-of-many.json
grep -qE '^  strategy +read +scope +(thread|hand-off) +' out || fail "reads at depth do not give way first: $(cat out)"

# --- Each case, as it is asked for, and where they are few.
shows program-of-many.json --table=full
[[ $(grep -c '^  depth ' out) -ge 13 ]] || fail "cases are missing: $(cat out)"
grep -q -- '--table=full' out && fail "it speaks of itself: $(cat out)"
shows program-of-one.json --table=full
grep -q '^a read' out && fail "it is not the table alone: $(cat out)"
shows one-case.json
grep -qE '^a read +5\.' out && fail "without the same work without a context there is no read's cost: $(cat out)"
expect 2 "$BENCH" --resume=program.json --table=ful
expect_words '--table: no table is called "ful"; did you mean "full"?'
