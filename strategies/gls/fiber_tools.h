/*
 * What tools that watch memory and threads must be told about stacks of our own: AddressSanitizer and LeakSanitizer,
 * ThreadSanitizer, valgrind. Without a tool all of this is empty, but for a few no-ops that valgrind recognises.
 */
#ifndef GLS_FIBER_TOOLS_H
#define GLS_FIBER_TOOLS_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FIBER_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define FIBER_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define FIBER_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define FIBER_TSAN 1
#endif

#if defined(FIBER_ASAN)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#if defined(FIBER_TSAN)
#include <sanitizer/tsan_interface.h>
#endif
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#define FIBER_VALGRIND 1
#endif

/* Never a function of its own: ThreadSanitizer would see one stack's function end on another. */
#define FIBER_TOOL static inline __attribute__((always_inline))

/* What the tools know a fiber by, and whoever resumed it last. */
struct fiber_tools {
    void *fake_stack; /* where AddressSanitizer keeps locals, while the fiber does not run */
    const void *resumer_base;
    size_t resumer_bytes;
    void *history, *resumer_history; /* ThreadSanitizer's */
    unsigned stack_number;           /* valgrind's */
};

FIBER_TOOL void fiber_tools_begin(struct fiber_tools *tools, const char *base, size_t bytes) {
    (void)tools, (void)base, (void)bytes;
#if defined(FIBER_ASAN)
    __lsan_register_root_region(base, bytes); /* what a suspended fiber refers to has not leaked */
#endif
#if defined(FIBER_TSAN)
    tools->history = __tsan_create_fiber(0);
#endif
#if defined(FIBER_VALGRIND)
    tools->stack_number = (unsigned)VALGRIND_STACK_REGISTER(base, base + bytes);
#endif
}

#if defined(FIBER_ASAN)
/* A fake stack can only be freed from where it is in use: so it is, for a moment. */
FIBER_TOOL void fiber_tools_free_fake_stack(struct fiber_tools *tools, const char *base, size_t bytes) {
    void *ours = NULL;
    const void *our_base = NULL;
    size_t our_bytes = 0;
    __sanitizer_start_switch_fiber(&ours, base, bytes);
    __sanitizer_finish_switch_fiber(tools->fake_stack, &our_base, &our_bytes);
    __sanitizer_start_switch_fiber(NULL, our_base, our_bytes);
    __sanitizer_finish_switch_fiber(ours, NULL, NULL);
}
#endif

FIBER_TOOL void fiber_tools_end(struct fiber_tools *tools, const char *base, size_t bytes) {
    (void)tools, (void)base, (void)bytes;
#if defined(FIBER_ASAN)
    if (tools->fake_stack != NULL)
        fiber_tools_free_fake_stack(tools, base, bytes);
    __lsan_unregister_root_region(base, bytes);
    __asan_unpoison_memory_region(base, bytes); /* frames that never returned; others will be mapped here */
#endif
#if defined(FIBER_TSAN)
    __tsan_destroy_fiber(tools->history);
#endif
#if defined(FIBER_VALGRIND)
    VALGRIND_STACK_DEREGISTER(tools->stack_number);
#endif
}

/* The resumer is about to switch to the fiber. `*fake_stack` keeps what fiber_tools_resumed must get. */
FIBER_TOOL void fiber_tools_resume(struct fiber_tools *tools, const char *base, size_t bytes, void **fake_stack) {
    (void)tools, (void)base, (void)bytes, (void)fake_stack;
#if defined(FIBER_ASAN)
    __sanitizer_start_switch_fiber(fake_stack, base, bytes);
#endif
#if defined(FIBER_TSAN)
    tools->resumer_history = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(tools->history, 0);
#endif
}

/* The resumer is back. */
FIBER_TOOL void fiber_tools_resumed(void *fake_stack) {
    (void)fake_stack;
#if defined(FIBER_ASAN)
    __sanitizer_finish_switch_fiber(fake_stack, NULL, NULL);
#endif
}

/* The fiber has begun, or goes on. */
FIBER_TOOL void fiber_tools_entered(struct fiber_tools *tools) {
    (void)tools;
#if defined(FIBER_ASAN)
    __sanitizer_finish_switch_fiber(tools->fake_stack, &tools->resumer_base, &tools->resumer_bytes);
#endif
}

/* The fiber is about to switch to its resumer, for good or to come back. */
FIBER_TOOL void fiber_tools_leave(struct fiber_tools *tools, bool for_good) {
    (void)tools, (void)for_good;
#if defined(FIBER_ASAN)
    tools->fake_stack = NULL;
    __sanitizer_start_switch_fiber(for_good ? NULL : &tools->fake_stack, tools->resumer_base, tools->resumer_bytes);
#endif
#if defined(FIBER_TSAN)
    __tsan_switch_to_fiber(tools->resumer_history, 0);
#endif
}

#endif
