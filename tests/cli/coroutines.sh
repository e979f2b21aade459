#!/usr/bin/env bash
#
# Coroutines of makecontext, in programs that are built as users build them: with either library, linked statically
# altogether, with frame pointers and without, and with all that protects returns. (Other stacks that begin in a way of
# their own are for tests/unit/foreign_stacks.c, by each reader.)

# shellcheck source=tests/support/modules.bash
. "$SOURCE/tests/support/modules.bash"

if grep -qE '__(asan|tsan)_' "$BENCH"; then
  echo "skipped: sanitizers have their own way with stacks and static programs"
  exit 77
fi

cat >program.c <<'END_OF_C'
#include <gls.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>
static gls_manager *manager;
static const gls_key *key;
static char of_main[] = "main's", of_coroutine[] = "the coroutine's";
static ucontext_t main_context, coroutine_context;
static int wrong;
static void want(const char *where, enum gls_answer answer, const void *value) {
    void *found = NULL;
    const enum gls_answer got = gls_get_value(manager, key, &found);
    if (got == answer && found == value) return;
    wrong = 1;
    printf("%s: answer %d (%s), wanted %d (%s)\n", where, (int)got, found ? (const char *)found : "-", (int)answer,
           value ? (const char *)value : "-");
}
static enum gls_answer answer_below;
static const void *value_below;
static int compare(const void *a, const void *b) {
    want("below qsort", answer_below, value_below);
    return *(const int *)a - *(const int *)b;
}
static void want_everywhere(const char *where, enum gls_answer answer, const void *value) {
    int numbers[] = {3, 1, 2};
    want(where, answer, value);
    answer_below = answer, value_below = value;
    qsort(numbers, 3, sizeof *numbers, compare);
}
static void in_scope(void *arg) {
    (void)arg;
    want_everywhere("in the coroutine's scope", GLS_SET, of_coroutine);
    swapcontext(&coroutine_context, &main_context);
    want_everywhere("in it once more", GLS_SET, of_coroutine);
}
static void coroutine(void) {
    const struct gls_binding binding = {key, of_coroutine};
    want_everywhere("in the coroutine, in no scope", GLS_NO_CONTEXT, NULL);
    if (gls_set_values(manager, &binding, 1, in_scope, NULL) != 0)
        wrong = 1, puts("no scope opens in a coroutine");
    want_everywhere("in the coroutine, behind its scope", GLS_NO_CONTEXT, NULL);
}
static void run(void *stack) {
    getcontext(&coroutine_context);
    coroutine_context.uc_stack.ss_sp = stack;
    coroutine_context.uc_stack.ss_size = 65536;
    coroutine_context.uc_link = &main_context;
    makecontext(&coroutine_context, coroutine, 0);
    swapcontext(&main_context, &coroutine_context);
    want_everywhere("beside a coroutine that is suspended in its scope", GLS_SET, of_main);
    swapcontext(&main_context, &coroutine_context);
    want_everywhere("behind a coroutine", GLS_SET, of_main);
}
int main(void) {
    static char stack[65536];
    const struct gls_binding binding = {key = gls_key_intern("key"), of_main};
    manager = gls_manager_new();
    want_everywhere("in no scope", GLS_NO_CONTEXT, NULL);
    return gls_set_values(manager, &binding, 1, run, stack) != 0 || wrong;
}
END_OF_C
read -ra private < <(sed -n 's/^Libs\.private: //p' "$libraries/gls.pc")
static=("$libraries/libgls.a" "${private[@]}")
shared=("-L$libraries" -lgls "-Wl,-rpath,$libraries")
protection=-fcf-protection=full
[[ $(uname -m) == x86_64 ]] || protection=-mbranch-protection=bti

# try NAME ARGUMENTS...: builds the program, which says what is wrong.
try() {
  compile program program.c "${@:2}"
  ./program || { echo "$1: status $?; built with: ${*:2}"; exit 1; }
}

for frames in -fomit-frame-pointer -fno-omit-frame-pointer; do
  for flags in "$frames" "$frames -O2 $protection"; do
    read -ra flags <<<"$flags"
    try "with the shared library" "${flags[@]}" "${shared[@]}"
    try "with the static library" "${flags[@]}" "${static[@]}"
    try "linked statically" "${flags[@]}" -static "${static[@]}"
  done
done
