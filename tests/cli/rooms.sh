#!/usr/bin/env bash
#
# The rooms of the code as ARCHITECTURE.md draws them, and no circles (scripts/rooms).

source "$SOURCE/tests/support/checks.bash"
BUILD=$(dirname "$BENCH")
export BUILD
if ! nm "$BUILD/harness/libroom_base.a" | grep -q ' T text_next_item$'; then
  echo "skipped: the objects of this build are for link-time optimisation"
  exit 77
fi

/usr/bin/python3 "$SOURCE/scripts/rooms" --check || fail "see above"

# It can fail: a picture that is out of date, two rooms and two files in a circle, an unknown option, no build.
mkdir copy && cp -r "$SOURCE/scripts" copy/ && sed 's/cli --> gate/gate --> cli/' "$SOURCE/ARCHITECTURE.md" >copy/ARCHITECTURE.md
mkdir build build/harness && sed 's,^harness/base: ,&cli,' "$BUILD/rooms.txt" >build/rooms.txt
printf 'int b(void); int a(void) { return b(); }\n' >a.c
printf 'int a(void); int b(void) { return a(); }\n' >b.c
cc -c a.c b.c && ar rc build/harness/libroom_both.a a.o b.o
if BUILD=build python3 copy/scripts/rooms --check >out; then fail "a bad structure passes: $(cat out)"; fi
for fault in 'rooms in a circle: advice, base, cli' 'files in a circle, in both: a, b' 'ARCHITECTURE.md is not'; do
  grep -q "$fault" out || fail "not noticed: $fault; found $(cat out)"
done
BUILD=nowhere python3 copy/scripts/rooms --check >out 2>&1 && fail "without a build it passes"
grep -q 'build' out || fail "without a build it should say so: $(cat out)"
python3 copy/scripts/rooms --chekc 2>err && fail "an unknown option passes"
grep -q 'found --chekc; wanted' err || fail "$(cat err)"
finish
