#!/usr/bin/env bash
#
# Paths that are not UTF-8 (an old home folder in Latin-1): every output that has to be UTF-8 is, with the bytes escaped,
# and the paths themselves work wherever a path may stand.

set -euo pipefail
source "$SOURCE/tests/support/run.bash"
source "$SOURCE/tests/support/other_build.bash"
odd=$PWD/$'M\xfcller'
shown='M\\xfcller' # as it is within JSON
mkdir "$odd"
build "$odd" ''
settings=(--workload=with --parameter=inside=1 --threads=1 --executions=2 --samples=2 --min-time=1ms)
case=(--workload=with --parameter=inside=1 --samples=2 --budget=1s)

# utf8 FILE, json FILE: it is; and so that the path is in it, not cut out of it.
utf8() {
  iconv -f utf-8 -t utf-8 "$1" >/dev/null 2>&1 || fail "$1 is not UTF-8: $(LC_ALL=C grep -a $'\xfc' "$1" | head -n 3 | cat -v)"
}
json() {
  "$python" -c 'import json, sys; json.load(open(sys.argv[1], "rb"))' "$1" || fail "$1 is no JSON: $(head -c 200 "$1" | cat -v)"
  utf8 "$1"
  grep -qF "$shown" "$1" || fail "$1 does not tell the path: $(head -c 300 "$1" | cat -v)"
}

# A run: its program, its plug-in, its suite and its output lie there, and a shared strategy beside the program.
expect 0 "$BENCH" suite --suite=smoke
cp out "$odd/mine.json"
expect 0 "$odd/bench" "${settings[@]}" --strategy=tls-ie,tls --suite="$odd/mine.json" --quiet --out="$odd/base.json"
json "$odd/base.json"
check "$odd/base.json" 'assert {row["ctxbench"]["strategy"] for row in rows} >= {"tls", "tls-ie"} and not failures, failures'
expect_schema schema.json "$odd/base.json"
cp "$PLUGINS/well_formed.so" "$odd/x.so"
expect 0 "$BENCH" "${settings[@]}" --plugin="$odd/x.so" --strategy=tls --quiet --out="$odd/plugin.json"
json "$odd/plugin.json"

# One that was killed is resumed with the very plug-in that it had.
cp "$PLUGINS/faults.so" "$odd/faults.so"
"$BENCH" --plugin="$odd/faults.so" --strategy=faults --workload=fault-none --executions=400 --samples=1 --min-time=1ms \
  --quiet --out="$odd/resumed.json" 2>"$err" &
wait_for test -s "$odd/resumed.json.journal"
sleep 0.2
kill -INT $!
wait $! || true
"$python" -c 'import json, sys; [json.loads(line) for line in open(sys.argv[1], "rb")]' "$odd/resumed.json.journal" ||
  fail "the journal is no JSON"
expect 0 "$BENCH" --resume="$odd/resumed.json" --quiet
check "$odd/resumed.json" 'assert len(rows) == 400 and not failures'

# The gate, in each format, against a build and against a file.
expect 0 "$BENCH" check --strategy=tls-ie "${case[@]}" --against="$odd/bench" --format=json --threshold=100
json out
expect 0 "$BENCH" check --strategy=tls-ie "${case[@]}" --against="$odd/bench" --format=markdown --threshold=100
utf8 out
expect 0 "$BENCH" check --strategy=tls "${case[@]}" --baseline="$odd/base.json" --format=json --threshold=100
json out
rm "$odd/strategies/tls-ie.so" # and the remark says where it was looked for
for format in json markdown terminal; do
  expect 0 "$BENCH" check --strategy='tls-[ci]*' "${case[@]}" --against="$odd/bench" --format=$format --threshold=100
  utf8 out
  grep -qF 'xfcller' out || fail "the $format does not tell the path"
done

# Files that are compared, exported and reported.
expect 0 "$BENCH" compare "$odd/base.json" "$odd/base.json" --format=json
json out
for format in terminal markdown; do
  expect 0 "$BENCH" compare "$odd/base.json" "$odd/base.json" --format=$format
  utf8 out
  grep -qF 'M\xfcller' out || fail "the $format does not tell the path"
done
for format in csv gbench-flat bmf codspeed; do
  expect 0 "$BENCH" export "$odd/base.json" --format=$format
  utf8 out
done
cp "$odd/base.json" "$odd/second.json"
for format in html markdown terminal; do
  expect 0 "$BENCH" report "$odd/base.json" "$odd/second.json" --format=$format --out="$odd/report.$format"
  utf8 "$odd/report.$format"
done
expect 0 "$BENCH" report "$odd/base.json" --format=markdown --figures="$odd/figures" --out="$odd/figures.md"
utf8 "$odd/figures.md"
for file in "$odd"/figures/*.csv "$odd"/figures/*.svg; do
  [[ ! -e $file ]] || utf8 "$file"
done

# A path that is cut within a character is no reason for another kind of text either.
long=$(printf 'ä%.0s' {1..120})
for lead in '' a; do
  mkdir -p "$lead$long"
  cp "$odd/base.json" "$lead$long/base.json"
  sed -i 's/"fingerprint": *"[^"]*"/"fingerprint": "0123456789abcdef"/' "$lead$long/base.json"
  expect 0 "$BENCH" compare "$lead$long/base.json" "$odd/base.json" --format=json --force
  json out
done
