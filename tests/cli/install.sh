#!/usr/bin/env bash
#
# What `cmake --install` leaves works by itself, wherever it is put: the program, and the gls library for programs that
# have never heard of the harness.

set -euo pipefail

build=${BENCH%/*}
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
prefix=$folder/elsewhere

fail() {
  printf '%s\n' "$*"
  exit 1
}

setting() {
  sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"
}

# Moved after the installation: nothing may remember where it was.
cmake --install "$build" --prefix "$folder/first" >/dev/null
mv "$folder/first" "$prefix"
libraries=$(dirname "$(find "$prefix" -name libgls.so)")
export PKG_CONFIG_PATH=$libraries/pkgconfig LD_LIBRARY_PATH=$libraries

# The program writes to the current directory.
mkdir "$folder/here"
(cd "$folder/here" && "$prefix/bin/bench" --quiet --quick --strategy=none --workload=get --executions=1 >/dev/null)
[[ -n $(find "$folder/here" -name '*.json') ]] || fail "the installed program left no result in the current directory"
bash -n "$prefix/share/bash-completion/completions/bench"

# Both libraries keep all names to themselves but gls_*.
for list in "--dynamic $libraries/libgls.so" "$libraries/libgls.a"; do
  # shellcheck disable=SC2086
  names=$(nm --defined-only --extern-only --format=just-symbols $list | sed '/^gls\.o:$/d; /^$/d')
  [[ $names == *gls_set_values* ]] || fail "$list does not have gls_set_values: $names"
  others=$(grep -v '^gls_' <<<"$names") && fail "$list should have no other names than gls_*: $others"
done

# Manual pages without a warning.
for page in "$prefix"/share/man/man1/bench.1 "$prefix"/share/man/man3/gls.3; do
  warnings=$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings --encoding=UTF-8 --local-file -Tutf8 -Z "$page" \
    2>&1 >"$folder/rendered")
  [[ -z $warnings && -s $folder/rendered ]] || fail "$page: $warnings"
done

# The examples, built as a user would, with either compiler and either library. A build with flags of its own, such as
# those of sanitizers, needs the same ones here.
compilers=(gcc clang)
flags=$(setting CMAKE_C_FLAGS)
[[ -z $flags ]] || compilers=("$(setting CMAKE_C_COMPILER)")
for example in "$SOURCE"/strategies/gls/examples/*.c; do
  for compiler in "${compilers[@]}"; do
    for linking in --shared --static; do
      # shellcheck disable=SC2046,SC2086
      "$compiler" -std=c17 -Wall -Wextra -Wpedantic -Werror $flags "$example" -o "$folder/example" \
        $(pkg-config --cflags --libs $linking gls | sed 's/-lgls/')
      "$folder/example" >"$folder/output" || fail "$example ($compiler, $linking) ended with $?"
    done
  done
done
