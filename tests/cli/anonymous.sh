#!/usr/bin/env bash
#
# --anonymous: neither the host's name nor a path nor a command line is in what is written, whatever writes it.

# shellcheck source=tests/support/run.bash
. "$(dirname "${BASH_SOURCE[0]}")/../support/run.bash"

host=$(uname -n)
mkdir -p here/results
cd here || exit
here=$PWD

# hides FILE: it does not say where it is from.
hides() {
  grep -qF "$here" "$1" && fail "$1 names this folder: $(grep -oF -m1 "$here" "$1")"
  grep -qF "$BENCH" "$1" && fail "$1 names the program"
  grep -qF -- '--strategy=tls,none' "$1" && fail "$1 has the command line"
  grep -qwF "$host" "$1" && fail "$1 names this host: $(grep -m1 -owF "$host" "$1")"
  return 0
}

settings=('--strategy=tls,none' --workload=get --depth=0 --threads=1 --executions=2 --samples=2 --min-time=100us --quiet)
expect 0 "$BENCH" "${settings[@]}" --out="$here/named.json"
grep -qF "$here" named.json || fail "a file that is not anonymous should have its path"
expect 0 "$BENCH" "${settings[@]}" --anonymous --out="$here/run.json"
hides run.json
check run.json '
assert "host_name" not in result["context"] and "executable" not in result["context"]
assert result["context"]["ctxbench"]["command_line"] == []
assert result["context"]["ctxbench"]["settings"]["out"] == "(path)"
assert any(row["name"].startswith("tls/get/depth:0/up:1/") for row in rows), rows
'
# The name of a file that is not named has none either.
expect 0 "$BENCH" "${settings[@]}" --anonymous
compgen -G 'results/anonymous-*.json' >/dev/null || fail "wanted results/anonymous-DATE.json: $(ls results)"

expect 0 "$BENCH" conformance --strategy=tls --scenario=nest --anonymous --quiet --out="$here/matrix.json"
hides matrix.json

# What is made of a file that says more.
for format in html markdown; do
  expect 0 "$BENCH" report "$here/named.json" --anonymous --format=$format --out="$here/page.$format" --quiet
  hides page.$format
done
for format in csv bmf gbench-flat codspeed; do
  expect 0 "$BENCH" export "$here/named.json" --anonymous --format=$format
  hides out
done
expect 0 "$BENCH" advise "$here/named.json" --anonymous --format=json --quiet
hides out
for format in terminal markdown json; do
  expect 0 "$BENCH" compare "$here/named.json" "$here/named.json" --force --anonymous --format=$format
  hides out
done
