#!/usr/bin/env bash
#
# README's lines for /usr/local, tried in a mount namespace where that is empty: programs find the library when they were
# linked with what pkg-config says, and when they were linked with -lgls alone, since the loader's cache is renewed.

set -euo pipefail

build=${BENCH%/*}

# Files of /etc are replaced, so that its copy takes its place.
inside() {
  folder=$1
  mount -t tmpfs none /usr/local
  mount --bind "$folder/etc" /etc
  (umask 077; cmake --install "$build" --prefix /usr/local >"$folder/words")
  cd "$folder"
  sed -n '/^\.EX$/,/^\.EE$/p' /usr/local/share/man/man3/gls.3 | sed '/^\.E[XE]$/d; s/\\-/-/g; s/\\e/\\/g' >program.c
  # shellcheck disable=SC2046,SC2086
  cc $flags program.c -o program $(pkg-config --cflags --libs gls)
  # shellcheck disable=SC2086
  cc $flags program.c -o plain -lgls
  for program in ./program ./plain; do
    [[ $("$program") == $'[r-4711] done\n[no request] idle' ]] || { echo "$program does not print what it should"; exit 1; }
  done
  cd /
}

if [[ ${1-} == inside ]]; then
  inside "$2"
  exit
fi

unset DESTDIR LD_LIBRARY_PATH PKG_CONFIG_PATH
unshare --mount true 2>/dev/null || { echo "needs a mount namespace of its own, and so root"; exit 77; }
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
cp -a /etc "$folder/etc"
flags=$(sed -n 's/^CMAKE_C_FLAGS:[A-Z]*=//p' "$build/CMakeCache.txt")
export build flags
unshare --mount bash "$0" inside "$folder"
