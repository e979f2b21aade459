#!/usr/bin/env bash
#
# gls-decode: a hundred stacks with tags of random ids, in each kind of trace, from a library with symbols and from a
# stripped one: each id, and the number of scopes, is what the program says of itself. Core files and processes give the
# bindings, too. What is no trace, or cannot be read, is told.

# shellcheck source=tests/support/modules.bash
. "$SOURCE/tests/support/modules.bash"

decode=$libraries/gls-decode

fail() {
  echo "$*"
  [[ ! -e out ]] || head -n 50 out
  exit 1
}

# expect STATUS COMMAND...: standard output into ./out, standard error into ./err.
expect() {
  local status=0
  "${@:2}" >out 2>err || status=$?
  [[ $status -eq $1 ]] || fail "${*:2}: status $status, wanted $1: $(<err)"
}

if grep -qE '__(asan|tsan)_' "$BENCH"; then
  echo "skipped: sanitizers put frames of their own between the library's; gls_decode_fuzz has one of them"
  exit 77
fi

# check TRACE: decodes it, and compares with ./expected: id and number of scopes of each stack that has any.
check() {
  expect 0 "$decode" <"$1"
  awk -F '\t' '$2 != "-" { print $1, split($2, scopes, ",") }' out | sort >found
  awk '{ print $1, $2 }' expected | sort >wanted
  [[ $(wc -l <wanted) -eq 100 ]] || fail "the program told of $(wc -l <wanted) threads, wanted 100"
  diff wanted found >differ || fail "$1 ($library): found other ids than the program has: $(head -n 20 differ)"
}

# The program's own list of its frames, as other tools would print it.
as_perf() {
  awk '/^thread/ { print "many_tags 4711/" NR " 12.34: 1000 cpu-clock:u: " }
       /^frame/ { printf "\t%16s [unknown] (%s)\n", substr($2, 3), $3 } /^$/' "$1"
}
as_sanitizer() {
  awk '/^thread/ { print "==4711==ERROR: " $0; n = 0 }
       /^frame/ { printf "    #%d %s  (%s+%s) (BuildId: 00ff)\n", n++, $2, $3, $4 } /^$/' "$1"
}
as_modules_and_offsets() {
  awk '/^thread/; /^frame/ { print $3 "+" $4 } /^$/' "$1"
}
as_gdb() {
  awk '/^thread/ { print "Thread " NR " (Thread 0x7f0012345678 (LWP 12)):"; n = 0 }
       /^frame/ { printf "#%-2d %s in ?? () from %s\n", n++, $2, $3; print "        local = 0x7f0012340000" } /^$/' "$1"
}

try_traces() {
  ./many_tags symbols expected 1 >symbols.trace
  check symbols.trace
  ./many_tags raw expected 2 >raw.trace
  local kind
  for kind in perf sanitizer modules_and_offsets gdb; do
    "as_$kind" raw.trace >"$kind.trace"
    check "$kind.trace"
  done
}

# Of a live process and of its core file: ids, and each thread's own binding.
expect_bindings() {
  awk '$1 != "" { print $1, $4 }' expected | sort >wanted
  awk -F '\t' '/^[0-9]/ { id = $1 } $2 == "request" { gsub("\"", "", $4); print id, $4 }' out | sort >found
  diff wanted found >differ || fail "$1 ($library): found other bindings than the program has: $(head -n 20 differ)"
}

try_process() {
  mkfifo told
  ./many_tags wait expected 3 >told &
  local process=$!
  trap 'kill "$process" 2>/dev/null; rm -r "$folder"' EXIT
  grep -qx ready <told
  rm told
  expect 0 "$decode" "--pid=$process"
  expect_bindings "--pid"
  if eu-stack -n 0 -p "$process" >eu-stack.trace 2>err; then
    check eu-stack.trace
  else
    echo "eu-stack not tried: it cannot trace the process: $(<err)"
  fi
  kill "$process"
  wait "$process" 2>/dev/null || true
  trap 'rm -r "$folder"' EXIT
}

try_core() {
  rm -f core core.*
  bash -c 'ulimit -c unlimited && ./many_tags abort expected 4; true' >/dev/null 2>&1
  local core
  core=$(find . -name 'core*' | head -n 1)
  if [[ -z $core ]]; then
    echo "cores not tried: this system writes none into the folder ($(</proc/sys/kernel/core_pattern))"
    return
  fi
  expect 0 "$decode" "--core=$core" ./many_tags
  expect_bindings "--core"
  if type -P gdb >/dev/null; then
    gdb -nx -batch -ex 'set print thread-events off' -ex 'thread apply all bt' ./many_tags "$core" >gdb.trace 2>/dev/null </dev/null
    check gdb.trace
  fi
}

reads_memory=true
"$decode" --pid=$$ 2>&1 | grep -q 'without elfutils' && reads_memory=false

for library in whole stripped static static-stripped; do
  rm -f libgls.so* many_tags
  cp "$libraries"/libgls.so.0 libgls.so.0
  ln -s libgls.so.0 libgls.so
  link=(-L. -lgls "-Wl,-rpath,$PWD")
  [[ $library != static* ]] || link=("$libraries/libgls.a")
  compile many_tags -D_GNU_SOURCE -fno-omit-frame-pointer "$SOURCE/tests/support/many_tags.c" "${link[@]}" -pthread
  [[ $library != stripped ]] || strip libgls.so.0
  [[ $library != static-stripped ]] || strip many_tags
  try_traces
  case $reads_memory-$library in
    true-whole) try_process ;;
    true-stripped) try_core ;;
    true-static-stripped) try_process && try_core ;;
  esac
done

# A sanitizer's own words.
if compile probe -fsanitize=address -x c - <<<'int main(void) { return 0; }' 2>/dev/null && ./probe; then
  library=sanitizer
  compile many_tags -D_GNU_SOURCE -fsanitize=address -DMANY_TAGS_REPORT -fno-omit-frame-pointer "$SOURCE/tests/support/many_tags.c" \
    -L"$libraries" -lgls "-Wl,-rpath,$libraries" -pthread
  ./many_tags report expected 5 >report.trace 2>&1
  check report.trace
fi

# A tag that the trace cuts off, one that is just being built, and none.
printf '#0 0x1 in gls_mark_E ()\n#1 0x2 in gls_mark_4 ()\n' >cut.trace
expect 1 "$decode" <cut.trace
[[ $(<out) == $'?\t-\tline 1' ]] || fail "a tag that is cut off should be told"
printf '#0 0x1 in gls_mark_4 ()\n#1 0x2 in gls_mark_S ()\n#2 0x3 in main ()\n' >building
expect 1 "$decode" <building
[[ $(<out) == $'-\t-\tline 1' ]] || fail "a tag without its end is none"
printf 'Thread 7:\n#0 0x401036 in f ()\n#1 0x401054 in f ()\n' >recursion
expect 1 "$decode" <recursion
[[ $(<out) == $'-\t-\tThread 7:' ]] || fail "two calls that happen to be as far apart as E and S are no tag"
expect 1 "$decode" </dev/null
[[ ! -s out ]] || fail "nothing is told of an empty trace"

# What cannot be read.
expect 2 "$decode" --nonsense
expect 2 "$decode" --pid=many
grep -q 'found no number' err || fail "that it is no number is not told"
expect 2 "$decode" --pid=999999999
expect 2 "$decode" --core=missing ./many_tags
expect 2 "$decode" --core="$SOURCE/README.md" ./many_tags
if $reads_memory; then
  grep -q 'found no core file' err || fail "that it is no core file is not told"
fi
expect 2 "$decode" <"$folder" || true
expect 2 bash -c "exec '$decode' <cut.trace >/dev/full"
expect 0 "$decode" --help
