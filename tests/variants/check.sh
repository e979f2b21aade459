#!/usr/bin/env bash
#
# The strategies, the library and what proves them, built in the ways in which users build: compilers, levels of
# optimisation, at link time, identical code folded, for another processor. In each, the whole conformance matrix and
# the tests of stack tags. Ends with a line of counts.
#
#   tests/variants/check.sh              those that differ most
#   tests/variants/check.sh --all        all of them
#   tests/variants/check.sh NAME...      some, as gcc-O0

set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
# shellcheck source=scripts/tally.sh
. scripts/tally.sh
# shellcheck source=tests/support/conformance.bash
. tests/support/conformance.bash

# The short selection, which CI has time for.
few=(gcc-Os)

# What CMake is told of each, beyond the folders.
fold=-Wl,--icf=all
declare -A options=(
  [aarch64-gcc]="--toolchain scripts/aarch64-linux-gnu.cmake -DCMAKE_C_FLAGS=-O2"
  [aarch64-clang]="--toolchain scripts/aarch64-linux-gnu.cmake -DAARCH64_CLANG=ON -DCMAKE_C_FLAGS=-O2"
  # Return addresses signed, as Debian's packages have them from release 13 on.
  [aarch64-pac]="--toolchain scripts/aarch64-linux-gnu.cmake
    -DCMAKE_C_FLAGS='-O2 -mbranch-protection=standard' -DCMAKE_CXX_FLAGS='-mbranch-protection=standard'"
  [gcc-icf]="-DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++ -DCMAKE_C_FLAGS='-O2 -ffunction-sections'
    -DCMAKE_EXE_LINKER_FLAGS='-fuse-ld=lld $fold' -DCMAKE_MODULE_LINKER_FLAGS='-fuse-ld=lld $fold'"
  [gold-icf]="-DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++ -DCMAKE_C_FLAGS='-O2 -ffunction-sections'
    -DCMAKE_EXE_LINKER_FLAGS='-fuse-ld=gold $fold' -DCMAKE_MODULE_LINKER_FLAGS='-fuse-ld=gold $fold'"
  [clang-icf]="-DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_C_FLAGS='-O2 -ffunction-sections'
    -DCMAKE_EXE_LINKER_FLAGS='-fuse-ld=lld $fold' -DCMAKE_MODULE_LINKER_FLAGS='-fuse-ld=lld $fold'"
)
for compiler in gcc clang; do
  cxx=g++
  [[ $compiler == gcc ]] || cxx=clang++
  for level in O0 O1 O2 O3 Os; do
    options[$compiler-$level]="-DCMAKE_C_COMPILER=$compiler -DCMAKE_CXX_COMPILER=$cxx -DCMAKE_C_FLAGS=-$level"
  done
  options[$compiler-lto]="-DCMAKE_C_COMPILER=$compiler -DCMAKE_CXX_COMPILER=$cxx -DCMAKE_C_FLAGS=-O2
    -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON"
done

programs=(prove_all test_tag test_gls test_recovery test_stack_stress)

build() {
  local -a told
  eval "told=(${options[$1]})"
  cmake -S . -B "build/variants/$1" -G Ninja -DCMAKE_BUILD_TYPE=None -DCTXBENCH_WERROR=ON "${told[@]}" &&
    cmake --build "build/variants/$1" --target "${programs[@]}" strategy_modules
}

# No longer developed, and from Debian 13 on no part of binutils.
find_gold() {
  type -P ld.gold >/dev/null || { echo "the linker gold is not installed (Debian 13's binutils-gold)" && return 77; }
}

check_variant() {
  local name=$1 failed_before=$failed skipped_before=$skipped program folder=build/variants/$1
  local -a run=()
  [[ $name != gold-* ]] || check "$name: the linker" find_gold
  [[ $skipped -eq $skipped_before ]] || return 0
  [[ $name != aarch64-* ]] || run=(qemu-aarch64 -cpu max)
  check "$name: build" build "$name"
  [[ $failed -eq $failed_before ]] || return 0
  check "$name: TLS models" tests/support/tls_relocations.sh "$folder/strategies"
  check "$name: conformance matrix" "${run[@]}" "$folder/tests/prove_all" "$folder/strategies" "${strategies[@]}"
  for program in "${programs[@]:1}"; do
    check "$name: $program" "${run[@]}" "$folder/tests/$program"
  done
}

names=("${few[@]}")
IFS=, read -ra strategies <<<"$kinds"
case ${1-} in
  '') ;;
  --all) mapfile -t names < <(printf '%s\n' "${!options[@]}" | sort) && strategies=() ;;
  *) names=("$@") strategies=() ;;
esac
for name in "${names[@]}"; do
  if [[ -z ${options[$name]-} ]]; then
    printf 'check.sh: unknown variant "%s"; wanted one of: %s\n' "$name" "${!options[*]}" >&2
    exit 2
  fi
done
if [[ " ${names[*]}" == *' aarch64-'* ]] && ! type -P qemu-aarch64 aarch64-linux-gnu-gcc >/dev/null; then
  echo "check.sh: the tools for aarch64 are missing; scripts/setup --all installs them" >&2
  exit 1
fi
for name in "${names[@]}"; do
  check_variant "$name"
done
finish
