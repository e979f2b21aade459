#!/usr/bin/env bash
#
# variants/debian.sh says what it skips, which is no failure, and knows its releases.

source "$SOURCE/tests/support/checks.bash"
debian=$SOURCE/tests/variants/debian.sh

# Where root is missing, or debootstrap, which is in no folder for users.
PATH=/usr/bin:/bin "$debian" trixie sid >out 2>&1 || fail "nothing to be made: status $?"
grep -q '^skipped trixie: wants ' out || fail "nothing to be made: found $(cat out)"
[ "$(tail -n 1 out)" = "0 passed, 0 failed, 2 skipped" ] || fail "nothing to be made: found $(cat out)"

for arguments in '' 'woody' 'trixie woody'; do
  # shellcheck disable=SC2086 # several
  "$debian" $arguments >out 2>&1
  [ $? -eq 2 ] || fail "'$arguments': wanted status 2"
  grep -q 'wanted one or some of: bookworm trixie sid' out || fail "'$arguments': found $(cat out)"
done

# README's two commands are found by their form.
[ "$(grep -c '^    scripts/setup && ' "$SOURCE/README.md")" -eq 2 ] || fail "README should have two commands to begin with"
finish
