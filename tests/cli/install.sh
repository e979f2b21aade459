#!/usr/bin/env bash
#
# What `cmake --install` leaves works by itself, wherever it is put: the program, the gls library for programs that have
# never heard of the harness, and what plug-ins are made of.

set -euo pipefail

build=${BENCH%/*}
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
prefix=$folder/elsewhere
unset DESTDIR

fail() {
  printf '%s\n' "$*"
  exit 1
}

setting() {
  sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"
}

# What users build is built by either compiler. A build with flags of its own, such as those of sanitizers, needs the
# same ones here.
compilers=(gcc clang)
flags=$(setting CMAKE_C_FLAGS)
[[ -z $flags ]] || compilers=("$(setting CMAKE_C_COMPILER)")

# Of what is installed, all that has to be built comes with the target `bench`, which is all that ./bench builds.
rules=$(ninja -C "$build" -t targets all)
commands=$(ninja -C "$build" -t commands bench)
while read -r file; do
  [[ $'\n'$rules != *$'\n'"$file: "* || $commands == *"$file"* ]] ||
    fail "$file is installed, and the target 'bench' does not build it"
done < <(grep -rhoE "\"$build/[^\"]+\"" --include=cmake_install.cmake "$build" | sed "s|^\"$build/||; s|\"$||")

# Modes do not follow the umask: others may read it all, and enter the folders on the way.
umask 077
chmod 755 "$folder"
cmake --install "$build" --prefix "$folder/a folder/first" >/dev/null
umask 022
find "$folder/a folder" '(' -type d ! -perm 755 -o -type f ! -perm 644 ! -perm 755 ')' | grep . &&
  fail "installed under umask 077, these have other modes than 755 and 644"

# A folder for a package gets the same.
DESTDIR=$folder/stage cmake --install "$build" --prefix /usr >/dev/null
diff <(cd "$folder/a folder/first" && find . | sort) <(cd "$folder/stage/usr" && find . | sort) ||
  fail "DESTDIR has not the same files"

# Moved after the installation: nothing may remember where it was.
mv "$folder/a folder/first" "$prefix"
libraries=$(dirname "$(find "$prefix" -name libgls.so)")
export PKG_CONFIG_PATH=$libraries/pkgconfig
unset LD_LIBRARY_PATH

# The program writes to the current directory.
mkdir "$folder/here"
(cd "$folder/here" && "$prefix/bin/ctxbench" --quiet --suite=smoke --strategy=none --workload=get --executions=1 >/dev/null)
[[ -n $(find "$folder/here" -name '*.json') ]] || fail "the installed program left no result in the current directory"
grep -q '^Usage: ctxbench ' <("$prefix/bin/ctxbench" --help) || fail "--help does not name the program as it was called"
bash -n "$prefix/share/bash-completion/completions/ctxbench"
grep -q '^complete .* ctxbench' "$prefix/share/bash-completion/completions/ctxbench" || fail "ctxbench is not completed"

# The program finds its shared objects, wherever it was moved to; one that is missing is left out, and said to be.
"$prefix/bin/ctxbench" list >"$folder/list" 2>"$folder/words" || fail "ctxbench list ended with $?"
[[ ! -s $folder/words ]] || fail "ctxbench list: $(<"$folder/words")"
grep -q '^  tls-gd ' "$folder/list" || fail "bench list does not show tls-gd"
module=$(find "$prefix" -name tls-gd.so)
mv "$module" "$module.away"
"$prefix/bin/ctxbench" list >"$folder/list" 2>"$folder/words" || fail "bench list without $module ended with $?"
grep -q 'left out: found no tls-gd.so in .*/lib.*/ctxbench;' "$folder/words" || fail "bench list: $(<"$folder/words")"
grep -q '^  tls-gd ' "$folder/list" && fail "bench list shows what is not there: tls-gd"
grep -q '^  tls-ie ' "$folder/list" || fail "bench list does not show tls-ie, which is there"
mv "$module.away" "$module"

# What plug-ins are made of: the example there, as it says at its top.
example=$prefix/share/doc/ctxbench/examples/skeleton.c
for compiler in "${compilers[@]}"; do
  # shellcheck disable=SC2046,SC2086
  "$compiler" $(pkg-config --cflags ctxbench) -O2 -Wall -Wextra -Werror $flags -shared -fPIC -o "$folder/skeleton.so" "$example"
  "$prefix/bin/ctxbench" conformance --plugin="$folder/skeleton.so" --strategy=skeleton --scenario=nest,inherit \
    >"$folder/matrix" 2>&1 || fail "the example of a plug-in ($compiler): $(<"$folder/matrix")"
done

# Both libraries keep all names to themselves but gls_*, the one that profilers look for, and the shared library the jumps
# that it follows on x86-64.
jumps='longjmp|_longjmp|siglongjmp|__longjmp_chk|setcontext'
for list in "--dynamic $libraries/libgls.so" "$libraries/libgls.a"; do
  # shellcheck disable=SC2086
  names=$(nm --defined-only --extern-only --format=just-symbols $list | sed '/^gls\.o:$/d; /^$/d')
  [[ $names == *gls_set_values* ]] || fail "$list does not have gls_set_values: $names"
  allowed='gls_.*|otel_thread_ctx_v1'
  [[ $list != --dynamic* ]] || allowed+="|$jumps"
  others=$(grep -vE "^($allowed)\$" <<<"$names") && fail "$list should have no other names than $allowed: $others"
done

# Manual pages without a warning.
for page in "$prefix"/share/man/man1/ctxbench.1 "$prefix"/share/man/man3/gls.3; do
  warnings=$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings --encoding=UTF-8 --local-file -Tutf8 -Z "$page" \
    2>&1 >"$folder/rendered")
  [[ -z $warnings && -s $folder/rendered ]] || fail "$page: $warnings"
done

# run_built FILE.c: built as a user would, with either library: what the program prints must be the same in all these ways.
run_built() {
  local compiler linking output first=
  for compiler in "${compilers[@]}"; do
    for linking in -lgls -l:libgls.a; do
      # shellcheck disable=SC2046,SC2086
      "$compiler" -std=c17 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Werror $flags "$1" -o "$folder/program" \
        $(pkg-config --cflags gls) $(pkg-config --static --libs gls | sed "s/-lgls/$linking/")
      [[ $linking != -lgls ]] || readelf --dynamic "$folder/program" | grep -q 'NEEDED.*libgls\.so\.0\]' ||
        fail "$1 ($compiler) does not need libgls.so.0"
      output=$("$folder/program" | sort) || fail "$1 ($compiler $linking) ended with $?: $output"
      [[ $output ]] || fail "$1 ($compiler $linking) printed nothing"
      [[ $output == "${first:=$output}" ]] || fail "$1 ($compiler $linking) printed: $output; wanted: $first"
    done
  done
}

# The examples, built as they say, print what they should. The threads of request_id run at once, in any order.
# ThreadSanitizer holds a signal back until the program calls a function of the C library, which is never in a scope of
# profile.c.
for example in "$SOURCE"/strategies/gls/examples/*.c; do
  [[ $flags != *-fsanitize=thread* || $example != */profile.c ]] || continue
  run_built "$example"
  order='cat'
  [[ $example != */request_id.c ]] || order='sort'
  diff <("$order" "${example%.c}.expected") <("$folder/program" | "$order") || fail "$example printed something else"
done

# The same with CMake, which finds the package by its prefix.
mkdir "$folder/user"
cp "$SOURCE/strategies/gls/examples/set_values.c" "$folder/user/program.c"
cat >"$folder/user/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.13)
project(user LANGUAGES C)
find_package(gls 0.1 REQUIRED)
foreach(library gls gls_static)
  add_executable(with_${library} program.c)
  target_link_libraries(with_${library} gls::${library})
endforeach()
END
{ cmake -G Ninja -S "$folder/user" -B "$folder/user/build" -DCMAKE_PREFIX_PATH="$prefix" \
  -DCMAKE_C_COMPILER="${compilers[0]}" -DCMAKE_C_FLAGS="$flags" && cmake --build "$folder/user/build"; } \
  >"$folder/words" 2>&1 || fail "find_package(gls): $(<"$folder/words")"
for program in with_gls with_gls_static; do
  "$folder/user/build/$program" | diff "$SOURCE/strategies/gls/examples/set_values.expected" - || fail "$program"
done
grep -q libgls <(readelf --dynamic "$folder/user/build/with_gls_static") && fail "gls::gls_static is the shared library"

# README's line for a program that has all in itself. A sanitizer's runtime is a shared library.
if [[ -z $flags ]]; then
  # shellcheck disable=SC2046
  cc -static "$SOURCE/strategies/gls/examples/set_values.c" -o "$folder/program" $(pkg-config --static --cflags --libs gls)
  "$folder/program" | diff "$SOURCE/strategies/gls/examples/set_values.expected" - || fail "linked statically: see above"
fi

# The example in gls(3) does what it says there.
man3=$prefix/share/man/man3/gls.3
sed -n '/^\.EX$/,/^\.EE$/p' "$man3" | sed '/^\.E[XE]$/d; s/\\-/-/g; s/\\e/\\/g' >"$folder/manual.c"
run_built "$folder/manual.c"
[[ $("$folder/program") == $'[r-4711] done\n[no request] idle' ]] || fail "the example of gls(3) does not print what it says"

# The header serves C++, too, with a compiler's strictest settings.
echo '#include <gls.h>' >"$folder/header.cc"
# shellcheck disable=SC2046
g++ -std=c++11 -Wall -Wextra -Wpedantic -Wold-style-cast -Werror -fsyntax-only $(pkg-config --cflags gls) "$folder/header.cc"
