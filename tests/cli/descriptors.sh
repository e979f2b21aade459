#!/usr/bin/env bash
#
# Once the gls library is loaded, no call of it opens, duplicates or closes a descriptor, as strace sees it, but for one of
# gls_publish; and a program that may open none still loads it, reads and publishes. (What else descriptors have to fear is for tests/unit/descriptors.c.)

# shellcheck source=tests/support/modules.bash
. "$SOURCE/tests/support/modules.bash"

fail() {
  printf '%s\n' "$*"
  exit 1
}

if grep -qE '__(asan|tsan)_' "$BENCH"; then
  echo "skipped: sanitizers open descriptors of their own"
  exit 77
fi

cat >program.c <<'END_OF_C'
#include <gls.h>
#include "support/every_call.h"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
/* Seen by strace: what comes between two of these is the library's doing. */
static void mark(const char *name) {
    (void)!readlink(name, (char[1]){0}, 1);
}
int main(void) {
    every_call_init();
    for (int i = 0; i < 2 * EVERY_CALL; i++) {
        mark(every_call[i / 2].name);
        if (!every_call[i / 2].run())
            return fprintf(stderr, "%s: not right\n", every_call[i / 2].name), 1;
    }
    mark("the end");
    return 0;
}
END_OF_C
read -ra private < <(sed -n 's/^Libs\.private: //p' "$libraries/gls.pc")
compile with-shared -I"$SOURCE/tests" program.c -L"$libraries" -lgls -Wl,-rpath,"$libraries" -pthread
compile with-static -I"$SOURCE/tests" program.c "$libraries/libgls.a" "${private[@]}"
compile all-static -static -I"$SOURCE/tests" program.c "$libraries/libgls.a" "${private[@]}"

# No name of the interface may be missing in what the program calls.
missing=$(nm --dynamic --defined-only --format=just-symbols "$libraries/libgls.so" | grep '^gls_' |
  while read -r name; do grep -q "\<$name\>" "$SOURCE/tests/support/every_call.h" || echo "$name"; done)
[[ -z $missing ]] || fail "tests/support/every_call.h does not call: $missing"

# The loader needs one descriptor to open a library. One that is left is not enough for what wants a pipe.
for program in with-shared with-static; do
  prlimit --nofile=4:4 "./$program" 3>&- || fail "$program with one free descriptor: status $?"
done
prlimit --nofile=0:0 ./all-static || fail "all-static without a descriptor: status $?"

type -P strace >/dev/null || { echo "skipped in part: strace is missing (scripts/setup installs it)"; exit 77; }
strace -o /dev/null true 2>err || { echo "skipped in part: strace may not trace here: $(<err)"; exit 77; }

# All that makes a descriptor or closes one. (strace knows which of them the machine does not have.)
makers=$(printf ',?%s' open openat openat2 creat dup dup2 dup3 pipe pipe2 socket socketpair accept accept4 eventfd \
  eventfd2 signalfd signalfd4 timerfd_create epoll_create epoll_create1 inotify_init inotify_init1 fanotify_init \
  memfd_create memfd_secret pidfd_open pidfd_getfd userfaultfd perf_event_open io_uring_setup bpf fcntl close close_range)
for program in with-shared with-static all-static; do
  strace -f -qq -e signal=none -e trace="?readlink,?readlinkat$makers" -o trace "./$program" ||
    fail "$program under strace: status $?"
  calls=$(sed -n '/readlink.*"managers and keys"/,/readlink.*"the end"/p' trace)
  [[ $calls == *'"the end"'* ]] || fail "$program: its marks are missing in what strace saw:" "$(<trace)"
  # But for gls_publish, which makes its mapping as OTEP 4719 wants it, once.
  mapping=$(sed -n '/readlink.*"publishing"/,/readlink/{s/^\([0-9]* *\)\?\(memfd_create\|close\)(.* = [0-9].*/\2/p}' <<<"$calls")
  [[ $mapping == $'memfd_create\nclose' ]] || fail "$program: gls_publish opens and closes once:" "$calls"
  others=$(sed '/readlink.*"publishing"/,/readlink/d' <<<"$calls" | grep -v readlink) &&
    fail "$program: after loading there should be none of these:" "$calls"
  : "$others"
done
