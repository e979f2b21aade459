/*
 * A module of which a test has many builds (tests/CMakeLists.txt), all of one size, so that each is loaded to where the
 * one before it was: at the same addresses there are other frames. Its functions run fn(arg); it needs no other
 * library.
 *
 *   FRAME_BYTES   of locals
 *   SWAPPED       which of two functions lies where the other does in other builds
 */
typedef void body(void *arg);
typedef void caller(body *fn, void *arg);

/* At its end, not in the midst: what is called last is not called in place of returning. */
#define CALLER(name, bytes)                                                                                            \
    static void name(body *fn, void *arg) {                                                                            \
        volatile char frame[bytes];                                                                                    \
        frame[0] = 1;                                                                                                  \
        fn(arg);                                                                                                       \
        (void)frame[0];                                                                                                \
    }

#if SWAPPED
CALLER(call_wide, FRAME_BYTES + 32)
CALLER(call_narrow, FRAME_BYTES)
#else
CALLER(call_narrow, FRAME_BYTES)
CALLER(call_wide, FRAME_BYTES + 32)
#endif

/* Wants all registers that a function has to save, the frame pointer among them. */
static volatile unsigned long source = 3, sink;
static void call_busily(body *fn, void *arg) {
    const unsigned long a = source, b = source, c = source, d = source, e = source, f = source, g = source;
    volatile char frame[FRAME_BYTES];
    frame[0] = 1;
    fn(arg);
    (void)frame[0];
    sink = a ^ (b << 1) ^ (c << 2) ^ (d << 3) ^ (e << 4) ^ (f << 5) ^ (g << 6);
}

/* One below the other. */
struct chain {
    body *fn;
    void *arg;
};
static void call_second(void *arg) {
    const struct chain *chain = arg;
    call_busily(chain->fn, chain->arg);
    sink = 1;
}
static void call_first(void *arg) {
    call_narrow(call_second, arg);
    sink = 2;
}
static void call_in_chain(body *fn, void *arg) {
    struct chain chain = {fn, arg};
    call_wide(call_first, &chain);
    sink = 3;
}

extern caller *const reloaded_callers[4];
caller *const reloaded_callers[4] = {call_narrow, call_wide, call_busily, call_in_chain};
