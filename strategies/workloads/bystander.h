/*
 * W12 `bystander`: a program that never reads the context, built and run under what the strategy requires of everybody.
 * Part of kernels.h.
 *
 * The program (bystander/program.h) walks a tree, counts the words of a text, and interprets it; the kernel runs the
 * variant that the strategy's traits name. On a fiber it gives the thread back after each of these parts, and whoever
 * has to save and restore the context around a switch pays for that. A context is in force all the while, unread.
 * `none` runs the program with no requirement: what a strategy costs beside it is what everybody pays. Throughput only:
 * there is no read to wait for. Checksum: the sum of the tree's keys, the words and the values.
 */
#include "bystander/variant.h"

enum { BYSTANDER_ON_FIBER };

enum {
    BYSTANDER_NODES = 127,
    BYSTANDER_TERMS = 12,
    BYSTANDER_WORDS = 10 * BYSTANDER_TERMS - 1, /* "(x+1)*2-1+" has ten, and the last term no sign behind it */
    BYSTANDER_TEXT_MAX = 256,
    BYSTANDER_VARIABLES = 8, /* the values that x takes in turn, from 0 */
    BYSTANDER_STACK_BYTES = 64 << 10,
};

/* Terms of number 1, 2, ...: (x+number)*2-number. */
static uint64_t bystander_checksum(const struct ctx_job *job, uint32_t traits) {
    const uint64_t runs = job->iterations, last = runs % BYSTANDER_VARIABLES;
    const uint64_t variables = runs / BYSTANDER_VARIABLES * (BYSTANDER_VARIABLES * (BYSTANDER_VARIABLES - 1) / 2) +
                               (last == 0 ? 0 : last * (last - 1) / 2);
    const uint64_t keys = BYSTANDER_NODES * (BYSTANDER_NODES + 1) / 2;
    const uint64_t numbers = BYSTANDER_TERMS * (BYSTANDER_TERMS + 1) / 2;
    (void)traits;
    return runs * (keys + BYSTANDER_WORDS + numbers) + variables * 2 * BYSTANDER_TERMS;
}

/* NULL where the build has it not. */
static inline const struct bystander_variant *bystander_variant(uint32_t traits) {
    if ((traits & CTX_TRAIT_EXPLICIT_ARGUMENT) != 0)
        return &bystander_argument;
    if ((traits & CTX_TRAIT_RESERVES_REGISTER) != 0)
        return &bystander_register;
    return (traits & CTX_TRAIT_NEEDS_FRAME_POINTERS) != 0 ? &bystander_frames : &bystander_plain;
}

static const char *bystander_inapplicable(const struct ctx_job *job, uint32_t traits) {
    if (bystander_variant(traits) == NULL)
        return "this program was built without the variant that keeps to what the strategy requires";
    return job->parameters[BYSTANDER_ON_FIBER] == 0 ? NULL : ctx_fibers_missing();
}

static const struct ctx_workload bystander_workload = {
    .name = "bystander",
    .summary = "run code that never reads the context, built as the strategy requires of everybody",
    .operation = "run",
    .revision = 1,
    .requires = CTX_SCENARIO_NEST,
    .threads_min = 1,
    .threads_max = 1,
    .overview = 7,
    .section = &ctx_section_bystander,
    .parameters =
        {
            [BYSTANDER_ON_FIBER] = {.name = "fiber",
                                    .summary = "1: on a fiber, which is switched six times in a run; 0: as it is",
                                    .min = 0,
                                    .max = 1,
                                    .defaults = {0, 1},
                                    .default_count = 2},
        },
    .inapplicable = bystander_inapplicable,
    .checksum = bystander_checksum,
};

struct bystander {
    const struct ctx_job *job;
    const struct bystander_variant *variant;
    struct bystander_input input;
    uint64_t sum;
    struct fiber fiber;
    struct bystander_node nodes[BYSTANDER_NODES];
    char text[BYSTANDER_TEXT_MAX];
};

/* A search tree of the keys 1, 2, ... that came in another order, so that its paths differ in length. */
static void bystander_grow(struct bystander *bystander) {
    for (uint64_t i = 0; i < BYSTANDER_NODES; i++) {
        struct bystander_node *node = &bystander->nodes[i];
        const struct bystander_node **place = &bystander->input.tree;
        *node = (struct bystander_node){.key = i * 50 % BYSTANDER_NODES + 1};
        while (*place != NULL) {
            struct bystander_node *above = &bystander->nodes[*place - bystander->nodes];
            place = node->key < above->key ? &above->left : &above->right;
        }
        *place = node;
    }
}

static void bystander_write(struct bystander *bystander) {
    size_t length = 0;
    for (unsigned i = 1; i <= BYSTANDER_TERMS; i++)
        length += (size_t)snprintf(bystander->text + length, BYSTANDER_TEXT_MAX - length, "%s(x + %u) * 2 - %u",
                                   i == 1 ? "" : " + ", i, i);
    bystander->input.text = bystander->text;
}

static inline uint64_t CTX_FN(bystander_part, const struct bystander *bystander, unsigned part) {
#if defined(CTX_EXPLICIT) && CTX_EXPLICIT
    return bystander->variant->parts[part](here, &bystander->input);
#else
    return bystander->variant->parts[part](NULL, &bystander->input);
#endif
}

CTX_OPAQUE static void CTX_FN(bystander_loop, void *arg) {
    struct bystander *bystander = arg;
    const bool on_fiber = bystander->job->parameters[BYSTANDER_ON_FIBER] == 1;
    CTX_ENTER_OPAQUE();
    for (uint64_t i = 0; i < bystander->job->iterations; i++) {
        bystander->input.variable = i % BYSTANDER_VARIABLES;
        for (unsigned part = 0; part < BYSTANDER_PARTS; part++) {
            bystander->sum += CTX_CALL(bystander_part, bystander, part);
            if (on_fiber)
                CTX_AROUND_SWITCH((void)fiber_yield());
        }
    }
}

static void bystander_in_scope(struct bystander *bystander) {
    struct ctx_binding binding[1];
    const struct ctx scope = ctx_bench_scope(NULL, binding, 1);
    CTX_WITH(&scope, bystander_loop, bystander);
    ctx_touch(&scope);
}

static void *bystander_fiber_main(void *arg) {
    CTX_NEW_STACK();
    bystander_in_scope(arg);
    return NULL;
}

static void bystander_on_fiber(struct bystander *bystander) {
    if (fiber_init(&bystander->fiber, BYSTANDER_STACK_BYTES, bystander_fiber_main, bystander) != 0)
        ctx_die("cannot make a fiber");
    while (!fiber_is_done(&bystander->fiber))
        CTX_AROUND_SWITCH((void)fiber_resume(&bystander->fiber));
    fiber_destroy(&bystander->fiber);
}

static uint64_t bystander_run(const struct ctx_job *job) {
    struct bystander bystander = {.job = job, .variant = bystander_variant(CTX_ALL_TRAITS)};
    bystander_grow(&bystander);
    bystander_write(&bystander);
    if (job->parameters[BYSTANDER_ON_FIBER] == 1)
        bystander_on_fiber(&bystander);
    else
        bystander_in_scope(&bystander);
    return bystander.sum;
}

#define CTX_KERNELS_BYSTANDER {.workload = &bystander_workload, .form = CTX_FORM_THROUGHPUT, .run = bystander_run},
