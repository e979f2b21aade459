#!/usr/bin/env bash
#
# The launcher at the top of the project, tried on a project that takes no time to build.

set -euo pipefail

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
err=$folder/err
toy=$folder/toy
mkdir "$toy"
cp "$SOURCE/bench" "$SOURCE/CMakePresets.json" "$toy"
cat >"$toy/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(toy LANGUAGES C)
add_executable(bench main.c)
END

# write_program STATUS: a program that repeats its arguments and ends with this status.
write_program() {
  printf '%s\n' '#include <stdio.h>' \
    'int main(int n, char **v) { for (int i = 1; i < n; i++) printf("<%s>", v[i]); return '"$1"'; }' >"$toy/main.c"
}

# expect STATUS OUTPUT COMMAND...: standard output as given; standard error into $err.
expect() {
  local status=0 output
  output=$("${@:3}" 2>"$err") || status=$?
  [[ $status -eq $1 && $output == "$2" ]] && return
  printf '%s: status %d with "%s"; wanted %d with "%s"\n' "${*:3}" "$status" "$output" "$1" "$2"
  cat "$err"
  exit 1
}

expect_silence() {
  [[ ! -s $err ]] || { echo "standard error should be empty:"; cat "$err"; exit 1; }
}

expect_words() {
  grep -qF -- "$1" "$err" || { echo "standard error should have '$1':"; cat "$err"; exit 1; }
}

# Several at once on a project that was never built; each gets its own arguments through, blanks and all.
write_program 7
running=()
for i in 1 2 3 4; do
  (err=$folder/err.$i; expect 7 "<a  b><><$i>" "$toy/bench" 'a  b' '' "$i" && expect_silence) &
  running+=($!)
  [[ $i -gt 1 ]] || sleep 0.05
done
for child in "${running[@]}"; do
  wait "$child"
done

# From anywhere, through a link, and built anew when stale. (The file systems' clock may tick slowly.)
cd /
ln -s "$toy/bench" "$folder/link"
sleep 0.05
write_program 8
expect 8 '<x>' "$folder/link" x
expect_silence

# What does not compile is said whole, and nothing runs.
sleep 0.05
echo 'int main(void) { return missing; }' >"$toy/main.c"
expect 125 '' "$toy/bench"
expect_words "main.c:1:"
expect_words missing
expect_words 'bench: the build failed'
write_program 9
expect 9 '' "$toy/bench"

# A copy of project and build folder builds its own program, not that of where it came from.
cp -a "$toy" "$folder/copy"
sed -i 's/return 9/return 10/' "$folder/copy/main.c"
expect 10 '' "$folder/copy/bench"
expect 9 '' "$toy/bench"

# Other presets, and names that are none.
expect 9 '' env CTXBENCH_PRESET=debug "$toy/bench"
[[ -x $toy/build/debug/bench ]] || { echo "preset debug was not built"; exit 1; }
expect 125 '' env CTXBENCH_PRESET=depug "$toy/bench"
expect_words "'depug'"
expect 125 '' env CTXBENCH_PRESET=../x "$toy/bench"
expect_words 'wanted the name of a preset'

# A machine without tools is sent to scripts/setup.
rm -r "$toy/build"
mkdir "$folder/bin"
for tool in bash readlink mkdir flock; do
  ln -s "$(command -v "$tool")" "$folder/bin"
done
expect 125 '' env PATH="$folder/bin" "$toy/bench"
expect_words "'cmake' is missing; scripts/setup"
