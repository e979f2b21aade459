/*
 * W4 `keys` and `keys-miss`: read one of K keys that a scope binds, each in its turn; read one that it does not bind.
 * Part of kernels.h, included again for each store.
 *
 * The keys are visited in steps that share no factor with K, so that a read is seldom next to the one before. Checksum:
 * the sum of the values read; for misses, the answers, counted so that each of the three adds something else. Those are
 * measured for throughput alone: a miss loads no value that the next read could wait for. Floor: one dependent load.
 *
 * The store `native` has a slot for each key: those of pthread_getspecific lie in the thread's block up to 32 and
 * behind a pointer from there on (libraries may have taken some of the first), and end at 1024.
 */
#ifndef CTX_STORE

enum { KEYS_COUNT, KEYS_COUNT_MAX = CTX_BENCH_KEYS - 1 };

static uint32_t keys_common_factor(uint32_t a, uint32_t b) {
    while (b != 0) {
        const uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* About 0.618 of the keys. */
static uint32_t keys_step(uint32_t count) {
    uint32_t step = count * 618 / 1000 + 1;
    while (keys_common_factor(count, step) != 1)
        step--;
    return step;
}

static uint64_t keys_checksum(const struct ctx_job *job, uint32_t traits) {
    const uint32_t count = job->parameters[KEYS_COUNT], step = keys_step(count);
    uint64_t round = 0, rest = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t value = ctx_key_read(traits, (uint32_t)((uint64_t)i * step % count));
        round += value;
        rest += i < job->iterations % count ? value : 0;
    }
    return job->iterations / count * round + rest;
}

/* References that always find something answer CTX_SET. */
static uint64_t keys_miss_checksum(const struct ctx_job *job, uint32_t traits) {
    uint64_t answer = CTX_NOT_SET;
    if ((traits & CTX_TRAIT_REFERENCE) != 0)
        answer = (traits & CTX_TRAIT_NO_CONTEXT) != 0 ? CTX_NO_CONTEXT : CTX_SET;
    return job->iterations * (answer + 1);
}

#define KEYS_REQUIRES (CTX_SCENARIO_NEST | CTX_SCENARIO_THREE_ANSWERS | CTX_SCENARIO_TWO_MANAGERS)
#define KEYS_PARAMETER                                                                                                 \
    {                                                                                                                  \
        .name = "keys", .summary = "keys that the scope binds", .min = 1, .max = KEYS_COUNT_MAX,                       \
        .defaults = {8, 1, 32, 33, 128, 1000}, .default_count = 6, .section = &ctx_section_keys                        \
    }

static const struct ctx_workload keys_workload = {
    .name = "keys",
    .summary = "read one of several keys of a scope",
    .operation = "read",
    .revision = 1,
    .requires = KEYS_REQUIRES,
    .threads_min = 1,
    .threads_max = 1,
    .section = &ctx_section_keys,
    .parameters = {[KEYS_COUNT] = KEYS_PARAMETER},
    .checksum = keys_checksum,
};

static const struct ctx_workload keys_miss_workload = {
    .name = "keys-miss",
    .summary = "read a key that is none of the several of a scope",
    .operation = "read",
    .revision = 1,
    .requires = KEYS_REQUIRES,
    .threads_min = 1,
    .threads_max = 1,
    .parameters = {[KEYS_COUNT] = KEYS_PARAMETER},
    .checksum = keys_miss_checksum,
};

struct keys {
    const struct ctx_job *job;
    ctx_body *reader;
    uint32_t count, step;
    uint64_t sum;
};

static inline uint32_t keys_next(const struct keys *keys, uint32_t number) {
    number += keys->step;
    return number < keys->count ? number : number - keys->count;
}

#define CTX_AGAIN "workloads/keys.h"
#include "each_store.h"

#define KEYS_KERNELS(store_)                                                                                           \
    {.workload = &keys_workload,                                                                                       \
     .form = CTX_FORM_THROUGHPUT,                                                                                      \
     .run = keys_run_throughput_##store_,                                                                              \
     CTX_STORE_KERNEL(store_)},                                                                                        \
        {.workload = &keys_workload,                                                                                   \
         .form = CTX_FORM_LATENCY,                                                                                     \
         .run = keys_run_latency_##store_,                                                                             \
         CTX_STORE_KERNEL(store_)},                                                                                    \
        {.workload = &keys_miss_workload,                                                                              \
         .form = CTX_FORM_THROUGHPUT,                                                                                  \
         .run = keys_run_missing_##store_,                                                                             \
         CTX_STORE_KERNEL(store_)},
#define CTX_KERNELS_KEYS CTX_EACH_STORE(KEYS_KERNELS)

#else

CTX_OPAQUE static void CTX_FN(CTX_STORED(keys_throughput), void *arg) {
    struct keys *keys = arg;
    uint64_t sum = 0;
    uint32_t number = 0;
    CTX_ENTER_OPAQUE();
    CTX_BEFORE_READS();
    for (uint64_t i = keys->job->iterations; i > 0; i--) {
        void *value = NULL;
        ctx_forget_memory();
        (void)CTX_READ(0, &ctx_bench_manager, &ctx_bench_keys[number], &value);
        sum += (uintptr_t)value;
        number = keys_next(keys, number);
    }
    keys->sum = sum;
}

CTX_OPAQUE static void CTX_FN(CTX_STORED(keys_latency), void *arg) {
    struct keys *keys = arg;
    uint64_t sum = 0;
    uint32_t number = 0;
    uintptr_t after = 0;
    CTX_ENTER_OPAQUE();
    CTX_BEFORE_READS();
    for (uint64_t i = keys->job->iterations; i > 0; i--) {
        void *value = NULL;
        ctx_forget_memory();
        (void)CTX_READ(after, &ctx_bench_manager, &ctx_bench_keys[number], &value);
        sum += (uintptr_t)value;
        after = ctx_after((uintptr_t)value);
        number = keys_next(keys, number);
    }
    keys->sum = sum;
}

CTX_OPAQUE static void CTX_FN(CTX_STORED(keys_missing), void *arg) {
    struct keys *keys = arg;
    const struct ctx_key *const key = &ctx_bench_keys[keys->count];
    uint64_t sum = 0;
    CTX_ENTER_OPAQUE();
    CTX_BEFORE_READS();
    for (uint64_t i = keys->job->iterations; i > 0; i--) {
        void *value = NULL;
        ctx_forget_memory();
        sum += (uint64_t)CTX_READ(0, &ctx_bench_manager, key, &value) + 1;
    }
    keys->sum = sum;
}

CTX_OPAQUE static void CTX_FN(CTX_STORED(keys_root), void *arg) {
    struct keys *keys = arg;
    struct ctx_binding bindings[KEYS_COUNT_MAX];
    CTX_ENTER_OPAQUE();
    for (uint32_t i = 0; i < keys->count; i++)
        bindings[i] = ctx_bench_binding(i);
    CTX_SCOPE(&ctx_bench_manager, bindings, keys->count, keys->reader, keys);
    ctx_touch(bindings);
}

static uint64_t CTX_STORED(keys_run)(const struct ctx_job *job, ctx_body *reader) {
    const uint32_t count = job->parameters[KEYS_COUNT];
    struct keys keys = {.job = job, .reader = reader, .count = count, .step = keys_step(count)};
    CTX_BARE(CTX_STORED(keys_root), &keys);
    return keys.sum;
}

static uint64_t CTX_STORED(keys_run_throughput)(const struct ctx_job *job) {
    return CTX_STORED(keys_run)(job, CTX_STORED(keys_throughput));
}

static uint64_t CTX_STORED(keys_run_latency)(const struct ctx_job *job) {
    return CTX_STORED(keys_run)(job, CTX_STORED(keys_latency));
}

static uint64_t CTX_STORED(keys_run_missing)(const struct ctx_job *job) {
    return CTX_STORED(keys_run)(job, CTX_STORED(keys_missing));
}

#endif
