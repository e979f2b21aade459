/*
 * Part of every unit test: what a child process gets from cmocka, and should not have. cmocka catches crashes and goes
 * on with the next test. A child that crashed would do so, too: run the rest of the tests beside its parent, and end
 * with a status that says nothing of the crash.
 */
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

static void let_crashes_end_it(void) {
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGABRT};
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        (void)signal(crashes[i], SIG_DFL);
}

__attribute__((constructor)) static void begin(void) {
    (void)pthread_atfork(NULL, NULL, let_crashes_end_it);
}
