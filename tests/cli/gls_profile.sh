#!/usr/bin/env bash
#
# The example that splits a CPU profile by class of requests: each class has a flame graph, and none has a function that
# works for the other class alone.

# shellcheck source=tests/support/modules.bash
. "$SOURCE/tests/support/modules.bash"

fail() {
  echo "$*"
  exit 1
}

if grep -qE '__(asan|tsan)_' "$BENCH"; then
  echo "skipped: sanitizers hold signals back, and put frames of their own onto the stack"
  exit 77
fi

examples=$SOURCE/strategies/gls/examples
compile profile -D_GNU_SOURCE -fno-omit-frame-pointer -rdynamic "$examples/profile.c" -L"$libraries" -lgls \
  "-Wl,-rpath,$libraries"
./profile folded | diff "$examples/profile.expected" - || fail "one of the classes was not sampled"
/usr/bin/python3 "$examples/flame.py" folded .
for class in search checkout; do
  /usr/bin/python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' $class.svg
  grep -q '<title>write_page: ' $class.svg || fail "$class.svg lacks what both classes do"
done
expect_in() { grep -q "<title>$2: " "$1" || fail "$1 lacks $2, which its class alone does"; }
expect_in search.svg search_index
expect_in checkout.svg charge_card
for other in search.svg/charge_card checkout.svg/search_index; do
  ! grep -q "${other#*/}" "${other%/*}" || fail "$other: a sample of the wrong class"
done
! /usr/bin/python3 "$examples/flame.py" folded 2>/dev/null || fail "flame.py should want two arguments"
