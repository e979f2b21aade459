#!/usr/bin/env bash
#
# Each TLS strategy is linked in the model that its name says: the relocations of its shared object show it, and so do
# results. tls-c11, in the program, needs none.

set -euo pipefail

modules=${BENCH%/*}/strategies
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

fail() {
  printf '%s\n' "$*"
  exit 1
}

[[ $(uname -m) == x86_64 ]] || { echo "relocations are known for x86-64 only" && exit 77; }
type -P readelf objdump nm >/dev/null || fail "binutils are missing; scripts/setup installs them"

# What results say.
expect_linkage() {
  "$BENCH" --strategy="$1" --workload=get --depth=0 --threads=1 --executions=1 --min-time=1ms --quiet \
    --out="$folder/$1.json" 2>"$folder/words" || fail "bench --strategy=$1 ended with $?: $(<"$folder/words")"
  grep "\"name\":\"$1/" "$folder/$1.json" >"$folder/rows" || fail "$1: the results have no rows"
  ! grep -v "\"linkage\":\"$2\"" "$folder/rows" || fail "$1: wanted the linkage '$2' in the rows above"
}

"$SOURCE/tests/support/tls_relocations.sh" "$modules" || exit 1
expect_linkage tls-ie 'shared object, initial-exec'
expect_linkage tls-gd 'shared object, general dynamic'
expect_linkage tls-desc 'shared object, TLS descriptors'
expect_linkage tls-c11 program

# The variable's distance from the thread pointer, which is the end of the program's thread-local block.
value=$(nm "$BENCH" | awk '$3 ~ /^tls_c11_here($|\.)/ { print $1 }')
[[ $value ]] || fail "the program has no symbol tls_c11_here"
read -r size align < <(readelf --segments --wide "$BENCH" | awk '$1 == "TLS" { print $6, $NF }')
distance=$((16#$value - (size + align - 1) / align * align))
found=$(readelf --relocs --wide "$BENCH" | grep -E "R_X86_64_(TPOFF|DTP|TLSDESC)" | grep -E "tls_c11|TPOFF64 +$(printf '%x' "$distance")\$" || true)
[[ -z $found ]] || fail "tls-c11 is not local-exec; found the relocation: $found"

# tls-ie reads the loader's table at its slot (which relocations name) as compilers do, or by an address that waits for
# the read before.
expect_reads_of_table() {
  local slot
  slot=$(readelf --relocs --wide "$1" | awk '$3 == "R_X86_64_TPOFF64" { sub(/^0+/, "", $1); print $1 }')
  objdump --disassemble --no-show-raw-insn "$1" | awk -v slot="$slot" -v plain=0 -v waiting=0 '
    function complain() { print "tls-ie: found \"" $0 "\", wanted mov or lea of the slot, and mov behind lea"; bad = 1 }
    address != "" { if ($2 != "mov" || index($3, "(" address ",%r") != 1) complain(); address = "" }
    $0 !~ "# " slot "( |$)" { next }
    $2 == "mov" { plain++; next }
    $2 == "lea" { waiting++; address = $3; sub(/.*,/, "", address); next }
    { complain() }
    END { printf "tls-ie: found %d reads of slot %s, and %d that wait; wanted both\n", plain, slot, waiting
      exit bad || !plain || !waiting }'
}

# Optimised code reads it in one instruction. Some of these are in the loops that measure.
flags=$(sed -n 's/^CMAKE_C_FLAGS\(_RELWITHDEBINFO\)\{0,1\}:[A-Z]*=//p' "${BENCH%/*}/CMakeCache.txt" | xargs)
if [[ $flags == *-O2* && $flags != *-fsanitize* ]]; then
  objdump --disassemble --no-show-raw-insn "$BENCH" >"$folder/code"
  direct=$(printf 'mov +%%fs:0x%x' "$distance")
  grep -qE "$direct," "$folder/code" || fail "found no instruction '$direct', which reads tls_c11_here directly"
  expect_reads_of_table "$modules/tls-ie.so" || exit 1
fi
