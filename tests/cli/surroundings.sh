#!/usr/bin/env bash
#
# What decides whether figures compare, beside machine and build: what was put into the processes, and whether it is
# known which source they were built from. It is recorded, warned of, and a difference.

set -euo pipefail
source "$SOURCE/tests/support/run.bash"
if is_sanitised; then
  echo "skipped: a sanitizer's runtime has to come before what is preloaded"
  exit 77
fi
base=(--strategy=tls --workload=get --depth=0 --threads=1 --samples=2 --min-time=1ms)
settings=("${base[@]}" --executions=2)
process='process = result["context"]["ctxbench"]["process"]; warnings = " ".join(result["context"]["ctxbench"]["warnings"])'
unset LD_PRELOAD GLIBC_TUNABLES LD_LIBRARY_PATH MALLOC_ARENA_MAX

# run NAME COMMAND...: a run into NAME.json, whose table goes to ./out.
run() {
  expect 0 "${@:2}" "$BENCH" "${settings[@]}" --out="$1.json"
  expect_schema schema.json "$1.json"
}


run plain env
check plain.json "$process; assert process == {}, process"

# A library that nobody asked for.
cp "$PLUGINS/preloaded.so" libpreloaded.so
run preloaded env LD_PRELOAD="$PWD/libpreloaded.so"
told 'Libraries were preloaded into the program (libpreloaded.so)'
check preloaded.json "$process
assert process['preloaded'] == 'libpreloaded.so', process
assert 'LD_PRELOAD=' in process['variables'] and 'preloaded' in warnings, process"
expect 0 "$BENCH" compare plain.json preloaded.json
told 'preloaded libraries: none recorded / libpreloaded.so'
expect 0 "$BENCH" compare preloaded.json preloaded.json
grep -q 'preloaded libraries:' out && fail "what is the same on both sides is no difference"
for format in json markdown; do
  expect 0 "$BENCH" compare plain.json preloaded.json --format=$format
  grep -qF 'preloaded libraries: none recorded / libpreloaded.so' out || fail "the $format does not tell the difference"
done

# Variables of the C library, in an order that does not depend on chance.
run tunables env MALLOC_ARENA_MAX=1 GLIBC_TUNABLES=glibc.malloc.tcache_count=0
check tunables.json "$process
assert process['variables'].startswith('GLIBC_TUNABLES=glibc.malloc.tcache_count=0 MALLOC_ARENA_MAX=1'), process
assert 'Variables change what the loader or the C library does' in warnings, warnings"
expect 0 "$BENCH" compare plain.json tunables.json
told 'variables of loader and C library: none recorded / GLIBC_TUNABLES=glibc.malloc.tcache_count=0 MALLOC_ARENA_MAX=1'

# An allocator, and a sanitizer's runtime: one library is both.
asan=$(readlink -f "$(gcc -print-file-name=libasan.so)")
if [[ -e $asan ]]; then
  run sanitizer env ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 LD_PRELOAD="$asan"
  check sanitizer.json "$process
assert all(process[key].startswith('libasan.so') for key in ('preloaded', 'allocator', 'sanitizer')), process"
  expect 0 "$BENCH" compare plain.json sanitizer.json
  told "allocator beside the C library's: none recorded / libasan.so"
fi

# The gate against a file of other surroundings, and a report of both.
check=(check --strategy=tls --workload=get --depth=0 --samples=2 --budget=1s --threshold=100 --baseline=plain.json)
expect 0 env LD_PRELOAD="$PWD/libpreloaded.so" "$BENCH" "${check[@]}"
told 'What differs, then / now: preloaded libraries: none recorded / libpreloaded.so'
expect 0 env LD_PRELOAD="$PWD/libpreloaded.so" "$BENCH" "${check[@]}" --format=json
grep -q 'preloaded libraries: none recorded / libpreloaded.so' out || fail "the JSON does not tell the difference"
expect 0 "$BENCH" "${check[@]}"
grep -q 'preloaded libraries' out && fail "the same surroundings are no difference"
expect 0 "$BENCH" report plain.json preloaded.json --format=markdown
told 'libpreloaded.so'

# A run that was interrupted does not go on in other surroundings.
"$BENCH" "${base[@]}" --executions=100 --out=half.json >out 2>"$err" &
wait_for test -s half.json.journal
kill -KILL $!
wait $! 2>/dev/null || true
expect 2 env LD_PRELOAD="$PWD/libpreloaded.so" "$BENCH" --resume=half.json
expect_words 'what is loaded into the program differs'

# Files from before this was recorded are read as ever.
"$python" -c '
import json
result = json.load(open("plain.json"))
del result["context"]["ctxbench"]["process"]
json.dump(result, open("old.json", "w"))'
expect_schema schema.json old.json
expect 0 "$BENCH" compare old.json preloaded.json
told 'preloaded libraries: none recorded / libpreloaded.so'
expect 0 "$BENCH" report old.json --format=markdown

# The source revision that git does not read is no missing repository.
facts() { # VARIABLE...: the header that the build makes of ./source
  rm -f header
  env HOME="$PWD" "$@" "$(type -P cmake)" -DSOURCE="$PWD/source" -DHEADER="$PWD/header" \
    -P "$SOURCE/harness/build_facts.cmake" || fail "build_facts.cmake"
}
mkdir source
facts LANG=C
grep -qx '#define BUILD_SOURCE_REVISION ""' header || fail "an archive has no revision: $(cat header)"
grep -qx '#define BUILD_SOURCE_REVISION_ABSENT ""' header || fail "an archive lacks nothing: $(cat header)"
git init -q source
git -C source -c user.name=n -c user.email=e commit -q --allow-empty -m m
facts LANG=C
revision=$(git -C source rev-parse HEAD)
grep -qx "#define BUILD_SOURCE_REVISION \"$revision\"" header || fail "the revision is $revision: $(cat header)"
facts GIT_TEST_ASSUME_DIFFERENT_OWNER=1
grep -q 'BUILD_SOURCE_REVISION_ABSENT ".*dubious ownership' header || fail "git's refusal is not told: $(cat header)"
facts PATH=/nowhere
grep -q 'BUILD_SOURCE_REVISION_ABSENT "git could not read it' header || fail "a missing git is not told: $(cat header)"
echo broken >source/.git/index
facts LANG=C
grep -qx '#define BUILD_SOURCE_REVISION ""' header || fail "with a broken index nobody knows of changes: $(cat header)"
grep -q 'BUILD_SOURCE_REVISION_ABSENT "git could' header || fail "a broken index is not told: $(cat header)"
rm source/.git/index
git init -q elsewhere
git -C elsewhere -c user.name=n -c user.email=e commit -q --allow-empty -m other
facts GIT_DIR="$PWD/elsewhere/.git" GIT_INDEX_FILE="$PWD/elsewhere/.git/index"
grep -q "$revision" header || fail "what a hook of another repository has set should not count: $(cat header)"
