/*
 * What a programmer would write to time a read of an explicit context and of one in thread-specific data: no template,
 * no descriptor, nothing of the project's. The tests compare the loops' instructions with those of the kernels.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#if defined(__clang__)
#define APART __attribute__((noinline, used))
#else
#define APART __attribute__((noipa))
#endif

struct binding {
    const int *key;
    uintptr_t value;
};

struct scope {
    const struct scope *parent;
    const int *owner;
    const struct binding *bindings;
    size_t count;
};

struct order {
    const uint64_t *rounds;
    uint64_t sum;
};

static int owner, key;
static pthread_key_t slot;

static inline bool find(const struct scope *scope, uintptr_t *value) {
    while (scope != NULL) {
        if (scope->owner == &owner) {
            for (size_t i = 0; i < scope->count; i++) {
                if (scope->bindings[i].key == &key) {
                    *value = scope->bindings[i].value;
                    return true;
                }
            }
        }
        scope = scope->parent;
    }
    return false;
}

APART static void hand_explicit_throughput(const struct scope *scope, struct order *order) {
    uint64_t sum = 0;
    for (uint64_t left = *order->rounds; left > 0; left--) {
        uintptr_t value = 0;
        __asm__ volatile("" : : : "memory");
        (void)find(scope, &value);
        sum += value;
    }
    order->sum = sum;
}

APART static void hand_explicit_latency(const struct scope *scope, struct order *order) {
    uint64_t sum = 0;
    uintptr_t zero = 0;
    for (uint64_t left = *order->rounds; left > 0; left--) {
        uintptr_t value = 0;
        __asm__ volatile("" : : : "memory");
        (void)find((const struct scope *)((uintptr_t)scope + zero), &value);
        sum += value;
        zero = value;
        __asm__ volatile("and $0, %0" : "+r"(zero) : : "cc");
    }
    order->sum = sum;
}

APART static void hand_tls_throughput(struct order *order) {
    uint64_t sum = 0;
    for (uint64_t left = *order->rounds; left > 0; left--) {
        uintptr_t value = 0;
        __asm__ volatile("" : : : "memory");
        (void)find(pthread_getspecific(slot), &value);
        sum += value;
    }
    order->sum = sum;
}

APART static void hand_tls_latency(struct order *order) {
    uint64_t sum = 0;
    uintptr_t zero = 0;
    for (uint64_t left = *order->rounds; left > 0; left--) {
        uintptr_t value = 0;
        __asm__ volatile("" : : : "memory");
        (void)find(pthread_getspecific(slot + (pthread_key_t)zero), &value);
        sum += value;
        zero = value;
        __asm__ volatile("and $0, %0" : "+r"(zero) : : "cc");
    }
    order->sum = sum;
}

int main(void) {
    const uint64_t rounds = 10;
    const struct binding binding = {.key = &key, .value = 7};
    const struct scope scope = {.owner = &owner, .bindings = &binding, .count = 1};
    struct order orders[4] = {{&rounds, 0}, {&rounds, 0}, {&rounds, 0}, {&rounds, 0}};
    if (pthread_key_create(&slot, NULL) != 0 || pthread_setspecific(slot, &scope) != 0)
        return 1;
    hand_explicit_throughput(&scope, &orders[0]);
    hand_explicit_latency(&scope, &orders[1]);
    hand_tls_throughput(&orders[2]);
    hand_tls_latency(&orders[3]);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (orders[i].sum != 7 * rounds)
            return 1;
    return 0;
}
