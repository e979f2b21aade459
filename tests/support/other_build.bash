# shellcheck shell=bash
#
# Builds to hold against each other, for tests of bench check. To be sourced after run.bash.

# build FOLDER SED: the program in a folder of its own, beside one shared strategy, tls-ie, which is edited with sed.
build() {
  mkdir -p "$1/strategies"
  cp "$BENCH" "$1/bench"
  cp "$(dirname "$BENCH")"/strategies/*.so "$1/strategies/"
  sed "$2" "$SOURCE/strategies/modules/tls-ie.c" >"$1/tls-ie.c"
  cc -std=c17 -D_GNU_SOURCE -O2 -shared -fPIC -fno-omit-frame-pointer -fexceptions -I"$SOURCE/strategies" \
    -I"$(dirname "$BENCH")/strategies" -o "$1/strategies/tls-ie.so" "$1/tls-ie.c" ||
    fail "cannot build $1"
}

# read_after INSTRUCTIONS: for build: the read of a context comes after these.
read_after() {
  printf 's/^#define CTX_OP_CURRENT(after) \\(.*\\)/#define CTX_OP_CURRENT(after) ({ __asm__ volatile("%s"); \\1; })/' "$1"
}
