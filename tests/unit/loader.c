/*
 * Reads while the loader's locks are held: by this thread, which a signal interrupts within dlopen or in a callback of
 * dl_iterate_phdr or at any moment of taking and giving back, or by another one. A handler must not wait for them, for
 * nobody would give them back.
 *
 *   test_loader [SIGNALS]     how many come at any moment of dlopen and dlclose
 */
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../support/readers.h"

static const char value[] = "value";
static const char *_Atomic where;

static void read_in_handler(int signal) {
    (void)signal;
    readers_want(atomic_load(&where), GLS_SET, value);
}

/* libunwind takes the loader's lock, which may be in nobody's hands that could give it back. */
static void read_without_locks(int signal) {
    (void)signal;
    readers_want_without_unwinder(atomic_load(&where), GLS_SET, value);
}

static void give_up(int signal) {
    static const char words[] = "a read hangs while a lock of the loader is held: ";
    (void)signal;
    (void)!write(STDERR_FILENO, words, sizeof words - 1);
    const char *place = atomic_load(&where);
    (void)!write(STDERR_FILENO, place, strlen(place));
    (void)!write(STDERR_FILENO, "\n", 1);
    _exit(EXIT_FAILURE);
}

static void read_here_and_in_handler(const char *place) {
    atomic_store(&where, place);
    readers_want(place, GLS_SET, value);
    (void)raise(SIGUSR1);
}

/* ---- Locks ---- */

static void (*while_locked)(void);

static int in_iteration(struct dl_phdr_info *module, size_t bytes, void *data) {
    (void)module;
    (void)bytes;
    (void)data;
    while_locked();
    return 1;
}

/* Called by a module as it is loaded. */
void loading(void);
void loading(void) {
    while_locked();
}

static void iterate(void) {
    (void)dl_iterate_phdr(in_iteration, NULL);
}

static void load(void) {
    void *module = dlopen(TEST_PLUGINS "/calls_when_loaded.so", RTLD_NOW | RTLD_LOCAL);
    if (module == NULL)
        abort();
    (void)dlclose(module);
}

/* ---- This thread holds them ---- */

static void read_in_iteration(void) {
    read_here_and_in_handler("in a callback of dl_iterate_phdr");
}

static void read_in_load(void) {
    read_here_and_in_handler("in a constructor of a module");
}

static void read_while_this_holds(void *arg) {
    (void)arg;
    while_locked = read_in_iteration;
    iterate();
    while_locked = read_in_load;
    load();
}

static void test_this_thread_holds_a_lock(void **state) {
    (void)state;
    assert_int_equal(readers_scope(value, read_while_this_holds, NULL), 0);
    readers_judge();
}

/* ---- Another thread holds them ---- */

static sem_t is_locked, may_unlock;

static void hold(void) {
    (void)sem_post(&is_locked);
    while (sem_wait(&may_unlock) != 0)
        continue;
}

static void *hold_by(void *take) {
    (*(void (**)(void))take)();
    return NULL;
}

struct holder {
    void (*take)(void);
    const char *place;
};

static void read_while_other_holds(void *arg) {
    const struct sigaction action = {.sa_handler = read_without_locks};
    const struct holder *holder = arg;
    struct sigaction before;
    atomic_store(&where, holder->place);
    (void)sigaction(SIGUSR1, &action, &before);
    readers_want_without_unwinder(holder->place, GLS_SET, value);
    (void)raise(SIGUSR1);
    (void)sigaction(SIGUSR1, &before, NULL);
}

static void test_another_thread_holds_a_lock(void **state) {
    (void)state;
    static struct holder holders[] = {{iterate, "while another thread is in a callback of dl_iterate_phdr"},
                                      {load, "while another thread is in dlopen"}};
    while_locked = hold;
    for (size_t i = 0; i < sizeof holders / sizeof *holders; i++) {
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, hold_by, &holders[i].take), 0);
        (void)sem_wait(&is_locked);
        assert_int_equal(readers_scope(value, read_while_other_holds, &holders[i]), 0);
        (void)sem_post(&may_unlock);
        assert_int_equal(pthread_join(thread, NULL), 0);
    }
    readers_judge();
}

/* ---- Signals at any moment of loading and unloading ---- */

static unsigned long signals_wanted = 3000;
static atomic_ulong signals_handled;
static atomic_bool is_over;

static void nothing(void) {
}

static void load_and_unload(void) {
    void *module = dlopen(TEST_RELOADED "/reloaded1.so", RTLD_NOW | RTLD_LOCAL);
    if (module == NULL || dlclose(module) != 0)
        abort();
}

static void *load_meanwhile(void *arg) {
    while (!atomic_load(&is_over))
        load_and_unload();
    return arg;
}

static void count_in_handler(int signal) {
    read_without_locks(signal);
    atomic_fetch_add(&signals_handled, 1);
}

static void send_signals(timer_t timer) {
    uint32_t random = 7;
    unsigned long sent = 0;
    while (atomic_load(&signals_handled) < signals_wanted) {
        enum { DELAY_MAX_NS = 100000 };
        random = random * 1664525u + 1013904223u;
        const struct itimerspec delay = {.it_value.tv_nsec = 1 + random % DELAY_MAX_NS};
        if (sent == atomic_load(&signals_handled)) {
            sent++;
            assert_int_equal(timer_settime(timer, 0, &delay, NULL), 0);
        }
        load_and_unload();
    }
}

static void be_interrupted(void *timer) {
    atomic_store(&where, "in a handler that interrupts loading and unloading");
    send_signals(*(timer_t *)timer);
}

static void test_signals_at_any_moment(void **state) {
    (void)state;
    const struct sigaction action = {.sa_handler = count_in_handler};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    struct sigaction before;
    pthread_t thread;
    timer_t timer;
    sigset_t set, set_before;
    while_locked = nothing;
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    /* The other thread is in no scope: none of them is for it. */
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGUSR1);
    (void)pthread_sigmask(SIG_BLOCK, &set, &set_before);
    assert_int_equal(pthread_create(&thread, NULL, load_meanwhile, NULL), 0);
    (void)pthread_sigmask(SIG_SETMASK, &set_before, NULL);
    assert_int_equal(readers_scope(value, be_interrupted, &timer), 0);
    atomic_store(&is_over, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(timer_delete(timer), 0);
    assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
    (void)printf("%lu signals, %lu reads, %lu wrong\n", atomic_load(&signals_handled),
                 atomic_load(&readers_tally.reads), atomic_load(&readers_tally.wrong));
    readers_judge();
}

int main(int argc, char **argv) {
    enum { PATIENCE_SECONDS = 120 };
    const struct sigaction on_signal = {.sa_handler = read_in_handler}, on_alarm = {.sa_handler = give_up};
    if (argc > 1)
        signals_wanted = strtoul(argv[1], NULL, 10);
    readers_init();
    (void)sem_init(&is_locked, 0, 0);
    (void)sem_init(&may_unlock, 0, 0);
    (void)sigaction(SIGUSR1, &on_signal, NULL);
    (void)sigaction(SIGALRM, &on_alarm, NULL);
    (void)alarm(PATIENCE_SECONDS);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_this_thread_holds_a_lock),
        cmocka_unit_test(test_another_thread_holds_a_lock),
        cmocka_unit_test(test_signals_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
