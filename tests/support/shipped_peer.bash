# shellcheck shell=bash
#
# The test of a peer that is shipped. Sourced, not run.

# check_shipped NAME TOOL: the peer in strategies/peers/NAME lacks nothing; skipped where TOOL, which runs or builds it,
# is missing.
check_shipped() {
  command -v "$2" >/dev/null || { echo "skipped: $2 is missing; scripts/setup --peers installs it" && exit 77; }
  export XDG_CACHE_HOME=$PWD/cache
  expect 0 "$BENCH" peer-check "$SOURCE/strategies/peers/$1"
  ! grep -q '^lacks' out || fail "the peer $1 lacks something: $(grep '^lacks' out)"
}
