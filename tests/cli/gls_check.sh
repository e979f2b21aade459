#!/usr/bin/env bash
#
# gls-check: what it says of a module is what reads below it answer; of a process it sees the code that the process has
# made; and what it cannot check, it says.

# shellcheck source=tests/support/modules.bash
. "$SOURCE/tests/support/modules.bash"

check=$libraries/gls-check

fail() {
  echo "$*"
  [[ ! -e out ]] || cat out
  exit 1
}

# expect STATUS COMMAND...: both streams into ./out.
expect() {
  local status=0
  "${@:2}" >out 2>&1 || status=$?
  [[ $status -eq $1 ]] || fail "${*:2}: status $status, wanted $1"
}

if grep -qE '__(asan|tsan)_' "$BENCH"; then
  echo "skipped: sanitizers bring code of their own, and have their own way with what a program maps"
  exit 77
fi

# The function between scope and reader; enough code of its kind to be more than what begins and ends a module.
cat >through.c <<'END_OF_C'
#define FILL(n) int fill##n(int x) { volatile int y[9] = {x}; return y[x % 9] + n; }
#define TEN(n) FILL(n##0) FILL(n##1) FILL(n##2) FILL(n##3) FILL(n##4) FILL(n##5) FILL(n##6) FILL(n##7) FILL(n##8) FILL(n##9)
TEN(1) TEN(2) TEN(3) TEN(4)
void through(void (*fn)(void *), void *arg) {
    volatile char before[80] = {1};
    fn(arg);
    before[1] = before[0];
}
END_OF_C
cat >program.c <<'END_OF_C'
#include <gls.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
void through(void (*fn)(void *), void *arg);
static gls_manager *manager;
static const gls_key *key;
static void read_it(void *arg) {
    void *value = NULL;
    (void)arg;
    puts(gls_get_value(manager, key, &value) == GLS_SET ? "readable" : "unreadable");
}
static void in_scope(void *arg) { through(read_it, arg); }
int main(int argc, char **argv) {
    const struct gls_binding binding = {key = gls_key_intern("key"), argv};
    manager = gls_manager_new();
    if (argc > 1) {
        if (mmap(NULL, 65536, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) return 1;
        puts("ready"), fflush(stdout), pause();
    }
    return gls_set_values(manager, &binding, 1, in_scope, NULL);
}
END_OF_C

# try VERDICT ANSWER FLAG...: the module by itself, and in a program that reads below it.
try() {
  compile libthrough.so -shared -fPIC through.c "${@:3}"
  compile program program.c -L. -lthrough "-L$libraries" -lgls "-Wl,-rpath,$libraries:$PWD"
  local status=0
  [[ $1 != unreadable ]] || status=1
  expect "$status" "$check" ./libthrough.so
  grep -qE "^$1 .*libthrough" out || fail "wanted the verdict $1 with ${*:3}"
  expect "$status" "$check" ./program
  grep -qE "^$1 .*/libthrough\.so$" out || fail "the program's module libthrough.so should be $1"
  grep -qE "/libgls\.so" out || fail "the program's module libgls.so should be listed"
  # The static library walks; the shared one asks the hint first, which x86-64 has.
  compile walking program.c -L. -lthrough "$libraries/libgls.a" "${private[@]}" "-Wl,-rpath,$PWD"
  [[ $(./walking) == "$2" ]] || fail "below the module a read is $(./walking), wanted $2 with ${*:3}"
  local hinted=$2
  [[ $(uname -m) != x86_64 ]] || hinted=readable
  [[ $(./program) == "$hinted" ]] || fail "below the module a read by hint is $(./program), wanted $hinted with ${*:3}"
}
read -ra private < <(sed -n 's/^Libs\.private: //p' "$libraries/gls.pc")
try slower readable -fomit-frame-pointer
[[ $(uname -m) != x86_64 ]] || try fast readable -fno-omit-frame-pointer
try unreadable unreadable -fomit-frame-pointer -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-exceptions

# Code that a process has made.
mkfifo ready
compile libthrough.so -shared -fPIC through.c
./program wait >ready &
process=$!
trap 'kill "$process"; rm -r "$folder"' EXIT
read -r <ready
expect 1 "$check" "--pid=$process"
grep -qE '^unreadable +64 KiB .*no file stands behind' out || fail "the code that the process made is not told"
grep -qE '/libthrough\.so$' out || fail "the module of the process is not told"

# What cannot be checked.
expect 2 "$check"
expect 2 "$check" --nonsense
expect 2 "$check" ./program ./program
expect 2 "$check" --pid=many
grep -q 'found no number' out || fail "that it is no number is not told"
expect 2 "$check" ./missing
grep -q 'No such file' out || fail "that it is missing is not told"
expect 2 "$check" ./program.c
grep -q 'found no ELF file' out || fail "that it is no program is not told"
for bytes in 10 100 500 5000; do
  head -c "$bytes" program >damaged
  expect 2 "$check" ./damaged
done
expect 2 bash -c "exec '$check' ./program >/dev/full"
expect 0 "$check" --help
