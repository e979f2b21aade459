#!/usr/bin/env bash
#
# The shared objects of the TLS strategies are linked in the models that their names say: their relocations for
# thread-local variables show it, on x86-64 and aarch64.
#
#   tests/support/tls_relocations.sh MODULES    MODULES: the folder of the strategies that are shared objects

set -euo pipefail

# What the two processors' relocations are called, in x86-64's words.
relocations() {
  readelf --relocs --wide "$1" | sed -nE 's/.* R_(X86_64_|AARCH64_TLS_|AARCH64_)((TPOFF|TPREL|DTPMOD|DTPOFF|DTPREL|TLSDESC)[0-9]*) .*/\2/p' |
    sed 's/TPREL/TPOFF/' | sort -u | xargs
}

expect() {
  local found
  found=$(relocations "$1")
  [[ $found == "$2" ]] || { printf "%s: found the relocations '%s', wanted '%s'\n" "$1" "$found" "$2" && exit 1; }
}

expect "$1/tls-ie.so" 'TPOFF64'
expect "$1/tls-gd.so" 'DTPMOD64 DTPOFF64'
expect "$1/tls-desc.so" 'TLSDESC'
