#!/usr/bin/env bash
#
# A run that is killed 20 times: what it had measured is kept and not measured again, no worker lives on, and the result
# file is whole whenever it is there.

set -euo pipefail
source "$SOURCE/tests/support/run.bash"
RANDOM=20 # the seed
settings=(--strategy=tls --workload="get,with" --depth="0,16" --threads=1 --executions=6 --samples=2 --min-time=1ms --seed=7)

# journal_holds_whole_entries: what a kill leaves is whole lines of JSON, but perhaps for the last.
keep_whole_lines() {
  "$python" - "$1" "$2" <<'END'
import json, sys
text = open(sys.argv[1], "rb").read()
whole = text[: text.rfind(b"\n") + 1]
steps = set()
for line in whole.splitlines()[1:]:
    entry = json.loads(line)
    step = entry["case"], entry["calibration"], entry["execution"]
    assert step not in steps, f"{step} was done twice"
    steps.add(step)
open(sys.argv[2], "wb").write(whole)
END
}

# What the last kill left is still there, at the beginning of the journal.
expect_prefix() {
  cmp -n "$(stat -c %s whole)" whole "$1" || fail "what was measured before is not in $1 any more"
}

number=0 kills=0
: >whole
while ((kills < 20)); do
  file=run$number.json
  if [[ -e $file.journal ]]; then
    "$BENCH" --resume="$file" >out 2>"$err" &
  else
    "$BENCH" "${settings[@]}" --out="$file" >out 2>"$err" &
  fi
  sleep 0.$((RANDOM % 300 + 100))
  kill -KILL $! 2>/dev/null || true
  wait $! 2>/dev/null || true
  kills=$((kills + 1))
  expect_no_survivors
  [[ ! -e $file ]] || check "$file" 'assert rows and not failures'
  if [[ -e $file.journal ]]; then
    expect_prefix "$file.journal"
    keep_whole_lines "$file.journal" whole || fail "$file.journal is damaged"
  else
    [[ -e $file || ! -s whole ]] || fail "$file is neither there nor under way"
    number=$((number + 1)) # it had come to its end
    : >whole
  fi
done

# One that was begun comes to its end, with every step done once, and what was measured before the kills as it was.
if [[ ! -e $file.journal ]]; then
  file=last.json
  "$BENCH" "${settings[@]}" --out="$file" >out 2>"$err" &
  wait_for test -s "$file.journal"
  kill -KILL $!
  wait $! 2>/dev/null || true
  keep_whole_lines "$file.journal" whole
fi
expect 0 "$BENCH" --resume="$file.journal"
[[ ! -e $file.journal ]] || fail "the journal should be gone"
check "$file" '
steps = {(row["name"], row["repetition_index"]) for row in rows}
cases = {row["name"] for row in rows}
assert len(steps) == len(rows) == 6 * len(cases) and not failures, (len(steps), len(rows), len(cases))
measured = [row["ctxbench"]["samples"]["real_ns"] for row in rows]
for line in open("whole").read().splitlines()[1:]:
    entry = json.loads(line)
    samples = entry["answer"]["samples"]["real_ns"]
    assert entry["calibration"] or samples in measured, f"measured again: {line}"
'
# There is nothing left to do, which is no error.
expect 0 "$BENCH" --resume="$file"
expect_words "came to its end"
