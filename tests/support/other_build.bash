# shellcheck shell=bash
#
# Builds to hold against each other, for tests of bench check. To be sourced after run.bash.

# build FOLDER SED: the program in a folder of its own, beside one shared strategy, tls-ie, which is edited with sed.
build() {
  mkdir -p "$1/strategies"
  cp "$BENCH" "$1/bench"
  cp "$(dirname "$BENCH")"/strategies/*.so "$1/strategies/"
  sed "$2" "$SOURCE/strategies/modules/tls-ie.c" >"$1/tls-ie.c"
  build_plugin "$1/tls-ie.c" "$1/strategies/tls-ie.so"
}

# read_after INSTRUCTIONS: for build: the read of a context comes after these.
read_after() {
  printf 's/^#define CTX_OP_CURRENT(after) \\(.*\\)/#define CTX_OP_CURRENT(after) ({ __asm__ volatile("%s"); \\1; })/' "$1"
}

# build_plain_and_slow: two such, of which the second reads grossly slower; `case` is what to compare.
# shellcheck disable=SC2034,SC2154 # whoever sources this uses case; run.bash sets folder
build_plain_and_slow() {
  leave_signals_alone
  export XDG_STATE_HOME=$folder/state
  case=(--strategy=tls-ie --workload=with --parameter=inside=1 --samples=2)
  build plain ''
  build slow "$(read_after '.rept 2000; nop; .endr')"
}

# verdicts: what bench check said of the time of each case (in ./out, as JSON), sorted.
# shellcheck disable=SC2154 # run.bash sets python
verdicts() {
  "$python" -c 'import json; print(*sorted(case["verdict"] for case in json.load(open("out"))["time"]["cases"]))'
}
