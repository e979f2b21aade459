/*
 * Every strategy passes the scenarios that workloads rest on; and every scenario can fail, which a strategy with a
 * choice of defects shows. None of the defects makes a scope outlive its frame, so that what fails is the proof and not
 * the process. (What strategies do in the other scenarios is for `bench conformance` to show:
 * tests/cli/conformance.sh.)
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define CTX_STRATEGY_ENTRY broken_strategy /* of the one that is defined here */
#include "../support/all_strategies.h"
#include "registry/registry.h"

/* Each is the mistake of some real scheme, and breaks the scenario of the same position in `defects` below. */
enum defect {
    SOUND,
    FORGETS_OUTER,        /* leaving a scope leaves all of them */
    REMEMBERS_THREE,      /* room for three outer contexts, no more */
    EMPTY_IS_NONE,        /* a context without bindings counts as no context */
    KEYS_ONLY,            /* a key means the same under every manager */
    ONE_FOR_ALL,          /* one context for the whole process */
    LIVE_PARENT,          /* a child shares its parent's values instead of taking them along */
    RESIDUE,              /* behind the outermost scope the empty context stays in force */
    GIVES_UP,             /* reads only so far up the stack */
    STALE_SLOTS,          /* values stay in their slots when their scope ends */
    FIRST_THREAD_FOR_ALL, /* all threads find the slot of the one that came first */
    BLIND,                /* never finds a context */
    NULL_IS_NOTHING,      /* a scope of no context leaves the one around it in force */
    CHILD_FORGETS,        /* knows the process by its number, which is another one in a child */
    REMEMBERS_FRAMES, /* expects the frames between a nested scope and its reader to be as they were the first time */
};

static enum defect defect;

/* The sound part: a thread-local context. */
static _Thread_local const struct ctx *own_context;

/* What the defects need beside it. */
enum { SLOTS = 16, OUTER_REMEMBERED = 3, REACH_BYTES = 1 << 16 };
static const struct ctx *_Atomic process_context;
static _Thread_local unsigned open_scopes;
static _Thread_local uintptr_t scope_address;
static _Atomic uintptr_t nested_value;   /* that the latest nested scope binds to the first key */
static _Atomic uintptr_t slots[SLOTS];   /* one per key */
static _Atomic uintptr_t first_thread;   /* that opened a scope */
static _Atomic uintptr_t value_of_first; /* that it bound to the first key */
static pid_t first_process;
static uintptr_t first_distance; /* from a nested scope to its reader */

static const struct ctx_key *keys(void); /* those of the template, which is included further down */

static uintptr_t first_value(const struct ctx *ctx) {
    return ctx != NULL && ctx->count > 0 && ctx->bindings[0].key == keys() ? (uintptr_t)ctx->bindings[0].value : 0;
}

static const struct ctx *broken_current(uintptr_t after) {
    (void)after;
    const struct ctx *here = defect == ONE_FOR_ALL ? atomic_load(&process_context) : own_context;
    if (defect == BLIND)
        return NULL;
    if (defect == EMPTY_IS_NONE && here != NULL && here->manager == NULL)
        return NULL;
    if (defect == CHILD_FORGETS && getpid() != first_process)
        return NULL;
    if (defect == REMEMBERS_FRAMES && open_scopes > 1) {
        const uintptr_t distance = scope_address - (uintptr_t)__builtin_frame_address(0);
        first_distance = first_distance == 0 ? distance : first_distance;
        return distance == first_distance ? here : NULL;
    }
    if (defect == GIVES_UP && scope_address - (uintptr_t)__builtin_frame_address(0) > REACH_BYTES)
        return NULL;
    return here;
}

/* Some defects look into the scopes. Scenarios of the stores open others than this one's contexts, which it must not.
 */
static bool is_about_values(void) {
    return defect == LIVE_PARENT || defect == STALE_SLOTS || defect == FIRST_THREAD_FOR_ALL;
}

/* What a scheme keeps beside the context when a scope is opened. */
static void broken_note(const struct ctx *next) {
    const uintptr_t self = (uintptr_t)pthread_self();
    uintptr_t nobody = 0;
    for (size_t i = 0; next != NULL && i < next->count; i++)
        atomic_store(&slots[(size_t)(next->bindings[i].key - keys()) % SLOTS], (uintptr_t)next->bindings[i].value);
    if (open_scopes > 0)
        atomic_store(&nested_value, first_value(next));
    if (atomic_compare_exchange_strong(&first_thread, &nobody, self) || nobody == self)
        atomic_store(&value_of_first, first_value(next));
}

static void broken_restore(const struct ctx *outer) {
    open_scopes--;
    if (defect == FORGETS_OUTER || (defect == REMEMBERS_THREE && open_scopes >= OUTER_REMEMBERED))
        outer = NULL;
    if (defect == RESIDUE && outer == NULL)
        outer = &ctx_empty;
    own_context = outer;
    atomic_store(&process_context, outer);
}

static void broken_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    const struct ctx *outer = own_context;
    scope_address = (uintptr_t)__builtin_frame_address(0);
    if (is_about_values())
        broken_note(next);
    open_scopes++;
    if (defect == NULL_IS_NOTHING && next == NULL)
        next = outer;
    own_context = next;
    atomic_store(&process_context, next);
    fn(arg);
    broken_restore(outer);
}

/* The same defects, where there is no call around. */
static void broken_put(const struct ctx *next) {
    static const struct ctx *before;
    if (defect == FORGETS_OUTER && next == before)
        next = NULL;
    if (defect == NULL_IS_NOTHING && next == NULL)
        return;
    before = own_context;
    own_context = next;
    atomic_store(&process_context, next);
}

static enum ctx_answer look_up_key_only(const struct ctx *ctx, const struct ctx_key *key, void **value) {
    for (const struct ctx *scope = ctx; scope != NULL; scope = scope->parent)
        if (ctx_lookup(scope, scope->manager, key, value) == CTX_SET)
            return CTX_SET;
    return ctx == NULL ? CTX_NO_CONTEXT : CTX_NOT_SET;
}

static enum ctx_answer broken_get(const struct ctx_manager *manager, const struct ctx_key *key, void **value) {
    const struct ctx *here = broken_current(0);
    const uintptr_t stale = atomic_load(&slots[(size_t)(key - keys()) % SLOTS]);
    if (defect == KEYS_ONLY)
        return look_up_key_only(here, key, value);
    const enum ctx_answer answer = ctx_lookup(here, manager, key, value);
    if (defect == LIVE_PARENT && answer == CTX_SET && atomic_load(&nested_value) != 0)
        *value = (void *)atomic_load(&nested_value);
    if (defect == FIRST_THREAD_FOR_ALL && answer == CTX_SET && key == keys() &&
        atomic_load(&first_thread) != (uintptr_t)pthread_self())
        *value = (void *)atomic_load(&value_of_first);
    if (defect != STALE_SLOTS || answer != CTX_NOT_SET || stale == 0)
        return answer;
    *value = (void *)stale;
    return CTX_SET;
}

#define CTX_NAME "broken"
#define CTX_SUMMARY "a thread-local variable, with a choice of defects"
#define CTX_TRAITS 0
#define CTX_OP_CURRENT(after) broken_current(after)
#define CTX_OP_WITH(next, fn, arg) broken_with(next, fn, arg)
#define CTX_OP_PUT(context) broken_put(context)
#define CTX_OP_GET(after, manager, key, value) ((void)(after), broken_get(manager, key, value))
#define CTX_ONLY 1
#define CTX_ONLY_GET
#include "kernels.h"

static const struct ctx_key *keys(void) {
    return ctx_bench_keys;
}

static const struct {
    enum defect defect;
    enum ctx_scenario_id breaks;
} defects[] = {
    {FORGETS_OUTER, CTX_SCENARIO_NEST},
    {REMEMBERS_THREE, CTX_SCENARIO_FAILING_BODY},
    {EMPTY_IS_NONE, CTX_SCENARIO_THREE_ANSWERS},
    {KEYS_ONLY, CTX_SCENARIO_TWO_MANAGERS},
    {ONE_FOR_ALL, CTX_SCENARIO_PLAIN_CHILD},
    {LIVE_PARENT, CTX_SCENARIO_INHERIT},
    {RESIDUE, CTX_SCENARIO_HANDOFF},
    {GIVES_UP, CTX_SCENARIO_DEEP},
    {STALE_SLOTS, CTX_SCENARIO_REUSE},
    {FIRST_THREAD_FOR_ALL, CTX_SCENARIO_MANY_THREADS},
    /* A sound thread-local context is what fibers break. */
    {SOUND, CTX_SCENARIO_FIBER_SWITCH},
    {SOUND, CTX_SCENARIO_FIBER_MIGRATION},
};

static void choose_defect(enum defect chosen) {
    defect = chosen;
    own_context = NULL;
    atomic_store(&process_context, NULL);
    atomic_store(&nested_value, 0);
    atomic_store(&first_thread, 0);
    first_process = getpid();
    first_distance = 0;
    for (size_t i = 0; i < SLOTS; i++)
        atomic_store(&slots[i], 0);
}

static const struct ctx_scenario *find_scenario(enum ctx_scenario_id id) {
    for (size_t i = 0; i < broken_strategy.scenario_count; i++)
        if (broken_strategy.scenarios[i].id == id)
            return &broken_strategy.scenarios[i];
    fail_msg("no scenario has the id %#x", (unsigned)id);
    return NULL;
}

/* Whether every strategy has to pass it, since a worker proves it before it measures. */
static bool is_basic(const struct ctx_scenario *scenario) {
    return (scenario->id & ~(uint32_t)(CTX_SCENARIO_FIBER_SWITCH | CTX_SCENARIO_FIBER_MIGRATION)) != 0;
}

static void test_each_scenario_catches_its_defect(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof defects / sizeof *defects; i++) {
        const struct ctx_scenario *scenario = find_scenario(defects[i].breaks);
        choose_defect(defects[i].defect);
        const char *found = scenario->run();
        const char *complaint = found == NULL ? "the defect was not noticed" : found;
        print_message("%s: %s\n", scenario->name, complaint);
        assert_non_null(strstr(complaint, "found"));
        assert_non_null(strstr(complaint, "wanted"));
    }
}

enum { HELD, COMPLAINED, PATIENCE_SECONDS = 60 };

/*
 * A process of its own: scenarios that no workload rests on may leave it as no other should find it. A complaint is
 * what is wanted; a crash, or the end of patience, is a fault of the scenario or of this test.
 */
static bool holds_apart(const struct ctx_scenario *scenario) {
    int status = 0;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)alarm(PATIENCE_SECONDS);
        _exit(scenario->run() == NULL ? HELD : COMPLAINED);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) > COMPLAINED)
        fail_msg("%s: found a child that ended with status %#x, wanted a complaint", scenario->name, (unsigned)status);
    return WEXITSTATUS(status) == HELD;
}

/* Why the scenario says nothing of this strategy: it has no such store, or the build lacks what it needs. */
static const char *why_not(const struct ctx_scenario *scenario) {
    if (scenario->run == NULL)
        return "not applicable";
    return scenario->unavailable == NULL ? NULL : scenario->unavailable();
}

/* Situations that no workload rests on, and a defect that each is there to find. */
static const struct {
    enum defect defect;
    const char *breaks;
} situations[] = {
    {NULL_IS_NOTHING, "restore-absence"},
    {RESIDUE, "key-destructor"},
    {CHILD_FORGETS, "fork"},
    {CHILD_FORGETS, "fork-busy"},
    {CHILD_FORGETS, "vfork"},
    {SOUND, "owner-ends"},
    {NULL_IS_NOTHING, "attach-detach"},
    {FORGETS_OUTER, "attach-overlap"},
    {ONE_FOR_ALL, "attach-elsewhere"},
    {FORGETS_OUTER, "coroutine"},
    {FORGETS_OUTER, "coroutine-migration"},
    {SOUND, "coroutine-scope"},
    {REMEMBERS_FRAMES, "unload"},
};

static const struct ctx_scenario *find_situation(const char *name) {
    for (size_t i = 0; i < broken_strategy.scenario_count; i++)
        if (strcmp(broken_strategy.scenarios[i].name, name) == 0)
            return &broken_strategy.scenarios[i];
    fail_msg("no scenario has the name %s", name);
    return NULL;
}

/* And that it was the defect: the same strategy passes without. (Some find fault with a sound thread-local variable.)
 */
static void test_each_situation_catches_its_defect(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof situations / sizeof *situations; i++) {
        const struct ctx_scenario *scenario = find_situation(situations[i].breaks);
        if (why_not(scenario) != NULL) {
            print_message("%s: %s\n", scenario->name, why_not(scenario));
            continue;
        }
        choose_defect(situations[i].defect);
        if (holds_apart(scenario))
            fail_msg("%s: its defect was not noticed", scenario->name);
        choose_defect(SOUND);
        if (situations[i].defect != SOUND && !holds_apart(scenario))
            fail_msg("%s: found a complaint about a sound strategy", scenario->name);
    }
}

static void test_a_blind_strategy_passes_nothing(void **state) {
    (void)state;
    choose_defect(BLIND);
    for (size_t i = 0; i < broken_strategy.scenario_count; i++) {
        const struct ctx_scenario *scenario = &broken_strategy.scenarios[i];
        const char *missing = why_not(scenario);
        if (missing != NULL)
            print_message("%s: %s\n", scenario->name, missing);
        else if (holds_apart(scenario))
            fail_msg("%s: a strategy that finds no context passes", scenario->name);
    }
}

static void test_each_basic_scenario_has_a_defect(void **state) {
    (void)state;
    uint32_t proved = 0, known = 0;
    for (size_t i = 0; i < sizeof defects / sizeof *defects; i++)
        proved |= defects[i].breaks;
    for (size_t i = 0; i < broken_strategy.scenario_count; i++)
        known |= broken_strategy.scenarios[i].id;
    assert_int_equal(proved, known);
}

/* The same strategy, without a defect: so it was the defect that the scenario found. */
static void test_sound_strategy_passes(void **state) {
    (void)state;
    choose_defect(SOUND);
    for (size_t i = 0; i < broken_strategy.scenario_count; i++)
        if (is_basic(&broken_strategy.scenarios[i]))
            assert_string_equal(broken_strategy.scenarios[i].run() == NULL ? "held" : "broken", "held");
}

/* Twice, since a scenario must not leave anything behind for the next. */
static void expect_all_held(const struct ctx_strategy *strategy) {
    for (size_t i = 0; i < 2 * strategy->scenario_count; i++) {
        const struct ctx_scenario *scenario = &strategy->scenarios[i % strategy->scenario_count];
        const char *complaint = is_basic(scenario) ? scenario->run() : NULL;
        if (complaint != NULL)
            fail_msg("%s, %s: %s", strategy->name, scenario->name, complaint);
    }
}

static void test_every_strategy_passes(void **state) {
    struct registry *registry = *state;
    size_t proved = 0;
    for (size_t i = 0; i < registry->count; i++) {
        const struct ctx_strategy *strategy = registry->entries[i].strategy;
        const bool is_reference = (strategy->traits & CTX_TRAIT_REFERENCE) != 0;
        const char *reason = strategy->unavailable == NULL ? NULL : strategy->unavailable();
        assert_int_equal(strategy->scenario_count, is_reference ? 0 : broken_strategy.scenario_count);
        if (reason != NULL) {
            print_message("%s cannot run here: %s\n", strategy->name, reason);
            continue;
        }
        expect_all_held(strategy);
        proved += !is_reference;
    }
    assert_true(proved > 0);
    assert_non_null(registry_find(registry, "skeleton"));
    assert_non_null(registry_find(registry, "tls-ie"));
}

/* What the strategies' libraries keep, a thread of liburcu's above all, does not hold up a forked process at its end.
 */
static void test_a_forked_process_can_exit(void **state) {
    (void)state;
    int status = 0;
    (void)fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)alarm(PATIENCE_SECONDS);
        exit(HELD);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (status != HELD)
        fail_msg("found a child that ended with status %#x, wanted %d", (unsigned)status, HELD);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_strategy_passes),
        cmocka_unit_test(test_a_forked_process_can_exit),
        cmocka_unit_test(test_each_scenario_catches_its_defect),
        cmocka_unit_test(test_each_basic_scenario_has_a_defect),
        cmocka_unit_test(test_each_situation_catches_its_defect),
        cmocka_unit_test(test_a_blind_strategy_passes_nothing),
        cmocka_unit_test(test_sound_strategy_passes),
    };
    return cmocka_run_group_tests(tests, all_strategies_load, all_strategies_free);
}
