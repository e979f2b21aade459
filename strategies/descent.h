/*
 * Part of kernels.h: a deep call stack of many distinct functions with frames of different sizes, as real programs have
 * it. One recursion would flatter an unwinder, whose cache would always hit.
 */

/* How far down, and what runs at the bottom. */
struct ctx_descent {
    uint32_t frames_left;
    ctx_body *leaf;
    void *leaf_arg;
};

enum { CTX_FRAME_FUNCTIONS = 16 };
static ctx_body *const ctx_frame_functions[CTX_FRAME_FUNCTIONS];

/* The next function on the way down, and its argument. */
static inline ctx_body *ctx_descend(struct ctx_descent *descent, void **arg) {
    if (descent->frames_left == 0) {
        *arg = descent->leaf_arg;
        return descent->leaf;
    }
    *arg = descent;
    return ctx_frame_functions[--descent->frames_left % CTX_FRAME_FUNCTIONS];
}

/* The locals are touched after the call, too, so that it is no tail call. */
#define CTX_FRAME(number, bytes)                                                                                       \
    CTX_OPAQUE static void CTX_FN(ctx_frame_##number, void *arg) {                                                     \
        unsigned char locals[bytes];                                                                                   \
        void *next_arg = NULL;                                                                                         \
        ctx_touch(locals);                                                                                             \
        ctx_body *next = ctx_descend(arg, &next_arg);                                                                  \
        CTX_CALL(next, next_arg);                                                                                      \
        ctx_touch(locals);                                                                                             \
    }

CTX_FRAME(0, 24)
CTX_FRAME(1, 8)
CTX_FRAME(2, 136)
CTX_FRAME(3, 40)
CTX_FRAME(4, 72)
CTX_FRAME(5, 16)
CTX_FRAME(6, 200)
CTX_FRAME(7, 56)
CTX_FRAME(8, 104)
CTX_FRAME(9, 32)
CTX_FRAME(10, 248)
CTX_FRAME(11, 88)
CTX_FRAME(12, 48)
CTX_FRAME(13, 168)
CTX_FRAME(14, 120)
CTX_FRAME(15, 64)

static ctx_body *const ctx_frame_functions[CTX_FRAME_FUNCTIONS] = {
    ctx_frame_0, ctx_frame_1, ctx_frame_2,  ctx_frame_3,  ctx_frame_4,  ctx_frame_5,  ctx_frame_6,  ctx_frame_7,
    ctx_frame_8, ctx_frame_9, ctx_frame_10, ctx_frame_11, ctx_frame_12, ctx_frame_13, ctx_frame_14, ctx_frame_15,
};
