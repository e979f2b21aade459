/*
 * What OpenTelemetry's C++ library does (api/include/opentelemetry/context/runtime_context.h), in C: each thread has a
 * stack of contexts. Attaching pushes one and returns a token on the heap; detaching pops down to the token's context.
 * Contexts are counted: the stack has a reference, the token another, and a read takes one and gives it back. As in
 * libstdc++'s shared_ptr, counting is atomic only in a process that has had more than one thread.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/single_threaded.h>

#include "strategy.h"

struct token_stack_context {
    atomic_size_t references;
    const struct ctx *ctx;
};

struct token_stack_token {
    struct token_stack_context *context;
};

struct token_stack {
    struct token_stack_context **items;
    size_t count, capacity;
};

static _Thread_local struct token_stack token_stack_here;
static pthread_key_t token_stack_key; /* by whose destructor a thread frees its stack when it ends */

CTX_OPERATION struct token_stack_context *token_stack_take(struct token_stack_context *context) {
    if (__libc_single_threaded)
        atomic_store_explicit(&context->references,
                              atomic_load_explicit(&context->references, memory_order_relaxed) + 1,
                              memory_order_relaxed);
    else
        (void)atomic_fetch_add_explicit(&context->references, 1, memory_order_relaxed);
    return context;
}

CTX_OPERATION void token_stack_give_back(struct token_stack_context *context) {
    size_t before;
    if (__libc_single_threaded) {
        before = atomic_load_explicit(&context->references, memory_order_relaxed);
        atomic_store_explicit(&context->references, before - 1, memory_order_relaxed);
    } else {
        before = atomic_fetch_sub_explicit(&context->references, 1, memory_order_acq_rel);
    }
    if (before == 1)
        free(context);
}

CTX_OPERATION const struct ctx *token_stack_current(uintptr_t after) {
    struct token_stack *stack = &token_stack_here;
    if (stack->count == 0)
        return NULL;
    struct token_stack_context *context =
        token_stack_take(*(struct token_stack_context **)((char *)&stack->items[stack->count - 1] + after));
    const struct ctx *ctx = context->ctx; /* lives as long as its scope, which the stack's reference stands for */
    token_stack_give_back(context);
    return ctx;
}

_Noreturn static void token_stack_die(void) {
    (void)fputs("token-stack: out of memory for a context\n", stderr);
    abort();
}

static void token_stack_grow(struct token_stack *stack) {
    stack->capacity = stack->capacity * 2 + 2;
    struct token_stack_context **items = realloc(stack->items, stack->capacity * sizeof *items);
    if (items == NULL)
        token_stack_die();
    stack->items = items;
    if (pthread_setspecific(token_stack_key, stack) != 0)
        token_stack_die();
}

CTX_OPERATION struct token_stack_token *token_stack_attach(const struct ctx *ctx) {
    struct token_stack *stack = &token_stack_here;
    struct token_stack_context *context = malloc(sizeof *context);
    struct token_stack_token *token = malloc(sizeof *token);
    if (context == NULL || token == NULL)
        token_stack_die();
    context->ctx = ctx;
    atomic_init(&context->references, 1);
    token->context = token_stack_take(context);
    if (__builtin_expect(stack->count == stack->capacity, 0))
        token_stack_grow(stack);
    stack->items[stack->count++] = context;
    return token;
}

CTX_OPERATION void token_stack_pop(struct token_stack *stack) {
    token_stack_give_back(stack->items[--stack->count]);
}

/* What the destructor of a thread-local object does in C++. A scope that is opened after it makes another stack. */
static void token_stack_free(void *arg) {
    struct token_stack *stack = arg;
    while (stack->count > 0)
        token_stack_pop(stack);
    free(stack->items);
    *stack = (struct token_stack){0};
}

__attribute__((constructor)) static void token_stack_init(void) {
    if (pthread_key_create(&token_stack_key, token_stack_free) != 0) {
        (void)fputs("token-stack: no key left; glibc has 1024 for all\n", stderr);
        abort();
    }
}

/* One that is not the innermost takes all above it along; one that is not here at all changes nothing. */
static void token_stack_pop_down_to(struct token_stack *stack, const struct token_stack_context *context) {
    size_t at = stack->count;
    while (at > 0 && stack->items[at - 1] != context)
        at--;
    while (at > 0 && stack->count >= at)
        token_stack_pop(stack);
}

/* Runs also when the body throws a C++ exception or ends its thread. */
CTX_OPERATION void token_stack_detach(struct token_stack_token *const *token) {
    struct token_stack *stack = &token_stack_here;
    if (__builtin_expect(stack->count > 0 && stack->items[stack->count - 1] == (*token)->context, 1))
        token_stack_pop(stack);
    else
        token_stack_pop_down_to(stack, (*token)->context);
    token_stack_give_back((*token)->context);
    free(*token);
}

CTX_OPERATION void token_stack_with(const struct ctx *next, void (*fn)(void *), void *arg) {
    __attribute__((cleanup(token_stack_detach), unused)) struct token_stack_token *token = token_stack_attach(next);
    /* NOLINTBEGIN(clang-analyzer-unix.Malloc): what the attribute calls frees it */
    fn(arg);
} /* NOLINTEND(clang-analyzer-unix.Malloc) */

static const struct ctx_exception token_stack_exceptions[] = {
    {"signal-moments", CTX_DOES_NOT_APPLY,
     "not tried: the library provides for no handler that interrupts attaching or detaching; its stack moves when it "
     "grows, and the last to give a context back frees it"},
};

#define CTX_NAME "token-stack"
#define CTX_SUMMARY "a stack of counted contexts for each thread, as OpenTelemetry C++ has it"
#define CTX_TRAITS 0
#define CTX_EXCEPTIONS token_stack_exceptions
#define CTX_UNSAFE_IN_HANDLERS 1
#define CTX_OP_CURRENT(after) token_stack_current(after)
#define CTX_OP_WITH(next, fn, arg) token_stack_with(next, fn, arg)
#include "kernels.h"
