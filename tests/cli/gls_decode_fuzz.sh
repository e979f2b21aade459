#!/usr/bin/env bash
#
# gls-decode under AddressSanitizer and UndefinedBehaviorSanitizer: damaged traces of each kind and damaged core files make
# it neither crash nor run for ever.
#
#   TEXTS=10000 CORES=1000 tests/cli/gls_decode_fuzz.sh      so many of each

# shellcheck source=tests/support/modules.bash
. "$SOURCE/tests/support/modules.bash"

texts=${TEXTS-10000}
cores=${CORES-100}

if grep -qE '__(asan|tsan)_' "$BENCH"; then
  echo "skipped: it brings sanitizers of its own, which another build's library does not go with"
  exit 77
fi
if ! compile probe -fsanitize=address,undefined -x c - <<<'int main(void) { return 0; }' 2>/dev/null || ! ./probe; then
  echo "skipped: the compiler has no sanitizers"
  exit 77
fi

compile many_tags -D_GNU_SOURCE -fno-omit-frame-pointer "$SOURCE/tests/support/many_tags.c" -L"$libraries" -lgls \
  "-Wl,-rpath,$libraries" -pthread
./many_tags symbols expected 1 >symbols.trace
./many_tags raw expected 2 >raw.trace
awk '/^thread/ { print "many_tags 1/" NR " 2.3: 1000 cpu-clock:u: " }
     /^frame/ { printf "\t%16s gls_mark_%s+0xf (%s)\n", substr($2, 3), substr($2, 14, 1), $3 }' raw.trace >perf.trace
awk '/^thread/ { print "Thread " NR " (Thread 0x7f0012345678 (LWP 12)):"; n = 0 }
     /^frame/ { printf "#%-2d %s in gls_mark_E () from %s\n", n++, $2, $3 }' raw.trace >gdb.trace

with_libdw=()
if pkg-config --exists libdw libelf; then
  read -ra with_libdw < <(echo "-DGLS_HAS_LIBDW $(pkg-config --cflags --libs libdw libelf)")
fi
mapfile -t sources < <(find "$SOURCE/strategies/gls/decode" -name '*.c' ! -name gls_decode.c)
compile decode_fuzz -std=gnu17 -D_GNU_SOURCE -g -fsanitize=address,undefined -fno-sanitize-recover=all -I"$SOURCE/strategies" \
  "$SOURCE/tests/support/decode_fuzz.c" "${sources[@]}" "${with_libdw[@]}"

./decode_fuzz texts "$texts" 1 symbols.trace raw.trace perf.trace gdb.trace
echo "$texts damaged traces were read"

bash -c 'ulimit -c unlimited && ./many_tags abort expected 4 3; true' >/dev/null 2>&1
core=$(find . -name 'core*' | head -n 1)
if [[ ${#with_libdw[@]} -eq 0 || -z $core ]]; then
  echo "cores not tried: there is no libdw, or this system writes none here ($(</proc/sys/kernel/core_pattern))"
  exit 0
fi
./decode_fuzz cores "$cores" 2 "$core" ./many_tags
