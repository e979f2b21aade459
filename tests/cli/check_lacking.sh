#!/usr/bin/env bash
#
# bench check on time: cases that only one of the builds has, and cases that fail.

source "$SOURCE/tests/support/run.bash"
source "$SOURCE/tests/support/other_build.bash"
build_plain_and_slow

# judge STATUS COMMAND...: as `expect`, but noise may also make a regression (3) of what both builds have.
judge() {
  local status=0
  "${@:2}" >out 2>"$err" || status=$?
  [[ $status -eq $1 || $status -eq 3 ]] || fail "${*:2}: status $status, wanted $1, or 3"
}

# A case that the other build lacks is named, and so is one that fails.
rm plain/strategies/tls-ie.so
lacking=(--strategy='tls-[ci]*' --workload=with --parameter=inside=1 --samples=2 --budget=1s)
judge 0 slow/bench check "${lacking[@]}" --against=plain/bench
told 'the base lacks it: found no tls-ie.so'
told '1 not compared'
judge 4 slow/bench check "${lacking[@]}" --against=plain/bench --strict
# Where that is all, nothing was compared, which is no pass.
expect 2 slow/bench check "${case[@]}" --against=plain/bench
told '1 not compared'
expect_words 'nothing was compared: no case has the time of both sides'

# So is one that only the other build has, in each format; as long as it says.
case=(--strategy='tls-[ci]*' --workload=with --parameter=inside=1 --samples=2 --budget=1s)
judge 4 plain/bench check "${case[@]}" --against=slow/bench --strict
told 'only the base has it'
judge 0 plain/bench check "${case[@]}" --against=slow/bench --format=markdown
[[ $(grep -c 'not compared: only the base has it' out) -eq 1 ]] || fail "Markdown does not tell what only the base has"
judge 0 plain/bench check "${case[@]}" --against=slow/bench --format=json
[[ $(verdicts) =~ ^[a-z-]+\ not-compared$ ]] || fail "what only the base has came out as: $(verdicts)"
cp "$(type -P false)" mute
expect 1 plain/bench check "${case[@]}" --against="$PWD/mute"
told 'It is not known what cases only the base has: it does not say'
expect 0 plain/bench check --dry-run --strategy=tls-c11 --workload=with --parameter=inside=1
[[ $(<out) == tls-c11/with/*inside:1/* ]] || fail "--dry-run does not name the cases"

expect 1 "$BENCH" check --plugin="$PLUGINS/faults.so" --strategy=faults --workload=fault-crash,fault-none \
  --against="$BENCH" --threshold=100 --budget=10s
grep -qE '(this build|the base) failed: ended by SIGSEGV' out || fail "a crash should be told"
