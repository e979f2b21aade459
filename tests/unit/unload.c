/*
 * Modules come and go: 32 builds of one, loaded to the same addresses in random orders. Whatever a reader remembers of
 * code must not outlive that code. (That the library itself may be loaded late is shown by tests/cli/unload.sh.)
 *
 *   test_unload [SEED [ORDERS]]
 */
#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../support/odd_frames.h"
#include "../support/readers.h"

typedef void caller(void (*fn)(void *), void *arg);

enum { MODULES = 32, CALLERS = 4, LOADED_MAX = 4, WITHOUT_TABLES = 13 }; /* as in tests/CMakeLists.txt */

static uint64_t seed = 20261130;
static unsigned orders = 1000;

static uint64_t random_state;
static unsigned draw(unsigned below) {
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)((random_state >> 33) % below);
}

/* ---- A module ---- */

struct module {
    unsigned number;
    void *handle;
    caller *const *callers;
};

static const char *path_of(const char *name) {
    static _Thread_local char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s.so", TEST_RELOADED, name);
    return path;
}

static struct module loaded(void *handle, unsigned number) {
    if (handle == NULL)
        fail_msg("%s", dlerror());
    const struct module module = {number, handle, dlsym(handle, "reloaded_callers")};
    assert_non_null(module.callers);
    return module;
}

static struct module load(unsigned number) {
    char name[16];
    (void)snprintf(name, sizeof name, "reloaded%u", number);
    return loaded(dlopen(path_of(name), RTLD_NOW | RTLD_LOCAL), number);
}

static void unload(const struct module *module) {
    assert_int_equal(dlclose(module->handle), 0);
}

/* ---- Below it ---- */

static const char outer_value[] = "outer", inner_value[] = "inner";

/* What all that is done below a module wants. */
enum readable { READABLE, UNREADABLE, PERHAPS };

struct visit {
    caller *through;
    enum readable readable;
};

static void want(struct visit *visit, const char *where, enum gls_answer answer, const void *value) {
    if (visit->readable == READABLE)
        readers_want(where, answer, value);
    else if (visit->readable == UNREADABLE)
        readers_want_unreadable(where, answer, value);
    else
        readers_want_if_readable(where, answer, value);
}

static void read_outside(void *arg) {
    want(arg, "below a module, in no scope", GLS_NO_CONTEXT, NULL);
}

static void read_below_one(void *arg) {
    want(arg, "below a module, in a scope", GLS_SET, outer_value);
}

static void read_below_two(void *arg) {
    want(arg, "below a module, in a scope within another", GLS_SET, inner_value);
}

static void be_in_inner(void *arg) {
    struct visit *visit = arg;
    visit->through(read_below_two, visit);
}

/* A scope's opening reads, too. With hints it need not read what lies between. */
static void open_inner(void *arg) {
    struct visit *visit = arg;
    const int error = readers_scope(inner_value, be_in_inner, visit);
    const bool must_open = visit->readable == READABLE || readers_hint;
    const bool may_open = must_open || visit->readable == PERHAPS;
    const bool is_right = error == 0 ? may_open : !must_open && error == ENOTRECOVERABLE;
    if (!is_right)
        readers_note("opening a scope below a module", BY_LIBRARY, may_open ? GLS_SET : GLS_UNREADABLE, NULL,
                     error == 0 ? GLS_SET : GLS_UNREADABLE, NULL);
}

static void be_in_outer(void *arg) {
    struct visit *visit = arg;
    visit->through(read_below_one, visit);
    visit->through(open_inner, visit);                                   /* module, scope, module */
    assert_int_equal(readers_scope(inner_value, be_in_inner, visit), 0); /* scope, scope, module */
}

static void visit_module(const struct module *module, unsigned which, enum readable readable) {
    struct visit visit = {module->callers[which], readable};
    visit.through(read_outside, &visit);
    assert_int_equal(readers_scope(outer_value, be_in_outer, &visit), 0);
}

static enum readable readable_of(unsigned number) {
    return number == WITHOUT_TABLES ? UNREADABLE : READABLE;
}

/* ---- Random orders ---- */

/* Which build lay where last: what shows that addresses were used again. */
static struct {
    const void *address;
    unsigned number;
} places[256];
static unsigned long loads, moved_in;

static void note_place(const struct module *module) {
    size_t i = 0;
    while (places[i].address != NULL && places[i].address != module->callers)
        if (++i == sizeof places / sizeof *places)
            return;
    moved_in += places[i].address != NULL && places[i].number != module->number;
    places[i].address = module->callers;
    places[i].number = module->number;
    loads++;
}

struct order {
    struct module loaded[LOADED_MAX];
    unsigned count;
};

static void unload_one(struct order *order) {
    const unsigned which = draw(order->count);
    unload(&order->loaded[which]);
    order->loaded[which] = order->loaded[--order->count];
}

static void load_one(struct order *order, unsigned number) {
    const struct module module = load(number);
    note_place(&module);
    order->loaded[order->count++] = module;
    for (unsigned i = 0; i < order->count; i++)
        visit_module(&order->loaded[i], draw(CALLERS), readable_of(order->loaded[i].number));
}

/* All builds once, at most LOADED_MAX of them at a time. */
static void go_through(void) {
    unsigned numbers[MODULES];
    struct order order = {.count = 0};
    for (unsigned i = 0; i < MODULES; i++) {
        const unsigned other = draw(i + 1);
        if (other < i)
            numbers[i] = numbers[other];
        numbers[other] = i;
    }
    for (unsigned i = 0; i < MODULES; i++) {
        while (order.count == LOADED_MAX || (order.count > 0 && draw(3) > 0))
            unload_one(&order);
        load_one(&order, numbers[i]);
    }
    while (order.count > 0)
        unload_one(&order);
}

static void test_random_orders(void **state) {
    (void)state;
    random_state = seed;
    for (unsigned i = 0; i < orders; i++)
        go_through();
    (void)printf("seed %" PRIu64
                 ": %u orders, %lu loads, %lu of them to where another build had been; %lu reads, %lu wrong\n",
                 seed, orders, loads, moved_in, atomic_load(&readers_tally.reads), atomic_load(&readers_tally.wrong));
    if (moved_in < loads / 2)
        fail_msg("only %lu of %lu builds were loaded to where another had been: the test shows little", moved_in,
                 loads);
    readers_judge();
}

/* ---- What else may be loaded ---- */

/* Tables without the index by which they are found: there may be no answer, but no wrong one. */
static void test_tables_without_an_index(void **state) {
    (void)state;
    const struct module module = loaded(dlopen(path_of("reloaded_no_index"), RTLD_NOW | RTLD_LOCAL), MODULES);
    for (unsigned which = 0; which < CALLERS; which++)
        visit_module(&module, which, PERHAPS);
    unload(&module);
    atomic_fetch_add(&readers_tally.reads, 1); /* all may be unreadable */
    readers_judge();
}

/* A namespace of its own: the loader's lists do not show it to the program. */
static void test_another_namespace(void **state) {
    (void)state;
    for (unsigned number = 0; number < 4; number++) {
        char name[16];
        (void)snprintf(name, sizeof name, "reloaded%u", number);
        const struct module module = loaded(dlmopen(LM_ID_NEWLM, path_of(name), RTLD_NOW | RTLD_LOCAL), number);
        for (unsigned which = 0; which < CALLERS; which++)
            visit_module(&module, which, PERHAPS);
        unload(&module);
    }
    atomic_fetch_add(&readers_tally.reads, 1);
    readers_judge();
}

/* ---- Meanwhile, elsewhere ---- */

static atomic_bool is_over;
static const char elsewhere_value[] = "elsewhere";

static void read_elsewhere(void *arg) {
    (void)arg;
    readers_want("elsewhere, while modules come and go", GLS_SET, elsewhere_value);
}

static int compare_elsewhere(const void *a, const void *b) {
    read_elsewhere(NULL);
    return *(const int *)a - *(const int *)b;
}

static void read_and_read(void *arg) {
    const struct module *module = arg;
    for (unsigned i = 0; !atomic_load(&is_over); i++) {
        int numbers[] = {2, 1};
        qsort(numbers, 2, sizeof *numbers, compare_elsewhere);
        (void)frameless_call(read_elsewhere, NULL);
        module->callers[i % CALLERS](read_elsewhere, NULL);
    }
}

static void *be_elsewhere(void *arg) {
    glsi_stack_learn();
    if (readers_scope(elsewhere_value, read_and_read, arg) != 0)
        abort();
    return NULL;
}

static void test_reads_elsewhere_meanwhile(void **state) {
    (void)state;
    enum { THREADS = 2, ORDERS = 20 };
    const struct module stays = loaded(dlopen(path_of("reloaded_stays"), RTLD_NOW | RTLD_LOCAL), MODULES);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, be_elsewhere, (void *)&stays), 0);
    for (int i = 0; i < ORDERS; i++)
        go_through();
    atomic_store(&is_over, true);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    unload(&stays);
    readers_judge();
}

int main(int argc, char **argv) {
    if (argc > 1)
        seed = strtoull(argv[1], NULL, 10);
    if (argc > 2)
        orders = (unsigned)strtoul(argv[2], NULL, 10);
    readers_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_orders),
        cmocka_unit_test(test_tables_without_an_index),
        cmocka_unit_test(test_another_namespace),
        cmocka_unit_test(test_reads_elsewhere_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
